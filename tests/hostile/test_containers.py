"""The same attacks from notebooks and archives, and names and files that are attacks themselves."""

# ruff: noqa: E501 - an attack per line reads as a table

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.results.result_names import result_name

from .attacks.attack import HONEST, Attack
from .attacks.prelude import behind_walls
from .conftest import Arena, left_behind, reference_files, submission, the_exercise
from .told import page_of

EXERCISE = ("vae", "losses.gaussian_kl")
ATTACKS = [
    Attack("yes", "return type('Yes', (), {'__eq__': lambda a, b: True})()"),
    Attack("forged reply", "line, seq, _ = serving()\nsend(frame([seq, 'reply', [['ok', zeros(mu)]] * 50]))\nreturn zeros(mu)"),
    Attack("exit", "os._exit(3)"),
    Attack("exit at import", HONEST, "os._exit(3)", most=99),
    Attack("message", "raise ValueError('CANARY' + note(mu, logvar))"),
]


def notebook(*sources: str) -> bytes:
    """A notebook of code cells."""
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(files: dict[str, bytes | str]) -> bytes:
    """A zip of the given files, whatever their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("container", ["notebook", "zip", "zipped notebook"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attacks_in_containers(
    attack: Attack, container: str, arena: Arena, tmp_path: Path, unharmed: Callable[[str, str], None]
) -> None:
    """A container changes nothing."""
    files = reference_files(arena, "vae")
    source = files["losses.py"]
    assert isinstance(source, bytes)
    prelude = behind_walls(str(tmp_path))
    attacked = attack.source(source.decode(), prelude)
    if container == "zip":
        path = tmp_path / "mallory.zip"
        path.write_bytes(zipped({**files, "losses.py": attacked}))
    else:
        book = notebook(prelude, attacked)
        path = tmp_path / ("mallory.ipynb" if container == "notebook" else "mallory.zip")
        path.write_bytes(book if container == "notebook" else zipped({"deep/er/vae.ipynb": book}))
    graded = arena.grade("vae", path, "losses.gaussian_kl")
    exercise = the_exercise(graded)
    assert exercise.score <= attack.most
    assert "CANARY" not in "".join(check.message for check in exercise.checks if check.visibility == "hidden")
    unharmed(*EXERCISE)


NAMES = [
    "-rf", "--help", "a b", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "{stem}", "{0.__class__}", "%s%n", "con",
    "class", "index", "summary", "a\nb", "a\x1b[2Jb", "\u202egnp.exe", "..a", "' OR 1=1 --", "$(touch hostile)", "`id`",
    "é" * 100, "x" * 250, b"\xff\xfe".decode("utf-8", "surrogateescape"), "\U0001f600", "​", "a\\b",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_of_folders_are_only_names(name: str, arena: Arena, tmp_path: Path) -> None:
    """The student's name reaches results, pages and file names; none of them may act on it."""
    files = reference_files(arena, "vae")
    folder = tmp_path / "class" / name
    graded = arena.grade("vae", submission(folder, files), "losses.gaussian_kl")
    assert graded.result.score == graded.result.max_score
    page = page_of(graded, tmp_path)
    assert not any(character in page for character in "\x1b\x00\u202e")
    assert "<script>alert" not in page
    stem = result_name(graded.result.student, set())
    assert len(os.fsencode(stem)) <= 200
    assert not set(stem) & set("/\\\0\n\x1b")
    assert stem not in (".", "..", "class", "index", "summary")


