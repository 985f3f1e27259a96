"""Lets students and instructors run checks with plain ``pytest``, in this process.

The ``candidate`` of ``test_losses.py`` is the file ``losses.py`` beside it, or in the folder that
``--candidate`` names.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograder.checks.candidate import Candidate


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--candidate``."""
    parser.addoption("--candidate", type=Path, default=None, help="folder, notebook or zip whose code the checks look at")


@pytest.fixture
def candidate(request: pytest.FixtureRequest) -> Candidate:
    """The code under test: the module that the test file's name says."""
    from autograder.student.own_files import candidate_beside

    return candidate_beside(request.path, request.config.getoption("--candidate"))


@pytest.fixture
def rng() -> Any:
    """A seeded ``torch.Generator``."""
    import torch

    return torch.Generator().manual_seed(0)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Any:
    """The reference module (instructors only: hidden checks)."""
    from autograder.course.check_files import module_under_test
    from autograder.course.course import open_course

    folder = request.path.parent.parent
    assignment = open_course(folder.parent.parent).assignment(folder.name)
    return assignment.reference(module_under_test(request.path, assignment.modules))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Show students the sentence of the check that failed instead of the grader's own code."""
    report = yield
    info = getattr(getattr(item, "obj", None), "autograder_check", None)
    if info is not None and report.when == "call" and report.failed and call.excinfo is not None:
        from autograder.checks.calls import CandidateError
        from autograder.checks.closeness import CheckFailed

        if isinstance(call.excinfo.value, CheckFailed | CandidateError):
            report.longrepr = explanation(info, call.excinfo.value)
    return report


def explanation(info: Any, error: BaseException) -> str:
    """What failed, in the words of the check's writer, with the values."""
    notes = [note for note in getattr(error, "__notes__", []) if note]
    traceback = getattr(error, "traceback", "")
    if getattr(error, "missing", False):
        return f"{info.exercise}: not implemented yet"
    lines = [f"{info.exercise}: {info.title}", info.explanation, str(error), traceback, *notes]
    return "\n".join(line for line in dict.fromkeys(lines) if line)
