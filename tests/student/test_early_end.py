"""Student code that ends the process it runs in: it is told where, and nobody takes silence for a result."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from student.printed import said
from tiny_course import pieces

from autograder.student.check_work import check_folder
from autograder.student.early_end import EndsTheProgram, kept_going

ENDS = ["__import__('os')._exit(0)", "__import__('os').abort()"]


def check_in(work: Path) -> subprocess.CompletedProcess[str]:
    """``autograder check`` as a student runs it."""
    program = "from autograder.cli import main; main(['check', '.'])"
    return subprocess.run([sys.executable, "-c", program], cwd=work, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("end", ENDS)
def test_a_file_that_ends_the_process_is_checked_all_the_same(work: Path, capsys: pytest.CaptureFixture[str], end: str) -> None:
    """As when it is graded: the statement is skipped, and the line is told."""
    (work / "pieces.py").write_text(pieces() + f"\n{end}\n")
    assert check_folder(work)
    text = said(capsys)
    assert "a statement failed while loading and was skipped: pieces.py, line" in text
    assert "would end the whole program" in text


@pytest.mark.parametrize("end", ENDS)
def test_a_function_that_ends_the_process_fails_its_own_checks(
    work: Path, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    """The others are run."""
    (work / "pieces.py").write_text(pieces(shift=end))
    assert not check_folder(work)
    text = said(capsys)
    assert "would end the whole program" in text
    assert "✓ pieces.double" in text


def test_a_process_that_the_code_has_started_ends_as_it_wants_to() -> None:
    """Workers of data loaders end by ``os._exit``; the program's own is back afterwards."""
    own = os._exit
    with kept_going():
        with pytest.raises(EndsTheProgram):
            os._exit(0)
        child = os.fork()
        if not child:
            os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert os._exit is own


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (pieces() + "\n__import__('posix')._exit(0)\n", "while pieces.py was loaded (it exited with code 0)"),
        (
            pieces(shift="__import__('os').kill(__import__('os').getpid(), 9)"),
            "while pieces.shift ran (it was killed by SIGKILL)",
        ),
    ],
)
def test_what_cannot_be_kept_from_ending_the_process_is_told(work: Path, text: str, told: str) -> None:
    """In one line, with an exit code that no script takes for a pass; what was found before it stands."""
    (work / "pieces.py").write_text(text)
    done = check_in(work)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("autograder: ")
    assert told in line
    if "shift" in told:
        assert "✓ pieces.double" in done.stdout


def test_what_runs_as_python_ends_changes_no_result(work: Path) -> None:
    """A failed check stays a failed one."""
    end = "import atexit, posix\natexit.register(posix._exit, 0)\n"
    (work / "pieces.py").write_text(end + pieces(double="3 * x"))
    done = check_in(work)
    assert done.returncode == 1
    assert done.stderr == ""
    assert "✗ pieces.double" in done.stdout


def test_the_usual_ends_are_told_as_ever(tmp_path: Path) -> None:
    """A mistake of the caller's is one line, with its own exit code."""
    done = check_in(tmp_path)
    assert done.returncode == 2
    assert "no visible checks" in done.stderr
    assert len(done.stderr.splitlines()) == 1
