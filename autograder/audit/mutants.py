"""The mutants of an assignment's references: which places, which operators, which exercise each belongs to."""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course.assignment import Assignment
from autograder.diagnosis.mutation_operators import numerical_mutants
from autograder.errors import UsageError
from autograder.release.stubs import BEGIN, END

_ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Pow", "FloorDiv", "Mod")
_LIBRARY = re.compile(
    r"core/(ReplaceBinaryOperator_(?P<a>\w+)_(?P<b>\w+)|ReplaceComparisonOperator_\w+|NumberReplacer|AddNot|ReplaceAndWithOr"
    r"|ReplaceOrWithAnd|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceUnaryOperator_\w+|ReplaceBreakWithContinue"
    r"|ReplaceContinueWithBreak|ZeroIterationForLoop)$"
)
"""Operators of cosmic-ray that make sense here: bit operations on tensors crash, which proves nothing."""


@dataclass(frozen=True)
class Mutant:
    """One changed reference module."""

    assignment: str
    module: str
    exercise: str
    """``module.name`` of the exercise whose solution is changed."""
    operator: str
    before: str
    after: str
    """The changed lines, stripped and joined."""
    source: str

    @property
    def key(self) -> str:
        """Identifies the mutant in the list of equivalent ones: independent of line numbers."""
        return f"{self.exercise} | {self.before} | {self.after}"


def mutants_of(assignment: Assignment, exercises: set[str] | None = None) -> Iterator[Mutant]:
    """Yield every distinct mutant of the solution regions that belong to an exercise."""
    for module in assignment.modules:
        source = (assignment.folder / f"{module}.py").read_text("utf-8")
        regions = _solution_places(source)
        seen: set[str] = set()
        for operator, mutated in _mutated_sources(source):
            plain = ast.unparse(ast.parse(mutated))
            if plain in seen:
                continue
            seen.add(plain)
            mutant = _described(assignment, module, source, mutated, operator, regions)
            if mutant is not None and (exercises is None or mutant.exercise in exercises):
                yield mutant


def _mutated_sources(source: str) -> Iterator[tuple[str, str]]:
    """Both families of operators, on the source without comments and in one layout, so that lines can be compared."""
    plain = _plain(source)
    yield from _library_mutants(plain)
    for operator, tree in numerical_mutants(ast.parse(plain)):
        yield operator, ast.unparse(tree)


def _library_mutants(plain: str) -> Iterator[tuple[str, str]]:
    try:
        from cosmic_ray import plugins
        from cosmic_ray.mutating import mutate_code
    except ImportError:
        raise UsageError(
            "mutation testing needs the package cosmic-ray", "audit --mutants", "install the project with its dev extra"
        ) from None
    for name in sorted(plugins.operator_names()):
        match = _LIBRARY.match(name)
        if not match or (match["a"] and not {match["a"], match["b"]} <= set(_ARITHMETIC)):
            continue
        operator = plugins.get_operator(name)()
        for occurrence in itertools.count():
            mutated = mutate_code(plain, operator, occurrence)
            if mutated is None:
                break
            if _parses(mutated):
                yield name.removeprefix("core/"), mutated


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def _plain(source: str) -> str:
    """The source as ``ast.unparse`` writes it, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            assert isinstance(body, list)
            body[:1] = [] if len(body) > 1 else [ast.copy_location(ast.Pass(), first)]
    return ast.unparse(tree)


def _solution_places(source: str) -> dict[str, str]:
    """Statements inside solution regions, as unparsed text, with the top-level name that holds them."""
    lines = source.splitlines()
    inside = set()
    solving = False
    for number, line in enumerate(lines, 1):
        solving = line.strip() == BEGIN or (solving and line.strip() != END)
        if solving:
            inside.add(number)
    owners: dict[str, str] = {}
    for top in ast.parse(source).body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(top):
                if isinstance(node, ast.stmt) and node.lineno in inside:
                    for line in ast.unparse(node).splitlines():
                        owners.setdefault(line.strip(), top.name)
    return owners


def _described(
    assignment: Assignment, module: str, source: str, mutated: str, operator: str, owners: dict[str, str]
) -> Mutant | None:
    """Find the changed lines and the exercise they belong to; ``None`` outside of solutions."""
    plain = _plain(source).splitlines()
    changed = ast.unparse(ast.parse(mutated)).splitlines()
    matcher = difflib.SequenceMatcher(a=plain, b=changed, autojunk=False)
    blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
    if not blocks:
        return None
    before = " ".join(line.strip() for _, low, high, _, _ in blocks for line in plain[low:high])
    after = " ".join(line.strip() for _, _, _, low, high in blocks for line in changed[low:high])
    owner = _enclosing(plain, blocks[0][1])
    touched = [line.strip() for _, low, high, _, _ in blocks for line in plain[low:high]]
    if owner is None or not any(line in owners for line in touched):
        return None
    key = f"{module}.{owner}"
    known = {exercise.key for exercise in assignment.exercises}
    return Mutant(assignment.name, module, key, operator, before, after, mutated) if key in known else None


def _enclosing(lines: list[str], index: int) -> str | None:
    for line in reversed(lines[: index + 1]):
        match = re.match(r"(?:def|class) (\w+)", line)
        if match:
            return match[1]
        if line and not line.startswith((" ", "@", ")")):
            return None
    return None
