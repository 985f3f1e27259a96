"""Notebooks: cells, magics, kernels, and their place beside files."""

import json
from pathlib import Path
from typing import Any

import pytest
from submission.reading import cells_of, code, notebook, read_notebook

from autograder.submission import Limits, read_submission
from autograder.submission.notebooks.magics import without_magics
from autograder.submission.notes import Skipped


def test_code_cells_in_order(tmp_path: Path) -> None:
    """Text, outputs and attachments do not matter; numbers count code cells from 1."""
    read = read_notebook(
        tmp_path,
        notebook(
            {"cell_type": "markdown", "source": "def f(: pass", "attachments": {"a": 1}},
            code(["x = 1\n", "y = 2"], id="one", outputs=[{"output_type": "error", "traceback": ["\x1b"]}]),
            code(""),
            code("z = 3\r\n", id="one", metadata={"autograder": {"module": "model.py"}}),
        ),
    )
    assert cells_of(read) == [
        {"source": "x = 1\ny = 2", "cell": 1, "id": "one", "module": None},
        {"source": "z = 3\n", "cell": 3, "id": "one", "module": "model"},
    ]
    assert read.student == "bob"
    assert read.notes == ()


def test_cells_belong_to_the_only_module(tmp_path: Path) -> None:
    """Of an assignment with one file."""
    (tmp_path / "a.ipynb").write_text(notebook(code("x = 1")))
    assert cells_of(read_submission(tmp_path / "a.ipynb", {"warmup.py"}))[0]["module"] == "warmup"


def test_old_formats(tmp_path: Path) -> None:
    """Format 3 has worksheets and calls the source `input`."""
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"], "language": "python"}]}]}
    assert [cell["source"] for cell in cells_of(read_notebook(tmp_path, json.dumps(old)))] == ["x = 1"]


@pytest.mark.parametrize(
    "cells",
    [
        [None, 3, [], {}, code("x = 1", metadata=None, id=7, outputs="?")],
        [code("x = 1", metadata={"autograder": 3, "nbgrader": []})],
        [code(["x", " = ", 3, None, "1"]), code(None), code({"a": 1})],
        [{"cell_type": "code", "source": "x = 1"}],
    ],
)
def test_broken_cells_are_tolerated(tmp_path: Path, cells: list[Any]) -> None:
    """Whatever is wrong around the code, the code is read."""
    assert [cell["source"] for cell in cells_of(read_notebook(tmp_path, notebook(*cells)))] == ["x = 1"]


def test_cell_with_syntax_error_is_left_out(tmp_path: Path) -> None:
    """The others stay."""
    read = read_notebook(tmp_path, notebook(code("x = 1"), code("y = 1\nf(1"), code("z = 1")))
    assert [cell["cell"] for cell in cells_of(read)] == [1, 3]
    assert read.syntax_errors == {"cell 2": "line 2: '(' was never closed"}
    assert any("cell 2" in note for note in read.notes)


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install torch\nx = 1", "pass\nx = 1"),
        ("!pip install a \\\n  b\nx = 1", "pass\n\nx = 1"),
        ("pip install torch\nx = 1", "pass\nx = 1"),
        ("?print\nprint?\nprint??\nx = 1", "pass\npass\npass\nx = 1"),
        ("if a:\n    %load_ext x\n    !it's\nx = 1", "if a:\n    pass\n    pass\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n# timing\n%%capture out\n%%time\nx = 1", "\n# timing\n\n\nx = 1"),
        ("%time x = f()", "x = f()"),
        ("%timeit f()", "pass"),
        ("files = !ls\nx = %timeit -o f()", "files = None\nx = None"),
        ("!ls\nx = (7\n% 4)", "pass\nx = (7\n% 4)"),
        ("%x\ns = '''\n!keep\n'''", "pass\ns = '''\n!keep\n'''"),
        ("  %x\n  y = 1", "pass\ny = 1"),
        ("%x\nif a != b: y = 1", "pass\nif a != b: y = 1"),
    ],
)
def test_magics_are_skipped(cell: str, python: str) -> None:
    """Lines keep their numbers, and what remains is Python."""
    assert without_magics(cell) == python
    compile(python, "x", "exec")


