"""What a student reads is the same for all hidden inputs: every text, twice, with different secrets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

import pytest

from autograder.assessment import disclosure
from autograder.course.assignment import Exercise
from autograder.results.graded import Graded

from .attacks.attack import Attack
from .attacks.honest_mistakes import MISTAKES
from .attacks.tables import ATTACKS
from .conftest import SEEDS, Arena, reference_files, submission, written
from .told import everything_told, without_outcomes

HONEST_BODIES = (
    "return right(mu, logvar)", "return zeros(mu)", "raise ValueError", "raise NotImplementedError",
    "mu.data.add_(1)\nreturn zeros(mu)",
)  # fmt: skip
"""Right, wrong, broken, missing, and wrong in what it does to its arguments."""
LEAKS = [attack for attack in ATTACKS if attack.intent == "leak"]


def assert_equal_told(first: Graded, second: Graded, folder: Path) -> None:
    """Every text of two results, by where it stands."""
    one, other = (everything_told(graded, folder / name) for graded, name in ((first, "first"), (second, "second")))
    assert one.keys() == other.keys()
    differ = [place for place in one if one[place] != other[place]]
    changes = unified_diff(one[differ[0]].splitlines(), other[differ[0]].splitlines(), n=0, lineterm="") if differ else ()
    assert not differ, "\n".join(changes)


def fixed_texts(graded: Graded) -> set[tuple[str, str, str]]:
    """What is told of hidden checks besides their titles."""
    hidden = [(one, check) for one in graded.result.exercises for check in one.checks if check.visibility == "hidden"]
    return {(f"{one.id} {check.name}", check.status, check.message) for one, check in hidden}


@pytest.fixture(scope="module")
def honest_texts(arena: Arena, tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str, str]]:
    """What honest answers that are right, wrong, missing, or do not run are told about the exercise that attacks choose."""
    told = set()
    for number, body in enumerate(HONEST_BODIES):
        honest = Attack("honest", body)
        path = written(arena, honest, tmp_path_factory.mktemp("honest") / f"student{number}")
        told |= fixed_texts(arena.grade("vae", path, honest.exercise))
    return told


@pytest.mark.parametrize("attack", [*LEAKS, *MISTAKES], ids=lambda attack: attack.name)
def test_texts_are_the_same_whatever_was_seen(
    attack: Attack, arena: Arena, tmp_path: Path, honest_texts: set[tuple[str, str, str]]
) -> None:
    """Two runs with different hidden inputs; of hidden checks nothing is said but what honest work is told.

    An attack that chooses the outcomes of checks tells these, and no more than these.
    """
    first, second = (graded for graded, _ in arena.twice(attack, tmp_path))
    if attack.exercise == "losses.gaussian_kl":
        assert fixed_texts(first) <= honest_texts
    if attack.chooses:
        first, second = without_outcomes(first), without_outcomes(second)
    assert_equal_told(first, second, tmp_path)


_WAYS = """
def _odd(a, k):
    sizes = [v.numel() for v in [*a, *k.values()] if isinstance(v, torch.Tensor)]
    return bool(sizes) and max(sizes) % 2 == 1

def _each(value, change):
    if isinstance(value, (tuple, list)): return type(value)(_each(one, change) for one in value)
    return change(value) if isinstance(value, torch.Tensor) and value.is_floating_point() else value

def _wrong_for_odd_sizes(f):
    return lambda *a, **k: _each(f(*a, **k), lambda v: v + 1) if _odd(a, k) else f(*a, **k)

def _single_precision(f):
    return lambda *a, **k: _each(f(*a, **k), lambda v: v.float())

def _breaks_at_odd_sizes(f):
    def g(*a, **k):
        if _odd(a, k): raise IndexError("an index that is wrong for odd sizes")
        return f(*a, **k)
    return g

def _keeps_a_dimension(f):
    return lambda *a, **k: _each(f(*a, **k), lambda v: v.unsqueeze(-1))

def _scaled(f):
    return lambda *a, **k: _each(f(*a, **k), lambda v: 1.7 * v)

def _writes_into_its_input(f):
    def g(*a, **k):
        value = f(*a, **k)
        for one in a:
            if isinstance(one, torch.Tensor) and one.is_floating_point(): one.data.add_(1)
        return value
    return g

def _without_a_graph(f):
    return lambda *a, **k: _each(f(*a, **k), lambda v: v.detach())
"""
WAYS = (
    "wrong_for_odd_sizes", "single_precision", "breaks_at_odd_sizes", "keeps_a_dimension", "scaled", "writes_into_its_input",
    "without_a_graph",
)  # fmt: skip
"""Ways to be wrong that show for some inputs only: by size, by dtype, in the shape, in a side effect."""


def wrong_files(files: dict[str, bytes | str], functions: Sequence[Exercise]) -> dict[str, bytes | str]:
    """The reference with some functions wrong, each in the next of the ways."""
    changed = dict(files)
    for number, exercise in enumerate(functions):
        name = f"{exercise.module}.py"
        source = changed[name]
        text = source.decode() if isinstance(source, bytes) else source
        if _WAYS not in text:
            text += "\nimport torch\n" + _WAYS
        changed[name] = text + f"\n{exercise.name} = _{WAYS[number % len(WAYS)]}({exercise.name})\n"
    return changed


@pytest.mark.parametrize("assignment", ["vae", "diffusion", "gan"])
def test_honest_mistakes_are_told_in_the_same_words(assignment: str, arena: Arena, tmp_path: Path) -> None:
    """Functions of an assignment wrong in all these ways: what is said of them does not depend on hidden inputs."""
    grader = arena.grader(assignment)
    functions = [one for one in grader.assignment.exercises if one.kind == "function" and not one.uses][: len(WAYS)]
    path = submission(tmp_path / "student", wrong_files(reference_files(arena, assignment), functions))
    only = " ".join(one.key for one in functions)
    one, other = (arena.grade(assignment, path, only, seed=seed) for seed in SEEDS)
    assert len(functions) >= 4
    assert 0 < one.result.score < one.result.max_score
    assert_equal_told(one, other, tmp_path)


TELLS = Attack("tells", "SEEN.clear()\nraise ValueError(note(mu))")


def test_two_texts_that_differ_are_found(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: with a wording that tells hidden checks like visible ones it does."""
    monkeypatch.setattr(disclosure, "_hidden_message", lambda outcome, status: disclosure._visible_message(outcome))
    path = written(arena, TELLS, tmp_path / "mallory")
    first, second = (arena.grade("vae", path, TELLS.exercise, seed=seed) for seed in SEEDS)
    with pytest.raises(AssertionError):
        assert_equal_told(first, second, tmp_path)


def test_hidden_inputs_differ_between_the_two_runs(arena: Arena, tmp_path: Path) -> None:
    """Otherwise equal texts would prove nothing."""
    seen = [set(re.findall(r"SEEN\S+", text)) for _, text in arena.twice(TELLS, tmp_path)]
    assert len(seen[0] - seen[1]) >= 3
