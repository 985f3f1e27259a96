"""Names: of result files, of students, and where submissions are."""

import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.plaintext import printable
from autograder.results.result_names import result_name
from autograder.submission import find_submissions

EXPECTED = {"losses.py", "model.py"}
WINDOWS_FORBIDS = set('<>:"/\\|?*')


@pytest.mark.parametrize(
    ("student", "stem"),
    [("alice", "alice"), ("Zoë Müller", "Zoë Müller"), ("李雷", "李雷"), ("a_1-b.c@d (2)", "a_1-b.c@d (2)")],
)
def test_ordinary_names_stay(student: str, stem: str) -> None:
    """A teacher recognises them."""
    assert result_name(student, set()) == stem


@pytest.mark.parametrize(
    "student",
    [
        *("", ".", "..", ".hidden", "class", "Index", "SUMMARY", "summary.", "con", "NUL.txt", "../../etc/passwd"),
        *("-rf", "a/b", "a\\b", "a\0b", "x" * 500, "é" * 250, "\u202e", "\ud800", " ", "a ", "~", "K\u030a", "\u212a"),
    ],
)
def test_awkward_names_are_safe(student: str) -> None:
    """Not hidden, not reserved, no separators, short enough."""
    assert_safe(result_name(student, set()))


def assert_safe(stem: str) -> None:
    """Check a stem against what file systems and the results folder demand."""
    assert 0 < len(f"{stem}.json".encode()) <= 200
    assert stem.casefold() not in {"class", "index", "summary", "con", "nul"}
    assert stem[0] not in ".- "
    assert stem[-1] not in ". "
    assert not set(stem) & WINDOWS_FORBIDS
    assert stem.isprintable()
    assert unicodedata.normalize("NFC", stem) == stem


names = st.one_of(st.text(max_size=30), st.text("aA~2e\u0301é.İıßK", max_size=4), st.text(min_size=190, max_size=260))


@given(students=st.lists(names, max_size=30))
def test_result_names_are_injective(students: list[str]) -> None:
    """Also where case and normal form do not count, and for the same name twice."""
    taken: set[str] = set()
    stems = [result_name(student, taken) for student in students]
    for stem in stems:
        assert_safe(stem)
    assert len({unicodedata.normalize("NFKD", stem).casefold() for stem in stems}) == len(students)


@given(first=names, second=names)
def test_names_differ_without_a_common_set(first: str, second: str) -> None:
    """The name of one student's result does not depend on who else is there."""
    assert (first == second) == (result_name(first, set()) == result_name(second, set()))


@given(text=st.text(st.characters()))
def test_visible_text_is_harmless(text: str) -> None:
    """Nothing invisible remains, and what is visible is not changed."""
    shown = printable(text, keep="")
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for character in shown)
    assert printable(shown, keep="") == shown
    shown.encode()


def build(root: Path, *names: str) -> Path:
    """Create files (folders end with a slash) below `root`."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("losses.py", "")
        else:
            path.write_text("")
    return root


@pytest.mark.parametrize(
    "files",
    [
        ["losses.py"],
        ["LOSSES.py", "other/losses.py"],
        ["vae.ipynb"],
        ["vae.ipynb", "data/x.csv", "figures/a.png", "readme.md"],
        ["losses.py", "a.ipynb", "b.ipynb", "c.zip"],
        ["vae/losses.py"],
        ["homework 1/losses.py", ".DS_Store", "__MACOSX/x"],
        ["alice/losses.py"],
        ["hw1.zip"],
        ["loss.py", "models.py"],
    ],
)
def test_one_submission(tmp_path: Path, files: list[str]) -> None:
    """A folder of modules or of one notebook, in a wrapper or not."""
    path = build(tmp_path / "alice", *files)
    assert find_submissions(path, EXPECTED, "vae") == [path]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["alice/losses.py", "bob/losses.py"], ["alice", "bob"]),
        (["alice/vae/losses.py", "bob/"], ["alice", "bob"]),
        (["bob.ipynb", "alice.ipynb"], ["alice.ipynb", "bob.ipynb"]),
        (["a.zip", "b/losses.py", "c.ipynb", "d.py", "e.rar"], ["a.zip", "b", "c.ipynb", "d.py", "e.rar"]),
        (["a.zip", "b.zip", "grades.csv", ".hidden/losses.py", "readme.txt"], ["a.zip", "b.zip"]),
        (["alice/losses.py"], ["alice"]),
        (["alice.zip"], ["alice.zip"]),
        (["alice.ipynb"], ["alice.ipynb"]),
    ],
)
@pytest.mark.parametrize("name", ["submissions", "submitted"])
def test_folder_of_submissions(tmp_path: Path, name: str, files: list[str], found: list[str]) -> None:
    """Everything handed in is found, in order of names."""
    path = build(tmp_path / name, *files)
    assert find_submissions(path, EXPECTED) == [path / name for name in found]


def test_folder_of_one_student_by_any_name(tmp_path: Path) -> None:
    """A single folder that is not named like a wrapper is a student."""
    path = build(tmp_path / "week3", "alice/losses.py")
    assert find_submissions(path, EXPECTED) == [path / "alice"]


def test_single_module_assignments(tmp_path: Path) -> None:
    """Many students' files lie side by side."""
    path = build(tmp_path / "week1", "alice.py", "bob.py")
    assert find_submissions(path, {"warmup.py"}) == [path / "alice.py", path / "bob.py"]


def test_files_and_links_are_returned_as_they_are(tmp_path: Path) -> None:
    """A link is not followed here either: it is read, and found unreadable."""
    build(tmp_path / "subs", "alice/losses.py", "bob/losses.py")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "subs")
    assert find_submissions(link, EXPECTED) == [link]
    (tmp_path / "subs" / "eve").symlink_to(tmp_path)
    assert tmp_path / "subs" / "eve" in find_submissions(tmp_path / "subs", EXPECTED)
    file = tmp_path / "x.zip"
    file.write_bytes(b"")
    assert find_submissions(file, EXPECTED) == [file]


def test_mistakes_of_the_caller(tmp_path: Path) -> None:
    """A missing path, an empty folder."""
    build(tmp_path, "empty/")
    for name in ("missing", "empty"):
        with pytest.raises(UsageError):
            find_submissions(tmp_path / name, EXPECTED)
