"""Folders and single files: what is read, what is ignored, and that nothing leads outside."""

import os
import stat
import zipfile
from pathlib import Path

import pytest
from submission.reading import EXPECTED, noted, put

from autograder.errors import UsageError
from autograder.submission import Limits, read_submission


def test_expected_modules_helpers_and_data_are_kept(alice: Path) -> None:
    """The student's own modules, packages and small data files travel along."""
    put(alice, {"model.py": "", "own/__init__.py": "", "own/deep/a.py": "y = 2", "data/t.npy": b"\x00\xff"})
    read = read_submission(alice, EXPECTED)
    assert read.student == "alice"
    assert read.unreadable is None
    assert set(read.files) == {"losses.py", "model.py", "own/__init__.py", "own/deep/a.py", "data/t.npy"}
    assert read.files["data/t.npy"] == b"\x00\xff"
    assert noted(read, "model.py", "empty")


@pytest.mark.parametrize("wrapper", ["vae", "hw/vae"])
def test_wrapper_folders_are_taken_off(tmp_path: Path, wrapper: str) -> None:
    """One or two folders around the files do not matter, nor does clutter beside them."""
    put(tmp_path, {f"a/{wrapper}/losses.py": "x = 1", f"a/{wrapper}/b/c.txt": "c", "a/__MACOSX/._losses.py": "z"})
    put(tmp_path, {"a/.DS_Store": "z", "a/__pycache__/losses.py": "z", f"a/{wrapper}/.hidden/losses.py": "z"})
    read = read_submission(tmp_path / "a", EXPECTED)
    assert set(read.files) == {"losses.py", "b/c.txt"}
    assert read.notes == ()


def test_wrapper_with_direction_marks_does_no_harm(tmp_path: Path) -> None:
    """Text copied from right-to-left pages leaves such marks in names of folders."""
    put(tmp_path, {"a/\u200fhw/losses.py": "x = 1", "a/readme.txt": "x"})
    read = read_submission(tmp_path / "a", EXPECTED)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "\\u200fhw/", "readme.txt")


def test_third_wrapper_is_too_deep(tmp_path: Path) -> None:
    """Three folders around the files are one too many."""
    put(tmp_path, {"a/b/c/d/losses.py": "x = 1"})
    assert "losses.py" in (read_submission(tmp_path / "a", EXPECTED).unreadable or "")


def test_uppermost_folder_with_modules_wins(alice: Path) -> None:
    """An old copy in a subfolder does not replace the answer."""
    put(alice, {"old/losses.py": "old = 1", "old/model.py": "old = 1"})
    read = read_submission(alice, EXPECTED)
    assert read.files["losses.py"] == b"x = 1\n"
    assert "model.py" not in read.files
    assert noted(read, "model.py", "missing beside", "old/model.py")


@pytest.mark.parametrize("name", ["torch.py", "numpy.py", "json.py", "torch/__init__.py", "autograder.py", "random.py"])
def test_libraries_are_not_hidden(alice: Path, name: str) -> None:
    """A module named like a library is left out."""
    put(alice, {name: "x = 1"})
    read = read_submission(alice, EXPECTED)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "hide the library")


def test_expected_name_wins_over_library_name(tmp_path: Path) -> None:
    """An assignment may ask for a file that is called like a library."""
    put(tmp_path, {"a/random.py": "x = 1"})
    assert set(read_submission(tmp_path / "a", {"random.py"}).files) == {"random.py"}


def test_inner_module_and_data_may_be_named_like_a_library(alice: Path) -> None:
    """`own/torch.py` is `own.torch`, and data hide nothing."""
    put(alice, {"own/torch.py": "x = 1", "datasets/a.csv": "1", "numpy.txt": "1"})
    assert {"own/torch.py", "datasets/a.csv", "numpy.txt"} <= set(read_submission(alice, EXPECTED).files)


