"""Notebooks that stop nbgrader or cost points there: each is graded, and what the code earned is kept."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from markup import VECTORS, acts
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from nbgrader_in_process import InThisProcess, run_nbgrader
from small_course import RIGHT, SmallCourse, autograded, gradebook_rows, read_json, scores, solved
from traitlets.config import Config

from autograder.gradebook import preprocessors
from autograder.gradebook.configuration import configure
from autograder.gradebook.notebook_run import NotebookRun

Nbgrader = Callable[..., None]
Notebook = dict[str, Any]
FULL = {"double": 4.75, "shift": 4.0, "jitter": 2.0, "total": 5.0, "Scale": 2.0}
NOTHING = dict.fromkeys(FULL, 0.0)


def cell(notebook: Notebook, name: str) -> dict[str, Any]:
    """A cell by id."""
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def marks(notebook: Notebook, name: str) -> dict[str, Any]:
    """nbgrader's metadata of a cell."""
    found: dict[str, Any] = cell(notebook, name)["metadata"]["nbgrader"]
    return found


def without(notebook: Notebook, *prefixes: str) -> Notebook:
    """A notebook with cells deleted."""
    return notebook | {"cells": [one for one in notebook["cells"] if not one["id"].startswith(prefixes)]}


def forged_names(notebook: Notebook) -> Notebook:
    """A solution claims to be another, and a cell of the student's to be graded."""
    marks(notebook, "solution-pieces-double")["grade_id"] = "solution-pieces-shift"
    marks(notebook, "solution-pieces-jitter").update(grade=True, points=100, grade_id="no-such-cell")
    return notebook


def forged_points(notebook: Notebook) -> Notebook:
    """More points, another type, another locking, a broken checksum."""
    marks(notebook, "points-pieces-double").update(points=1e9, cell_type="raw", locked=False, checksum=7)
    marks(notebook, "points-pieces-shift").update(points="many", grade="yes")
    return notebook


def unknown_schema(notebook: Notebook) -> Notebook:
    """Versions that nbgrader stops at, for the whole batch."""
    for number, one in enumerate(notebook["cells"]):
        if "nbgrader" in one["metadata"]:
            one["metadata"]["nbgrader"]["schema_version"] = (99, 0, "x", None)[number % 4]
    return notebook


def broken_metadata(notebook: Notebook) -> Notebook:
    """No objects where objects belong, and much of it."""
    notebook["metadata"] = {"kernelspec": 5, "title": "<script>pwn()</script>", "x": ["y" * 100] * 2000, "widgets": "none"}
    for one in notebook["cells"]:
        one["metadata"] = {"nbgrader": "gone", "tags": {"a": 1}} if one["id"].startswith("check-") else one["metadata"]
    return notebook