FILES: dict[str, dict[str, bytes | str]] = {
    "shadows of libraries": {name: "raise SystemExit" for name in ("torch.py", "numpy.py", "random.py", "msgpack.py", "pytest.py", "hypothesis.py", "numpy/__init__.py", "autograder.py", "autograder/__init__.py", "autograder/wire/codec.py", "sys.py", "builtins.py")},
    "start-up files": {name: "import os; os._exit(1)" for name in ("conftest.py", "sitecustomize.py", "usercustomize.py", "__init__.py", "setup.py", "test_losses.py", "evil.pth", "pytest.ini", ".env")},
    "forged results": {name: '{"score": 100, "status": "graded"}' for name in ("results.json", "mallory.json", "class.json", "summary.csv", "index.html", "results/mallory.json")},
    "sources that hurt a parser": {"a.py": "-" * 200_000 + "1", "b.py": "(" * 90_000, "c.py": "x = " + "[" * 150 + "]" * 150, "d.py": b"\x00" * 1000, "e.py": "a." * 100_000 + "a", "f.py": "1" * 500_000, "g.py": "f'" + "{" * 1000, "h.py": b"# -*- coding: rot13 -*-\n", "i.py": b"\xff\xfe" * 100},
    "deep expression": {"losses_helper.py": "x = " + "+".join(["1"] * 100_000)},
    "many files": {f"m{number}.py": "x = 1" for number in range(800)},
    "names of files": {"a\x1b[2J.py": "x", "\u202e.py": "y", "b\n.py": "z", "<script>alert(1)<.py": "1", " .py": "2"},
}  # fmt: skip


@pytest.mark.parametrize("extra", FILES.values(), ids=FILES.keys())
def test_files_beside_the_answer(extra: dict[str, bytes | str], arena: Arena, tmp_path: Path) -> None:
    """They neither help nor hinder."""
    path = submission(tmp_path / "mallory", {**reference_files(arena, "vae"), **extra})
    graded = arena.grade("vae", path, "losses.gaussian_kl")
    assert graded.result.status == "graded", graded.result.message
    assert graded.result.score == graded.result.max_score
    page = page_of(graded, tmp_path)
    assert not any(character in page for character in "\x1b\x00\u202e")
    assert not left_behind()


@pytest.mark.parametrize("source", [value for value in FILES["sources that hurt a parser"].values()], ids=list("abcdefghi"))
def test_an_answer_that_hurts_a_parser_costs_its_own_points_only(
    source: bytes | str, arena: Arena, tmp_path: Path, unharmed: Callable[[str, str], None]
) -> None:
    """The grader reads every file before a worker does."""
    path = submission(tmp_path / "mallory", {**reference_files(arena, "vae"), "losses.py": source})
    result = arena.grade("vae", path, "losses.gaussian_kl").result
    assert (result.status, result.score) == ("graded", 0.0), result.message
    unharmed(*EXERCISE)


def test_links_and_pipes_are_not_followed(arena: Arena, tmp_path: Path) -> None:
    """Neither to the solutions nor to something that never ends."""
    folder = tmp_path / "mallory"
    folder.mkdir()
    solutions = arena.grader("vae").assignment.folder
    (folder / "losses.py").symlink_to(solutions / "losses.py")
    (folder / "model.py").symlink_to("/dev/zero")
    os.mkfifo(folder / "train.py")
    (folder / "all").symlink_to(solutions)
    graded = arena.grade("vae", folder, "losses.gaussian_kl")
    assert graded.result.status == "unreadable"
    assert graded.result.score == 0.0


@pytest.mark.parametrize(
    "name", ["../losses.py", "/losses.py", "C:\\losses.py", "a/../../losses.py", "losses.py/", "LOSSES.PY", "losses.py\x00.txt"]
)
def test_archives_do_not_leave_their_place(name: str, arena: Arena, tmp_path: Path) -> None:
    """A member's name is no path on this machine."""
    path = tmp_path / "inner" / "mallory.zip"
    path.parent.mkdir()
    path.write_bytes(zipped({name: "x = 1", "model.py": "x = 1"}))
    result = arena.grade("vae", path, "losses.gaussian_kl").result
    assert result.score == 0.0
    assert result.status in ("graded", "unreadable")
    assert {entry.name for entry in tmp_path.iterdir()} == {"inner"}


def test_an_archive_of_zeros_is_bounded(arena: Arena, tmp_path: Path) -> None:
    """A gigabyte of zeros in a megabyte."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("losses.py", "w") as member:
        for _ in range(256):
            member.write(b"\0" * 2**20)
    path = tmp_path / "bomb.zip"
    path.write_bytes(buffer.getvalue())
    assert arena.grade("vae", path, "losses.gaussian_kl").result.score == 0.0
