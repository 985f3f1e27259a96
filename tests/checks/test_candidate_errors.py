"""What a student's error is to a check: its kind, its words, and whether anything is written at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.checks.calls import CandidateError, Remote
from autograder.checks.candidate import Candidate
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession

Make = Callable[..., Candidate]


@pytest.mark.parametrize(
    ("call", "kind", "missing"),
    [
        ("1 / 0", "ZeroDivisionError", False),
        ("int('a')", "ValueError", False),
        ("torch.ones(2) @ torch.ones(3)", "RuntimeError", False),
        ("stub()", "NotImplementedError", True),
        ("(_ for _ in ()).throw(type('Mine', (Exception,), {})())", "Mine", False),
        ("[].append(*range(3))", "TypeError", False),
        ("torch.ones(1).expand(10**12)", "ValueError", False),
        ("torch.ones(2).to_sparse()", "TypeError", False),
    ],
)
def test_errors_of_the_student(make: Make, call: str, kind: str, missing: bool) -> None:
    """Type and message, whether it is merely not written yet, and the student's own line."""
    with pytest.raises(CandidateError) as caught:
        make(f"def stub():\n    raise NotImplementedError('later')\n\n\ndef f():\n    return {call}\n").f()
    assert (caught.value.error_type, caught.value.missing) == (kind, missing)


def test_absent_names_are_missing(make: Make) -> None:
    """Functions, and methods of objects."""
    candidate = make("import torch\nclass Net(torch.nn.Module):\n    def __init__(self, size):\n        super().__init__()\n")
    for act in (candidate.nothing, candidate.Net(2).decode):
        with pytest.raises(CandidateError) as caught:
            act()
        assert caught.value.missing


def test_an_error_is_no_end(make: Make) -> None:
    """The next call works, and state persists between calls."""
    candidate = make("calls = []\ndef f():\n    calls.append(1)\n    return 1 / (len(calls) - 1)\n")
    with pytest.raises(CandidateError):
        candidate.f()
    assert candidate.f() == 1.0


def test_standard_input_is_empty(make: Make) -> None:
    """``input()`` raises at once."""
    with pytest.raises(CandidateError, match="EOFError"):
        make("def f():\n    return input()\n").f()


def test_printing_is_harmless(make: Make, capfd: pytest.CaptureFixture[str]) -> None:
    """A megabyte on standard output and errors; the answer still comes."""
    source = "import sys\ndef f():\n    print('x' * 10**6)\n    print('y' * 10**6, file=sys.stderr)\n    return 1\n"
    assert make(source).f() == 1


def test_names_of_pythons_own_are_not_the_students() -> None:
    """``candidate.__len__`` and the like are ordinary attribute errors, so that nothing is called by accident."""
    candidate = Candidate(Remote(LocalSession(ModuleSpace({}, (), "none."))), "main")
    with pytest.raises(AttributeError):
        candidate._private  # noqa: B018
    with pytest.raises(AttributeError):
        candidate.__wrapped__  # noqa: B018


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise NotImplementedError", "missing"),
        ("raise NotImplementedError('later')", "missing"),
        ("return torch.nn.functional.mse_loss(torch.ones(2, dtype=torch.int64), torch.ones(2, dtype=torch.int64))", ""),
        ("return torch.nn.Module()(1)", "missing"),
    ],
)
def test_what_a_library_cannot_do_is_not_unwritten_work(make: Make, body: str, reason: str) -> None:
    """Only the student's own line, or a module without ``forward``, says that nothing is there yet."""
    candidate = make(f"import torch\ndef f():\n    {body}\n")
    with pytest.raises(CandidateError) as caught:
        candidate.f()
    assert caught.value.reason == reason