def bare(notebook: Notebook) -> Notebook:
    """Nothing but code: no metadata, no ids, as after a round trip through other tools."""
    cells = [
        {"cell_type": one["cell_type"], "source": one["source"], "metadata": {}, "outputs": [], "execution_count": None}
        for one in notebook["cells"]
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def retyped(notebook: Notebook) -> Notebook:
    """A solution turned into markdown, an answer into code, a graded cell into raw text."""
    cell(notebook, "solution-pieces-double")["cell_type"] = "markdown"
    cell(notebook, "answer-why")["cell_type"] = "code"
    cell(notebook, "points-pieces-shift")["cell_type"] = "raw"
    return notebook


def merged(notebook: Notebook) -> Notebook:
    """A solution merged into the graded cell below, and another with its check cell."""
    cell(notebook, "points-pieces-double")["source"] += "\n" + cell(notebook, "solution-pieces-double")["source"]
    check = cell(notebook, "check-pieces-shift")
    check["source"] = check["source"] + "\n\n" + cell(notebook, "solution-pieces-shift")["source"]
    return without(notebook, "solution-pieces-double", "solution-pieces-shift")


def split(notebook: Notebook) -> Notebook:
    """A class and its use in two cells with the same marks, as splitting leaves them."""
    one = cell(notebook, "solution-whole-total")
    second = copy.deepcopy(one) | {"id": "second"}
    one["source"], second["source"] = (
        "def helper(x):\n    return shift(x)",
        ("def total(x, noisy=False):\n    return helper(jitter(x) if noisy else x).sum(-1)"),
    )
    place = notebook["cells"].index(one)
    notebook["cells"].insert(place + 1, second)
    return notebook


def odd_cells(notebook: Notebook) -> Notebook:
    """Cells that are none, sources of all kinds, ids that clash."""
    strange: list[Any] = [7, None, {}, {"cell_type": "code"}, {"cell_type": "heading", "source": 3}]
    strange += [{"cell_type": "alien", "source": ["a", 1]}]
    strange += [{"cell_type": "code", "id": 5, "source": "1", "outputs": [{"output_type": "pwn"}], "metadata": 1}]
    strange += [{"cell_type": "markdown", "id": "text", "source": "\ud800", "attachments": {"a": 1, "b": {"image/png": 3}}}]
    return notebook | {"cells": [*strange, *notebook["cells"], *strange]}


EARNS_EVERYTHING = {
    "deleted_graded_cells": lambda notebook: without(notebook, "points-", "check-", "answer-", "question-"),
    "forged_names": forged_names, "forged_points": forged_points, "unknown_schema": unknown_schema,
    "broken_metadata": broken_metadata, "bare": bare, "retyped": retyped, "merged": merged,
    "split": split, "odd_cells": odd_cells,
    "all_twice": lambda notebook: notebook | {"cells": [*notebook["cells"], *copy.deepcopy(notebook["cells"])]},
    "old_format": lambda notebook: {
        "nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [
            {"cell_type": "code", "language": "python", "input": one["source"], "outputs": []}
            for one in notebook["cells"] if one["cell_type"] == "code"
        ]}],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def class_of_vandals(course: SmallCourse) -> SmallCourse:
    """All of them handed in and graded by one `nbgrader autograde`."""
    released = read_json(course.root / "release" / course.name / f"{course.name}.ipynb")
    right = solved(released, RIGHT, "An answer.")
    for name, change in EARNS_EVERYTHING.items():
        course.submit(name, json.dumps(change(copy.deepcopy(right))).encode())
    course.submit("wrong_name", right, name="my work (2)")
    folder = course.submit("beside", right)
    (folder / "Untitled.ipynb").write_text(json.dumps(solved(released, {})))
    (folder / "broken.ipynb").write_text("{")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("pieces.py", "def double(x): return 0")
    (folder / "all.zip").write_bytes(packed.getvalue())
    for name, data in {"no_json": b"\xff\xfe no", "empty": b"", "list": b"[1]", "deep": b"[" * 100_000}.items():
        course.submit(name, data)
    run_nbgrader(course.root, "autograde", course.name)
    return course


@pytest.mark.parametrize("student", [*EARNS_EVERYTHING, "wrong_name", "beside"])
def test_what_the_code_earns_is_kept(class_of_vandals: SmallCourse, student: str) -> None:
    """And every graded cell is there with its output."""
    assert scores(class_of_vandals, student) == FULL
    shown = autograded(class_of_vandals, student)
    graded = [one for one in shown["cells"] if one["id"].startswith("points-")]
    assert [bool(one["outputs"]) for one in graded] == [True] * len(FULL)
    assert not any(row[-1] for row in gradebook_rows(class_of_vandals, student) if str(row[1]).startswith("points-"))


@pytest.mark.parametrize("student", ["no_json", "empty", "list", "deep"])
def test_the_unreadable_has_no_points_and_says_why(class_of_vandals: SmallCourse, student: str) -> None:
    """In the output of the graded cells."""
    assert scores(class_of_vandals, student) == NOTHING
    outputs = [one["outputs"][0] for one in autograded(class_of_vandals, student)["cells"] if one["id"].startswith("points-")]
    assert all("notebook" in "".join(output["data"]["text/html"]) for output in outputs)


def test_nbgrade_agrees_about_all_of_them(class_of_vandals: SmallCourse, one_sandbox: None, tmp_path: Path) -> None:
    """Down to the notebooks."""
    course = class_of_vandals
    students = [*EARNS_EVERYTHING, "wrong_name", "beside", "no_json", "empty", "list", "deep"]
    before = gradebook_rows(course, *students)
    shown = {student: autograded(course, student) for student in students}
    run = NotebookRun(course.name, tmp_path / "out", frozenset({"json"}), {}, students, quiet=True, force=True)
    run.grade_collected(1)
    assert (run.recorded, run.exit_code(None, all_readable=False)) == (len(students), 0)
    assert gradebook_rows(course, *students) == before
    assert {student: autograded(course, student) for student in students} == shown


