"""A record rests on what its task uses, and on nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from training import trained_course
from training.trained_course import FIT, RECIPES, TASK

from autograder.training.records.basis import digest_of

HELPED = (
    RECIPES.replace("torch.zeros(())", "start()")
    + '''

FROM = 0.0


def start():
    """Where the weight begins."""
    return torch.tensor(FROM)


def unused(student):
    """No task calls it."""
    return 1
'''
)


def digest(root: Path, monkeypatch: pytest.MonkeyPatch, recipes: str, task: str = TASK, fit: str = FIT) -> str:
    """Of the small course's task with these files."""
    monkeypatch.setattr(trained_course, "RECIPES", recipes)
    monkeypatch.setattr(trained_course, "TASK", task)
    folder = root / str(len(list(root.iterdir())))
    folder.mkdir()
    _, found = trained_course.load_course(folder)
    return digest_of(found, {"fit.py": fit.encode()})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return 1", "    return 2"),
        ("def unused(student):", "def never(student):"),
        ('    """No task calls it."""\n', ""),
        ('"""Where the weight begins."""', '"""Zero."""'),
        ("\n\nFROM", "\n\nELSE = 3\n\nFROM"),
    ],
)
def test_what_no_task_uses_voids_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Neither other tasks' recipes nor words about it."""
    assert old in HELPED
    assert digest(tmp_path, monkeypatch, HELPED) == digest(tmp_path, monkeypatch, HELPED.replace(old, new))


@pytest.mark.parametrize(("old", "new"), [("FROM = 0.0", "FROM = 0.5"), ("tensor(FROM)", "tensor(-FROM)"), ("steps)", "2)")])
def test_what_it_uses_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Along chains of any length."""
    assert old in HELPED
    assert digest(tmp_path, monkeypatch, HELPED) != digest(tmp_path, monkeypatch, HELPED.replace(old, new, 1))


def test_so_do_the_task_and_the_answer_but_not_the_levels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels only judge what was measured."""
    first = digest(tmp_path, monkeypatch, HELPED)
    assert digest(tmp_path, monkeypatch, HELPED, TASK.replace("full=0.05", "full=0.06")) == first
    assert digest(tmp_path, monkeypatch, HELPED, TASK.replace("STEPS = 50", "STEPS = 51")) != first
    assert digest(tmp_path, monkeypatch, HELPED, fit=FIT.replace("0.1", "0.2")) != first
