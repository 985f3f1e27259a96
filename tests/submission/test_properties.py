"""Laws of the reader: containers are equal, and no bytes make it fail."""

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.plaintext import printable
from autograder.submission import Submission, read_submission
from autograder.submission.syntax_program import first_error

EXPECTED = {"losses.py", "model.py"}
SOME = settings(max_examples=60, deadline=None)

names = st.sampled_from(["losses.py", "model.py", "own.py", "torch.py", "conftest.py", "a.csv", ".x", "n.ipynb", "b.zip"])
folders = st.sampled_from(["", "vae/", "vae/own/", "__MACOSX/", "data/"])
contents = st.one_of(st.binary(max_size=60), st.sampled_from([b"x = 1\r\n", b"def f(:", b'{"cells": []}']))
trees = st.dictionaries(st.builds(str.__add__, folders, names), contents, max_size=6)


def assert_sound(read: Submission) -> None:
    """What holds for every submission ever read."""
    assert (read.unreadable is not None) == (not read.files)
    lines = [*read.notes, *read.syntax_errors.values(), read.student, *filter(None, [read.unreadable])]
    assert all(printable(line, keep="") == line for line in lines)
    assert all(len(line) < 1000 for line in lines)
    assert len(read.sha256) == 64
    for path, data in read.files.items():
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        if path.endswith(".py"):
            assert b"\r" not in data
            data.decode()


@SOME
@given(tree=trees)
def test_folder_and_zip_read_the_same(tree: dict[str, bytes]) -> None:
    """Files, notes, hash, reason: nothing tells the containers apart."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "alice"
        root.mkdir()
        with zipfile.ZipFile(Path(scratch) / "alice.zip", "w") as archive:
            for name, data in sorted(tree.items(), reverse=True):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(data)
                archive.writestr(name, data)
        as_folder = read_submission(root, EXPECTED)
        as_zip = read_submission(root.with_suffix(".zip"), EXPECTED)
    assert_sound(as_folder)
    if not any(name.endswith(".zip") for name in tree):  # a folder with one zip is that zip; a zip is not
        assert as_folder == as_zip


def mutated(data: bytes, changes: list[tuple[int, int]], cut: int | None) -> bytes:
    """Overwrite some bytes of `data` and cut it."""
    changed = bytearray(data)
    for position, value in changes:
        changed[position % len(changed)] = value
    return bytes(changed[:cut])


def sample_zip() -> bytes:
    """A zip of several kinds of entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vae/losses.py", "def f(x):\n    return x\n" * 5)
        archive.writestr("vae/model.py", "x = 1\n")
        archive.writestr("vae/data/a.bin", bytes(range(50)))
        archive.writestr("vae/n.ipynb", sample_notebook())
    return target.getvalue()


def sample_notebook() -> str:
    """A notebook with a magic, a module mark and an output."""
    cell = {
        "cell_type": "code",
        "id": "a",
        "source": ["%x\n", "y = 1"],
        "metadata": {"autograder": {"module": "model"}},
    }
    return json.dumps({"nbformat": 4, "metadata": {"kernelspec": {"name": "python3"}}, "cells": [cell, cell]})


changes = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), max_size=8)
cuts = st.one_of(st.none(), st.integers(0, 1200))


def read_bytes(name: str, data: bytes) -> Submission:
    """Read a file with this content."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / name
        path.write_bytes(data)
        return read_submission(path, EXPECTED)


@settings(SOME, max_examples=300)
@given(changes=changes, cut=cuts)
def test_damaged_zips_never_fail(changes: list[tuple[int, int]], cut: int | None) -> None:
    """They are read as far as they can be, or unreadable."""
    assert_sound(read_bytes("m.zip", mutated(sample_zip(), changes, cut)))


@SOME
@given(changes=changes, cut=cuts)
def test_damaged_notebooks_never_fail(changes: list[tuple[int, int]], cut: int | None) -> None:
    """Broken JSON, broken cells, broken code."""
    assert_sound(read_bytes("m.ipynb", mutated(sample_notebook().encode(), changes, cut)))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just("code"), st.just("%%time\nx = 1")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["cell_type", "source", "metadata", "id", "input", "cells"]), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(SOME, max_examples=200)
@given(cells=json_values, sheets=json_values, metadata=json_values)
def test_any_json_in_a_notebook(cells: Any, sheets: Any, metadata: Any) -> None:
    """The shape of the JSON does not matter."""
    text = json.dumps({"cells": cells, "worksheets": sheets, "metadata": metadata})
    assert_sound(read_bytes("m.ipynb", text.encode()))


@settings(SOME, max_examples=200)
@given(data=st.one_of(st.binary(max_size=200), st.text("# coding:=latin-1\n\\'\"([{%!?\0\r", max_size=60).map(str.encode)))
def test_any_bytes_are_a_source(data: bytes) -> None:
    """Always readable; at worst with a syntax error."""
    read = read_bytes("losses.py", data)
    assert_sound(read)
    assert read.unreadable is None
    if not read.syntax_errors:
        assert first_error(read.files["losses.py"].decode()) is None


@SOME
@given(source=st.text("%!?='\"()\\ \nax#", max_size=40))
def test_any_text_is_a_cell(source: str) -> None:
    """What is kept compiles."""
    text = json.dumps({"cells": [{"cell_type": "code", "source": source}], "metadata": {}})
    read = read_bytes("m.ipynb", text.encode())
    assert_sound(read)
    for cell in json.loads(read.files["__notebook__.json"]):
        assert first_error(cell["source"]) is None
