"""Training tasks on real data: the reference earns everything, a wrong answer does not.

One on images, one on points, and those of a few seconds; all of them with ``AUTOGRADER_TRAINING=all``, as `make test-training`
sets it.
"""

from __future__ import annotations

import os

import pytest

from autograder.audit.training_variants import answers
from autograder.course.course import open_course
from autograder.data.locate import DATA_VARIABLE
from autograder.training.grade import TrainingOptions, train_modules
from autograder.training.task import Task, training_tasks
from autograder.training.worlds import DataSource

COURSE = open_course()
WRONG = {
    "vae.training.vae_mnist": "kl_half",
    "flows.training.two_moons": None,
    "diffusion.training.ddim": None,
    "frontier.training.consistency": None,
}
"""The tasks of every run, each with the wrong answer that is tried; None stands for the first one."""


def wanted() -> list[tuple[str, Task]]:
    """The tasks to run, with their assignments."""
    tasks = [(name, task) for name in COURSE.names() for task in training_tasks(COURSE.assignment(name))]
    everything = os.environ.get("AUTOGRADER_TRAINING") == "all"
    return [(name, task) for name, task in tasks if everything or task.id in WRONG]


@pytest.mark.course
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("name", "task"), wanted(), ids=[task.id for _, task in wanted()])
def test_the_reference_earns_everything_and_a_wrong_answer_does_not(name: str, task: Task) -> None:
    """On images of a seed that no calibration has seen."""
    if task.data and not os.environ.get(DATA_VARIABLE):
        pytest.skip(f"{DATA_VARIABLE} names no folder with {task.data}")
    assignment = COURSE.assignment(name)
    reference, *others = answers(assignment, task)
    wrong = [one for one in others if one.kind == "wrong" and one.separable]
    chosen = next((one for one in wrong if one.name == WRONG.get(task.id)), wrong[0])
    options = TrainingOptions("a test", DataSource(download=False))
    assert train_modules(assignment, task, reference.files, options).result.status == "passed"
    assert train_modules(assignment, task, chosen.files, options).result.status != "passed"
