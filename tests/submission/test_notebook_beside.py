"""A notebook's place beside files, other notebooks, and the cells that the assignment itself brought."""

from __future__ import annotations

from pathlib import Path

from submission.reading import EXPECTED, cells_of, code, notebook, read_notebook

from autograder.submission import NOTEBOOK, Limits, find_notebook, read_submission


def test_notebook_fills_missing_modules(tmp_path: Path) -> None:
    """Files win; the notebook stands for the others."""
    (tmp_path / "losses.py").write_text("x = 1")
    (tmp_path / "a.ipynb").write_text(notebook(code("y = 1")))
    read = read_submission(tmp_path, EXPECTED)
    assert set(read.files) == {"losses.py", NOTEBOOK}
    assert any("model.py" in note for note in read.notes)
    (tmp_path / "model.py").write_text("x = 1")
    read = read_submission(tmp_path, EXPECTED)
    assert set(read.files) == {"losses.py", "model.py"}
    assert any("a.ipynb" in note for note in read.notes)


def test_broken_notebook_beside_files_is_a_note(tmp_path: Path) -> None:
    """It does not make the files unreadable."""
    (tmp_path / "losses.py").write_text("x = 1")
    (tmp_path / "a.ipynb").write_text("{")
    read = read_submission(tmp_path, EXPECTED)
    assert set(read.files) == {"losses.py"}
    assert any("a.ipynb" in note for note in read.notes)


def test_most_useful_of_several_notebooks(tmp_path: Path) -> None:
    """The one that names more modules, else the one that defines more."""
    (tmp_path / "a.ipynb").write_text(notebook(code("scratch = 1")))
    (tmp_path / "b.ipynb").write_text(notebook(code("def f(): pass")))
    (tmp_path / "c.ipynb").write_text("broken")
    read = read_submission(tmp_path, EXPECTED)
    assert "def f" in cells_of(read)[0]["source"]
    assert any("b.ipynb was taken" in note and "a.ipynb" in note for note in read.notes)
    (tmp_path / "a.ipynb").write_text(notebook(code("x = 1", metadata={"autograder": {"module": "losses"}})))
    assert cells_of(read_submission(tmp_path, EXPECTED))[0]["source"] == "x = 1"


def test_only_so_many_notebooks_are_looked_at(tmp_path: Path) -> None:
    """Of hundreds, the uppermost are read."""
    (tmp_path / "sub").mkdir()
    for name in ("a", "b", "sub/c"):
        (tmp_path / f"{name}.ipynb").write_text(notebook(code("x = 1")))
    read = read_submission(tmp_path, EXPECTED, Limits(notebooks=2))
    assert any("first 2 of 3" in note for note in read.notes)


def test_notebook_without_code_is_noted(tmp_path: Path) -> None:
    """It is graded, as one that answers nothing."""
    read = read_notebook(tmp_path, notebook(code("")))
    assert cells_of(read) == []
    assert any("no code" in note for note in read.notes)


def test_folder_with_a_notebook_equals_the_notebook(tmp_path: Path) -> None:
    """In a wrapper too."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "any name.ipynb").write_text(notebook(code("x = 1")))
    alone = read_notebook(tmp_path, notebook(code("x = 1")))
    assert read_submission(tmp_path / "a", EXPECTED).sha256 == alone.sha256


CHECK_CELL = '''# Visible checks of losses.f: run this cell.
from autograder.student import visible_checks


@visible_checks("losses.f", globals())
def _visible():
    from autograder.checks import check

    @check("f", points=1)
    def test_f(candidate):
        """Text."""

    return [test_f]
'''


def test_check_cells_are_not_part_of_the_work(tmp_path: Path) -> None:
    """But a solution that was merged with one is."""
    points = 'from autograder.student import require_visible_checks\n\nrequire_visible_checks("losses.f")\n'
    merged = f"x = 1\n\n{CHECK_CELL}\n\ndef f():\n    return x\n\n{points}"
    read = read_notebook(tmp_path, notebook(code(CHECK_CELL), code(points), code(merged)))
    checks, kept = cells_of(read)
    lines = [[line for line in cell["source"].split("\n") if line and line[0] != "#"] for cell in (checks, kept)]
    assert lines == [[], ["x = 1", "def f():", "    return x"]]
    assert kept["source"].split("\n").index("def f():") == merged.split("\n").index("def f():")


def test_the_assignments_own_notebook_is_preferred(tmp_path: Path) -> None:
    """Even to one that defines more, unless that one solves what is a stub here; in any order of names."""
    (tmp_path / "vae.ipynb").write_text(notebook(code("def f(): pass")))
    for other in ("Untitled", "vae-Copy1"):
        (tmp_path / f"{other}.ipynb").write_text(notebook(code("def f(): pass\ndef g(): pass")))
    assert cells_of(read_submission(tmp_path, EXPECTED, notebook="vae"))[0]["source"] == "def f(): pass"
    assert find_notebook(tmp_path, EXPECTED, "vae") == (tmp_path / "vae.ipynb").read_bytes()
    assert "def g" in cells_of(read_submission(tmp_path, EXPECTED))[0]["source"]
    (tmp_path / "vae.ipynb").write_text(notebook(code("def f():\n    raise NotImplementedError()")))
    assert "def g" in cells_of(read_submission(tmp_path, EXPECTED, notebook="vae"))[0]["source"]
    assert find_notebook(tmp_path / "vae.ipynb", EXPECTED) == (tmp_path / "vae.ipynb").read_bytes()


def test_a_solution_cell_turned_into_text_is_code(tmp_path: Path) -> None:
    """By its id; other text stays text."""
    text = {"cell_type": "markdown", "metadata": {}, "source": "def f(): pass"}
    read = read_notebook(tmp_path, notebook({**text, "id": "solution-losses-f"}, {**text, "id": "statement-losses-f"}))
    assert [cell["source"] for cell in cells_of(read)] == ["def f(): pass"]