def test_a_failure_of_the_grader_is_no_mark(
    course: SmallCourse, released: Notebook, nbgrader: Nbgrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The submission stays ungraded, the next one does not."""
    for student in ("unlucky", "unlucky_too", "zz_lucky"):
        course.submit(student, solved(released, RIGHT), name="other" if student == "unlucky_too" else "")
    grader = preprocessors.grade_standing_by
    assert isinstance(grader, InThisProcess)
    monkeypatch.setattr(grader, "failing", {"unlucky", "unlucky_too"})
    with pytest.raises(RuntimeError):
        nbgrader("autograde", course.name, "--student=*u*ck*")
    for student in ("unlucky", "unlucky_too"):
        assert set(scores(course, student).values()) == {None}
        assert not (course.root / "autograded" / student / course.name).exists()
    assert scores(course, "zz_lucky") == FULL


@pytest.mark.parametrize("time", ["yesterday, maybe", "9" * 5000, "2026-01-01 UTC+99", "\x00"])
def test_a_broken_submission_does_not_stop_the_others(
    course: SmallCourse, released: Notebook, one_sandbox: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], time: str
) -> None:
    """A time that is none is named; everybody else is graded."""
    course.submit("timeless", solved(released, RIGHT), timestamp=time)
    course.submit("timely", solved(released, RIGHT), timestamp="2026-01-01 10:00:00 UTC")
    run = NotebookRun(course.name, tmp_path / "out", frozenset({"json"}), {}, ["timeless", "timely"], quiet=True, force=False)
    run.grade_collected(1)
    assert (run.recorded, run.exit_code(None)) == (1, 2)
    assert "timestamp.txt" in capsys.readouterr().err
    assert "1 not graded" in run.summary()
    assert scores(course, "timely") == FULL
    assert not gradebook_rows(course, "timeless")


def test_nothing_a_student_writes_acts_in_feedback_or_formgrader(
    course: SmallCourse, released: Notebook, nbgrader: Nbgrader
) -> None:
    """Neither text nor outputs nor metadata nor pictures nor names."""
    notebook = solved(released, RIGHT, "\n\n".join(VECTORS))
    marks = {"tags": ["'><script>pwn()</script>"], "raw_mimetype": "text/html", "magics_language": "pwn"}
    attached = {"pwn.html": {"text/html": "cHdu"}, "p'wn.png": {"image/png": "' onerror=pwn()"}}
    own = [
        {"cell_type": kind, "id": f"pwn-{number}", "metadata": marks, "source": vector, "attachments": attached}
        for number, vector in enumerate(VECTORS)
        for kind in ("markdown", "raw", "code")
    ]
    data = {"text/html": "<script>pwn()</script>", "application/javascript": "pwn()", "image/svg+xml": "<svg onload='pwn()'/>"}
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    own += [{"cell_type": "code", "id": "code", "metadata": {}, "source": "# <script>pwn()</script>", "outputs": [output]}]
    own += [copy.deepcopy(cell(notebook, "points-pieces-double")) | {"outputs": [output]}]
    notebook["metadata"] |= {"title": "<script>pwn()</script>", "widgets": {"application/vnd.jupyter.widget-state+json": "pwn"}}
    course.submit("mallory", notebook | {"cells": [*own, *notebook["cells"]]})
    nbgrader("autograde", course.name, "--student=mallory")
    nbgrader("generate_feedback", course.name, "--student=mallory")
    page = (course.root / "feedback" / "mallory" / course.name / f"{course.name}.html").read_text("utf-8")
    for html in (page, formgrader_page(course, "mallory")):
        assert "pwn" in BeautifulSoup(html, "html.parser").get_text()
        assert not acts(html)


def formgrader_page(course: SmallCourse, student: str) -> str:
    """A submission as formgrader shows it."""
    config: Any = Config()
    configure(config, course.root)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    path = course.root / "autograded" / student / course.name / f"{course.name}.ipynb"
    names = ("assignment_id", "notebook_id", "submission_id", "base_url", "student", "last_name", "first_name", "notebook_path")
    resources = dict.fromkeys(names, "x") | {"index": 0, "total": 1}
    html, _ = HTMLExporter(config=config).from_filename(str(path), resources=resources)
    return str(html)


def test_rubrics_are_shown_to_people_who_grade_only(course: SmallCourse, class_of_vandals: SmallCourse) -> None:
    """In formgrader; feedback is tested with the whole course."""
    assert "names additivity" in formgrader_page(course, "split")
