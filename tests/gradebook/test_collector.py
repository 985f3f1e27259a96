"""Collecting: what is in a submission comes along, what it points to does not."""

from __future__ import annotations

import os
from pathlib import Path

from nbgrader_in_process import run_nbgrader
from small_course import SmallCourse


def test_links_are_not_followed(course: SmallCourse, tmp_path: Path) -> None:
    """Neither for files nor for folders nor for the submission itself."""
    run_nbgrader(course.root, "release_assignment", course.name, "--force")
    inbound = course.exchange / "dgm" / "inbound"
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    sent = inbound / f"linker+{course.name}+2026-01-01 10:00:00 UTC"
    (sent / "data").mkdir(parents=True)
    (sent / "timestamp.txt").write_text("2026-01-01 10:00:00 UTC")
    (sent / f"{course.name}.ipynb").write_text("{}")
    (sent / "data" / "own.csv").write_text("1")
    os.symlink(secret, sent / "file.txt")
    os.symlink(tmp_path, sent / "folder")
    os.mkfifo(sent / "pipe")
    os.symlink(tmp_path, inbound / f"whole+{course.name}+2026-01-01 10:00:00 UTC")
    run_nbgrader(course.root, "collect", course.name)
    kept = course.root / "submitted" / "linker" / course.name
    found = {str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()}
    assert found == {"timestamp.txt", f"{course.name}.ipynb", "data/own.csv"}
    assert not list((course.root / "submitted" / "whole").rglob("*.txt"))


def test_feedback_reaches_the_others_where_somebodys_work_came_another_way(course: SmallCourse) -> None:
    """Work copied into submitted/ has no place in the exchange; nbgrader itself ends there, and nobody after it gets a page."""
    for student in ("ann", "ben", "cem"):
        folder = course.root / "feedback" / student / course.name
        folder.mkdir(parents=True)
        (folder / f"{course.name}.html").write_text(student)
        if student == "cem":
            (folder / "timestamp.txt").write_text("2026-01-01 10:00:00 UTC")
            (folder / "submission_secret.txt").write_text("secret of cem")
    run_nbgrader(course.root, "release_feedback", course.name)
    (page,) = (course.exchange / "dgm" / "feedback").iterdir()
    assert page.read_text() == "cem"
