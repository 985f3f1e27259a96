"""A student's own run of the visible checks: beside the files, or found by the assignment's name."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from student.printed import said
from tiny_course import load_course, pieces, whole
from tiny_course_files import PIECES

from autograder.bundles.ready_notebook import ready_notebook
from autograder.errors import UsageError
from autograder.release.check_cells import check_cell
from autograder.student.check_work import check_folder
from autograder.student.find_checks import find_checks, find_tests
from autograder.student.own_files import candidate_beside, local_space, modules_named_by


def test_right_answers_pass(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every check once, with points."""
    assert check_folder(work)
    assert "5 of 5 visible checks passed (5 of 5 points" in said(capsys)


def test_a_failure_is_explained_with_values(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The writer's sentence, the difference, the input by its names."""
    (work / "pieces.py").write_text(pieces(shift="double(x) - by"))
    assert not check_folder(work)
    text = said(capsys)
    for part in ("✗ pieces.shift", "shift([1, 2], by=3) is not [5, 7].", "got -1, expected 5", "by = 3.0", "3 of 5"):
        assert part in text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (PIECES.replace("return double(x) + by", "raise NotImplementedError()"), "· pieces.shift"),
        (pieces(shift="1 / 0"), "your code raised ZeroDivisionError"),
        ("def double(x:\n", "pieces.py could not be loaded: SyntaxError"),
        (pieces() + "print(undefined)\n", "a statement failed while loading and was skipped: pieces.py, line"),
        (pieces(double="'\x1b[31m' + str(x)"), "is str; expected a torch tensor"),
        (pieces(double="(2 * one for one in x)"), "is generator; expected a torch tensor"),
    ],
)
def test_other_findings(work: Path, capsys: pytest.CaptureFixture[str], text: str, part: str) -> None:
    """Unwritten, raising, not loading, leftovers, strange characters: no traceback of the grader's, no exception."""
    (work / "pieces.py").write_text(text)
    check_folder(work)
    out = capsys.readouterr().out
    assert part.lower() in " ".join(out.split()).lower()
    assert "\x1b" not in out
    assert "autograder/" not in out


def test_a_changed_file_is_read_again(work: Path) -> None:
    """In one process, as in an editor's test runner."""
    assert check_folder(work)
    (work / "pieces.py").write_text(pieces(double="3 * x"))
    os.utime(work / "pieces.py", (4e9, 4e9))
    assert not check_folder(work)


