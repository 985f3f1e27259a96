"""Zips: bombs, traps, damage and honest oddities."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from autograder.submission import Limits, Submission, read_submission

EXPECTED = {"losses.py", "model.py"}
GOOD = ("losses.py", b"x = 1\n")


def read_zip(folder: Path, data: bytes, limits: Limits | None = None) -> Submission:
    """Read `data` as a zip handed in by mallory."""
    path = folder / "mallory.zip"
    path.write_bytes(data)
    return read_submission(path, EXPECTED, limits or Limits())


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with `entries`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


def special(name: str, mode: int) -> zipfile.ZipInfo:
    """Return an entry of another kind than file."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (mode | 0o777) << 16
    return info


def noted(submission: Submission, *words: str) -> bool:
    """Whether one note holds all of `words`."""
    return any(all(word in note for word in words) for note in submission.notes)


def test_zip_equals_folder(tmp_path: Path) -> None:
    """A zip of the folder reads as the folder does."""
    (tmp_path / "x" / "vae" / "own").mkdir(parents=True)
    (tmp_path / "x" / "vae" / "losses.py").write_bytes(b"x = 1\n")
    (tmp_path / "x" / "vae" / "own" / "a.csv").write_bytes(b"1")
    as_folder = read_submission(tmp_path / "x", EXPECTED)
    as_zip = read_zip(tmp_path, zipped(("vae/own/a.csv", b"1"), ("vae/", b""), ("vae/losses.py", b"x = 1\n")))
    assert (as_zip.files, as_zip.sha256, as_zip.student) == (as_folder.files, as_folder.sha256, "mallory")


@pytest.mark.parametrize(
    "name", ["/etc/model.py", "../model.py", "a/../../model.py", "C:\\model.py", "c:model.py", "..\\model.py"]
)
def test_paths_that_lead_outside_are_ignored(tmp_path: Path, name: str) -> None:
    """Absolute paths, parents and drives."""
    read = read_zip(tmp_path, zipped(GOOD, (name, b"evil = 1")))
    assert set(read.files) == {"losses.py"}
    assert noted(read, "leads out of the zip")


def test_backslashes_of_windows_are_folders(tmp_path: Path) -> None:
    """Some tools of Windows write them."""
    info = zipfile.ZipInfo("x")
    info.filename = "vae\\own\\a.py"
    read = read_zip(tmp_path, zipped(("vae/losses.py", b"x = 1"), (info, b"")))
    assert set(read.files) == {"losses.py", "own/a.py"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_special_entries_are_ignored(tmp_path: Path, kind: int) -> None:
    """A link in a zip is not even read as a file."""
    read = read_zip(tmp_path, zipped(GOOD, (special("model.py", kind), b"/etc/passwd")))
    assert set(read.files) == {"losses.py"}
    assert noted(read, "model.py", "only ordinary files")


def test_last_of_duplicates_counts(tmp_path: Path) -> None:
    """As it would when unpacking."""
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped(("losses.py", b"x = 1"), ("losses.py", b"x = 2"))
    read = read_zip(tmp_path, data)
    assert read.files["losses.py"] == b"x = 2"
    assert noted(read, "more than once")


def test_name_with_nul_is_not_cut(tmp_path: Path) -> None:
    """`model.py<NUL>.txt` is not `model.py`."""
    data = zipped(GOOD, ("model.py#.txt", b"evil = 1")).replace(b"model.py#", b"model.py\0")
    read = read_zip(tmp_path, data)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "model.py\\x00.txt")


@pytest.mark.parametrize("name", ["a\x1b.py", "\u202ea.py", "n" * 300 + ".py", "d/" * 25 + "a.py"])
def test_strange_names_are_ignored(tmp_path: Path, name: str) -> None:
    """Control characters, too long, too deep."""
    read = read_zip(tmp_path, zipped(GOOD, (name, b"x")))
    assert set(read.files) == {"losses.py"}
    assert len(read.notes) == 1
    assert read.notes[0].isprintable()


def test_case_and_normal_form_collisions(tmp_path: Path) -> None:
    """One of each stays."""
    read = read_zip(tmp_path, zipped(("LOSSES.PY", b"y"), GOOD, ("e\u0301.txt", b"1"), ("\u00e9.txt", b"2")))
    assert set(read.files) == {"losses.py", "\u00e9.txt"}


def test_file_and_folder_of_one_name(tmp_path: Path) -> None:
    """They cannot both exist on disk."""
    read = read_zip(tmp_path, zipped(GOOD, ("own", b"1"), ("own/a.py", b"x = 1")))
    assert set(read.files) == {"losses.py", "own/a.py"}
    assert noted(read, "folder of the same name")


def test_bomb_with_true_sizes(tmp_path: Path) -> None:
    """Large entries are not unpacked."""
    read = read_zip(tmp_path, zipped(GOOD, ("model.py", b"0" * 5_000_000), ("zeros.bin", b"\0" * 5_000_000)))
    assert set(read.files) == {"losses.py"}
    assert noted(read, "zeros.bin", "larger than 1 MB")


