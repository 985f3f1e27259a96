"""All submissions of a class as Canvas and Moodle hand them out: folders, single files, and the zip as downloaded."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.errors import AutograderError
from autograder.grading.downloads import arranged, arranging, submissions_at
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
    submissions = arranged(path, EXPECTED, tmp_path / "out" / "submissions")
    assert {one.parent for one in submissions} == {tmp_path / "out" / "submissions"}
    assert _found(tmp_path / "out" / "submissions") == WANTED[platform]
    assert [student_of(one) for one in submissions] == sorted(WANTED[platform])


def test_a_zip_in_a_download_is_the_students(tmp_path: Path) -> None:
    """It is read like any other: Canvas's most usual case."""
    inner = _zipped(tmp_path / "vae.zip", {"vae/losses.py": b"x = 7"}).read_bytes()
    files = {"archeranna_101_5_vae.zip": inner, "boltben_102_6_vae.ipynb": b'{"cells": [], "nbformat": 4, "nbformat_minor": 5}'}
    anna, ben = arranged(_zipped(tmp_path / "all.zip", files), EXPECTED, tmp_path / "submissions")
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
        ["archeranna_101_55555_notes.ipynb", "archeranna_101_55556_more.py", "helper.py"],
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
        assert arranged(path, EXPECTED, tmp_path / "target") == []
    assert not (tmp_path / "target").exists()


def test_names_that_lead_elsewhere(tmp_path: Path) -> None:
    """A student chooses file names, and an attacker more than that."""
    files = {
        "../evil_101_5_losses.py": b"x",
        "/abs_102_5_losses.py": b"x",
        ".._103_5_losses.py": b"x = 3",
        "C:evil_104_5_losses.py": b"x",
    }
    submissions = arranged(_zipped(tmp_path / "all.zip", files), EXPECTED, tmp_path / "inner" / "submissions")
    assert {one.name for one in submissions} <= {"student_103"}
    assert {path.name for path in tmp_path.rglob("*.py")} <= {"losses.py"}
    assert all(path.is_relative_to(tmp_path / "inner") for path in tmp_path.rglob("*.py"))


def test_links_in_a_download_are_not_followed(tmp_path: Path) -> None:
    """Neither to a file nor to a folder."""
    folder = _written(tmp_path / "download", {"archeranna_101_5_losses.py": b"x = 1"})
    secret = tmp_path / "secret.py"
    secret.write_bytes(b"secret")
    os.symlink(secret, folder / "boltben_102_6_losses.py")
    (anna,) = arranged(folder, EXPECTED, tmp_path / "submissions")
    assert anna.name == "archeranna_101"


def test_garbage_is_left_to_the_reader(tmp_path: Path) -> None:
    """A zip that is none, and a path that is not there."""
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK no zip")
    assert arranged(broken, EXPECTED, tmp_path / "target") == []
    assert arranged(tmp_path / "nothing", EXPECTED, tmp_path / "target") == []


def _students(path: Path, tmp_path: Path) -> dict[str, set[str]]:
    """Whose submissions are found at a path, and their files."""
    found = arranged(path, EXPECTED, tmp_path / "target") or find_submissions(path, EXPECTED, "vae")
    assert len({student_of(one) for one in found}) == len(found), "nobody is there twice"
    return {student_of(one): set(read_submission(one, EXPECTED, notebook="vae").files) for one in found}


CLUTTER = {".DS_Store": b"x", "__MACOSX/._archeranna_101_55555_losses.py": b"x", "Thumbs.db": b"x"}
BOTH = {"archeranna_101", "boltben_102", "öst_103", "Anna Archer_12345", "Ben Bolt_12346"}
MIXTURES = {
    "in one folder": (lambda folder: _written(folder, {**CANVAS, **MOODLE, **CLUTTER}), BOTH),
    "in folders side by side": (
        lambda folder: _written(
            folder, {f"submissions/{name}": b"x" for name in CANVAS} | {f"Moodle-1/{name}": b"x" for name in MOODLE} | CLUTTER
        ),
        BOTH,
    ),
    "as zips side by side": (
        lambda folder: _zipped(_zipped(_made(folder) / "submissions.zip", CANVAS).with_name("m.zip"), MOODLE).parent,
        BOTH,
    ),
    "one folder down": (
        lambda folder: _written(folder, {f"submissions/{name}": b"x" for name in CANVAS}),
        {"archeranna_101", "boltben_102", "öst_103"},
    ),
    "zipped with their folder": (
        lambda folder: _zipped(_made(folder) / "all.zip", {f"submissions/{name}": b"x" for name in {**CANVAS, **CLUTTER}}),
        {"archeranna_101", "boltben_102", "öst_103"},
    ),
    "beside other submissions": (
        lambda folder: _written(folder, {**CANVAS, "erik/losses.py": b"x", "fay.ipynb": b"{}", "readme.txt": b"x"}),
        {"archeranna_101", "boltben_102", "öst_103", "erik", "fay"},
    ),
    "with entries of text": (
        lambda folder: _written(folder, {**CANVAS, "gil_104_text.html": b"<p>", "holt_LATE_105_text.html": b"<p>"}),
        {"archeranna_101", "boltben_102", "öst_103", "gil_104", "holt_105"},
    ),
    "with accents in two forms": (
        lambda folder: _written(
            folder,
            {
                "Zoe\u0301 O'Hara_7_assignsubmission_file_/losses.py": b"x",
                "Zo\u00e9 O'Hara_7_assignsubmission_onlinetext_/t.html": b"x",
                "Ben Bolt_8_assignsubmission_file_/losses.py": b"x",
            },
        ),
        {"Zo\u00e9 O'Hara_7", "Ben Bolt_8"},
    ),
}  # fmt: skip


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", MIXTURES)
def test_nobody_is_missing_and_nobody_is_there_twice(name: str, tmp_path: Path) -> None:
    """Whatever lies beside a download, and however it was unpacked."""
    build, wanted = MIXTURES[name]
    assert set(_students(build(tmp_path / "work"), tmp_path)) == wanted


