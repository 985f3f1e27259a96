"""The processes behind `nbgrader autograde` and `autograder nbgrade`, as they are started by people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import RIGHT, SQUARED, SmallCourse, gradebook_rows, read_json, scores, solved

BIN = Path(sys.executable).parent
STUDENTS = ("standing", "by")


def run(course: SmallCourse, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command at the course's root, as somebody who has not activated the environment."""
    places = [place for place in os.environ["PATH"].split(os.pathsep) if place != str(BIN)]
    environment = os.environ | {"PATH": os.pathsep.join(places)}
    environment.pop("AUTOGRADER_COURSE", None)
    return subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def collected(course: SmallCourse) -> SmallCourse:
    """Two submissions."""
    released = read_json(course.root / "release" / course.name / f"{course.name}.ipynb")
    course.submit("standing", solved(released, RIGHT, "Because."))
    course.submit("by", solved(released, SQUARED))
    return course


def test_nbgrader_never_imports_torch(collected: SmallCourse) -> None:
    """Nor keeps a process behind: it ends, and its children with it."""
    code = (
        "import sys\nfrom nbgrader.apps.nbgraderapp import NbGraderApp\n"
        f"try:\n    NbGraderApp.launch_instance(['autograde', {collected.name!r}, '--student=standing'])\n"
        "finally:\n    print('torch' in sys.modules)"
    )
    done = run(collected, sys.executable, "-c", code)
    assert "False" in done.stdout, done.stderr
    assert sum(scores(collected, "standing").values()) == 17.75  # type: ignore[arg-type]


def test_several_processes_give_the_same_gradebook(collected: SmallCourse) -> None:
    """With results beside it; a second run finds nothing to do."""
    before = gradebook_rows(collected, "standing")
    command = (str(BIN / "autograder"), "nbgrade", collected.name, "--jobs", "2", "--out", "class")
    command += tuple(f"--student={student}" for student in STUDENTS)
    done = run(collected, *command, "--force")
    assert done.returncode == 0, done.stderr
    assert "2 recorded in the gradebook, 1 answer waits" in done.stdout
    assert gradebook_rows(collected, "standing") == before
    assert scores(collected, "by")["double"] == 0
    result = json.loads((collected.root / "class" / "by.json").read_text())
    assert (result["student"], result["score"]) == ("by", sum(scores(collected, "by").values()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("nbgrade", "nothing"), "there is no assignment"),
        (("nbgrade", "{name}", "--student", "nobody"), "there is no submission"),
        (("nbgrade", "{name}", "--format", "pdf"), "unknown format"),
    ],
)
def test_wrong_usage_is_one_line(collected: SmallCourse, command: tuple[str, ...], said: str) -> None:
    """With exit code 2."""
    done = run(collected, str(BIN / "autograder"), *(part.format(name=collected.name) for part in command))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
