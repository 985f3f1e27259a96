"""Lets students and instructors run checks with plain ``pytest``, in this process.

The ``candidate`` of ``test_losses.py`` is the file ``losses.py`` beside it, or in the folder that
``--candidate`` names.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.checks.calls import Remote
    from autograder.checks.candidate import Candidate
    from autograder.checks.info import CheckInfo


_standard_error: list[int] = []
_REMOTE: pytest.StashKey[Remote] = pytest.StashKey()
"""What carried the calls of a test's candidate."""
_COVERED: pytest.StashKey[dict[Path, set[str]]] = pytest.StashKey()
"""Folder -> the exercises of which it has checks."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--candidate``; keep standard error from before pytest captures it."""
    with contextlib.suppress(OSError):
        _standard_error.append(os.dup(2))
    parser.addoption("--candidate", type=Path, default=None, help="folder, notebook or zip whose code the checks look at")


@pytest.fixture
def candidate(request: pytest.FixtureRequest) -> Candidate:
    """The code under test: the module that the test file's name says."""
    from autograder.checks.candidate import Candidate
    from autograder.student.own_files import module_beside, remote_beside

    remote = remote_beside(request.path, request.config.getoption("--candidate"))
    request.node.stash[_REMOTE] = remote
    return Candidate(remote, module_beside(request.path))


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
def pytest_runtest_call(item: pytest.Item) -> Any:
    """One thread computes; the run is ended, saying where it was, when a check is inside a library that never returns."""
    info = _info(item)
    if info is None:
        return (yield)
    from autograder.runtime.global_state import one_thread
    from autograder.sessions.budget import CHECK_SECONDS
    from autograder.student.limits import last_resort

    with last_resort(info.timeout or CHECK_SECONDS, *_standard_error[:1]), one_thread():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Show students the sentence of the check that failed instead of the grader's own code; what is not begun is skipped."""
    report = yield
    info = _info(item)
    if info is not None and report.when in ("setup", "call") and report.failed and call.excinfo is not None:
        from autograder.checks.calls import CandidateError
        from autograder.checks.closeness import CheckFailed
        from autograder.sessions.replies import WorkerLost

        error = call.excinfo.value
        if getattr(error, "missing", False):
            if near := _near(item, info):
                report.longrepr = f"{info.exercise}: {near}"
            else:
                report.outcome = "skipped"
                report.longrepr = (str(item.path), item.reportinfo()[1] or 0, f"Skipped: {info.exercise}: not implemented yet")
        elif isinstance(error, CheckFailed | CandidateError | WorkerLost):
            report.longrepr = explanation(info, error, _example(item))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note, before any is deselected, which exercises have checks in each folder that was asked for as a whole."""
    asked = {Path(config.invocation_params.dir, argument).resolve() for argument in config.args}
    checks = [(item.path, info) for item in items if (info := _info(item)) is not None and item.path.parent.resolve() in asked]
    if not checks:
        return
    from autograder.student.own_files import module_beside

    covered = config.stash[_COVERED] = {}
    for path, info in checks:
        covered.setdefault(path.parent, set()).add(f"{module_beside(path)}.{info.exercise}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what is not checked because its checks have been deleted: what passes without them is less than it seems."""
    covered = config.stash.get(_COVERED, {})
    if not covered:
        return
    from autograder.student.missing_checks import missing_checks

    for folder, keys in covered.items():
        if line := missing_checks(folder, keys, ()):
            terminalreporter.write_line(line, yellow=True)


def _info(item: pytest.Item) -> CheckInfo | None:
    return getattr(getattr(item, "obj", None), "autograder_check", None)


def _near(item: pytest.Item, info: CheckInfo) -> str:
    """The sentence about a misspelt name, if that is why something seems to be missing."""
    from autograder.student.own_files import module_beside, space_beside
    from autograder.submission.progress import misspelt

    files = space_beside(item.path, item.config.getoption("--candidate")).files
    taken = {test.exercise for other in item.session.items if (test := _info(other))}
    return misspelt(files, module_beside(item.path), info.exercise, taken)


def _example(item: pytest.Item) -> list[str]:
    """The latest call's arguments as lines of text."""
    remote = item.stash.get(_REMOTE, None)
    call = remote.latest if remote is not None else None
    if call is None:
        return []
    from autograder.assessment.disclosure import show

    named = [(f"argument {number}", value) for number, value in enumerate(call.args, start=1)]
    return [f"{name} = {show(value)}" for name, value in [*named, *call.kwargs.items()]]


def explanation(info: CheckInfo, error: BaseException, example: Sequence[str] = ()) -> str:
    """What failed, in the words of the check's writer, with the values."""
    notes = [note for note in getattr(error, "__notes__", []) if note]
    traceback, reason = getattr(error, "traceback", ""), getattr(error, "reason", "")
    if reason.startswith("load:"):  # the sentence of the check says nothing about a file that does not load
        return f"{info.exercise}: {reason.partition(':')[2]}.py could not be loaded: {error}"
    sentence = [] if traceback or reason else [info.explanation]
    lines = [f"{info.exercise}: {info.title}", *sentence, str(error), traceback, *notes, *example]
    return "\n".join(line for line in dict.fromkeys(lines) if line)
