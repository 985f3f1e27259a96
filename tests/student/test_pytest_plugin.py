"""The checks as ordinary tests: what a student sees who types `pytest`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import pieces, whole, write_course
from tiny_course_files import HIDDEN_PIECES, PIECES, VISIBLE_PIECES, VISIBLE_WHOLE


def pytest_in(folder: Path, *arguments: str) -> tuple[dict[str, int], str]:
    """Run pytest in a folder; return the counts of outcomes and the output."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "-q", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    summary = done.stdout.strip().splitlines()[-1]
    words = summary.replace(",", "").split()
    kinds = [kind for kind in ("passed", "failed", "skipped", "error", "errors") if kind in words]
    counts = {kind: int(words[words.index(kind) - 1]) for kind in kinds}
    return counts, done.stdout + done.stderr


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A student's folder."""
    folder = tmp_path / "sums"
    folder.mkdir()
    (folder / "pieces.py").write_text(pieces())
    (folder / "test_pieces.py").write_text(VISIBLE_PIECES)
    return folder


def test_a_failing_check_speaks_to_students(work: Path) -> None:
    """Its title and sentence, the values and the student's line; none of the grader's own code."""
    (work / "pieces.py").write_text(pieces(double="3 * x", shift="x.undefined"))
    counts, text = pytest_in(work)
    assert counts == {"failed": 2, "passed": 1}
    for part in ("double([1, -2]) is not [2, -4]", "AttributeError", "return x.undefined"):
        assert part in text
    for part in ("site-packages", "closeness.py", "sessions.py", "Traceback"):
        assert part not in text


def test_a_stub_says_what_is_not_written(work: Path) -> None:
    """Skipped, so that progress shows; one line each."""
    (work / "pieces.py").write_text(PIECES.replace("return doubled_with_a_secret_name", "raise NotImplementedError()"))
    counts, text = pytest_in(work, "-rs")
    assert counts == {"skipped": 2, "passed": 1}
    assert "double: not implemented yet" in text


def test_a_misspelt_name_is_told(work: Path) -> None:
    """It fails: something is there."""
    (work / "pieces.py").write_text(pieces().replace("def double", "def duoble").replace("double(x) +", "2 * x +"))
    counts, text = pytest_in(work)
    assert counts == {"failed": 1, "passed": 2}
    assert "pieces.py has no double (did you mean duoble?)" in text


def test_a_file_that_does_not_load_is_told_without_the_checks_sentence(work: Path) -> None:
    """Which would be false."""
    (work / "pieces.py").write_text("def double(x:\n")
    _, text = pytest_in(work)
    assert "double: pieces.py could not be loaded: SyntaxError" in text
    assert "is not [2, -4]" not in text


def test_the_failing_input_is_shown(work: Path) -> None:
    """As `autograder check` shows it."""
    (work / "pieces.py").write_text(pieces(shift="double(x) - by"))
    assert "argument 1 = tensor([1., 2.])" in pytest_in(work)[1]


@pytest.mark.parametrize("loop", ["while True: pass", "sum(iter(int, 1))"])
def test_an_endless_loop_is_ended(work: Path, loop: str) -> None:
    """Also one inside a library that never returns to Python, where the whole run ends and says where it was."""
    (work / "pieces.py").write_text(pieces().replace("return double(x) + by", loop))
    hasty = "import autograder.student.limits as l, autograder.sessions.budget as b\nb.CHECK_SECONDS = 0.5; l.LAST = 1.0\n"
    (work / "conftest.py").write_text(hasty + "from autograder.assessment.runner import RunOptions\n" + HASTY)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "-q", "-k", "shift"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=300)
    text = done.stdout + done.stderr
    assert done.returncode == 1
    assert "pieces.py" in text
    assert "stopped after" in text or "Timeout" in text


HASTY = """
from autograder.student.limits import TimedSession
import pytest
@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    old = TimedSession.__init__
    def init(self, *a):
        old(self, *a)
        self._left = 0.5
    monkeypatch.setattr(TimedSession, "__init__", init)
"""


def test_another_submission_can_be_named(work: Path, tmp_path: Path) -> None:
    """``--candidate`` with a file or folder elsewhere."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "pieces.py").write_text(pieces(double="3 * x"))
    assert pytest_in(work, "--candidate", str(tmp_path / "other"))[0] == {"failed": 2, "passed": 1}


def test_hidden_checks_run_for_instructors(tmp_path: Path) -> None:
    """With the reference at hand; properties draw 50 examples."""
    name = write_course(tmp_path)
    hidden = tmp_path / "solutions" / name / "hidden" / "test_pieces.py"
    extra = "\n\ndef test_reference(reference, rng):\n    assert reference.double(rng.initial_seed()) == 0\n"
    hidden.write_text(HIDDEN_PIECES + extra)
    counts, text = pytest_in(hidden.parent, "test_pieces.py", "--candidate", str(tmp_path / "solutions" / name))
    assert counts == {"passed": 6}, text


def test_importing_nothing_heavy_for_other_peoples_tests(tmp_path: Path) -> None:
    """The plugin is loaded by every pytest run on this machine: it must not bring torch along."""
    (tmp_path / "test_plain.py").write_text("import sys\ndef test_plain():\n    assert 'torch' not in sys.modules\n")
    counts, text = pytest_in(tmp_path)
    assert counts == {"passed": 1}, text


def test_a_file_that_ends_the_process_does_not_end_the_run(work: Path) -> None:
    """It did, without a line and with exit code 0."""
    (work / "pieces.py").write_text(pieces(shift="__import__('os')._exit(0)") + "\n__import__('os')._exit(0)\n")
    counts, text = pytest_in(work)
    assert counts == {"failed": 1, "passed": 2}
    assert "would end the whole program" in text


def test_checks_that_were_deleted_are_missed(work: Path) -> None:
    """Where a whole folder is asked for, by a dot, by its name or by nothing; one file of them is what was wanted."""
    (work / "whole.py").write_text(whole())
    (work / "test_whole.py").write_text(VISIBLE_WHOLE)
    (work / "README.md").write_text("- `pieces.double` (2 points): twice\n- `whole.total` (2.5 points): all\n")
    assert "not checked" not in pytest_in(work)[1]
    (work / "test_whole.py").unlink()
    for arguments in ((), (".", "-k", "double"), (str(work),)):
        assert "not checked: whole.total, because test_whole.py is not here" in pytest_in(work, *arguments)[1]
    assert "not checked" not in pytest_in(work, "test_pieces.py")[1]
