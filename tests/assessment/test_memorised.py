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
    assert any(outcome.passed and outcome.check.kind == "value" for outcome in one.outcomes)
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


GAN = COURSE.assignment("gan")


def penalty(norm: str) -> Assessed:
    """A gradient penalty with another norm of the slopes."""
    files = GAN.reference_files()
    files["losses.py"] += f"""

def gradient_penalty(critic, real, fake, eps=None):
    if eps is None:
        eps = torch.rand(real.shape[:1] + (1,) * (real.ndim - 1), dtype=real.dtype)
    between = (eps * real + (1 - eps) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (({norm} - 1) ** 2).mean()
""".encode()
    (one,) = assess(GAN, [GAN.exercise("gradient_penalty")], LoadedModules(GAN, files), RunOptions(), None)
    return one


def test_an_answer_that_takes_a_function_is_asked_again_too() -> None:
    """A norm over one axis is right for vectors: it keeps everything but the one value check that it fails."""
    right, wrong = penalty("slope.flatten(1).norm(2, dim=1)"), penalty("slope.norm(2, dim=1)")
    assert right.complete
    assert not wrong.memorised
    assert 0.8 * right.score < wrong.score < right.score
