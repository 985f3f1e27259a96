"""All submissions of a class as Canvas and Moodle hand them out: folders, single files, and the zip as downloaded."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from autograder.grading.downloads import arranged
from autograder.submission import find_submissions, read_submission, student_of

EXPECTED = {"losses.py", "model.py", "vae.ipynb"}
CANVAS = {
    "archeranna_101_55555_losses.py": b"x = 1",
    "archeranna_101_55556_model.py": b"y = 1",
    "boltben_LATE_102_55557_losses-2.py": b"x = 2",
    "boltben_LATE_102_55558_notes-2024.txt": b"n",
    "öst_103_55559_model.py": b"y = 3",
}
MOODLE = {
    "Anna Archer_12345_assignsubmission_file_/losses.py": b"x = 1",
    "Anna Archer_12345_assignsubmission_file_/parts/helper.py": b"h = 1",
    "Ben Bolt_12346_assignsubmission_file_losses.py": b"x = 2",
    "Ben Bolt_12346_assignsubmission_onlinetext_onlinetext.html": b"<p>hello</p>",
}
WANTED = {
    "canvas": {
        "archeranna_101": {"losses.py": b"x = 1", "model.py": b"y = 1"},
        "boltben_102": {"losses.py": b"x = 2", "notes-2024.txt": b"n"},
        "öst_103": {"model.py": b"y = 3"},
    },
    "moodle": {
        "Anna Archer_12345": {"losses.py": b"x = 1", "parts/helper.py": b"h = 1"},
        "Ben Bolt_12346": {"losses.py": b"x = 2", "onlinetext.html": b"<p>hello</p>"},
    },
}


def _written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _found(target: Path) -> dict[str, dict[str, bytes]]:
    return {
        student.name: {str(path.relative_to(student)): path.read_bytes() for path in student.rglob("*") if path.is_file()}
        for student in target.iterdir()
    }


@pytest.mark.parametrize("packed", [False, True], ids=["unpacked", "zip"])
@pytest.mark.parametrize(("platform", "files"), [("canvas", CANVAS), ("moodle", MOODLE)])
def test_every_students_files_come_together(platform: str, files: dict[str, bytes], packed: bool, tmp_path: Path) -> None:
    """Under the student's name and id, files by the names that the student gave them."""
    path = _zipped(tmp_path / "all.zip", files) if packed else _written(tmp_path / "download", files)
    target = arranged(path, EXPECTED, tmp_path / "out" / "submissions")
    assert target == tmp_path / "out" / "submissions"
    assert _found(target) == WANTED[platform]
    assert {student_of(one) for one in find_submissions(target, EXPECTED, "vae")} == set(WANTED[platform])


def test_a_zip_in_a_download_is_the_students(tmp_path: Path) -> None:
    """It is read like any other: Canvas's most usual case."""
    inner = _zipped(tmp_path / "vae.zip", {"vae/losses.py": b"x = 7"}).read_bytes()
    files = {"archeranna_101_5_vae.zip": inner, "boltben_102_6_vae.ipynb": b'{"cells": [], "nbformat": 4, "nbformat_minor": 5}'}
    target = arranged(_zipped(tmp_path / "all.zip", files), EXPECTED, tmp_path / "submissions")
    anna, ben = find_submissions(target, EXPECTED, "vae")
    assert read_submission(anna, EXPECTED, notebook="vae.ipynb").files["losses.py"] == b"x = 7"
    assert read_submission(ben, EXPECTED, notebook="vae.ipynb").sha256


def test_the_late_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the platform says of them is not lost with their files' names."""
    arranged(_written(tmp_path / "download", CANVAS), EXPECTED, tmp_path / "submissions")
    assert "marked as late: boltben_102" in capsys.readouterr().err


def test_a_newer_download_replaces_an_older_one(tmp_path: Path) -> None:
    """What a student has taken back is gone; what is the same is not written again."""
    target = tmp_path / "submissions"
    arranged(_written(tmp_path / "first", CANVAS), EXPECTED, target)
    before = (target / "archeranna_101" / "losses.py").stat()
    (target / "archeranna_101" / "link").symlink_to("/etc/passwd")
    newer = {"archeranna_101_55555_losses.py": b"x = 1", "boltben_102_60000_model.py": b"y = 9"}
    arranged(_written(tmp_path / "second", newer), EXPECTED, target)
    found = _found(target)
    assert found["archeranna_101"] == {"losses.py": b"x = 1"}
    assert found["boltben_102"] == {"model.py": b"y = 9"}
    assert (target / "archeranna_101" / "losses.py").stat() == before


@pytest.mark.parametrize(
    "names",
    [
        ["losses.py", "model.py"],
        ["anna/losses.py", "ben/losses.py"],
        ["archeranna_101_55555_losses.py", "losses.py"],
        ["archeranna_101_55555_losses.py", "Ben Bolt_12346_assignsubmission_file_losses.py"],
        ["hw_1_2_x/losses.py"],
        ["vae_1.ipynb", "vae_2.ipynb"],
        [],
    ],
)
def test_anything_else_stays_where_it_is(names: list[str], tmp_path: Path) -> None:
    """A student's own folder, a class by names, a mixture, an empty folder; nothing is written."""
    folder = _written(tmp_path / "work", dict.fromkeys(names, b"x = 1"))
    folder.mkdir(exist_ok=True)
    for path in (folder, _zipped(tmp_path / "work.zip", dict.fromkeys(names, b"x = 1"))):
        assert arranged(path, EXPECTED, tmp_path / "target") == path
    assert not (tmp_path / "target").exists()


def test_names_that_lead_elsewhere(tmp_path: Path) -> None:
    """A student chooses file names, and an attacker more than that."""
    files = {
        "../evil_101_5_losses.py": b"x",
        "/abs_102_5_losses.py": b"x",
        ".._103_5_losses.py": b"x = 3",
        "C:evil_104_5_losses.py": b"x",
    }
    target = arranged(_zipped(tmp_path / "all.zip", files), EXPECTED, tmp_path / "inner" / "submissions")
    if target.name == "submissions":
        assert set(_found(target)) <= {"student_103"}
    assert {path.name for path in tmp_path.rglob("*.py")} <= {"losses.py"}
    assert all(path.is_relative_to(tmp_path / "inner") for path in tmp_path.rglob("*.py"))


def test_links_in_a_download_are_not_followed(tmp_path: Path) -> None:
    """Neither to a file nor to a folder."""
    folder = _written(tmp_path / "download", {"archeranna_101_5_losses.py": b"x = 1"})
    secret = tmp_path / "secret.py"
    secret.write_bytes(b"secret")
    os.symlink(secret, folder / "boltben_102_6_losses.py")
    target = arranged(folder, EXPECTED, tmp_path / "submissions")
    assert set(_found(target)) == {"archeranna_101"}


def test_garbage_is_left_to_the_reader(tmp_path: Path) -> None:
    """A zip that is none, and a path that is not there."""
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK no zip")
    assert arranged(broken, EXPECTED, tmp_path / "target") == broken
    assert arranged(tmp_path / "nothing", EXPECTED, tmp_path / "target") == tmp_path / "nothing"
