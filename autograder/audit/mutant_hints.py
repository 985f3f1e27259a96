"""Does the hint for a mutant of a reference name what was changed? By family, for ``benchmarks/fairness/mutant_hints.py``."""

from __future__ import annotations

import re
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.audit.mutants import Mutant
from autograder.audit.mutation_run import TIME_LIMIT, TooLong, raise_alarm
from autograder.course.assignment import Assignment
from autograder.diagnosis.generic_mistakes import EXPLAIN_ALL

_SIGNS = {
    "Add": "plus", "Sub": "minus", "Mul": "multiplication", "Div": "division", "Pow": "power",
    "FloorDiv": "whole_number_division", "Mod": "remainder",
}  # fmt: skip
_FAMILIES = (
    (r"NumberReplacer", r"number_changed|one_too_many_or_too_few|off_by_one|constant_\w+|number_\w+"),
    (r"ReplaceComparisonOperator", r"comparison_changed"),
    (r"ReplaceTrueWithFalse|ReplaceFalseWithTrue", r"flag_changed"),
    (r"AddNot|ReplaceUnaryOperator|ReplaceAndWithOr|ReplaceOrWithAnd", r"minus_left_out|negation_left_out|sign_flipped"),
    (r"opposite function", r"\w+_instead_of_\w+"),
    (r"dropped function", r"\w+_left_out"),
    (r"other axis", r"another_axis|wrong_axis"),
    (r"toggled keepdim", r"dimension_kept_or_dropped|another_shape"),
    (r"swapped arguments", r"operands_exchanged|arguments_(exchanged|swapped)"),
    (r"dropped keyword", r"option_left_out|another_axis|another_dtype|generator_ignored"),
    (r"flipped sign", r"sign_flipped|neg_once_more"),
    (r"left operand only|right operand only", r"\w+_left_out|constant_(factor|added)"),
    (r"other variable", r"argument_read_for_another|argument_used_for_another|arguments_\w+"),
    (r"dropped statement", r"step_left_out"),
)  # fmt: skip


def family_of(operator: str) -> str:
    """A pattern of the names that a hint for a mutant of this operator may have; matches nothing for unknown ones."""
    if match := re.match(r"ReplaceBinaryOperator_(\w+?)_(\w+)$", operator):
        one, other = (_SIGNS.get(name, name) for name in match.groups())
        return f"{one}_turned_into_{other}|sign_flipped"
    return next((names for pattern, names in _FAMILIES if re.match(pattern, operator)), "(?!)")


@dataclass(frozen=True)
class HintVerdict:
    """The first hint for a mutant that loses points."""

    mutant: Mutant
    hint: str
    kind: str
    """``own`` family; ``same``: another name for exactly the same behaviour; ``other``: neither; ``none``."""


def judge_hints(assignment: Assignment, mutants: Sequence[Mutant], seed: int = 0) -> Iterator[HintVerdict]:
    """Yield what is said of every mutant that loses points and runs."""
    from autograder.assessment.assess import assess
    from autograder.assessment.runner import RunOptions
    from autograder.diagnosis.catalogue import catalogue
    from autograder.sessions.subjects import LoadedModules

    known = catalogue(assignment)
    signal.signal(signal.SIGALRM, raise_alarm)
    for mutant in mutants:
        files = {**assignment.reference_files(), f"{mutant.module}.py": mutant.source.encode()}
        exercise = assignment.exercise(mutant.exercise)
        signal.alarm(2 * TIME_LIMIT)
        try:
            (one,) = assess(assignment, [exercise], LoadedModules(assignment, files), RunOptions(seed), known)
        except TooLong:
            continue
        finally:
            signal.alarm(0)
        if one.complete or all(outcome.passed or outcome.status != "failed" for outcome in one.outcomes):
            continue  # it loses nothing, or does not run: its error says what is wrong
        if not one.diagnosis:
            yield HintVerdict(mutant, "", "none")
            continue
        first = one.diagnosis[0]
        yield HintVerdict(mutant, first.misconception, _kind(mutant, first.misconception, first.confidence))


def _kind(mutant: Mutant, name: str, confidence: str) -> str:
    if re.fullmatch(family_of(mutant.operator), name):
        return "own"
    return "same" if confidence == "exact" or name in EXPLAIN_ALL else "other"


def table(verdicts: Sequence[HintVerdict]) -> dict[str, dict[str, int]]:
    """Counts of each kind by exercise, and of all."""
    counts: dict[str, Counter[str]] = {}
    for one in verdicts:
        for key in (f"{one.mutant.assignment} {one.mutant.exercise}", "all"):
            counts.setdefault(key, Counter())[one.kind] += 1
    return {key: {kind: found[kind] for kind in ("own", "same", "other", "none")} for key, found in sorted(counts.items())}
