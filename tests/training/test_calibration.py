"""Calibration on a task of milliseconds: what an answer has in common with the reference is not trained again."""

from __future__ import annotations

from pathlib import Path

import pytest
from training import trained_course
from training.trained_course import FIT, TASK, load_course

from autograder.audit import calibration
from autograder.audit.calibration import Plan, missing_runs, settle, unchanged
from autograder.audit.training_variants import answers
from autograder.course.assignment import Assignment
from autograder.training.grade import TrainingOptions, train_modules
from autograder.training.records.record import read_record, write_record
from autograder.training.task import Task
from autograder.training.worlds import DataSource

VARIANTS = """
[line.wrong.twice]
change = [["fit", "(2 * (weight * x - y) * x)", "(2 * (2 * weight * x - y) * x)"]]
[line.alternative.by_mean]
change = [["fit", ".mean()", ".sum() / len(x)"]]
"""
TWO_PARTS = TASK.replace(
    'with run.part("length"):\n        run.score("length", len(x))',
    """with run.part():
        run.worker()
        raise AssertionError("a figure that nobody wants")
    with run.part("length"), run.worker() as worker:
        twice = worker.call("twice", slope)
        run.score("length", twice.item() + 20)
    with run.part("a stage that others rest on"), run.worker():
        run.notes.append("begun")""",
)
RECIPES = trained_course.RECIPES + "\n\ndef twice(student, x):\n    return 2 * x\n"


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Assignment, Task]:
    """A task of two parts, with a wrong answer and a right one."""
    monkeypatch.setattr(trained_course, "TASK", TWO_PARTS)
    monkeypatch.setattr(trained_course, "RECIPES", RECIPES)
    found = load_course(tmp_path)
    (tmp_path / "solutions" / "lines" / "training" / "variants.toml").write_text(VARIANTS)
    return found


@pytest.mark.parametrize("wanted", [["error"], ["length"], [], ["error", "length"]])
def test_parts_that_nobody_wants_are_left_out(lines: tuple[Assignment, Task], wanted: list[str]) -> None:
    """What the others measure is the same; a stage that no score is named after takes place all the same."""
    assignment, task = lines
    everything = {"error", "length"}
    options = TrainingOptions("a run", DataSource(), wanted=wanted)
    some = train_modules(assignment, task, {"fit.py": FIT.encode()}, options).run
    assert some is not None
    assert some.values.keys() == set(wanted) & everything
    assert some.notes == ["begun"]


def test_what_an_answer_does_not_change_is_taken_from_the_reference(
    lines: tuple[Assignment, Task], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its first run shows what that is; the values are those of a whole run."""
    assignment, task = lines
    plan = Plan(tmp_path, "lines", "line", DataSource())
    monkeypatch.setattr(calibration, "_task", lambda plan: (assignment, task, {one.name: one for one in answers(*lines)}))
    monkeypatch.setattr(calibration, "yardstick", lambda repeats: 1.0)
    asked: list[tuple[str, int, list[str]]] = []
    train = calibration.train_modules

    def noted(assignment: Assignment, task: Task, files: dict[str, bytes], options: TrainingOptions) -> object:
        asked[-1][2].extend(options.wanted or ())
        return train(assignment, task, files, options)

    monkeypatch.setattr(calibration, "train_modules", noted)
    while runs := missing_runs(plan, seeds=3, wrong_seeds=2):
        for name, seed in runs:
            asked.append((name, seed, []))
            calibration._note(plan, calibration._run(plan, name, seed))
    first = [*(("reference", seed) for seed in range(3)), ("by_mean", 0), ("twice", 0)]
    assert asked[:5] == [(name, seed, ["error", "length"]) for name, seed in first]
    later = {name: wanted for name, seed, wanted in asked if seed == 1 and name != "reference"}
    assert later == {"by_mean": [], "twice": ["error"]}
    record = settle(plan)
    assert record is not None
    right, twice = (record.variants[name].runs[1].values for name in ("reference", "twice"))
    assert right["length"] == twice["length"]
    assert right["error"] != twice["error"]
    assert record.variants["by_mean"].runs[1].values == right


def test_nothing_is_taken_from_runs_of_other_files(lines: tuple[Assignment, Task], tmp_path: Path) -> None:
    """Nor for the reference, nor where it has not been run."""
    assignment, task = lines
    found = {one.name: one for one in answers(assignment, task)}
    assert unchanged(task, None, found, "twice", 1) == {}
    value = {"error": 0.0, "length": 22.0}

    def variant(name: str, seeds: int, digest: str | None = None) -> calibration.Variant:
        runs = [calibration.Run(seed=seed, values=value, cpu_seconds=1) for seed in range(seeds)]
        return calibration.Variant(kind=found[name].kind, digest=digest or found[name].digest(task), runs=runs)

    machine = calibration.Machine(device="cpu", processor="", threads=1, python="", torch="", dataset="")
    record = calibration.Record(task=task.id, date="", machine=machine)
    record.variants = {"reference": variant("reference", 2), "twice": variant("twice", 1)}
    assert unchanged(task, record, found, "twice", 1) == value
    assert unchanged(task, record, found, "twice", 2) == {}
    assert unchanged(task, record, found, "reference", 1) == {}
    record.variants["twice"] = variant("twice", 1, "of an earlier form")
    assert unchanged(task, record, found, "twice", 1) == {}


def test_a_record_tells_that_its_runs_are_of_two_machines(
    lines: tuple[Assignment, Task], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each is named, the one of the latest run apart."""
    assignment, task = lines
    plan = Plan(tmp_path, "lines", "line", DataSource())
    monkeypatch.setattr(calibration, "_task", lambda plan: (assignment, task, {one.name: one for one in answers(*lines)}))
    for processor in ("one", "one", "other", "one"):
        machine = calibration.Machine(device="cpu", processor=processor, threads=1, python="", torch="", dataset="")
        run = calibration.Run(seed=0, values={"error": 0.0}, cpu_seconds=1)
        record = read_record(task.record_on(False))
        if record is not None:
            record.variants.clear()
            write_record(record, task.record_on(False))
        calibration._note(plan, calibration.Finished("reference", run, machine))
    record = read_record(task.record_on(False))
    assert record is not None
    assert record.machine.processor == "one"
    assert {one.processor for one in record.elsewhere} == {"other"}