def test_a_notebook_is_checked_with_the_files_of_the_assignment(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the notebook's name, or by the assignment's."""
    released = tmp_path / "assignments" / "sums"
    released.mkdir(parents=True)
    for path in work.glob("*.py"):
        (released / path.name).write_text(path.read_text())
    cells = [pieces(double="3 * x"), whole().replace("from pieces import jitter, shift", "")]
    listed = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    text = json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    for name in ("sums.ipynb", "mine.ipynb"):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    assert not check_folder(Path("sums.ipynb"))
    assert "✗ pieces.double" in said(capsys)
    assert not check_folder(Path("mine.ipynb"), "sums")
    with pytest.raises(UsageError, match="--assignment"):
        check_folder(Path("mine.ipynb"))


def test_a_notebook_alone_is_checked_with_the_checks_that_it_brings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an empty folder, as it was downloaded."""
    assignment = load_course(tmp_path / "course")
    monkeypatch.chdir(tmp_path)
    cells = [pieces(double="3 * x"), *(check_cell(assignment, one) or "" for one in assignment.exercises)]
    listed = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    Path("mine.ipynb").write_text(json.dumps({"cells": listed, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    assert not check_folder(Path("mine.ipynb"))
    text = said(capsys)
    assert "✗ pieces.double: " in text
    assert "got 3, expected 2" in text or "got" in text


def test_toys_that_a_notebook_alone_lacks_are_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What needs them, also by way of a helper, is not run and that is said; a kit's notebook has them in a cell."""
    assignment = load_course(tmp_path / "course")
    visible = assignment.folder / "visible" / "test_pieces.py"
    visible.write_text(visible.read_text().replace("table = torch", "made(candidate)\n    table = torch"))
    visible.write_text(visible.read_text() + "\n\ndef made(candidate):\n    return candidate.toy('Toy')\n")
    alone = tmp_path / "alone"
    alone.mkdir()
    monkeypatch.chdir(alone)
    texts = [pieces(), *(check_cell(assignment, one) or "" for one in assignment.exercises)]
    cells = [{"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in texts]
    notebook = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    Path("mine.ipynb").write_text(notebook)
    assert find_checks(Path("mine.ipynb"), None).unable == 1
    check_folder(Path("mine.ipynb"))
    told = capsys.readouterr()
    assert "so 1 of its checks were not run" in told.err
    assert "LookupError" not in told.out
    Path("mine.ipynb").write_text(ready_notebook(notebook, "dgm-autograder", {"toys.py": "class Toy: ...\n"}))
    assert find_checks(Path("mine.ipynb"), None).toys == b"class Toy: ...\n"
    check_folder(Path("mine.ipynb"))
    told = capsys.readouterr()
    assert "toys.py" not in told.err + told.out
    assert "LookupError" not in told.out


def test_a_single_module_is_checked_alone_with_the_others_beside_it(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said of other modules."""
    (work / "pieces.py").write_text(pieces(double="3 * x"))
    assert not check_folder(work / "whole.py")
    text = said(capsys)
    assert "pieces." not in text.replace("pieces.py", "")
    assert "whole." in text


def test_only_some_exercises(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By name; a misspelt one is told."""
    assert check_folder(work, only=["shift"])
    assert "1 of 1 visible checks passed" in said(capsys)
    with pytest.raises(UsageError, match="did you mean shift"):
        check_folder(work, only=["shfit"])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("def double", "def duoble", "✗ pieces.double: pieces.py has no double (did you mean duoble?)"),
        ("def double", "def Double", "(did you mean Double?)"),
        ("def double", "def twice", "· pieces.double"),
    ],
)
def test_misspelt_names(work: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, told: str) -> None:
    """Something near is not "not implemented"; something else is."""
    (work / "pieces.py").write_text(pieces().replace(old, new))
    assert not check_folder(work)
    assert told in said(capsys)


def test_a_consequence_is_told_as_one(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What builds on a function that fails is not explained beside it."""
    (work / "pieces.py").write_text(pieces(double="3 * x"))
    assert not check_folder(work)
    text = said(capsys)
    assert "It builds on double, which is not right yet: mend that first" in text
    assert "shift([1, 2], by=3) is not" not in text


def test_the_end_counts_what_is_not_begun_and_has_a_legend(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three kinds of checks, three numbers."""
    (work / "pieces.py").write_text(pieces(shift="raise NotImplementedError").replace("return raise", "raise"))
    check_folder(work)
    text = said(capsys)
    assert "· not implemented yet" in text
    assert "1 not implemented yet" in text or "2 not implemented yet" in text


def test_a_file_that_does_not_load_is_told_once(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And how many checks were not run."""
    (work / "pieces.py").write_text("def double(x:\n")
    check_folder(work)
    text = said(capsys)
    assert text.count("SyntaxError") == text.count("pieces.py could not be loaded") + text.count("skipped: whole.py")
    assert "checks were not run" in text


def test_where_nothing_is_found_the_folders_below_are_named(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And an assignment that is not there is not asked for again."""
    with pytest.raises(UsageError, match=r"give one of the folders .*sums"):
        check_folder(work.parent)
    (work.parent / "assignments").mkdir()
    work.rename(work.parent / "assignments" / "sums")
    monkeypatch.chdir(work.parent)
    Path("mine.py").write_text(pieces())
    with pytest.raises(UsageError, match=r"there is no assignment 'smus' here.*did you mean sums"):
        check_folder(Path("mine.py"), "smus")


def test_an_assignment_that_is_named_goes_before_the_checks_that_lie_beside(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a misspelt one is refused there, too."""
    other = work.parent / "assignments" / "other"
    other.mkdir(parents=True)
    (other / "test_pieces.py").write_text((work / "test_pieces.py").read_text())
    monkeypatch.chdir(work)
    assert find_checks(Path("."), "other").name == "other"
    with pytest.raises(UsageError, match=r"no assignment 'othre' here.*did you mean other"):
        find_checks(Path("."), "othre")


def test_a_file_of_checks_is_no_work(work: Path) -> None:
    """The file that it checks is named."""
    with pytest.raises(UsageError, match=r"holds checks, not answers.*pieces\.py"):
        check_folder(work / "test_pieces.py")


def test_a_file_that_is_broken_is_called_so(tmp_path: Path) -> None:
    """Not one without checks."""
    for name in ("cut.ipynb", "cut.zip"):
        (tmp_path / name).write_text('{"cells": [')
        with pytest.raises(UsageError) as caught:
            check_folder(tmp_path / name)
        assert "no visible checks" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Pieces.py", "8 of 8 visible checks passed"),
        ("pieces (1).py", "8 of 8 visible checks passed"),
        ("peices.py", "pieces.py is not here (did you mean peices.py? rename it)"),
    ],
)
def test_a_file_with_nearly_the_right_name(work: Path, capsys: pytest.CaptureFixture[str], name: str, told: str) -> None:
    """As browsers and slips make them; more checks of the same module are no other module."""
    (work / "pieces.py").rename(work / name)
    (work / "test_pieces_more.py").write_text((work / "test_pieces.py").read_text())
    check_folder(work)
    text = said(capsys)
    assert told in text
    assert "pieces_more.py" not in text


def test_mistakes_of_the_caller(work: Path, tmp_path: Path) -> None:
    """Nothing there, nothing readable."""
    with pytest.raises(UsageError):
        check_folder(tmp_path / "absent")
    (tmp_path / "bad.ipynb").write_text("{")
    with pytest.raises(UsageError):
        local_space(tmp_path / "bad.ipynb", ["pieces"])


def test_checks_are_found_from_inside_the_folder(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`autograder check` without arguments."""
    monkeypatch.chdir(work)
    assert [path.name for path in find_tests(Path("."), None)] == ["test_pieces.py", "test_whole.py"]


def test_checks_are_found_for_a_folder_named_like_the_assignment(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A student's own folder elsewhere in the repository, also from inside it."""
    released = tmp_path / "assignments" / "sums"
    released.mkdir(parents=True)
    for path in work.glob("test_*.py"):
        path.rename(released / path.name)
    monkeypatch.chdir(tmp_path)
    assert find_tests(Path("sums"), None)[0].parent == released
    monkeypatch.chdir(work)
    assert find_tests(Path("."), None)[0].parent == released


def test_the_module_under_test(tmp_path: Path) -> None:
    """The longest name that fits, with and without the student's files."""
    for name in ("test_loss.py", "test_loss_terms.py", "test_loss_terms_more.py"):
        (tmp_path / name).write_text("")
    assert modules_named_by(tmp_path) == ["loss"]
    (tmp_path / "loss.py").write_text("x = 1\n")
    (tmp_path / "loss_terms.py").write_text("def f():\n    return 5\n")
    assert modules_named_by(tmp_path) == ["loss", "loss_terms"]
    assert candidate_beside(tmp_path / "test_loss_terms_more.py", None).f() == 5