def test_the_last_upload_counts(tmp_path: Path) -> None:
    """Of files of one name, by Canvas's number, not by their order as text; zips and notebooks too."""
    names = ["ann_1_9_losses.py", "ann_1_10_losses-1.py", "ben_2_10_work-1.zip", "ben_2_9_work.zip"]
    arranged(_written(tmp_path / "download", {name: name.encode() for name in names}), EXPECTED, tmp_path / "target")
    assert _found(tmp_path / "target") == {
        "ann_1": {"losses.py": b"ann_1_10_losses-1.py"},
        "ben_2": {"work.zip": b"ben_2_10_work-1.zip"},
    }


OUTLINE = SimpleNamespace(expected_files={"losses.py", "model.py"}, name="vae")


def _owners(*paths: Path, refused: list[AutograderError] | None = None) -> dict[str, str]:
    """Which file or folder is graded for whom."""
    told = [] if refused is None else refused
    found = submissions_at(paths, OUTLINE, paths[0].parent / "target", told)  # type: ignore[arg-type]
    return {owner or student_of(one): one.name for one, owner in found.items()}


FOR_ANNA = {"anna_101_5_losses.py": b"x = 0"}
AS_MOODLE_DOES = {"Anna Archer_12345_assignsubmission_file_/losses.py": b"x = 0"}
FOR_TWO = FOR_ANNA | {"ben_102_6_losses.py": b"x = 0"}


def _handed_in(folder: Path, form: str, files: dict[str, bytes]) -> Path:
    return _zipped(_made(folder) / "mallory.zip", files) if form == "zip" else _written(folder / "mallory", files)


