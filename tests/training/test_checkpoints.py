"""Checkpoints of the full budget: written by students, scored beside the marks, refused where they are anything else."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from zipfile import ZipFile

import pytest
import torch
from rich.console import Console
from safetensors.torch import load, save
from training.trained_course import FIT, load_course

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.errors import UsageError
from autograder.results.schema import CheckResult
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.student.train import train_folder
from autograder.submission import Limits, Submission, read_submission
from autograder.training import checkpoint
from autograder.training.checkpoint import add_checkpoints, score_checkpoint
from autograder.training.full_size import in_full
from autograder.training.grade import Trained, TrainingOptions, train_submission
from autograder.training.task import Task, find_task
from autograder.training.worlds import DataSource

OPTIONS = TrainingOptions("a run", DataSource())
SLOPE = "0/train/state/weight"


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assignment, Task]:
    """The course, whose task has a full budget; the slope is the same in every run, as digits are."""
    root = tmp_path_factory.mktemp("lines")
    assignment, task = load_course(root)
    task.path.with_name("full.toml").write_text("[line]\ntimes = 3\ngiven = 1\n")
    text = task.path.read_text().replace('1 + torch.rand((), generator=run.generator("slope"))', "torch.tensor(1.5)")
    task.path.write_text(text)
    return assignment, task


@pytest.fixture(scope="module")
def written(lines: tuple[Assignment, Task]) -> bytes:
    """What a student's run in full writes."""
    _, task = lines
    work = task.path.parents[1]
    train_folder(task.id, work, work / "figures", "cpu", None, 0, Console(quiet=True), budget="full")
    return (work / "checkpoints" / "line.safetensors").read_bytes()


def test_the_full_budget_says_how_much_longer_it_is(lines: tuple[Assignment, Task]) -> None:
    """The task's own words name the steps of the short one; and that an interruption loses what has been trained."""
    _, task = lines
    text, work = io.StringIO(), task.path.parents[1]
    train_folder(task.id, work, work / "figures", "cpu", None, 0, Console(file=text, width=200), budget="full")
    assert "3 times the steps" in text.getvalue()
    assert "on 1 images" in text.getvalue()
    assert "begins anew" in text.getvalue()


def graded(lines: tuple[Assignment, Task], sandbox: ZygoteHost, data: bytes, source: str = FIT) -> Trained:
    """A submission with a checkpoint, behind walls."""
    assignment, task = lines
    submission = Submission("ada", {"fit.py": source.encode()}, (), "0" * 64, None, {}, {"line": data, "other": b""})
    (trained,) = train_submission(assignment, [task], submission.files, sandbox, (), OPTIONS)
    add_checkpoints(assignment, [trained], submission, sandbox, OPTIONS)
    return trained


def scored(lines: tuple[Assignment, Task], data: bytes) -> list[CheckResult]:
    """The scores of a checkpoint, in a task whose scoring needs no worker."""

    class Nobody:
        def limit(self, seconds: float) -> None:
            pass

        def close(self) -> None:
            pass

    return score_checkpoint(lines[1], data, Nobody, OPTIONS)[0]  # type: ignore[arg-type]


def test_the_full_budget_is_the_same_recipe_for_longer(lines: tuple[Assignment, Task], written: bytes) -> None:
    """As many times the steps as the table says; what is written is plain tensors."""
    assert in_full(lines[1]).measure.__globals__["STEPS"] == 150
    assert lines[1].measure.__globals__["STEPS"] == 50
    assert {name: tensor.shape for name, tensor in load(written).items()} == {SLOPE: torch.Size([])}


