"""The wheel, and an empty environment into which it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from student_environment import install

from autograder.bundles.wheel import build_wheel
from autograder.course.course import open_course


@pytest.fixture(autouse=True)
def _another_course_each() -> None:
    """Forget the course that an earlier command of this process has opened."""
    open_course.cache_clear()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of this package."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def student_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with the wheel."""
    return install(wheel, tmp_path_factory.mktemp("student"))
