"""What students' folders are like: files downloaded twice, files of checks deleted, errors that fill pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from student.printed import said
from tiny_course import pieces, whole

from autograder.student.check_work import check_folder


@pytest.mark.parametrize("name", ["pieces (1).py", "Pieces.py", "pieces.py.txt"])
def test_a_single_file_that_a_browser_has_named_is_what_was_meant(
    work: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """It is checked, not the older one beside it, with the others beside it."""
    (work / name).write_text(pieces(double="3 * x"))
    assert check_folder(work / "pieces.py")
    assert not check_folder(work / name)
    text = said(capsys)
    assert f"{name} is checked as pieces.py" in text
    assert "✗ pieces.double" in text
    assert "whole." not in text


def test_checks_that_are_not_here_are_missed(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those of exercises that the assignment's README names, unless only some are asked for."""
    (work / "README.md").write_text("- `pieces.double` (2 points): twice\n- `whole.total` (2.5 points): all\n- `no` code\n")
    assert check_folder(work)
    assert "not checked" not in said(capsys)
    (work / "test_whole.py").unlink()
    check_folder(work)
    text = said(capsys)
    assert "not checked: whole.total, because test_whole.py is not here" in text
    assert "what your course handed out" in text
    check_folder(work / "pieces.py")
    assert "not checked" not in said(capsys)


def test_where_checks_that_are_not_here_lie_is_told(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the course's own folder above, also some of a module's."""
    released = work.parent / "assignments" / "sums"
    released.mkdir(parents=True)
    for test in work.glob("test_*.py"):
        (released / test.name).write_text(test.read_text())
    (released / "test_pieces_more.py").write_text((work / "test_pieces.py").read_text())
    (work / "test_whole.py").unlink()
    monkeypatch.chdir(work.parent)
    check_folder(Path("sums"))
    text = said(capsys)
    assert "not checked" in text
    assert "test_pieces_more.py, test_whole.py" in text
    assert "assignments/sums" in text


def test_a_long_reason_is_one_line(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However wide or narrow the terminal is: what an error says of itself may fill pages."""
    (work / "pieces.py").write_text("def double(x:\n")
    (work / "whole.py").write_text("import torch\nraise ValueError('one\\ntwo ' + 2000 * 'x')\n" + whole())
    check_folder(work)
    lines = capsys.readouterr().out.splitlines()
    (load,) = [line for line in lines if "could not be loaded" in line]
    assert load.endswith("(pieces.py, line 1)")
    (note,) = [line for line in lines if "ValueError" in line]
    assert "one two xxx" in note
    assert max(map(len, lines)) < 500
