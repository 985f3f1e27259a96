"""Every training task of the course: it loads, its shares and levels make sense, its variants are current."""

from __future__ import annotations

import pytest
import torch

from autograder.audit.training_variants import answers
from autograder.course.course import open_course
from autograder.runtime.serving import REPLY_LIMIT, encodable
from autograder.scores.levels import Window
from autograder.training.records.record import credits_of, read_record
from autograder.training.task import Task, training_tasks
from autograder.wire import codec

COURSE = open_course()
TASKS = [(name, task) for name in COURSE.names() for task in training_tasks(COURSE.assignment(name))]


@pytest.mark.parametrize(("name", "task"), TASKS, ids=[task.id for _, task in TASKS])
def test_a_task_has_variants_that_fit_the_references(name: str, task: Task) -> None:
    """At least three right answers in another way, and wrong ones; a text that changed is noticed here."""
    found = list(answers(COURSE.assignment(name), task))
    kinds = [answer.kind for answer in found]
    assert kinds.count("reference") == 1
    assert kinds.count("alternative") >= 3
    assert kinds.count("wrong") >= 3
    assert any(answer.separable for answer in found if answer.kind == "wrong")
    assert len({answer.name for answer in found}) == len(found)
    for answer in found:
        for file, source in answer.files.items():
            compile(source, file, "exec")


@pytest.mark.parametrize(("name", "task"), TASKS, ids=[task.id for _, task in TASKS])
def test_a_task_is_worth_something_and_builds_on_exercises(name: str, task: Task) -> None:
    """Its scores are told apart, and what it uses exists."""
    assert task.points > 0
    assert len({score.name for score in task.scores}) == len(task.scores)
    assert all(score.share > 0 and score.title for score in task.scores)
    assert task.uses
    for key in task.uses:
        assert COURSE.assignment(name).exercise(key).key == key


@pytest.mark.parametrize(("name", "task"), TASKS, ids=[task.id for _, task in TASKS])
def test_the_largest_network_that_a_task_takes_can_be_sent(name: str, task: Task) -> None:
    """Its state dict is one answer of a worker: one that is refused there is nothing that a student could mend."""
    most = task.measure.__globals__.get("MOST_NUMBERS", 0)  # of float32
    history = 20_000 * 2**6
    assert 4 * most + history <= REPLY_LIMIT


def test_an_answer_of_the_greatest_size_is_sent() -> None:
    """The limit is that of a frame, less what is around the answer; a frame more is an error of the answer alone."""
    reply = ["ok", {"weight": torch.zeros(REPLY_LIMIT // 4 - 1000)}]
    assert encodable(reply) is reply
    assert len(codec.encode([2**40, "reply", [reply]], REPLY_LIMIT + 4096)) <= codec.MAX_FRAME
    assert encodable(["ok", torch.zeros(REPLY_LIMIT // 4)])[:2] == ["error", "EncodeError"]


@pytest.mark.parametrize(("name", "task"), TASKS, ids=[task.id for _, task in TASKS])
def test_the_record_is_of_this_task(name: str, task: Task) -> None:
    """A record holds at least twenty runs of the reference, of the files as they are, and its errors are what is promised."""
    record = read_record(task.record_on(fallback=False))
    assert record is not None
    reference, *others = answers(COURSE.assignment(name), task)
    known = record.variants["reference"]
    assert known.digest == reference.digest(task)
    assert len(known.runs) >= 20
    assert record.errors is not None
    assert record.errors.false_reject <= 1e-3
    assert record.errors.refused_alternatives == 0
    assert record.errors.accepted == 0
    assert {answer.name for answer in others} <= set(record.variants)


@pytest.mark.parametrize(("name", "task"), TASKS, ids=[task.id for _, task in TASKS])
def test_levels_on_other_data_are_of_the_same_kind(name: str, task: Task) -> None:
    """A score that is a window stays one."""
    for score in task.scores:
        assert isinstance(score.level_on(True), Window) == isinstance(score.level, Window)


def test_every_task_of_the_outlines_can_be_run() -> None:
    """Points that cannot be earned are no points."""
    there = {task.id for _, task in TASKS}
    asked = {task.id for name in COURSE.names() for task in COURSE.assignment(name).training}
    assert asked == there


@pytest.mark.parametrize(
    ("bound", "units", "fallback"), [(38.64, 6, False), (36.7, 4, False), (37.33, 8, False), (17.43, 8, True)]
)
def test_a_deep_network_earns_what_a_shallow_one_does(bound: float, units: int, fallback: bool) -> None:
    """As measured: three and four layers on each side learn more slowly, and all that was asked for is that they learn."""
    task = next(task for _, task in TASKS if task.id == "vae.training.vae_mnist")
    credits = credits_of(task, {"your_bound": bound, "your_active_units": float(units)}, fallback)
    assert credits["your_bound"] == credits["your_active_units"] == 1.0


@pytest.mark.parametrize(("mean_image", "fallback"), [(45.5, False), (19.9, True)])
def test_the_mean_of_all_images_earns_nothing(mean_image: float, fallback: bool) -> None:
    """Nor do the coordinates beside it."""
    task = next(task for _, task in TASKS if task.id == "vae.training.vae_mnist")
    credits = credits_of(task, {"your_bound": mean_image, "your_active_units": 8.0}, fallback)
    assert credits["your_bound"] == credits["your_active_units"] == 0.0


def test_a_score_that_needs_another_counts_with_it_only() -> None:
    """Latent coordinates that carry anything but images are worth nothing."""
    task = next(task for _, task in TASKS if task.id == "vae.training.vae_mnist")
    values = {"our_bound": 31.0, "our_kl": 9.3, "your_bound": 31.0, "your_active_units": 16.0}
    assert set(credits_of(task, values).values()) == {1.0}
    stuffed = credits_of(task, {**values, "your_bound": 182.7})
    assert (stuffed["your_bound"], stuffed["your_active_units"]) == (0.0, 0.0)
    stored = credits_of(task, {**values, "your_bound": 20.0})
    assert (stored["your_bound"], stored["your_active_units"]) == (0.0, 0.0)


@pytest.mark.parametrize(("name", "task"), TASKS, ids=[task.id for _, task in TASKS])
def test_what_stands_in_has_levels_for_all_scores_or_none(name: str, task: Task) -> None:
    """One score without a level, and the whole task is not judged where MNIST cannot be had; a record says that it is."""
    has_levels = [score.fallback is not None for score in task.scores]
    assert not task.record_on(fallback=True).is_file() or all(has_levels)
