"""A tiny course and one warm zygote for the tests of the grader's core."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import settings
from tiny_course import load_course

import autograder.checks.decorator  # noqa: F401  its Hypothesis profile: the same examples in every run
from autograder.course.assignment import Assignment
from autograder.imports import SAFE_PATH
from autograder.sandbox.zygote.rehearsal import NAME
from autograder.sandbox.zygote_host import ZygoteHost

pytest_plugins = ["nbgrader_fixtures"]

torch.set_num_threads(1)  # tests' own processes keep all cores busy, where several threads wait for each other
settings.register_profile("unhurried", deadline=None)  # no test is about time, least of all on a busy machine
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """Return the assignment of a tiny course that no test changes."""
    return load_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def warm_sandbox() -> Iterator[ZygoteHost]:
    """Return a zygote with the best isolation of this machine."""
    with ZygoteHost("best") as sandbox:
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

_TOGETHER = {"hostile": "attacks", "every_exercise": "audit", "audit": "audit"}
"""Folders whose tests run in one process, where the others go file by file: attacks are counted by what they leave on the
machine, and what the audit found is found once."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """File by file to whoever is free, but for the folders that stay together."""
    from xdist.scheduler import LoadScopeScheduling

    class ByPlace(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            place = nodeid.partition("::")[0].removeprefix("tests/")
            return _TOGETHER.get(place.partition("/")[0], place)

    return ByPlace(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts processes and what goes through the whole course, so that `make test-fast` can leave it out."""
    for item in items:
        place = Path(item.path).relative_to(Path(__file__).parent)
        for marker in {_PLACES.get(place.name), *(_PLACES.get(part) for part in place.parts)} - {None}:
            item.add_marker(str(marker))
        if _STARTING & set(getattr(item, "fixturenames", ())) or "isolated" in item.name.partition("[")[2]:
            item.add_marker("processes")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long bytes get no name of their own: an archive holds the time when it was made, and names must be the same twice."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.fixture(autouse=True)
def _no_zygote_unseen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that starts a zygote in this process is marked as one that does."""
    if request.node.get_closest_marker("processes") is None:

        def refuse(*_: object, **__: object) -> None:
            pytest.fail("this test starts a zygote: mark it with pytest.mark.processes")

        monkeypatch.setattr(ZygoteHost, "__init__", refuse)


@pytest.fixture(autouse=True)
def _own_safe_path() -> Iterator[None]:
    """A command that runs in this process leaves ``PYTHONSAFEPATH`` behind, and other tests' programs may lie beside theirs."""
    os.environ.pop(SAFE_PATH, None)
    yield
    os.environ.pop(SAFE_PATH, None)


@pytest.fixture
def import_state() -> Iterator[None]:
    """Put the import system back, which a workbench of a fresh process changes."""
    finders, disabled = list(sys.meta_path), logging.root.manager.disable
    yield
    sys.meta_path[:] = finders
    sys.modules.pop(NAME, None)
    logging.disable(disabled)
