"""The gallery shows what students read, for every misconception."""

from __future__ import annotations

from pathlib import Path

from autograder.audit.gallery import gallery_page
from autograder.course.course import Course
from autograder.diagnosis.catalogue import catalogue

COURSE = Course(Path(__file__).resolve().parents[2])


def test_every_misconception_is_shown_with_its_hint() -> None:
    """Beliefs, names and hints of one assignment are all there, and each is named first."""
    page = gallery_page(COURSE, ["warmup"])
    assert "not named first" not in page
    for entries in catalogue(COURSE.assignment("warmup")).misconceptions.values():
        for entry in entries:
            assert entry.name in page
