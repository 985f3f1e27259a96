"""From the behaviour of a wrong answer to the misconceptions that explain it."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Exercise
from autograder.diagnosis.called_differently import Suspect
from autograder.diagnosis.catalogue import Catalogue, Known, observed
from autograder.diagnosis.fingerprint import Entry, Fingerprint, Record, same_entry
from autograder.diagnosis.generic_mistakes import EXPLAIN_ALL, generic_diagnoses
from autograder.diagnosis.registry import Misconception
from autograder.diagnosis.systematic import Rearranged, are_telling, fitting, wrong_numbers
from autograder.results.schema import Diagnosis
from autograder.sessions.local import LocalSession

MAX_HINTS = 3
SHAPES: tuple[str, ...] = (
    "reduced_over_the_batch_too", "not_reduced", "wrong_axis", "first_dimension_only", "right_for_two_dimensions_only",
)  # fmt: skip
"""What says more of a wrong reduction than that one place of the formula is another."""
A_SLIP = 2
"""The rank of a formula with one place changed."""


def diagnose(known_of: Catalogue, exercise: Exercise, session: CandidateSession | LocalSession) -> list[Diagnosis]:
    """Name the misconceptions whose behaviour the candidate shows, the surest first.

    ``exact``: the same behaviour on every probed input; ``likely``: the same wherever the misconception shows, with
    other differences beside; ``possible``: the same in most of those places. Nothing when nothing fits.
    """
    probe = known_of.probes.get(exercise.key)
    seen = observed(probe, exercise, session) if probe is not None else None
    # To learn what known mistakes do is dear, and nothing is like a file that Python cannot read.
    if seen is None or _is_unreadable(seen) or (known := known_of.known(exercise)) is None:
        return []
    found = _matches(known, known.variants, seen)
    says_more: tuple[str, ...] = ()
    if not _is_sure(found):
        # Sort is stable: of two equally sure matches the instructor's own words come first.
        found += _matches(known, known.generic, seen, by_errors=False) + generic_diagnoses(known.reference, seen)
    if not _is_sure(found):
        suspect = systematic(known_of, exercise, known, seen, session)
        found += [Diagnosis(misconception=suspect.name, hint=suspect.hint, confidence="exact")] if suspect else []
        says_more = SHAPES if suspect and suspect.rank == A_SLIP else ()
    order = {"exact": 0, "likely": 1, "possible": 2}
    found.sort(key=lambda diagnosis: (diagnosis.misconception not in says_more, order[diagnosis.confidence]))
    return _surest(found, says_more)[:MAX_HINTS]


def _surest(found: list[Diagnosis], says_more: tuple[str, ...]) -> list[Diagnosis]:
    """Nothing beside what explains all that was seen: a mistake that does so in part only may be told of untruly."""
    exact = [one for one in found if one.confidence == "exact"]
    if exact:
        return [one for one in found if one in exact or one.misconception in says_more]
    return [one for one in found if one.confidence != "possible"] or found


def systematic(
    known_of: Catalogue, exercise: Exercise, known: Known, seen: Fingerprint, session: CandidateSession | LocalSession
) -> Suspect | None:
    """The wrong answer made from the reference that does exactly what the candidate does, if there is one."""
    if not wrong_numbers(known.reference, seen):
        return None
    seen = observed(known.probe, exercise, session, Rearranged())

    def behaviour(variant: object, record: Record) -> Fingerprint:
        return observed(known.probe, exercise, known_of.variant_session(exercise, variant), record)

    return fitting(known_of.suspected(exercise, known.probe), seen, behaviour)


def _is_unreadable(seen: Fingerprint) -> bool:
    """Whether the probe met a syntax error or no answer: what else it saw is the reference's, where pieces are at fault."""
    return any(entry.error in ("SyntaxError", "IndentationError", "TabError", "Absent") for entry in seen.entries.values())


def _is_sure(found: list[Diagnosis]) -> bool:
    return any(diagnosis.confidence == "exact" or diagnosis.misconception in EXPLAIN_ALL for diagnosis in found)


def _matches(
    known: Known, variants: list[tuple[Misconception, Fingerprint]], seen: Fingerprint, *, by_errors: bool = True
) -> list[Diagnosis]:
    scored = []
    for entry, fingerprint in variants:
        confidence, strength = _compare(known.reference, fingerprint, seen, by_errors)
        if confidence:
            scored.append((strength, Diagnosis(misconception=entry.name, hint=entry.hint, confidence=confidence)))
    scored.sort(key=lambda pair: -pair[0])
    return [diagnosis for _, diagnosis in scored]


def _compare(right: Fingerprint, wrong: Fingerprint, seen: Fingerprint, by_errors: bool) -> tuple[Any, float]:
    """Return the confidence that ``seen`` shows the mistake ``wrong``, and how much evidence there is.

    Errors alone are evidence with ``by_errors`` only: code that does not run does so for many reasons.
    """
    names = right.entries.keys() | wrong.entries.keys()
    telling = [n for n in names if not same_entry(right.entries.get(n), wrong.entries.get(n))]
    if not telling:
        return None, 0.0
    agreeing = [n for n in telling if same_entry(seen.entries.get(n), wrong.entries.get(n))]
    blank = [n for n in agreeing if _is_blank(seen.entries.get(n))]
    values = [n for n in agreeing if n not in blank and wrong.entries.get(n) is not None and wrong.entries[n].error is None]
    if not by_errors and not are_telling([seen.entries[name].value for name in values]):
        return None, 0.0
    others = (names | seen.entries.keys()) - set(telling)
    if all(right.entries[n].gradient for n in telling if n in right.entries) and _has_wrong_values(right, seen, others):
        return None, 0.0  # a gradient that is cut leaves values alone, and its hint says so
    if len(agreeing) == len(telling):
        if all(same_entry(seen.entries.get(n), wrong.entries.get(n)) for n in others):
            return "exact", float(len(telling))
        return ("likely", float(len(telling))) if _is_evidence(values, seen) else (None, 0.0)
    if len(values) >= 2 and len(agreeing) - len(blank) >= 0.5 * len(telling):
        return "possible", len(agreeing) / len(telling)
    return None, 0.0


def _has_wrong_values(right: Fingerprint, seen: Fingerprint, names: set[str]) -> bool:
    """Whether something else than a gradient is not what the reference gives."""
    values = [name for name in names if name not in right.entries or not right.entries[name].gradient]
    return any(not same_entry(right.entries.get(name), seen.entries.get(name)) for name in values)


def _is_blank(entry: Entry | None) -> bool:
    """Whether a value has no number in it but NaN and infinities, to which many mistakes lead."""
    if entry is None or not isinstance(entry.value, Tensor) or not entry.value.is_floating_point():
        return False
    return entry.value.numel() > 0 and not bool(entry.value.isfinite().any())


def _is_evidence(names: list[str], seen: Fingerprint) -> bool:
    """Whether what agrees is more than one fact, which other mistakes share: two of them, or several numbers."""
    values = [seen.entries[name].value for name in names if seen.entries[name].value is not None]
    return len(values) >= 2 or are_telling(values)