def test_a_checkpoint_is_scored_beside_the_marks(
    lines: tuple[Assignment, Task], written: bytes, warm_sandbox: ZygoteHost
) -> None:
    """Its scores carry no points, whatever they are; those of the training are as without it."""
    for data in (written, save({SLOPE: torch.tensor(9.0)})):
        trained = graded(lines, warm_sandbox, data)
        assert trained.result.score == trained.result.max_score == 10
        assert trained.result.checkpoint is not None
        assert all(one.score == one.max_score == 0 for one in trained.result.checkpoint)
        values = {one.name: one.value for one in trained.result.checkpoint}
        assert values["error"] == pytest.approx(abs(load(data)[SLOPE].item() - 1.5), abs=1e-4)
        figures = trained.drawn()
        assert any(name.startswith(f"{lines[1].id}.checkpoint,_") for name in figures)
        assert len(figures) == 2 * sum("checkpoint" not in name for name in figures)
    wrong = graded(lines, warm_sandbox, written, FIT.replace("weight - 0.1", "weight + 0.1"))
    assert wrong.result.score == 2.5


def test_work_without_one_has_no_entry(lines: tuple[Assignment, Task], warm_sandbox: ZygoteHost) -> None:
    """Nothing is scored that was not handed in."""
    assignment, task = lines
    submission = Submission("ada", {"fit.py": FIT.encode()}, (), "0" * 64, None, {})
    (trained,) = train_submission(assignment, [task], submission.files, warm_sandbox, (), OPTIONS)
    add_checkpoints(assignment, [trained], submission, warm_sandbox, OPTIONS)
    assert trained.result.checkpoint is None


class Opened:
    """Says so where it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("a checkpoint was unpickled",)


SOUND = {SLOPE: torch.tensor(1.5)}
FORGED = {
    "a pickle": pickle.dumps(Opened()),
    "nothing": b"",
    "a header that promises too much": (2**60).to_bytes(8, "little") + b"{}",
    "a header of nothing but names": (lambda names: len(names).to_bytes(8, "little") + names)(
        b"{%s}" % b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % number for number in range(30_000))
    ),
    "eight bits a number": save({SLOPE: torch.tensor(1.5).to(torch.float8_e4m3fn), "x": torch.zeros(1)}),
    "a deep header": (200_000).to_bytes(8, "little") + b"[" * 200_000,
    "cut short": save({SLOPE: torch.zeros(1000)})[:-7],
    "a hook": save(SOUND | {"hook": torch.zeros(1)}),
    "an entry more": save(SOUND | {"0/train/hooks/forward": torch.zeros(1)}),
    "a training more": save(SOUND | {"1/train/state/weight": torch.zeros(1)}),
    "a parameter more": save(SOUND | {"0/train/state/stored": torch.zeros(1)}),
    "data in a parameter's place": save({SLOPE: torch.zeros(9)}),
    "of another task": save({"0/train_vae/state/weight": torch.tensor(1.5)}),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_anything_else_is_refused_in_one_line(lines: tuple[Assignment, Task], forgery: str) -> None:
    """And every score that needs it stays without a value; a sound one has them."""
    found = scored(lines, FORGED[forgery])
    assert found[0].value is None
    assert found[0].status != "passed"
    assert found[0].message.startswith("The checkpoint is not scored: ") or found[0].message.startswith("Not measured: ")
    assert "\n" not in found[0].message
    assert len(found[0].message) < 250
    assert scored(lines, save(SOUND))[0].value == 0


TWICE = """

def measure(run):
    from autograder.training.beside import Unusable

    with run.part("error"), run.worker() as worker:
        for _ in range(2):
            weight = checked_state(worker.train("train").get("state"), 4)["weight"]
            if not weight.isfinite():
                raise Unusable("a weight is not a number")
        run.score("error", weight.item())
    with run.part("length"), run.worker() as worker:
        run.score("length", checked_state(worker.train("train_again").get("state"), 4)["weight"].item())
