"""What the values of calibrated answers are said to show: true of wrong ones, and nothing of right ones."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from autograder.course.course import open_course
from autograder.training.outcome import result_of
from autograder.training.records.record import credit, read_record
from autograder.training.run import TrainingRun
from autograder.training.task import Task, find_task, training_tasks
from autograder.training.worlds import DataSource

COURSE = open_course()
TASKS = [task for name in COURSE.names() for task in training_tasks(COURSE.assignment(name))]

NOT_SHOWN = {
    ("vae.beta_sweep", "beta_at_most_one"): "beta_ignored",
    ("vae.beta_sweep", "never_steps"): "beta_ignored",
    ("vae.beta_sweep", "reconstruction_mean_over_pixels"): "beta_ignored",
    ("diffusion.ddpm", "start_clipped"): "noise_at_the_end",
    ("gan.toy_gan", "one_latent"): "players_not_opposed",
}
"""Wrong answers whose values resemble those of another mistake, and the finding that would be false."""


def found(task: Task, kinds: tuple[str, ...], fallback: bool = False) -> Iterator[tuple[str, set[str]]]:
    """Names of recorded answers of some kinds, with the findings of their runs."""
    record = read_record(task.record_on(fallback))
    for name, variant in (record.variants if record is not None else {}).items():
        if variant.kind in kinds:
            for run in variant.runs:
                values = {key: math.nan if value is None else value for key, value in run.values.items()}
                yield name, {finding.misconception for finding in task.explain(values)}


@pytest.mark.parametrize("task", TASKS, ids=[task.id for task in TASKS])
@pytest.mark.parametrize("fallback", [False, True], ids=["own data", "other data"])
def test_a_right_answer_shows_no_mistake(task: Task, fallback: bool) -> None:
    """Whatever the seed."""
    assert [(name, shown) for name, shown in found(task, ("reference", "alternative"), fallback) if shown] == []


@pytest.mark.parametrize(("task", "answer"), NOT_SHOWN, ids=["-".join(one) for one in NOT_SHOWN])
def test_a_mistake_is_not_taken_for_another(task: str, answer: str) -> None:
    """The finding of the similar mistake is kept to that one."""
    assignment, _, name = task.partition(".")
    shown = [findings for one, findings in found(find_task(COURSE.assignment(assignment), name), ("wrong",)) if one == answer]
    assert shown
    assert all(NOT_SHOWN[task, answer] not in findings for findings in shown)


@pytest.mark.parametrize("answer", ["drops_none", "drops_to_zero", "drops_whole_batches"])
def test_words_about_the_null_label_hold_for_whatever_keeps_it_from_being_seen(answer: str) -> None:
    """Their values are the same: it may be missing, replaced by another label, or chosen by one coin for all labels."""
    task = find_task(COURSE.assignment("diffusion"), "guidance")
    record = read_record(task.record_on(fallback=False))
    assert record is not None
    values = {key: math.nan if value is None else value for key, value in record.variants[answer].runs[0].values.items()}
    hints = [one.hint for one in task.explain(values) if one.misconception == "null_label_not_taught"]
    assert len(hints) == 1
    assert "What replaces a dropped label" in hints[0]
    assert "a draw of its own" in hints[0]


@pytest.mark.parametrize("word", ["reach", "each single score", "all pixels", "grow"])
@pytest.mark.parametrize("slope", [23.8, 65.6, 225.2, 2.55e5])
def test_whatever_leaves_a_critic_steep_is_asked_for(slope: float, word: str) -> None:
    """The norm of each row of an image alone, that of a mean, no gradient, and a penalty with the wrong sign, as measured."""
    task = find_task(COURSE.assignment("gan"), "wgan_gp")
    (finding,) = task.explain({"frechet": 1300.0, "slope": slope})
    assert word in finding.hint
    assert "no penalty" not in finding.hint


@pytest.mark.parametrize("word", ["drift", "score", "noise"])
def test_whatever_can_be_wrong_with_a_step_of_the_sde_is_asked_for(word: str) -> None:
    """A drift of twice its size looks like noise of the wrong size."""
    task = find_task(COURSE.assignment("frontier"), "sde_versus_ddpm")
    (finding,) = task.explain({"sde_difference": 1.79, "ode_difference": 0.14})
    assert word in finding.hint


def test_mixed_labels_are_not_taken_for_dropped_ones() -> None:
    """On the digits that stand in, too, where their values come near to each other."""
    task = find_task(COURSE.assignment("diffusion"), "guidance")
    shown = [findings for kind in (False, True) for name, findings in found(task, ("wrong",), kind) if name == "labels_mixed"]
    assert shown
    assert all("all_labels_dropped" not in findings for findings in shown)


@pytest.mark.parametrize("task", TASKS, ids=[task.id for task in TASKS])
def test_every_finding_is_shown_by_some_wrong_answer(task: Task) -> None:
    """A condition that nothing meets would never be noticed."""
    shown = set().union(*(findings for _, findings in found(task, ("wrong",))))
    everything = {constant for constant in task.explain.__code__.co_consts if isinstance(constant, str)}
    named = {text for text in everything if text.isidentifier() and "_" in text} - {score.name for score in task.scores}
    assert named <= shown


@pytest.mark.parametrize("distance", [0.058, 0.207, 0.352, 0.998, 13.5])
def test_samples_astray_are_told_of_without_a_guess_at_the_reason(distance: float) -> None:
    """Half of the noise, a network without its coefficients, no scale, its square, and the noise itself, as measured."""
    task = find_task(COURSE.assignment("frontier"), "consistency")
    (finding,) = task.explain({"end_point_error": 0.075, "sample_distance": distance})
    assert "start" in finding.hint
    assert "answer" in finding.hint
    assert not list(task.explain({"end_point_error": 9.6, "sample_distance": 0.0015}))


@pytest.mark.parametrize("answer", ["beta_ignored", "beta_on_both", "beta_added", "kl_missing"])
def test_a_beta_that_changes_nothing_is_not_said_to_be_lost(answer: str) -> None:
    """Both parts may be multiplied by it, or none."""
    task = find_task(COURSE.assignment("vae"), "beta_sweep")
    record = read_record(task.record_on(fallback=False))
    assert record is not None
    values = {key: math.nan if value is None else value for key, value in record.variants[answer].runs[0].values.items()}
    (finding,) = task.explain(values)
    assert "lost" not in finding.hint
    assert "multiply" in finding.hint


def test_labels_dropped_in_the_first_batches_alone_are_not_said_to_be_kept() -> None:
    """A fifth of all labels, as measured."""
    task = find_task(COURSE.assignment("diffusion"), "guidance")
    (finding,) = task.explain({"lost_without_label": 0.0226, "label_gain": 0.0259})
    assert "no label became it" not in finding.hint
    assert "How many" in finding.hint


@pytest.mark.parametrize("cause", ["divided by zero", "logarithm", "grown without bound"])
def test_a_value_that_is_no_number_is_not_said_to_have_overflowed(cause: str) -> None:
    """A function of the student's may have returned it, without any training."""
    task = find_task(COURSE.assignment("frontier"), "latent_diffusion")
    run = TrainingRun(task, pytest.fail, DataSource(), "a run", values=dict.fromkeys(("decoding_error",), math.nan))
    said = {check.name: check.message for check in result_of(task, run).checks}["decoding_error"]
    assert cause in said
    assert "overflowed" not in said


@pytest.mark.parametrize("answer", ["generator_sign", "generator_hinge", "both_called_real", "generator_detached"])
def test_a_price_is_no_achievement_where_it_buys_nothing(answer: str) -> None:
    """Losses that lead away from the digits cost squared error, too."""
    task = find_task(COURSE.assignment("gan"), "adversarial_weight")
    record = read_record(task.record_on(fallback=False))
    assert record is not None
    assert [credit(task, run) for run in record.variants[answer].runs] == [0.0] * len(record.variants[answer].runs)
    assert all(credit(task, run) == 1.0 for run in record.variants["reference"].runs)