@pytest.mark.parametrize("form", ["zip", "folder"])
@pytest.mark.parametrize("files", [FOR_ANNA, AS_MOODLE_DOES], ids=["canvas", "moodle"])
@pytest.mark.parametrize("given", ["alone", "in a folder of its own", "beside another", "in the others' folder"])
def test_nobody_hands_in_for_somebody_else(
    form: str, files: dict[str, bytes], given: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name from a platform inside of what a student hands in is a name that the student may have chosen."""
    own = _handed_in(tmp_path / "class", form, files)
    anna = _written(tmp_path / ("class" if given == "in the others' folder" else "other") / "anna_101", {"losses.py": b"1"})
    paths = {
        "alone": [own], "in a folder of its own": [own.parent], "beside another": [own, anna],
        "in the others' folder": [own.parent],
    }[given]  # fmt: skip
    wanted = {"mallory": own.name} | ({} if len(paths) == 1 and given != "in the others' folder" else {"anna_101": "anna_101"})
    assert _owners(*paths) == wanted
    assert not (paths[0].parent / "target").exists()
    assert "mallory" in capsys.readouterr().err, "it may be a download all the same"
    if given == "alone":  # the witness: under a download's name it is believed
        assert set(_owners(own.rename(own.with_name("submissions" + own.suffix)))) < {"anna_101", "Anna Archer_12345"}


@pytest.mark.parametrize("form", ["zip", "folder"])
@pytest.mark.parametrize("together", [False, True], ids=["beside it", "in one folder"])
def test_a_download_among_submissions_is_refused(form: str, together: bool, tmp_path: Path) -> None:
    """Nothing of it is graded, neither as somebody's nor as one student's; the others are, and it is said in one line."""
    own = _handed_in(tmp_path / "class", form, FOR_TWO)
    other = _written(tmp_path / ("class" if together else "other") / "anna", {"losses.py": b"1"})
    refused: list[AutograderError] = []
    assert _owners(*([own.parent] if together else [own, other]), refused=refused) == {"anna": "anna"}
    (told,) = map(str, refused)
    assert own.name in told
    assert "anna_101, ben_102" in told
    assert "\n" not in told
    assert set(_owners(own)) == {"anna_101", "ben_102"}, "alone it is a class"


def test_second_downloads_are_the_same_students(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As browsers name them: the last counts, under the student's name, and it is said. Alone a name stays what it is."""
    folder = _written(tmp_path / "class", {"ann/losses.py": b"1", "ann (1)/losses.py": b"2", "dee (2).ipynb": b"{}"})
    for name in ("ben.zip", "ben (1).zip", "ben (10).zip", "ben(2).zip"):
        _zipped(folder / name, {"losses.py": name.encode()})
    assert _owners(folder) == {"ann": "ann (1)", "ben": "ben (10).zip", "dee (2)": "dee (2).ipynb"}
    told = capsys.readouterr().err
    assert "ben (10).zip seems to be a second download of ben.zip" in told
    assert told.count("warning") == 2


def test_loose_modules_do_not_hide_a_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a folder called like a class it is graded; in one called otherwise, which may be a student's, it is said."""
    files = {"ann/losses.py": b"1", "ben/model.py": b"2", "losses.py": b"3"}
    assert set(_owners(_written(tmp_path / "submissions", files))) == {"ann", "ben", "losses"}
    assert capsys.readouterr().err == ""
    assert set(_owners(_written(tmp_path / "mine", files))) == {"mine"}
    assert "folders and zips in it hold work, too: ann, ben" in capsys.readouterr().err
    assert set(_owners(_written(tmp_path / "own", {"losses.py": b"3", "old/losses.py": b"2"}))) == {"own"}
    assert capsys.readouterr().err == ""


def test_an_archive_that_nobody_can_read_is_somebodys(tmp_path: Path) -> None:
    """Beside a module that is called like a student the folder is a class; beside a student's own module it is theirs."""
    folder = _written(tmp_path / "week", {"bela.py": b"x = 1", "nina.tar.gz": b"x", "omar.rar": b"x"})
    assert set(_owners(folder)) == {"bela", "nina", "omar"}
    assert set(_owners(_written(tmp_path / "mine", {"losses.py": b"x = 1", "old.tar.gz": b"x"}))) == {"mine"}


STRANGE = {
    "no name": "mallory_2_6_..",
    "control characters": "mallory_2_6_a\x01\x1b[31m.py",
    "a line break": "mallory_2_6_a\nb.py",
    "very long": f"mallory_2_6_{'a' * 250}.py",
    "a backslash": "mallory_2_6_a\\b.py",
    "Moodle, a line break": "Mal_2_assignsubmission_file_/a\nb.py",
    "Moodle, a long path": f"Mal_2_assignsubmission_file_/{'/'.join(['d' * 190] * 18)}/x.py",
    "a long name of the student's": f"{'m' * 300}_2_6_losses.py",
}


@pytest.mark.parametrize("strange", STRANGE)
def test_a_students_name_of_a_file_stops_nobody_elses_grading(
    strange: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What no folder can hold is left out, and it is said; what does not say whose it is makes nothing else of the others."""
    files = {"ann_1_5_losses.py": b"x = 1", "ben_3_7_losses.py": b"x = 3", STRANGE[strange]: b"y"}
    found = arranged(_zipped(tmp_path / "submissions.zip", files), EXPECTED, tmp_path / "target")
    assert {"ann_1", "ben_3"} <= {path.name for path in found}
    assert all(path.is_dir() for path in found)
    assert {path: set(files) for path, files in _found(tmp_path / "target").items() if "m" not in path.lower()} == {
        "ann_1": {"losses.py"}, "ben_3": {"losses.py"},
    }  # fmt: skip
    assert "\x1b" not in capsys.readouterr().err


def test_a_file_and_a_folder_of_one_name_stop_nobody_elses_grading(tmp_path: Path) -> None:
    """The folder stays."""
    files = dict.fromkeys(("Ann_1_assignsubmission_file_/losses.py", "Mal_2_assignsubmission_file_/a"), b"x")
    files["Mal_2_assignsubmission_file_/a/b.py"] = b"y"
    arranged(_zipped(tmp_path / "submissions.zip", files), EXPECTED, tmp_path / "target")
    assert _found(tmp_path / "target")["Ann_1"] == {"losses.py": b"x"}
    assert (tmp_path / "target" / "Mal_2" / "a" / "b.py").is_file()


def test_one_students_files_do_not_use_up_what_the_others_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A class's zip unpacks to so much and no more."""
    monkeypatch.setattr(arranging, "_OF_ONE", 1_000)
    files = {f"amy_1_{number}_{number}.txt": bytes(400) for number in range(5)} | {"zoe_2_9_losses.py": b"x = 1"}
    arranged(_zipped(tmp_path / "submissions.zip", files), EXPECTED, tmp_path / "target")
    found = _found(tmp_path / "target")
    assert len(found["amy_1"]) == 2
    assert found["zoe_2"] == {"losses.py": b"x = 1"}
