"""Files under names near the right ones, helpers beside notebooks, exported notebooks: nobody who handed in is missing."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from autograder.submission import NOTEBOOK, Limits, Submission, find_submissions, read_submission, student_of

EXPECTED = {"losses.py", "model.py"}
SOLVED = "def kl(x):\n    return x\n"


def notebook(*sources: str, **more: object) -> str:
    """The text of a notebook."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def cells_of(read: Submission) -> list[str]:
    """The sources of the cells that a worker would run."""
    return [cell["source"] for cell in json.loads(read.files[NOTEBOOK])]


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ben.ipynb.json", "ben"), ("carla.ipynb.txt", "carla"), ("dora.ipynb.download", "dora"), ("eva.json", "eva"),
        ("finn.txt", "finn"), ("gil.IPYNB", "gil"), ("h.i.ipynb.TXT", "h.i"),
    ],
)  # fmt: skip
def test_notebooks_under_names_that_browsers_give_them(tmp_path: Path, name: str, student: str) -> None:
    """In a class, and given by path."""
    folder = tmp_path / "class"
    folder.mkdir()
    for one in (name, "anna.ipynb"):
        (folder / one).write_text(notebook(SOLVED))
    assert {path.name for path in find_submissions(folder, EXPECTED)} == {"anna.ipynb", name}
    read = read_submission(folder / name, EXPECTED)
    assert (read.student, read.unreadable, cells_of(read)) == (student, None, [SOLVED])


def test_a_module_saved_as_text_is_that_module(tmp_path: Path) -> None:
    """Alone in a class, and among a student's files, where the right name wins."""
    folder = tmp_path / "class"
    (folder / "zoe").mkdir(parents=True)
    (folder / "dora.py.txt").write_text(SOLVED)
    for name in ("losses.py.txt", "model.py", "model.py.txt"):
        (folder / "zoe" / name).write_text(f"{SOLVED}# {name}\n")
    assert [path.name for path in find_submissions(folder, EXPECTED)] == ["dora.py.txt", "zoe"]
    assert set(read_submission(folder / "dora.py.txt", EXPECTED).files) == EXPECTED
    read = read_submission(folder / "zoe", EXPECTED)
    assert {name: text.split(b"# ")[1] for name, text in read.files.items()} == {
        "losses.py": b"losses.py.txt\n", "model.py": b"model.py\n",
    }  # fmt: skip
    assert any("losses.py.txt: read as losses.py" in note for note in read.notes)
    assert find_submissions(folder / "zoe", EXPECTED) == [folder / "zoe"]


@pytest.mark.parametrize(
    "name",
    ["a.tar.gz", "a.tgz", "a.tar", "a.rar", "a.pdf", "a.html", "a.docx", "a.R", "a.tar.xz", "a.jpg", "a.ipynb~"],
)
def test_what_cannot_be_read_gets_a_result_that_says_so(tmp_path: Path, name: str) -> None:
    """Under the student's own name."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "anna.ipynb").write_text(notebook(SOLVED))
    with tarfile.open(folder / name, "w"):
        pass
    assert [path.name for path in find_submissions(folder, EXPECTED)] == [name, "anna.ipynb"]
    assert student_of(folder / name) == "a"
    assert name in (read_submission(folder / name, EXPECTED).unreadable or "")


def test_lists_and_remarks_beside_submissions_are_nobodys(tmp_path: Path) -> None:
    """Text that is no notebook, tables, settings."""
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "anna.ipynb").write_text(notebook(SOLVED))
    for name in ("README.txt", "grades.json", "roster.csv", "notes.md", "list.xlsx"):
        (folder / name).write_text('{"anna": 5}')
    assert [path.name for path in find_submissions(folder, EXPECTED)] == ["anna.ipynb"]


def folder_with(tmp_path: Path, files: dict[str, str]) -> Path:
    """A student's folder."""
    folder = tmp_path / "student"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("use", ["from helpers import log\n", ""])
def test_a_lone_helper_beside_a_notebook_is_a_helper(tmp_path: Path, use: str) -> None:
    """It stands for the modules only where there is no notebook that solves more."""
    folder = folder_with(tmp_path, {"helpers.py": "def log(x):\n    print(x)\n", "vae.ipynb": notebook(use + SOLVED)})
    assert find_submissions(folder, EXPECTED, "vae") == [folder]
    read = read_submission(folder, EXPECTED, notebook="vae")
    assert set(read.files) == {NOTEBOOK, "helpers.py"}
    assert not read.notes


def test_an_answer_beside_a_notebook_of_plots_is_the_answer(tmp_path: Path) -> None:
    """The file that solves what the notebook does not."""
    folder = folder_with(tmp_path, {"answers.py": SOLVED, "plots.ipynb": notebook("import math\nprint(math.pi)")})
    read = read_submission(folder, EXPECTED)
    assert set(read.files) >= EXPECTED
    assert any("answers.py: read as" in note for note in read.notes)


def test_two_students_in_one_folder_stay_two(tmp_path: Path) -> None:
    """A notebook and a file that have nothing to do with each other."""
    folder = folder_with(tmp_path, {"anna.ipynb": notebook(SOLVED), "ben.py": SOLVED})
    assert [path.name for path in find_submissions(folder, EXPECTED, "vae")] == ["anna.ipynb", "ben.py"]


def test_shell_lines_and_magics_of_exported_notebooks_are_skipped_and_noted(tmp_path: Path) -> None:
    """Line numbers stay; valid Python is left alone."""
    text = "!pip install torch\n%matplotlib inline\n" + SOLVED + "%time y = kl(3)\nrest = 7 \\\n% 4\n"
    folder = folder_with(tmp_path, {"losses.py": text, "model.py": "x = 9 \\\n% 4\n"})
    read = read_submission(folder, EXPECTED)
    assert not read.syntax_errors
    assert read.files["losses.py"].decode() == f"pass\npass\n{SOLVED}y = kl(3)\nrest = 7 \\\n% 4\n"
    assert any("losses.py: shell lines and magics are skipped (line 1, 2, 5)" in note for note in read.notes)


def test_a_syntax_error_beside_magics_is_still_told(tmp_path: Path) -> None:
    """With the line that it stands in."""
    read = read_submission(folder_with(tmp_path, {"losses.py": "!ls\ndef f(:\n"}), EXPECTED)
    assert read.syntax_errors["losses.py"].startswith("line 2")


def test_outputs_do_not_count_towards_size_limits(tmp_path: Path) -> None:
    """Neither their bytes nor their values, also with brackets and quotes in their texts; code and text do."""
    noisy = [{"data": {"text/plain": 'a "]}\\ \\" ' * 5, "x": [1] * 3_000}, "output_type": "display_data"}] * 1_000
    path = tmp_path / "anna.ipynb"
    path.write_text(notebook(SOLVED, outputs=noisy, attachments={"a.png": {"image/png": "A" * 100}}))
    limits = Limits(notebook_code_bytes=2_000, notebook_values=100)
    assert path.stat().st_size > 2**20
    assert cells_of(read_submission(path, EXPECTED, limits)) == [SOLVED]
    path.write_text(notebook(SOLVED, metadata={"outputs": "[" * 2**21}))
    assert "beside its outputs" in (read_submission(path, EXPECTED, limits).unreadable or "")
