"""Mistakes made from the reference: how many are named, and that nothing false is said."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from tiny_course import pieces as pieces_with
from tiny_course import right_answers
from torch import Tensor

from autograder.assessment.runner import RunOptions, run_checks
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import open_course
from autograder.diagnosis import called_differently, results_treated
from autograder.diagnosis.catalogue import catalogue
from autograder.diagnosis.drawn_differently import suspects as drawn
from autograder.diagnosis.fingerprint import Entry, Fingerprint, Record
from autograder.diagnosis.formula_changes import changes, signs_as_typed
from autograder.diagnosis.matching import diagnose
from autograder.diagnosis.systematic import Suspected, fitting, suspects_of
from autograder.sessions.subjects import LoadedModules

COURSE = open_course()
FUNCTIONS = [
    (name, exercise.key)
    for name in COURSE.names()
    for exercise in COURSE.assignment(name).exercises
    if exercise.kind == "function"
]
TRUE = {("density.affine_log_prob", "warmup.affine_flow_log_prob"), ("density.flow_log_prob", "warmup.elbo")}
"""Exercises for which the answer of another one is a mistake that has a name: the sum over the coordinates is missing."""

SEEN = {"never_a_finite_number", "same_number_for_all_inputs"}
"""What is said of the results themselves, and true of whatever has such ones."""


def both(name: str, key: str) -> tuple[Assignment, Exercise]:
    """Assignment and exercise."""
    return COURSE.assignment(name), COURSE.assignment(name).exercise(key)


def arity(exercise: Exercise) -> int:
    """How many parameters an exercise's function has."""
    return len(inspect.signature(exercise.target).parameters)


@pytest.mark.parametrize(("name", "key"), FUNCTIONS)
def test_the_answer_of_another_exercise_gets_no_hint(name: str, key: str) -> None:
    """Whatever would be said of it would be false."""
    assignment, exercise = both(name, key)
    others = [both(*other)[1] for other in FUNCTIONS if other != (name, key)]
    others = [other for other in others if arity(other) == arity(exercise) and (key, other.key) not in TRUE]
    start = sum(map(ord, key))
    written = {one.name for one in catalogue(assignment).misconceptions[key]}
    for other in [others[(start + 7 * step) % len(others)] for step in range(min(2, len(others)))]:
        session = catalogue(assignment).variant_session(exercise, other.target)
        found = [one for one in diagnose(catalogue(assignment), exercise, session) if one.misconception not in written | SEEN]
        assert [(other.key, one.misconception) for one in found] == []


@pytest.mark.parametrize("name", ["flows"])
def test_a_slip_is_named_by_one_that_does_the_same(name: str) -> None:
    """Of wrong values, nine in ten get a hint; what is named passes and fails the same checks, on inputs of their own."""
    assignment, known = COURSE.assignment(name), catalogue(COURSE.assignment(name))
    silent = asked = 0
    for exercise in (one for one in assignment.exercises if one.kind == "function"):
        for wrong in _wrong_values(assignment, exercise, 5):
            asked += 1
            found = diagnose(known, exercise, known.variant_session(exercise, wrong))
            silent += not found
            names = {one.misconception for one in found[:1]}
            same = [one for one in suspects_of(assignment, exercise) if one.name in names and one.hint == found[0].hint]
            outcomes = _outcomes(assignment, exercise, wrong)
            assert not same or any(_outcomes(assignment, exercise, one.make()) == outcomes for one in same)
    assert asked > 12
    assert silent <= 0.1 * asked


