"""Gradescope's results of a course that trains: the points of checks come before those of training."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from student_environment import run
from tiny_course import hand_in
from training.trained_course import FIT, load_course

from autograder.bundles.gradescope import autograder_points, bundle_gradescope
from autograder.bundles.gradescope_settings import Settings
from autograder.course.course import Course

pytestmark = pytest.mark.processes

RECORDED = """
import json, sys
import autograder.bundles.gradescope_run as running
written, write = [], running._Run.write
running._Run.write = lambda self, document: (written.append(document), write(self, document))
code = running.main(sys.argv[1:])
print("WRITTEN" + json.dumps(written))
"""


def test_the_points_of_checks_are_there_before_training(student_python: Path, wheel: Path, tmp_path: Path) -> None:
    """First no score, then that of the checks with all points in sight, then that of everything."""
    assignment, _ = load_course(tmp_path / "course")
    lines = Course(assignment.folder.parents[1])
    settings = Settings(assignment.name, training=True)
    with zipfile.ZipFile(bundle_gradescope(lines, settings, tmp_path / "a.zip", wheel)) as archive:
        archive.extractall(tmp_path / "autograder" / "source")
    (tmp_path / "autograder" / "results").mkdir()
    hand_in(tmp_path / "autograder" / "submission", {"fit.py": FIT.encode()})
    done = run(student_python, "-c", RECORDED, tmp_path / "autograder", cwd=tmp_path)
    assert "WRITTEN" in done.stdout, done.stdout + done.stderr
    first, partial, final = json.loads(done.stdout.partition("WRITTEN")[2])
    assert "score" not in first
    assert (partial["score"], final["score"]) == (4, 14)
    assert (
        sum(test["max_score"] for test in partial["tests"])
        == sum(test["max_score"] for test in final["tests"])
        == sum(autograder_points(lines, settings))
        == 14
    )
    assert "not been measured yet" in partial["output"]
    assert "not been measured yet" not in final["output"]
    assert final["leaderboard"]
