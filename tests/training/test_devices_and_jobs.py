"""Nothing that is trained or measured depends on where it happens: on the device, on how many graders there are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from shared_sandbox import Shared
from torch import Tensor
from training.trained_course import FIT, load_course

from autograder.commands.grade import train_reference
from autograder.course.course import open_course
from autograder.data.image_set import ImageSet
from autograder.data.locate import DATA_VARIABLE
from autograder.data.secret_world import SecretWorld
from autograder.errors import DataMissing
from autograder.grading import crew
from autograder.grading import grader as grading
from autograder.grading.class_run import ClassRun
from autograder.grading.options import GradeOptions
from autograder.results.store import load_results
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.scores.class_accuracy import class_shares, label_accuracy
from autograder.scores.coverage import coverage
from autograder.scores.denoising import score_denoising
from autograder.scores.elbo import score_elbo
from autograder.scores.energy_distance import energy_distance
from autograder.scores.features import describe, load_classifier
from autograder.scores.flows.density import score_density
from autograder.scores.frechet import frechet_distance
from autograder.scores.kernel_distance import kernel_distance
from autograder.scores.memorisation import score_memorisation
from autograder.scores.paired_error import paired_rmse
from autograder.scores.sample_distance import sample_distance, within_class_distance
from autograder.scores.verified_made import plain_nll, verified_nll
from autograder.training.grade import TrainingOptions, train_modules
from autograder.training.run import TrainingRun
from autograder.training.worlds import DataSource

META = torch.device("meta")


def there(*shape: int) -> Tensor:
    """A tensor on a device where nothing is computed, and which refuses to meet tensors of another one."""
    return torch.zeros(*shape, device=META)


def generator() -> torch.Generator:
    """Random numbers, which are drawn on the CPU wherever they are used."""
    return torch.Generator().manual_seed(0)


LABELS = torch.zeros(40, dtype=torch.int64, device=META)
SCORES: dict[str, Callable[[], object]] = {
    "classes": lambda: (class_shares(there(40, 10)), label_accuracy(there(40, 10), LABELS)),
    "coverage": lambda: coverage(there(40, 64), there(40, 64)),
    "denoising": lambda: score_denoising(lambda x, t, y: 0 * x, there(40, 1, 14, 14), there(100), (5, 50), generator(),
                                         LABELS, 10),
    "bound": lambda: score_elbo(lambda x: (there(len(x), 16), there(len(x), 16)), lambda z: there(len(z), 1, 28, 28),
                                there(40, 1, 28, 28), generator()),
    "energy": lambda: energy_distance(there(40, 2), there(40, 2)),
    "density": lambda: score_density(lambda x: x.sum(1), there(40, 2), generator()),
    "frechet": lambda: frechet_distance(there(80, 64), there(80, 64)),
    "kernel": lambda: kernel_distance(there(40, 64), there(40, 64)),
    "memorisation": lambda: score_memorisation(there(400, 1, 28, 28), there(400, 1, 28, 28), there(400, 1, 28, 28)),
    "pairs": lambda: paired_rmse(there(40, 2), there(40, 2)),
    "samples": lambda: (sample_distance(there(40, 64), there(40, 64)), within_class_distance(there(40, 64), LABELS)),
    "made": lambda: (verified_nll(lambda x: 0 * x, there(4, 9), generator()), plain_nll(lambda x: 0 * x, there(4, 9))),
    "features": lambda: describe(load_classifier(), torch.zeros(4, 1, 28, 28)),
}  # fmt: skip


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What leaves the device as a number is one, so that the code goes on."""
    for name, answer in {"item": 1.0, "__bool__": True, "__float__": 1.0, "__int__": 1, "tolist": [1.0]}.items():
        original = getattr(Tensor, name)

        def told(self: Tensor, answer: Any = answer, original: Any = original) -> Any:
            return answer if self.device.type == "meta" else original(self)

        monkeypatch.setattr(Tensor, name, told)


