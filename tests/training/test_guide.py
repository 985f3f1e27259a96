"""The guide's training task works as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from training import trained_course
from training.trained_course import FIT

from autograder.training.grade import TrainingOptions, train_modules
from autograder.training.worlds import DataSource

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "training-tasks.md"


def test_the_guides_example_is_a_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A right answer earns everything, one that goes the wrong way nothing, and is told so."""
    task, recipes = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    monkeypatch.setattr(trained_course, "TASK", task)
    monkeypatch.setattr(trained_course, "RECIPES", recipes)
    assignment, example = trained_course.load_course(tmp_path)
    options = TrainingOptions("a run", DataSource())
    right = train_modules(assignment, example, {"fit.py": FIT.encode()}, options).result
    assert right.score == right.max_score == 10
    wrong = FIT.replace("weight - 0.1", "weight + 0.1").encode()
    result = train_modules(assignment, example, {"fit.py": wrong}, options).result
    assert result.score == 0
    assert [one.misconception for one in result.diagnosis] == ["wrong_way"]
