"""Visible points go to understanding, however partial, and not to a table of the published answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from autograder.assessment.assess import assess
from autograder.assessment.assessed import Assessed
from autograder.assessment.runner import RunOptions, arguments_of
from autograder.checks.calls import Remote
from autograder.course.course import Course
from autograder.sessions.local import LocalSession
from autograder.sessions.subjects import LoadedModules

COURSE = Course(Path(__file__).resolve().parents[2])
WARMUP = COURSE.assignment("warmup")


def graded(source: str, name: str) -> Assessed:
    """Assess the reference with one function replaced by ``source``."""
    files = WARMUP.reference_files()
    files["warmup.py"] += source.encode()
    (one,) = assess(WARMUP, [WARMUP.exercise(name)], LoadedModules(WARMUP, files), RunOptions(), None)
    return one


def published(name: str) -> list[tuple[tuple, object]]:
    """The calls that the visible checks of an exercise make, with the right answers."""
    calls = []
    for check in WARMUP.exercise(name).checks:
        if check.visibility == "visible":
            remote = Remote(LocalSession(WARMUP.reference_space()), history=[])
            check.function(**arguments_of(WARMUP, check, remote, 0))
            calls += [(call.args, call.value) for call in remote.history or [] if call.name == name]
    return calls


def test_a_table_of_the_published_answers_earns_nothing() -> None:
    """All visible checks pass, and nothing is known beside them."""
    calls = published("gaussian_kl")
    table = repr([([np.asarray(arg).tolist() for arg in args], np.asarray(value).tolist()) for args, value in calls])
    one = graded(
        f"""
TABLE = {table}
def gaussian_kl(mu, logvar):
    for (known_mu, known_logvar), answer in TABLE:
        if np.array_equal(mu, known_mu) and np.array_equal(logvar, known_logvar):
            return np.array(answer)
    return np.zeros(np.shape(mu)[:-1])
""",
        "gaussian_kl",
    )
    assert any(outcome.passed and outcome.check.info.kind == "value" for outcome in one.outcomes)
    assert one.memorised
    assert one.score == 0


def test_an_answer_that_is_right_for_vectors_only_keeps_its_visible_points() -> None:
    """Partial understanding is still understanding."""
    one = graded(
        """
def gaussian_kl(mu, logvar):
    if np.ndim(mu) > 1:
        return np.float64(7.0)
    return np.float64(0.5 * np.sum(np.exp(logvar) + mu**2 - 1 - logvar))
""",
        "gaussian_kl",
    )
    assert not one.memorised


def test_the_reference_needs_no_probation() -> None:
    """Full marks stay full marks."""
    one = graded("", "gaussian_kl")
    assert one.complete
    assert not one.memorised