@pytest.mark.parametrize("score", SCORES)
def test_scores_are_computed_where_their_tensors_are(numbers: None, score: str) -> None:
    """A tensor that is made on the CPU on the way would be refused."""
    SCORES[score]()


def test_the_device_does_refuse_tensors_of_another_one() -> None:
    """Or the tests above could not fail."""
    with pytest.raises(RuntimeError, match="device"):
        there(3) + torch.ones(3)


def test_images_of_a_world_lie_where_they_are_asked_for() -> None:
    """All three shares, in every disguise."""
    images = ImageSet("few", torch.zeros(60, 1, 28, 28, dtype=torch.uint8), torch.arange(60) % 10)
    for disguise in ("plain", "inverted", "transposed"):
        world = SecretWorld.from_seed(1, (disguise,)).draw(images, images, 20, 10, 20, META)  # type: ignore[arg-type]
        for share in (world.given, world.held, world.hidden):
            assert share.images.device.type == "meta"


def test_the_device_reaches_the_recipe(tmp_path: Path) -> None:
    """What a run is told is what the task hands on."""
    assignment, task = load_course(tmp_path)
    run = train_modules(assignment, task, {"fit.py": FIT.encode()}, TrainingOptions("a run", DataSource(), "meta")).run
    assert run is not None
    assert run.device == "meta"


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm_sandbox: ZygoteHost) -> Path:
    """The small course with a training task around the working folder, and three submissions."""
    load_course(tmp_path)
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    for place in (grading, crew):
        monkeypatch.setattr(place, "sandbox_for", lambda *args, **kwargs: Shared(warm_sandbox))
    open_course.cache_clear()
    for name, rate in (("ann", "0.1"), ("ben", "0.01"), ("cem", "0.2")):
        folder = tmp_path / "class" / name
        folder.mkdir(parents=True)
        (folder / "fit.py").write_text(FIT.replace("0.1 * gradient", f"{rate} * gradient"))
    yield tmp_path
    open_course.cache_clear()


def grade(root: Path, out: str, jobs: int = 1, *, resume: bool = False, **options: Any) -> ClassRun:
    """Grade the class with its training task."""
    chosen = GradeOptions(**{"seed": 5, "isolation": "best", "training": "with", **options})
    run = ClassRun("lines", chosen, root / out, frozenset({"json"}), quiet=True)
    run.grade([root / "class"], jobs, resume=resume)
    return run


def values(folder: Path) -> dict[str, list[float | None]]:
    """What was measured of each student, to the last bit that results keep."""
    results, _ = load_results(folder)
    return {
        one.stem: [check.value for task in one.result.exercises if task.kind == "training" for check in task.checks]
        for one in results
    }


def test_the_number_of_graders_changes_nothing(lines: Path) -> None:
    """The same submissions and seed: the same values."""
    grade(lines, "one", 1)
    grade(lines, "two", 2)
    found = values(lines / "one")
    assert found == values(lines / "two")
    assert len({str(value) for value in found.values()}) == 3


@pytest.mark.course
@pytest.mark.processes
@pytest.mark.timeout(600)
def test_a_real_task_is_the_same_with_any_number_of_graders(tmp_path: Path) -> None:
    """Images of the reference's sampler, twice at once and one after the other."""
    reference = open_course().assignment("diffusion").reference_files()
    for name in ("ann", "ben"):
        (tmp_path / "class" / name).mkdir(parents=True)
        for file, source in reference.items():
            (tmp_path / "class" / name / file).write_bytes(source)
    for jobs in ("1", "2"):
        command = [sys.executable, "-m", "autograder", "grade", "diffusion", str(tmp_path / "class"), "--only", "training.ddim"]
        options = [
            "--training-only",
            "--seed",
            "5",
            "--jobs",
            jobs,
            "--isolation",
            "best",
            "--out",
            str(tmp_path / f"jobs{jobs}"),
        ]
        subprocess.run([*command, *options, "--quiet"], check=True, timeout=300)
    found = values(tmp_path / "jobs1")
    assert found == values(tmp_path / "jobs2")
    assert all(found.values())
    figures = [sorted((tmp_path / f"jobs{jobs}" / "figures").rglob("*.svg")) for jobs in (1, 2)]
    assert [one.read_bytes() for one in figures[0]] == [one.read_bytes() for one in figures[1]]
    assert figures[0]


