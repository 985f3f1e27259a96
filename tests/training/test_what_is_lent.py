"""Functions lent to a training: every one of the course works there, and what cannot leave a worker stays the student's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.course.course import open_course
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.lent import takes_plain_values
from autograder.training.grade import TrainingOptions, lent_pieces, train_submission
from autograder.training.task import Task, training_tasks
from autograder.training.worlds import DataSource

COURSE = open_course()
TASKS = [(name, task) for name in COURSE.names() for task in training_tasks(COURSE.assignment(name))]
OPTIONS = TrainingOptions("a test", DataSource(download=False, stand_in=True))
SMALL = {
    "STEPS": 2, "VAE_STEPS": 2, "ODE_STEPS": 10, "BATCH": 8, "GIVEN": 300, "HIDDEN": 40, "SAMPLES": 300, "COMPARED": 8,
    "OF_EACH": 1, "POINTS": 20, "WEIGHTS": (1e-1, 1e-2, 1e-5, 0.0), "IMAGES": 4, "SHOWN": (),
}  # fmt: skip
"""Sizes at which a training takes a second."""
RAISED = ("raised an error", "not been written")


def of_values(x: Tensor, n: int, p: float = 0.1, eps: Tensor | None = None, sizes: Sequence[int] = (), *more: Tensor) -> None:
    """Whose arguments are all plain."""


def of_network(network: nn.Module, x: Tensor) -> None:
    """Of a network."""


def of_function(x: Tensor, f: Callable[..., Tensor]) -> None:
    """Of a function."""


def of_generator(x: Tensor, generator: torch.Generator | None = None) -> None:
    """Of a generator."""


def of_anything(x: Any) -> None:
    """Of who knows what."""


def unannotated(x) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Which does not say."""


@pytest.mark.parametrize(
    ("function", "plain"),
    [(of_values, True), *((one, False) for one in (of_network, of_function, of_generator, of_anything, unannotated))],
)
def test_what_can_leave_a_worker_is_read_off_the_annotations(function: Callable[..., Any], plain: bool) -> None:
    """Values and containers of values can; a network, a function or a generator lives where it is."""
    assert takes_plain_values(function) is plain


@pytest.mark.course
@pytest.mark.processes
@pytest.mark.parametrize(("name", "task"), TASKS, ids=[task.id for _, task in TASKS])
def test_whatever_is_lent_to_a_training_works_there(
    name: str, task: Task, monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost
) -> None:
    """All of it at once; a submission's own functions were said to have raised an error where a lent one had."""
    assignment = COURSE.assignment(name)
    for constant, value in SMALL.items():
        if constant in task.measure.__globals__ and not (constant == "SHOWN" and task.name == "guidance"):
            monkeypatch.setitem(task.measure.__globals__, constant, value)
    assert lent_pieces(assignment, task, task.uses) or all(key.split(".")[0] in ("model", "made") for key in task.uses)
    (trained,) = train_submission(assignment, [task], assignment.reference_files(), warm_sandbox, task.uses, OPTIONS)
    if trained.run is None:
        pytest.skip(trained.result.note)
    ended = [part.message for part in trained.run.parts if part.status != "passed"]
    assert [message for message in ended if any(words in message for words in RAISED)] == []