"""


def test_a_part_that_ends_early_is_charged_alone(tmp_path: Path) -> None:
    """What it has not come to is neither taken for something that was smuggled in, nor given to the next part."""
    _, task = load_course(tmp_path)
    task.path.with_name("full.toml").write_text("[line]\ntimes = 3\ngiven = 1\n")
    task.path.write_text(task.path.read_text() + TWICE)

    def found(first: float, *more: str) -> list[CheckResult]:
        weights = {"0/train": first, "1/train": 0.5, "2/train_again": 10.0} | dict.fromkeys(more, 1.0)
        data = save({f"{name}/state/weight": torch.tensor(value) for name, value in weights.items()})
        return scored((None, task), data)  # type: ignore[arg-type]

    assert [one.value for one in found(1.0)] == [0.5, 10.0]
    broken = found(float("nan"))
    assert broken[0].message == "Not measured: a weight is not a number."
    assert broken[1].value == 10.0
    assert all("1 more than the task's trainings" in one.message for one in found(1.0, "3/train"))


def test_a_checkpoint_has_a_size(lines: tuple[Assignment, Task], monkeypatch: pytest.MonkeyPatch) -> None:
    """Larger ones are refused before anything is read of them."""
    monkeypatch.setattr(checkpoint, "MOST_BYTES", 10)
    assert "larger than" in scored(lines, save(SOUND))[0].message


def test_a_long_list_of_tensors_is_not_made(lines: tuple[Assignment, Task], monkeypatch: pytest.MonkeyPatch) -> None:
    """The witness: safetensors makes an object of each."""
    data = FORGED["a header of nothing but names"]
    assert len(load(data)) == 30_000
    monkeypatch.setattr(checkpoint.safetensors.torch, "load", None)
    assert "lists more tensors" in scored(lines, data)[0].message


def test_a_task_without_a_full_budget_says_so(lines: tuple[Assignment, Task], tmp_path: Path) -> None:
    """And which tasks have one."""
    _, task = load_course(tmp_path)
    with pytest.raises(UsageError, match="line has no full budget"):
        in_full(task)


def hand_in(folder: Path, data: bytes) -> Path:
    """A submission with a checkpoint, as a folder."""
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "fit.py").write_text(FIT)
    (folder / "checkpoints" / "line.safetensors").write_bytes(data)
    return folder


def test_checkpoints_are_kept_apart_from_files(tmp_path: Path, written: bytes) -> None:
    """Workers that run checks do not get them; they count for what a submission is, in a folder as in a zip."""
    folder = hand_in(tmp_path / "ada", written)
    found = read_submission(folder, {"fit.py"})
    assert set(found.files) == {"fit.py"}
    assert found.checkpoints == {"line": written}
    with ZipFile(tmp_path / "ada.zip", "w") as archive:
        archive.write(folder / "fit.py", "fit.py")
        archive.write(folder / "checkpoints" / "line.safetensors", "checkpoints/line.safetensors")
    assert read_submission(tmp_path / "ada.zip", {"fit.py"}).sha256 == found.sha256
    (folder / "checkpoints" / "line.safetensors").unlink()
    assert read_submission(folder, {"fit.py"}).sha256 != found.sha256


def test_large_checkpoints_and_many_are_noted(tmp_path: Path) -> None:
    """Beyond the limits they are left out, in a line each."""
    folder = hand_in(tmp_path / "ada", bytes(100))
    (folder / "checkpoints" / "other.safetensors").write_bytes(bytes(10))
    found = read_submission(folder, {"fit.py"}, Limits(checkpoint_bytes=50))
    assert set(found.checkpoints) == {"other"}
    assert any("checkpoints/line.safetensors" in note for note in found.notes)
    found = read_submission(folder, {"fit.py"}, Limits(checkpoints=1))
    assert len(found.checkpoints) == 1


@pytest.mark.course
def test_a_full_budget_may_have_batches_of_its_own() -> None:
    """As the deep U-Net's on a GPU; the short budget stays as it is."""
    task = find_task(open_course().assignment("diffusion"), "cifar")
    full = in_full(task).measure.__globals__
    assert (full["STEPS"], full["BATCH"]) == (20_000, 128)
    assert (task.measure.__globals__["STEPS"], task.measure.__globals__["BATCH"]) == (16, 8)