def test_library_names_do_not_depend_on_the_current_folder(alice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The student's own helper is no library when the grader runs in the student's folder."""
    put(alice, {"helpers.py": "x = 1"})
    monkeypatch.chdir(alice)
    monkeypatch.syspath_prepend(str(alice))
    read = read_submission(Path("."), EXPECTED)
    assert read.student == "alice"
    assert "helpers.py" in read.files


@pytest.mark.parametrize(
    "name",
    [
        *("conftest.py", "own/conftest.py", "sitecustomize.py", "usercustomize.py", "pytest.ini", "tox.ini"),
        *("setup.cfg", "pyproject.toml", "a.pth", "torch.so", "losses.pyc", "__notebook__.json", "more.zip"),
    ],
)
def test_start_up_files_have_no_effect(alice: Path, name: str) -> None:
    """They are left out, and the student is told."""
    put(alice, {name: "x = 1"})
    read = read_submission(alice, EXPECTED)
    assert set(read.files) == {"losses.py"}
    assert noted(read, name, "ignored")


def test_sizes_are_limited(alice: Path) -> None:
    """Large files, too many files and too large a sum are left out, with a note each."""
    put(alice, {"big.bin": b"0" * 2000, "model.py": "#" * 2000, "a.txt": b"1" * 900, "b.txt": b"2" * 900, "c.txt": "3"})
    limits = Limits(source_bytes=1000, data_bytes=1000, total_bytes=1500)
    read = read_submission(alice, EXPECTED, limits)
    assert set(read.files) == {"losses.py", "a.txt", "c.txt"}
    assert noted(read, "big.bin", "larger")
    assert noted(read, "model.py", "larger")
    assert noted(read, "b.txt", "in all")
    assert len(read_submission(alice, EXPECTED, Limits(files=2)).files) == 2
    assert noted(read_submission(alice, EXPECTED, Limits(entries=2)), "first 2 files")


def test_expected_module_that_is_too_large_is_named(tmp_path: Path) -> None:
    """If it was the only one, the reason says so."""
    put(tmp_path, {"a/losses.py": "#" * 200})
    assert "losses.py" in (read_submission(tmp_path / "a", EXPECTED, Limits(source_bytes=100)).unreadable or "")


def test_deep_folders_and_strange_names(alice: Path) -> None:
    """Files too deep or with invisible characters in their name are left out, shown safely."""
    put(alice, {"d/" * 21 + "deep.txt": "x", "\u202etxt.py": "x", "a\x1b[31m.txt": "x", "b\\c.txt": "x"})
    (alice / os.fsdecode(b"\xff.py")).write_text("x")
    read = read_submission(alice, EXPECTED)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "\\u202etxt.py")
    assert noted(read, "\\x1b[31m")
    assert noted(read, "\\udcff")
    assert noted(read, "deep")
    assert all(note.isprintable() for note in read.notes)


def test_very_deep_folders_end(tmp_path: Path) -> None:
    """The walk stops at a depth of its own."""
    put(tmp_path, {"a/losses.py": "x = 1"})
    put(tmp_path, {"a/" + "d/" * 200 + "x.txt": "x"})
    assert noted(read_submission(tmp_path / "a", EXPECTED), "folders deep")


def test_names_that_some_systems_cannot_tell_apart(alice: Path) -> None:
    """Of names that differ in case or normal form only, one stays: the expected one."""
    put(alice, {"LOSSES.py": "y = 1", "e\u0301.txt": "nfd", "\u00e9.txt": "nfc"})
    read = read_submission(alice, EXPECTED)
    assert set(read.files) == {"losses.py", "\u00e9.txt"}
    assert read.files["losses.py"] == b"x = 1\n"
    assert noted(read, "LOSSES.py", "told apart")


@pytest.mark.parametrize("name", ["Losses.py", "losses (1).py", "losses-2.py", "LOSSES.PY"])
def test_modules_renamed_by_browsers_are_recognised(tmp_path: Path, name: str) -> None:
    """A copy's name or another case is repaired, with a note."""
    put(tmp_path, {f"a/{name}": "x = 1"})
    read = read_submission(tmp_path / "a", EXPECTED)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "read as losses.py")


