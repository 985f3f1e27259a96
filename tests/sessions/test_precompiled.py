"""Cells that the grader compiles for its workers."""

from __future__ import annotations

import itertools
import json
import marshal
import types
from pathlib import Path

import pytest

from autograder.runtime.module_space import NOTEBOOK, ModuleSpace
from autograder.sessions.precompiled import compiled
from autograder.submission import read_submission

_numbers = itertools.count()


def notebook(*sources: str) -> dict[str, bytes]:
    """The files of a submission that is a notebook."""
    cells = [{"source": source, "cell": number, "id": ""} for number, source in enumerate(sources, 1)]
    return {NOTEBOOK: json.dumps(cells).encode()}


def run(files: dict[str, bytes], codes: dict[str, bytes]) -> tuple[types.ModuleType, list[str]]:
    """The notebook as a module, and what running it complained about."""
    space = ModuleSpace(files, ("losses",), f"compiled_test_{next(_numbers)}.", compiled=codes)
    return space.module("losses"), space.complaints


@pytest.mark.parametrize(
    "sources",
    [
        ("x = 1", "def f():\n    return x + 1"),
        ("from __future__ import annotations", "def f(a: Unknown) -> None: ...", "x = f.__annotations__"),
        ("x = 1", "y = ", "z = x"),
        ("x = 1 / 0", "y = 2"),
        ("x = '\\d'", "y = 0_1", "assert (1, 'always')"),
        ("x = 1", "(" * 60 + ")" * 60, "y = 2"),
        ("x = " + "-" * 2000 + "1", "y = x"),
    ],
)
def test_compiled_cells_run_like_sources(sources: tuple[str, ...]) -> None:
    """Names, values and complaints are the same, whether cells compile, fail or are left to the worker."""
    files = notebook(*sources)
    (ours, our_complaints), (plain, complaints) = run(files, compiled(files)), run(files, {})
    assert our_complaints == complaints
    assert set(vars(ours)) == set(vars(plain))
    for name in "xyz":
        assert getattr(ours, name, None) == getattr(plain, name, None)


def test_futures_go_from_one_cell_to_the_next() -> None:
    """As in a kernel."""
    codes = compiled(notebook("from __future__ import annotations", "x: Unknown = 1"))
    namespace: dict[str, object] = {}
    exec(marshal.loads(codes["cell 2"]), namespace)
    assert namespace["__annotations__"] == {"x": "Unknown"}


@pytest.mark.parametrize(
    "source",
    ["(" * 200 + ")" * 200, "x = " + "+".join("1" * 3000), "\n".join(f"x{i} = 'a{i}' * 900" for i in range(300)), "x = '\0'"],
    ids=["deep", "long chain", "folded constants", "NUL"],
)
def test_what_could_hurt_is_left_out(source: str) -> None:
    """Such a cell is compiled in the worker, whose limits hold; the others are not affected."""
    codes = compiled(notebook("x = 1", source, "y = 2"))
    assert set(codes) == {"cell 1", "cell 3"}


def test_nothing_follows_a_cell_whose_futures_are_unknown() -> None:
    """It may have changed what later cells mean."""
    source = "from __future__ import annotations\n" + "(" * 200 + ")" * 200
    assert set(compiled(notebook("x = 1", source, "y: z = 2"))) == {"cell 1"}


def test_files_are_left_to_the_workers(tmp_path: Path) -> None:
    """Also one with the name under which cells travel."""
    (tmp_path / "losses.py").write_text("x = 1")
    (tmp_path / NOTEBOOK).write_text("not a list of cells")
    assert compiled(read_submission(tmp_path, ["losses.py"]).files) == {}