def _wrong_values(assignment: Assignment, exercise: Exercise, number: int) -> Iterator[Callable[..., Any]]:
    """Some of the slips in an exercise's own formula that give other numbers, from all over it."""
    known = catalogue(assignment)
    probe = known.probes[exercise.key]
    right = known.suspected(exercise, probe).right
    slips = [one for one in suspects_of(assignment, exercise) if one.make.func.__name__ == "_defined"]
    found = 0
    for slip in slips[sum(map(ord, exercise.key)) % 5 :: max(1, len(slips) // (2 * number))]:
        try:
            variant = slip.make()
        except Exception:
            continue
        outcomes = _outcomes(assignment, exercise, variant)
        if found < number and right and outcomes.count("failed") > 1 and "error" not in outcomes:
            found += 1
            yield variant


def _outcomes(assignment: Assignment, exercise: Exercise, variant: object) -> list[str]:
    session = catalogue(assignment).variant_session(exercise, variant)
    return [one.status for one in run_checks(assignment, exercise.checks, lambda: session, RunOptions(3))]


def test_a_formula_is_changed_in_place_and_mended() -> None:
    """Every change is another text; afterwards the tree is as it was."""
    tree = ast.parse("def f(x, n=2):\n    return (x - 1).sum(dim=1).sqrt() / n\n")
    before = ast.unparse(tree)
    texts = [(family, ast.unparse(tree)) for (family, _) in changes(tree)]
    assert ast.unparse(tree) == before
    assert all(text != before for _, text in texts)
    families = {family for family, _ in texts}
    assert {"minus_turned_into_plus", "sqrt_left_out", "another_axis", "mean_instead_of_sum", "factor_left_out"} <= families
    assert ("minus_turned_into_plus", before.replace("-", "+")) in texts


def test_a_change_of_shape_is_said_to_be_one() -> None:
    """Dimensions that line up differently are not a minus whose sides are exchanged, although the code has one there."""
    tree = ast.parse("def f(t, x):\n    t = t.reshape(-1, *[1] * (x.ndim - 1))\n    return (1 - t) * x\n")
    families = [family for (family, _) in changes(tree) if "x.ndim - 1" not in ast.unparse(tree)]
    assert "another_shape_inside" in families
    assert "operands_exchanged" not in families


def test_defaults_in_place_of_all_that_is_passed_are_named() -> None:
    """Each of two options at its default gives other numbers than both; what ignores both has a name of its own."""
    names = [one.name for one in called_differently.suspects(_line, inspect.signature(_line))]
    (variant,) = (
        one.make() for one in called_differently.suspects(_line, inspect.signature(_line)) if one.name == "defaults_only"
    )
    assert names.count("defaults_only") == 1
    assert variant(3.0, 5.0, slope=7.0) == _line(3.0)
    assert "defaults_only" not in [one.name for one in called_differently.suspects(_scale, inspect.signature(_scale))]


def _line(x: float, offset: float = 1.0, slope: float = 2.0) -> float:
    return offset + slope * x


def _scale(x: float, slope: float = 2.0) -> float:
    return slope * x


TYPED = {
    "a * b / c": {"a + b / c", "a - b / c", "a * b ** c"},
    "a + b - c": {"a + b * c", "a + b / c", "a + b ** c"},
    "-0.5 * x": {"-0.5 ** x"},
    "(a + b) * c": set(),
    "a * b - c * d": {"a * b ** c * d", "a * b / c * d", "a * b - c + d", "a * b - c - d"},
}


@pytest.mark.parametrize("formula", TYPED)
def test_a_sign_typed_for_another_binds_in_its_own_way(formula: str) -> None:
    """Nobody who types a plus for a star sets parentheses: what is not a change in place is made as well."""
    made = {ast.unparse(tree).removeprefix("y = ") for _, tree in signs_as_typed(f"y = {formula}")}
    assert made >= {ast.unparse(ast.parse(text)) for text in TYPED[formula]}
    assert not any("%" in text or "//" in text for text in made), "nobody types a remainder for a sign of real numbers"
    tree = ast.parse(f"y = {formula}")
    assert not made & {ast.unparse(tree).removeprefix("y = ") for (family, _) in changes(tree) if "turned_into" in family}


def test_a_sign_is_found_where_it_stands() -> None:
    """Behind parentheses, on another line, after letters of more than one byte; not in a comment."""
    text = 'y = "é" + (\n    (a * b)\n    / c\n)\nz = a * (  # one - two\n    b) / c\n'
    slips = [(family, ast.unparse(tree)) for (family, _), tree in signs_as_typed(text)]
    assert ("multiplication_turned_into_plus", "y = 'é' + a * b / c\nz = a * b / c") not in slips
    assert ("division_turned_into_power", "y = 'é' + (a * b) ** c\nz = a * b / c") not in slips  # a change in place
    assert ("division_turned_into_plus", "y = 'é' + a * b / c\nz = a * b + c") not in slips  # a change in place
    assert ("division_turned_into_power", "y = 'é' + a * b / c\nz = a * b ** c") in slips
    assert all(ast.unparse(ast.parse(text)) != made for _, made in slips)


def test_words_come_from_the_signature_and_from_families_alone() -> None:
    """No hint has anything of the source in it: no line, no name of a variable that is not a parameter."""
    for name, key in FUNCTIONS:
        assignment, exercise = both(name, key)
        source = assignment.reference_files()[f"{exercise.module}.py"].decode()
        (code,) = (node for node in ast.parse(source).body if getattr(node, "name", None) == exercise.name)
        variables = {node.id for node in ast.walk(code) if isinstance(node, ast.Name) and "_" in node.id}
        secret = variables - set(inspect.signature(exercise.target).parameters)
        for suspect in suspects_of(assignment, exercise):
            assert not secret & set(suspect.hint.replace(",", " ").replace(".", " ").split()), suspect.hint


def scaled(x: Tensor, scale: float = 2.0, generator: torch.Generator | None = None) -> Tensor:
    """A function with a default."""
    return scale * x.exp()


NAMED: dict[str, Callable[..., Any]] = {
    "argument_fixed_at_its_default": lambda x, scale=2.0, generator=None: 2.0 * x.exp(),
    "one_sample_used_for_all": lambda x, scale=2.0, generator=None: scale * x[:1].exp().expand_as(x),
    "exp_left_out": lambda x, scale=2.0, generator=None: (scale * x.exp()).log(),
    "square_once_more": lambda x, scale=2.0, generator=None: (scale * x.exp()) ** 2,
    "neg_of_an_argument": lambda x, scale=2.0, generator=None: scale * (-x).exp(),
    "another_dtype": lambda x, scale=2.0, generator=None: (scale * x.exp()).float(),
    "another_shape": lambda x, scale=2.0, generator=None: (scale * x.exp()).flatten(),
    "reversed": lambda x, scale=2.0, generator=None: (scale * x.exp()).flip(0),
    "over_an_argument_too_many": lambda x, scale=2.0, generator=None: x.exp(),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_can_be_made_without_looking_inside(name: str) -> None:
    """Some suspect of the family does the same as a mistake that was written out."""
    signature = inspect.signature(scaled)
    made = [*called_differently.suspects(scaled, signature), *results_treated.suspects(scaled, signature)]
    x = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    expected = NAMED[name](x, 3.0)
    assert any(_gives(one.make(), expected, x, 3.0) for one in made if one.name == name)


def _gives(variant: Callable[..., Any], expected: Tensor, *args: Any) -> bool:
    try:
        value = variant(*args)
    except Exception:
        return False
    return value.dtype == expected.dtype and value.shape == expected.shape and bool(torch.allclose(value, expected))


DRAWS = "def draw(n, generator=None):\n    return torch.randn(n, 3, generator=generator)\n"


def named(reference: Callable[..., Any], wrong: Callable[..., Any], inputs: list[tuple[Any, ...]]) -> set[str]:
    """What of the right result, treated once more or once less, does on all inputs what a wrong answer does."""
    record = {
        of: Fingerprint({str(number): Entry(answer(*one)) for number, one in enumerate(inputs)})
        for of, answer in (("right", reference), ("wrong", wrong))
    }
    suspects = list(results_treated.suspects(reference, inspect.signature(reference)))
    found = set()
    for suspect in suspects:

        def behaviour(variant: Any, into: Record) -> Fingerprint:
            for number, one in enumerate(inputs):
                into.fingerprint.entries[str(number)] = Entry(variant(*one))
            return into.fingerprint

        if fitting(Suspected(record["right"], [suspect]), record["wrong"], behaviour):
            found.add(suspect.name)
    return found


def test_a_small_number_added_is_no_dtype() -> None:
    """Coarse values are close to much: what is said to come in a dtype must come in it."""

    def right(x: Tensor) -> Tensor:
        return 2.5 * x

    inputs = [(torch.tensor(number, dtype=torch.float64),) for number in (0.3, 0.7, -1.2, 2.1)]
    assert named(right, lambda x: float(2.5 * x + 1e-4), inputs) == set()
    assert "another_dtype" in named(right, lambda x: (2.5 * x).float(), inputs)


def test_a_square_is_no_root_left_out_where_roots_cannot_be() -> None:
    """Of a result that may be negative there is no root."""

    def right(x: Tensor) -> Tensor:
        return x - 0.5

    inputs = [(torch.tensor([0.1, 2.0]),), (torch.tensor([1.7, -3.0]),)]
    assert named(right, lambda x: (x - 0.5).square(), inputs) == {"square_once_more"}
    assert "sqrt_left_out" in named(lambda x: x.abs(), lambda x: x.square(), inputs)


def test_draws_that_are_wrong_in_a_way_of_their_own() -> None:
    """One noise for all samples, a seed inside, uniform numbers, a generator that nobody asks."""
    code = compile(DRAWS, "draws", "exec")
    made: dict[str, list[Callable[..., Any]]] = {}
    for one in drawn("draw", {"torch": torch}, code):
        made.setdefault(one.name, []).append(one.make())

    def seeded(function: Callable[..., Any]) -> Tensor:
        return function(5, generator=torch.Generator().manual_seed(7))

    same = made["same_noise_for_all_samples"][0]
    assert torch.equal(seeded(same), seeded(same)[:1].expand(5, 3))
    fixed = made["seed_fixed_inside"][0]
    assert torch.equal(fixed(5), fixed(5))
    assert seeded(made["uniform_instead_of_normal"][0]).min() >= 0
    assert seeded(made["one_number_for_all_features"][0]).std(1).max() == 0
    assert not torch.equal(seeded(made["generator_ignored"][0]), seeded(made["generator_ignored"][0]))


def test_a_hint_that_somebody_wrote_goes_first(tiny: Assignment) -> None:
    """Nothing is made from the reference where one of them fits exactly."""
    known = catalogue(tiny)
    known._suspected.clear()
    session = LoadedModules(tiny, right_answers(pieces=pieces_with(double="x * x"))).open("pieces")
    assert diagnose(known, tiny.exercise("double"), session)[0].misconception == "squared"
    assert known._suspected == {}  # not even made
