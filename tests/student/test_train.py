"""A student's own run of a training task: from the shell and in a notebook, with errors in full."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from rich.console import Console
from training.trained_course import FIT, load_course

from autograder.errors import UsageError
from autograder.release.student_files import build
from autograder.student.notebook_training import train_task
from autograder.student.train import LiveProgress, train_folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """What students get of the assignment, with a right answer in it."""
    assignment, _ = load_course(tmp_path / "course")
    folder = tmp_path / "lines"
    for name, content in build(assignment).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "fit.py").write_text(FIT, encoding="utf-8")
    return folder


def said_by(folder: Path, name: str = "line") -> tuple[str, str]:
    """Status and everything that is printed."""
    text = io.StringIO()
    result = train_folder(name, folder, None, "cpu", None, 0, Console(file=text, width=200))
    return result.status, text.getvalue()


def test_a_right_answer_is_told_its_scores_and_gets_its_figures(work: Path) -> None:
    """By the task's short name; the figures lie beside the work."""
    status, said = said_by(work)
    assert status == "passed"
    assert "nothing at 1, everything at 0.05" in said
    assert "100 % of this task's points" in said
    assert (work / "training" / "results" / "line" / "line.svg").read_bytes() == b"<svg/>"


def test_an_error_is_told_in_full(work: Path) -> None:
    """Nothing has to be kept from whoever runs their own code."""
    (work / "fit.py").write_text(FIT.replace("return weight\n", "return wieght\n"), encoding="utf-8")
    status, said = said_by(work)
    assert status == "partial"
    assert "wieght" in said
    assert "fit.py" in said


def test_a_reason_is_told_once(work: Path) -> None:
    """Scores that could not be measured for the same reason refer to it; each has its line."""
    task = work / "training" / "line.py"
    text = task.read_text("utf-8")
    task.write_text(text.replace('run.part("error")', 'run.part("error", "length")').replace("    with run.part(\"length\"):\n"
                    "        run.score(\"length\", len(x))\n", ""), encoding="utf-8")  # fmt: skip
    (work / "fit.py").write_text(FIT.replace("return weight\n", "raise KeyError('lost')\n"), encoding="utf-8")
    _, said = said_by(work)
    assert said.count("not measured [") == 2
    assert said.count("KeyError: 'lost'") == said.count("for the same reason") == 1


def test_an_interruption_ends_the_whole_run(work: Path) -> None:
    """Not one part after the other, as a mistake of the student's would; nothing is written."""
    (work / "fit.py").write_text(FIT.replace("return weight\n", "raise KeyboardInterrupt\n"), encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        said_by(work)
    assert not (work / "training" / "results").exists()


def test_the_short_training_runs_in_one_thread(work: Path) -> None:
    """As the grader's does: several cost many times the time where others use the machine, too."""
    here = "import torch\n    assert torch.get_num_threads() == 1\n    return weight\n"
    (work / "fit.py").write_text(FIT.replace("return weight\n", here), encoding="utf-8")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert said_by(work)[0] == "passed"
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_a_part_is_over_when_the_next_one_begins() -> None:
    """What it told last was just before its end: no time is left of it."""
    live = LiveProgress(Console(file=io.StringIO(), force_terminal=True))
    for part, done in (("first", 0.9), ("second", 0.1), ("second", 0.2)):
        live.report(part, done, 1.0)
    assert [(part, shown.finished) for part, shown in live.parts()] == [("first", True), ("second", False)]


@pytest.mark.parametrize("name", ["lime", "lines.training.lime"])
def test_an_unknown_task_names_the_known_ones(work: Path, name: str) -> None:
    """In one line."""
    with pytest.raises(UsageError, match="line"):
        said_by(work, name if "." not in name else "lime")


def test_a_folder_without_tasks_says_so(tmp_path: Path) -> None:
    """And what to do."""
    with pytest.raises(UsageError, match="no training tasks"):
        said_by(tmp_path)


def test_a_notebook_trains_what_it_defines(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its names are those of every module; errors are printed, and nothing is raised."""
    monkeypatch.chdir(work)
    namespace: dict[str, object] = {}
    exec(FIT, namespace)
    train_task("lines.training.line", namespace)
    assert "100 % of this task's points" in capsys.readouterr().out
    train_task("lines.training.line", {})
    assert "Not measured" in capsys.readouterr().out
    train_task("lines.training.lime", {})
    assert "no training task" in capsys.readouterr().out
