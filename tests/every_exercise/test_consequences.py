"""A mistake is charged once: an exercise keeps its points when a piece that it builds on is wrong or missing.

``docs/consequences.md`` lists the links; it is generated from the outlines, and a test keeps it so.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions
from autograder.audit.consequences import links, table
from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import open_course
from autograder.sessions.lent import methods_of
from autograder.sessions.subjects import LoadedModules

ROOT = Path(__file__).resolve().parents[2]
COURSE = open_course(ROOT)

SPOIL = """

def _spoiled(value):
    import torch
    import numpy
    if isinstance(value, (list, tuple)):
        return type(value)(_spoiled(item) for item in value)
    if isinstance(value, torch.Tensor) and value.dtype is torch.bool:
        return ~value
    if isinstance(value, torch.Tensor) and not value.is_floating_point():
        return (value - 1).clamp(min=0)
    if isinstance(value, (torch.Tensor, numpy.ndarray, numpy.generic, float)):
        return value * 1.7 + 0.3
    return value


"""

WRONG_FUNCTION = """

_right_{name} = {name}


def {name}(*args, **kwargs):
    return _spoiled(_right_{name}(*args, **kwargs))
"""

WRONG_CLASS = """

_right_{name} = {name}


class {name}(_right_{name}):
    pass


def _spoil_{name}(method):
    right = getattr(_right_{name}, method)

    def wrong(self, *args, **kwargs):
        return _spoiled(right(self, *args, **kwargs))

    setattr({name}, method, wrong)


for _method in {methods}:
    _spoil_{name}(_method)
"""

MISSING = """

def {name}(*args, **kwargs):
    raise NotImplementedError()
"""

LINKS = [(assignment, exercise, piece) for assignment, exercise, piece in links(COURSE)]


def _damaged(piece: Exercise, damage: str) -> str:
    """What is added to a file so that this function or class is wrong, or missing."""
    if damage == "missing":
        return MISSING.format(name=piece.name)
    if piece.kind == "class":
        # A network of the student's own design may be stretched and still be right; one that ignores its input is not.
        return SPOIL.replace("value * 1.7 + 0.3", "value * 0.0") + WRONG_CLASS.format(
            name=piece.name, methods=methods_of(piece.target)
        )  # type: ignore[arg-type]
    return SPOIL + WRONG_FUNCTION.format(name=piece.name)


@pytest.mark.parametrize("damage", ["wrong", "missing"])
@pytest.mark.parametrize(
    ("assignment", "exercise", "piece"), LINKS, ids=[f"{exercise.id}-on-{piece.key}" for _, exercise, piece in LINKS]
)
def test_a_mistake_is_charged_once(assignment: Assignment, exercise: Exercise, piece: Exercise, damage: str) -> None:
    """The piece loses points, what builds on it does not."""
    files = assignment.reference_files()
    files[f"{piece.module}.py"] += _damaged(piece, damage).encode()
    used = {exercise.key, piece.key, *_closure(assignment, exercise)}
    chosen = [one for one in assignment.exercises if one.key in used]
    results = {
        one.exercise.key: one for one in assess(assignment, chosen, LoadedModules(assignment, files), RunOptions(), None)
    }
    assert results[piece.key].score < piece.points
    lost = [
        f"{outcome.check.name}: {outcome.detail or outcome.summary}"
        for outcome in results[exercise.key].outcomes
        if not outcome.passed
    ]
    assert results[exercise.key].complete, lost


def _closure(assignment: Assignment, exercise: Exercise) -> set[str]:
    found: set[str] = set()
    waiting = list(exercise.uses)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += assignment.exercise(key).uses
    return found


@pytest.mark.parametrize("body", ["return None", "return 0 * args[0]", "raise SystemExit"])
@pytest.mark.parametrize(
    ("name", "function", "watched"),
    [
        ("gan", "losses.gradient_penalty", ("model.Generator", "model.Discriminator")),
        ("vae", "model.reparameterize", ("model.Encoder", "model.Decoder")),
    ],
    ids=["gan", "vae"],
)
def test_the_seed_of_a_network_is_its_own_matter(name: str, function: str, watched: tuple[str, ...], body: str) -> None:
    """Whether making a network sets a seed does not depend on what else of the submission draws."""
    assignment = COURSE.assignment(name)
    files, (module, _, wrong) = assignment.reference_files(), function.partition(".")
    files[f"{module}.py"] += f"\n\ndef {wrong}(*args, **kwargs):\n    {body}\n".encode()
    networks = [assignment.exercise(key) for key in watched]
    results = assess(assignment, networks, LoadedModules(assignment, files), RunOptions(), None)
    assert [one.exercise.key for one in results if not one.complete] == []


def test_the_table_of_links_is_up_to_date() -> None:
    """``docs/consequences.md`` says what the outlines say."""
    assert (ROOT / "docs" / "consequences.md").read_text("utf-8") == table(COURSE), "run: make docs"
