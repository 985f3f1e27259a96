"""A tiny course and one warm zygote for the tests of the grader's core."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tiny_course import load_course

from autograder.course.assignment import Assignment
from autograder.sandbox.sandbox import Sandbox

pytest_plugins = ["nbgrader_fixtures"]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """Return the assignment of a tiny course that no test changes."""
    return load_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[Sandbox]:
    """Return zygotes with the best isolation of this machine."""
    with Sandbox("best") as sandbox:
        yield sandbox