def regraded(lines: Path, **options: Any) -> set[str]:
    """Whose results a resumed run writes anew."""
    before = {path.name: path.stat().st_mtime_ns for path in (lines / "out").glob("???.json")}
    grade(lines, "out", resume=True, **options)
    return {name[:3] for name, time in before.items() if (lines / "out" / name).stat().st_mtime_ns != time}


def test_resuming_trains_again_only_what_has_changed(lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The submission, the data on this machine, the record, or the budget."""
    grade(lines, "out")
    assert regraded(lines) == set()
    (lines / "class" / "ann" / "fit.py").write_text(FIT + "\n")
    assert regraded(lines) == {"ann"}
    assert regraded(lines, budget="full") == {"ann", "ben", "cem"}
    assert regraded(lines) == set()
    (tmp_path / "data" / "MNIST" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").write_bytes(b"12")
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    assert regraded(lines) == {"ann", "ben", "cem"}
    assert regraded(lines) == set()
    (lines / "solutions" / "lines" / "training" / "line.fallback.json").write_text("{}")
    open_course.cache_clear()
    assert regraded(lines) == {"ann", "ben", "cem"}


def test_a_skipped_task_is_not_tried_again_in_vain(lines: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As long as its data are not here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(DATA_VARIABLE, raising=False)

    def without(run: TrainingRun) -> None:
        raise DataMissing("there are no pictures")

    monkeypatch.setattr(TrainingRun, "worker", without)
    grade(lines, "out")
    results, _ = load_results(lines / "out")
    assert {task.status for one in results for task in one.result.exercises if task.kind == "training"} == {"skipped"}
    assert regraded(lines) == set()
    assert os.environ.get(DATA_VARIABLE) is None


def test_the_references_training_is_laid_beside_a_class(lines: Path) -> None:
    """In a folder of its own, which the class page names; it is nobody's mark."""
    options = GradeOptions(seed=5, isolation="best", training="with")
    train_reference("lines", options, lines / "out")
    ClassRun("lines", options, lines / "out", frozenset({"json", "html"}), quiet=True).grade([lines / "class"], 1, resume=False)
    assert values(lines / "out" / "reference").keys() == {"reference"}
    assert list((lines / "out" / "reference").rglob("*.svg"))
    assert (lines / "out" / "reference" / "reference.html").is_file()
    assert 'href="reference/reference.html"' in (lines / "out" / "index.html").read_text()
    assert set(values(lines / "out")) == {"ann", "ben", "cem"}
    train_reference("lines", replace(options, only=("fit.descend",)), lines / "other")
    train_reference("lines", replace(options, training="without"), lines / "other")
    assert not (lines / "other").exists()


def test_a_task_alone_has_the_mark_of_the_whole(lines: Path, tmp_path: Path) -> None:
    """What the training uses is known to be wrong, whether it was asked for or not: a mistake is charged once."""
    right = "return (2 * (weight * x - y) * x).mean()"
    assert right in FIT
    (tmp_path / "dan").mkdir()
    (tmp_path / "dan" / "fit.py").write_text(FIT.replace(right, "return -(2 * (weight * x - y) * x).mean()"))
    found = []
    for only in ((), ("training.line",)):
        options = GradeOptions(seed=5, isolation="best", training="with", only=only)
        with grading.Grader("lines", options, lines) as grader:
            result = grader.grade(grader.read(tmp_path / "dan")).result
        found.append(next(one for one in result.exercises if one.kind == "training"))
    assert found[0].note == found[1].note
    assert "correct version of gradient" in found[0].note
    assert found[0].score == found[1].score