def test_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    """The claimed size does not matter."""
    size = 5_000_000
    data = zipped(GOOD, ("model.py", b"#" * size)).replace(struct.pack("<I", size), struct.pack("<I", 10))
    read = read_zip(tmp_path, data)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "model.py", "ignored")


def test_bomb_of_many_entries(tmp_path: Path) -> None:
    """The directory is counted before it is read."""
    entries = [(f"{n}.txt", b"") for n in range(60)]
    read = read_zip(tmp_path, zipped(GOOD, *entries), Limits(entries=50))
    assert "entries" in (read.unreadable or "")


def test_bomb_of_many_files(tmp_path: Path) -> None:
    """The sum is limited too."""
    entries = [(f"{n}.txt", b"0" * 1000) for n in range(30)]
    read = read_zip(tmp_path, zipped(GOOD, *entries), Limits(total_bytes=10_000))
    assert sum(map(len, read.files.values())) <= 10_000
    assert "losses.py" in read.files


def test_archive_larger_than_the_limit(tmp_path: Path) -> None:
    """It is not read to its end."""
    assert "larger" in (read_zip(tmp_path, zipped(GOOD), Limits(archive_bytes=50)).unreadable or "")


def test_a_zip_in_a_zip_is_read(tmp_path: Path) -> None:
    """Where it lies alone in the other, also in a folder there; three in each other are not, nor one beside modules."""
    inner = zipped(("hw/model.py", b"x = 1"))
    assert set(read_zip(tmp_path, zipped(GOOD, ("inner.zip", inner))).files) == {"losses.py"}
    twice = zipped(("hw1/inner.zip", inner), ("__MACOSX/hw1/._inner.zip", b"x"))
    assert set(read_zip(tmp_path, twice).files) == {"model.py"}
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "ann.zip").write_bytes(twice)
    assert set(read_submission(tmp_path / "ann", EXPECTED).files) == {"model.py"}
    assert "archive" in (read_zip(tmp_path, zipped(("c.zip", zipped(("b.zip", twice))))).unreadable or "")


def test_a_zip_in_a_zip_has_the_limits_of_one(tmp_path: Path) -> None:
    """Packed and unpacked: a few bytes that become many are not unpacked."""
    bomb = zipped(("inner.zip", b"\0" * 2**20))
    assert "larger" in (read_zip(tmp_path, bomb, Limits(archive_bytes=2**16)).unreadable or "")


def test_encrypted_zip(tmp_path: Path) -> None:
    """Protected as a whole: unreadable, with the reason."""
    data = bytearray(zipped(GOOD))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in (read_zip(tmp_path, bytes(data)).unreadable or "")


def test_wrong_crc_costs_one_file(tmp_path: Path) -> None:
    """The others are read."""
    data = zipped(GOOD, ("model.py", b"abcdefgh"), method=zipfile.ZIP_STORED).replace(b"abcdefgh", b"abcdefgX")
    read = read_zip(tmp_path, data)
    assert set(read.files) == {"losses.py"}
    assert noted(read, "model.py", "damaged")


def test_unusual_methods(tmp_path: Path) -> None:
    """bzip2 is read; LZMA could ask for any amount of memory and is not."""
    assert set(read_zip(tmp_path, zipped(GOOD, method=zipfile.ZIP_BZIP2)).files) == {"losses.py"}
    assert "method" in (read_zip(tmp_path, zipped(GOOD, method=zipfile.ZIP_LZMA)).unreadable or "")


def test_zip64_is_read(tmp_path: Path) -> None:
    """Written by streaming tools for small files too."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, archive.open("losses.py", "w", force_zip64=True) as stream:
        stream.write(b"x = 1")
    assert set(read_zip(tmp_path, target.getvalue()).files) == {"losses.py"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (zipped(GOOD)[:-30], "damaged or incomplete"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"<!DOCTYPE html>", "web page"),
        (b"hello", "not a zip"),
        (zipped(), "empty"),
        (zipped(("a/", b"")), "empty"),
        (zipped(("readme.txt", b"x")), "holds none of losses.py, model.py"),
    ],
)
def test_reasons_of_unreadable_zips(tmp_path: Path, data: bytes, reason: str) -> None:
    """One clear reason each."""
    read = read_zip(tmp_path, data)
    assert reason in (read.unreadable or "")
    assert read.files == {}


def test_macos_names_without_utf8_mark(tmp_path: Path) -> None:
    """The Archive Utility writes UTF-8 and does not say so."""
    name = "données.csv".encode()
    data = zipped(GOOD, ("d" * len(name), b"1"), method=zipfile.ZIP_STORED).replace(b"d" * len(name), name)
    assert "données.csv" in read_zip(tmp_path, data).files


def test_student_is_shown_safely(tmp_path: Path) -> None:
    """Direction marks in the file name are made visible."""
    path = tmp_path / "a\u202eb.zip"
    path.write_bytes(zipped(GOOD))
    assert read_submission(path, EXPECTED).student == "a\\u202eb"
    assert os.path.exists(path)
