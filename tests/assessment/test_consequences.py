"""Consequential errors are forgiven; chance is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from dice import Dice
from tiny_course import pieces, right_answers

from autograder.assessment.assess import assess
from autograder.assessment.consequences import REPLAYS
from autograder.assessment.runner import RunOptions
from autograder.course.assignment import Assignment
from autograder.sessions.lent import MAX_LENT, Lent
from autograder.sessions.subjects import LoadedModules

RIGHT, WRONG = "2 * x + by", "2 * x - by"
STUMBLES_LATER = "2 * x + by if by <= 1 else x.nothing"
"""Right for the visible check, and an error for a hidden one: asked among others and then alone."""


def score_of_shift(tiny: Assignment, script: Sequence[bool], wrong: str = WRONG) -> float:
    """Points of `shift`, after `double` has lost all of its own; both are asked in a shared worker first."""
    texts = [pieces(double="3 * x", shift=text) for text in (RIGHT, wrong)]
    exercises = [tiny.exercise("double"), tiny.exercise("shift")]
    found = assess(tiny, exercises, Dice(tiny, *texts, script), RunOptions(), None)
    return next(one.score for one in found if one.exercise.name == "shift")


def test_an_answer_by_chance_has_no_second_throw(tiny: Assignment) -> None:
    """Wrong at first, right with the correct piece, but right as well when it is asked again as it is."""
    full = tiny.exercise("shift").points
    # openings: both, double, shift (wrong), shift with a correct double (right), then the replays
    for right in range(REPLAYS):
        assert score_of_shift(tiny, [False, True, False, True, *(number == right for number in range(REPLAYS)), False]) < full


def test_what_fails_every_time_and_passes_with_the_piece_counts(tiny: Assignment) -> None:
    """The witness: without the replays the same script earns everything."""
    assert score_of_shift(tiny, [False, True, False, True] + [False] * REPLAYS) == tiny.exercise("shift").points


def test_an_error_among_others_and_alone_counts_as_a_replay(tiny: Assignment) -> None:
    """So many throws in all have to be wrong, whether workers are shared or not."""
    full = tiny.exercise("shift").points
    begun = [False, True, False, True]
    assert score_of_shift(tiny, [*begun, *[False] * (REPLAYS - 1), True], STUMBLES_LATER) == full
    for right in range(REPLAYS - 1):
        replays = [number == right for number in range(REPLAYS - 1)]
        assert score_of_shift(tiny, [*begun, *replays, False], STUMBLES_LATER) < full


def test_the_repetition_has_inputs_of_its_own(tiny: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a lent function is asked is not what the checks of the piece ask."""
    asked: dict[str, set[str]] = {"own": set(), "lent": set()}
    where = "own"
    reference = tiny.reference("pieces")
    original = reference.double

    def counting(x: torch.Tensor) -> torch.Tensor:
        asked[where].add(str(x.tolist()))
        return original(x)

    monkeypatch.setattr(reference, "double", counting)
    import autograder.sessions.subjects as subjects

    plainly = subjects._plainly

    def lent(function: object) -> object:
        nonlocal where
        where = "lent"
        return plainly(function)  # type: ignore[arg-type]

    monkeypatch.setattr(subjects, "_plainly", lent)
    noting = "\nASKED = []\ndef SEEN(x):\n    ASKED.append(x)\n    return 0\n"
    files = right_answers(pieces=pieces(double="3 * x + 0 * SEEN(x)") + noting)
    subject = LoadedModules(tiny, files)
    assess(tiny, [tiny.exercise("double"), tiny.exercise("shift")], subject, RunOptions(), None)
    module = subject._plain.module("pieces")  # type: ignore[union-attr]
    own = {str(x.tolist()) for x in module.ASKED if x.dtype is torch.float64}
    assert asked["lent"]
    assert own
    assert not own & asked["lent"]


def test_a_lent_function_answers_so_many_questions() -> None:
    """And no more."""
    lent = Lent(lambda x: 2 * x)
    state = torch.get_rng_state()
    for _ in range(MAX_LENT):
        lent(state, torch.ones(1))
    with pytest.raises(RuntimeError, match="too often"):
        lent(state, torch.ones(1))
