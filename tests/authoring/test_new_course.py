"""A course that `autograder new-course` writes: everything works in it, far from this repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.new_course import new_course
from autograder.course.manifest import read_manifest
from autograder.errors import UsageError


def autograder(root: Path, *arguments: str) -> tuple[int, str]:
    """Run a command in the course; return its exit code and what it said."""
    environment = {key: value for key, value in os.environ.items() if key != "AUTOGRADER_COURSE"}
    command = [sys.executable, "-m", "autograder", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout + done.stderr


def test_the_life_of_a_new_course(tmp_path: Path) -> None:
    """Listed, released, checked, graded and audited; right answers earn everything, stubs nothing."""
    root = tmp_path / "My Course"
    new_course(root)
    assert not [path for path in root.rglob("*.py") if "torch" in path.read_text()]
    assert autograder(root, "list")[0] == 0
    assert autograder(root, "release", "--check")[0] == 1
    assert autograder(root, "release")[0] == 0
    assert autograder(root, "release", "--check")[0] == 0
    assert "0 of 2 visible checks passed" in " ".join(autograder(root, "check", "assignments/first")[1].split())
    (root / "class" / "right").mkdir(parents=True)
    shutil.copy(root / "solutions" / "first" / "means.py", root / "class" / "right")
    shutil.copytree(root / "assignments" / "first", root / "class" / "stub")
    code, said = autograder(root, "grade", "first", "class", "--isolation", "best", "--jobs", "1", "--out", "out")
    assert code == 0, said
    results = {name: json.loads((root / "out" / f"{name}.json").read_text()) for name in ("right", "stub")}
    assert [(one["score"], one["max_score"]) for one in results.values()] == [(10, 10), (0, 10)]
    for command in (["coverage"], ["audit", "--jobs", "1"]):
        code, said = autograder(root, *command)
        assert code == 0, said


def test_nbgrader_finds_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its configuration is read, with the course's own name."""
    root = tmp_path / "My Course"
    new_course(root)
    assert read_manifest(root).id == "my-course"
    monkeypatch.setenv("AUTOGRADER_COURSE", str(root))  # which the configuration would set otherwise, and leave behind
    found = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    assert found.CourseDirectory.course_id == "my-course"
    assert found.ExternalScores.isolation == "strict"


@pytest.mark.parametrize("occupied", ["file", "folder"])
def test_nothing_is_overwritten(tmp_path: Path, occupied: str) -> None:
    """Only a new or empty folder will do."""
    place = tmp_path / "there"
    if occupied == "file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="something here already"):
        new_course(place)
    assert sorted(path.name for path in tmp_path.rglob("*")) == (["there"] if occupied == "file" else ["notes.txt", "there"])
