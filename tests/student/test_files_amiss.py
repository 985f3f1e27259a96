"""What students' folders are like: files downloaded twice, files of checks deleted, errors that fill pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from student.printed import said
from tiny_course import pieces, whole

from autograder.errors import UsageError
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


def test_a_renamed_file_is_found_and_named(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the grader would do with it is done here, too, and said; a file of checks is never what was meant."""
    (work / "whole.py").rename(work / "whole_final.py")
    assert check_folder(work)
    assert "note: whole_final.py: read as whole.py" in said(capsys)
    (work / "whole_final.py").rename(work / "done.py")
    assert not check_folder(work)
    text = said(capsys)
    assert "whole.py is not here" in text
    assert "test_whole.py" not in text


def test_what_was_repaired_while_reading_is_told(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An encoding, a copy that solves more."""
    (work / "whole.py").write_bytes(("# größe\n" + whole()).encode("cp1252"))
    (work / "pieces (1).py").write_text(pieces())
    (work / "pieces.py").write_text("def double(x):\n    raise NotImplementedError\n")
    assert check_folder(work)
    text = said(capsys)
    assert "note: whole.py: is not UTF-8" in text
    assert "note: pieces.py: ignored because pieces (1).py solves more of it" in text


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_zip_of_the_folder_brings_its_checks(work: Path, capsys: pytest.CaptureFixture[str], wrapped: bool) -> None:
    """As it would be handed in; those that lie beside it go before."""
    packed = shutil.make_archive(str(work.parent / "ben"), "zip", work.parent if wrapped else work, "sums" if wrapped else None)
    assert check_folder(Path(packed))
    assert "5 of 5" in said(capsys) or "passed" in said(capsys)
    (work / "pieces.py").write_text(pieces(double="3 * x"))
    packed = shutil.make_archive(str(work.parent / "ben"), "zip", work.parent if wrapped else work, "sums" if wrapped else None)
    assert not check_folder(Path(packed))
    assert "pieces.double" in said(capsys)


def test_answers_without_checks_say_where_these_come_from(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the same sentence again for who has named the assignment."""
    monkeypatch.chdir(tmp_path)
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(work / "pieces.py", alone)
    with pytest.raises(UsageError, match="--checks") as told:
        check_folder(alone)
    with pytest.raises(UsageError, match="--checks") as again:
        check_folder(alone, "sums")
    assert "name the assignment" not in str(again.value)
    assert "test_" in str(told.value)


def test_a_folder_of_several_assignments_is_no_work(work: Path, tmp_path: Path) -> None:
    """What a class is handed has a notebook for each; none of them is picked."""
    kit = tmp_path / "kit"
    for name in ("one", "two"):
        shutil.copytree(work, kit / "assignments" / name)
        (kit / "release" / name).mkdir(parents=True)
        (kit / "release" / name / f"{name}.ipynb").write_text(
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'
        )
    with pytest.raises(UsageError, match="one of the folders") as told:
        check_folder(kit)
    assert str(kit / "assignments" / "one") in str(told.value)
