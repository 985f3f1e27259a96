"""A tiny course and one warm zygote for the tests of the grader's core."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_course import load_course

from autograder.course.assignment import Assignment
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.zygote.rehearsal import NAME
from autograder.sandbox.zygote_host import ZygoteHost

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


_STARTING = {"warm_sandbox", "one_sandbox", "zygote_of", "arena", "ground"}
"""Fixtures that start processes."""
_PLACES = {
    **dict.fromkeys(("sandbox", "hostile", "grading", "gradebook"), "processes"),
    **dict.fromkeys(("test_cli.py", "test_extras.py", "test_same_everywhere.py", "test_pytest_plugin.py"), "processes"),
    **dict.fromkeys(("test_postgresql.py", "test_gradebook_marks.py"), "processes"),
    **dict.fromkeys(("test_student_notebook.py", "test_validating.py"), "processes"),
    **dict.fromkeys(("every_exercise", "audit"), "course"),
}
"""Folders and files whose tests start programs, or go through much of the course."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts processes and what goes through the whole course, so that `make test-fast` can leave it out."""
    for item in items:
        place = Path(item.path).relative_to(Path(__file__).parent)
        for marker in {_PLACES.get(place.name), *(_PLACES.get(part) for part in place.parts)} - {None}:
            item.add_marker(str(marker))
        if _STARTING & set(getattr(item, "fixturenames", ())) or "isolated" in item.name.partition("[")[2]:
            item.add_marker("processes")


@pytest.fixture(autouse=True)
def _no_zygote_unseen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that starts a zygote in this process is marked as one that does."""
    if request.node.get_closest_marker("processes") is None:

        def refuse(*_: object, **__: object) -> None:
            pytest.fail("this test starts a zygote: mark it with pytest.mark.processes")

        monkeypatch.setattr(ZygoteHost, "__init__", refuse)


@pytest.fixture
def import_state() -> Iterator[None]:
    """Put the import system back, which a workbench of a fresh process changes."""
    finders, disabled = list(sys.meta_path), logging.root.manager.disable
    yield
    sys.meta_path[:] = finders
    sys.modules.pop(NAME, None)
    logging.disable(disabled)