@pytest.mark.parametrize("magic", ["bash", "html", "writefile losses.py", "!", "R -i x", "script perl", "javascript"])
def test_cells_in_other_languages_are_skipped(tmp_path: Path, magic: str) -> None:
    """The whole cell, with a note and without a syntax error."""
    with pytest.raises(Skipped):
        without_magics(f"%%{magic}\nx = 1")
    read = read_notebook(tmp_path, notebook(code(f"%%{magic}\nls -l"), code("x = 1")))
    assert [cell["cell"] for cell in cells_of(read)] == [2]
    assert read.syntax_errors == {}
    assert any("cell 1" in note for note in read.notes)


def test_percent_in_plain_cells_is_untouched(tmp_path: Path) -> None:
    """A cell that compiles has no magics."""
    source = "x = (7\n% 4)\ns = '''\n!ls\n'''"
    assert cells_of(read_notebook(tmp_path, notebook(code(source))))[0]["source"] == source


@pytest.mark.parametrize(
    ("metadata", "readable"),
    [
        ({}, True),
        ({"kernelspec": {"name": "python3"}}, True),
        ({"kernelspec": {"name": "conda-env-dl"}, "language_info": {"name": "python"}}, True),
        ({"kernelspec": {"language": "Python", "name": "x"}}, True),
        ({"kernelspec": None, "language_info": []}, True),
        ({"kernelspec": {"name": "ir", "language": "R"}}, False),
        ({"kernelspec": {"name": "ir"}}, False),
        ({"kernelspec": {"name": "julia-1.9"}}, False),
        ({"language_info": {"name": "julia"}}, False),
    ],
)
def test_kernels(tmp_path: Path, metadata: dict[str, Any], readable: bool) -> None:
    """Only Python is graded; when nothing is said, it is Python."""
    read = read_notebook(tmp_path, notebook(code("x = 1"), **metadata))
    assert (read.unreadable is None) == readable
    assert readable or "language" in (read.unreadable or "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html>", "not a notebook"),
        (b"[]", "not a notebook"),
        (b'{"cells": 3}', "not a notebook"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "not a notebook"),
        (b"[" * 100_000, "nested"),
        (b"[" * 5_000_000, "too much data"),
        (b'{"cells": [' + b"1," * 5_000_000 + b"1]}", "too much data"),
    ],
)
def test_what_is_no_notebook(tmp_path: Path, content: bytes, reason: str) -> None:
    """One reason each, and no hostile JSON gets further."""
    assert reason in (read_notebook(tmp_path, content).unreadable or "")


def test_large_notebooks(tmp_path: Path) -> None:
    """Outputs may be large, code may not."""
    outputs = [{"data": {"image/png": "A" * 3_000_000}}]
    assert cells_of(read_notebook(tmp_path, notebook(code("x = 1", outputs=outputs))))
    assert "more code" in (read_notebook(tmp_path, notebook(code("#" * 2_000_000))).unreadable or "")
    assert "larger" in (read_notebook(tmp_path, notebook(code("x")), Limits(notebook_bytes=10)).unreadable or "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings_of_json(tmp_path: Path, encoding: str) -> None:
    """With or without mark."""
    assert cells_of(read_notebook(tmp_path, notebook(code("x = 1")).encode(encoding)))


def test_lone_surrogates(tmp_path: Path) -> None:
    """JSON can write them; Python cannot compile them."""
    read = read_notebook(tmp_path, notebook(code("s = '\ud800'"), code("x = 1")))
    assert [cell["cell"] for cell in cells_of(read)] == [2]


def test_locked_test_cells_are_not_run(tmp_path: Path) -> None:
    """They are the assignment's, not the student's; solution cells are."""
    test = {"nbgrader": {"grade": True, "solution": False, "locked": True}}
    answer = {"nbgrader": {"grade": False, "solution": True, "locked": False}}
    read = read_notebook(tmp_path, notebook(code("x = 1", metadata=answer), code("check(x)", metadata=test)))
    assert [cell["source"] for cell in cells_of(read)] == ["x = 1"]
