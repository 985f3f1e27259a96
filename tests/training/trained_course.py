"""A small assignment with one training task that takes milliseconds: a line is fitted to points by the student's step."""

from __future__ import annotations

from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.course import Course
from autograder.training.task import Task, training_tasks

OUTLINE = """# Lines

Fit one.

## fit.py

- `fit.gradient` [S1]: of the squared error
- `fit.descend` [S1] uses `fit.gradient`: some steps

## Training

- `training.line` [S2] reserves 10 points: fit a line to points
"""

FIT = '''"""Fits."""

from torch import Tensor


def gradient(weight: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient of the mean squared error of weight * x."""
    ### BEGIN SOLUTION
    return (2 * (weight * x - y) * x).mean()
    ### END SOLUTION


def descend(weight: Tensor, x: Tensor, y: Tensor, steps: int) -> Tensor:
    """Return the weight after some steps of size 0.1."""
    ### BEGIN SOLUTION
    for _ in range(steps):
        weight = weight - 0.1 * gradient(weight, x, y)
    return weight
    ### END SOLUTION
'''

CHECKS = '''"""Checks."""

import torch
from autograder.checks import assert_close, check


@check("gradient", points=2, title="is two at one point")
def test_gradient_value(candidate):
    """The gradient differs."""
    assert_close(candidate.gradient(torch.tensor(1.0), torch.tensor([1.0]), torch.tensor([0.0])), torch.tensor(2.0))


@check("descend", points=2, title="ends at the answer")
def test_descend_value(candidate):
    """The weight differs."""
    weight = candidate.descend(torch.tensor(0.0), torch.tensor([1.0]), torch.tensor([3.0]), 100)
    assert_close(weight, torch.tensor(3.0))
'''

TASK = '''"""A line through the origin, 50 steps.

Its slope is compared with the one that the points have.
"""

import torch
from autograder.training import Finding, Level, Score
from autograder.training.beside import checked_state

USES = ("fit.descend", "fit.gradient")
DATA = ""

STEPS = 50

SCORES = (
    Score("error", "the line goes through the points", 0.75, Level(zero=1.0, full=0.05, too_good=-1.0)),
    Score("length", "it has been shown enough points", 0.25, Level(zero=0.0, full=10.0)),
)


def measure(run):
    slope = 1 + torch.rand((), generator=run.generator("slope"))
    x = torch.linspace(-1, 1, 20)
    with run.part("error"), run.worker() as worker:
        trained = worker.train("train", x, slope * x, STEPS, run.progress("fitting"), seed=run.seed("weights"))
        state = checked_state(trained.get("state"), 4, {"weight": torch.zeros(())})
        run.claim("history", trained.get("history"))
        run.score("error", (state["weight"] - slope).abs().item())
    with run.part("length"):
        run.score("length", len(x))
    run.figure("line", lambda: b"<svg/>")


def explain(values):
    if values.get("error", 0) > 0.5:
        yield Finding("wrong_way", "Which way does the gradient point?")
'''

RECIPES = '''"""Beside the student's code."""

import torch


def train(student, x, y, steps, report=None):
    """Fit by the student's function."""
    if report is not None:
        report(0.5, 1.0)
    weight = student.fit.descend(torch.zeros(()), x, y, steps)
    return {"state": {"weight": weight}, "history": {"loss": [1.0, 0.5]}}
'''


def load_course(root: Path) -> tuple[Assignment, Task]:
    """Write the course and return its assignment and its task."""
    folder = root / "solutions" / "lines"
    for name, content in {
        "outline.md": OUTLINE, "fit.py": FIT, "hidden/test_fit.py": CHECKS, "training/line.py": TASK,
        "training/recipes.py": RECIPES,
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    assignment = Course(root).assignment("lines")
    (task,) = training_tasks(assignment)
    return assignment, task