def test_two_copies_are_ambiguous(tmp_path: Path) -> None:
    """Of two copies none is preferred."""
    put(tmp_path, {"a/losses (1).py": "x = 1", "a/losses (2).py": "x = 2", "a/model.py": ""})
    assert "losses.py" not in read_submission(tmp_path / "a", EXPECTED).files


def test_single_files(tmp_path: Path) -> None:
    """A .py is the expected file of its name; under another name it stands for every module."""
    put(tmp_path, {"losses.py": "x = 1", "alice.py": "x = 2", "torch.py": "x = 3", "bob.txt": "x"})
    assert set(read_submission(tmp_path / "losses.py", EXPECTED).files) == {"losses.py"}
    alone = read_submission(tmp_path / "alice.py", {"warmup.py"})
    assert (alone.student, alone.files) == ("alice", {"warmup.py": b"x = 2"})
    several = read_submission(tmp_path / "alice.py", EXPECTED)
    assert several.files == dict.fromkeys(EXPECTED, b"x = 2")
    assert any("alice.py: read as" in note for note in several.notes)
    assert "torch" in (read_submission(tmp_path / "torch.py", {"warmup.py"}).unreadable or "")
    other = read_submission(tmp_path / "bob.txt", EXPECTED)
    assert other.student == "bob"
    assert "bob.txt" in (other.unreadable or "")


def test_what_nbgrader_puts_beside_a_submission_is_no_file_of_it(tmp_path: Path) -> None:
    """Somebody who handed in nothing is told so, and not that a name is wrong."""
    put(tmp_path, {"a/timestamp.txt": "2026-11-01 12:00:00 UTC", "b/timestamp.txt": "x", "b/notes.md": "x"})
    assert "the submission is empty" in (read_submission(tmp_path / "a", EXPECTED).unreadable or "")
    told = read_submission(tmp_path / "b", EXPECTED).unreadable or ""
    assert "only notes.md; use the assignment's file names" in told


def test_empty_folder_and_missing_path(tmp_path: Path) -> None:
    """An empty folder is a submission that cannot be graded; a missing path is a mistake of the caller."""
    (tmp_path / "a").mkdir()
    assert "empty" in (read_submission(tmp_path / "a", EXPECTED).unreadable or "")
    for path in (tmp_path / "b", tmp_path / "b" / "c.zip"):
        with pytest.raises(UsageError):
            read_submission(path, EXPECTED)


def test_hash_follows_the_content_only(alice: Path, tmp_path: Path) -> None:
    """Times, modes, clutter and line ends do not matter; names and bytes do."""
    before = read_submission(alice, EXPECTED).sha256
    os.utime(alice / "losses.py", (1, 1))
    (alice / "losses.py").chmod(stat.S_IRUSR)
    put(alice, {".hidden": "x"})
    assert read_submission(alice, EXPECTED).sha256 == before
    put(tmp_path, {"bob/losses.py": b"\xef\xbb\xbfx = 1\r\n", "carol/model.py": "x = 1\n"})
    assert read_submission(tmp_path / "bob", EXPECTED).sha256 == before
    assert read_submission(tmp_path / "carol", EXPECTED).sha256 != before


def test_folder_that_holds_one_zip_is_that_zip(tmp_path: Path) -> None:
    """As learning platforms hand submissions on."""
    (tmp_path / "alice").mkdir()
    with zipfile.ZipFile(tmp_path / "alice" / "upload.zip", "w") as archive:
        archive.writestr("vae/losses.py", "x = 1")
    read = read_submission(tmp_path / "alice", EXPECTED)
    assert (read.student, set(read.files)) == ("alice", {"losses.py"})
