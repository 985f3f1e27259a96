"""Answers written from the contracts alone, in many habits: right ones earn everything, mistakes lose points and are named.

A few stand for all in a run of the tests; ``AUTOGRADER_CORPUS=all`` asks for every one, as ``benchmarks/fairness/corpus.py``
does.
"""

from __future__ import annotations

import os
import re

import pytest
from corpus.written_answers import Answer, answers

ALWAYS = {
    "unbounded_log_scales", "other_formulas", "ll_skips_first", "kl_abs_mu", "lt_nan_to_mean", "gn_axis", "mlp_linear",
    "inherits_uniform_samples", "inherits_uniform_and_sigmoid", "one_base_draws_for_training_only",
    "one_base_with_a_draw_of_its_own",
}  # fmt: skip
ANSWERS = [answer for answer in answers() if answer.name in ALWAYS or os.environ.get("AUTOGRADER_CORPUS") == "all"]


def cases(right: bool) -> list[object]:
    """Answers of one kind, one exercise each."""
    return [
        pytest.param(answer, exercise, id=f"{answer.assignment}-{answer.name}-{exercise}")
        for answer in ANSWERS
        if answer.right is right
        for exercise in answer.exercises
    ]


@pytest.mark.parametrize(("answer", "exercise"), cases(right=True))
def test_a_right_answer_gets_full_marks(answer: Answer, exercise: str) -> None:
    """However it is written."""
    outcomes = answer.assessed(exercise).outcomes
    assert [(one.check.name, one.detail or one.summary) for one in outcomes if not one.passed] == []


@pytest.mark.parametrize(("answer", "exercise"), cases(right=False))
def test_a_mistake_loses_points_and_its_first_hint_fits(answer: Answer, exercise: str) -> None:
    """It is caught, and what is said first is one of the things that are true of it."""
    one = answer.assessed(exercise)
    assert one.score < one.exercise.points
    first = one.diagnosis[0].misconception if one.diagnosis else ""
    assert re.search(answer.pattern, first), first
