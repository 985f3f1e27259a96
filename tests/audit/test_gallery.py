"""The gallery shows what students read, for every misconception."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.audit.gallery import gallery_page
from autograder.course.course import Course
from autograder.diagnosis.catalogue import catalogue

COURSE = Course(Path(__file__).resolve().parents[2])


def test_every_misconception_is_shown_with_its_hint() -> None:
    """Beliefs, names and hints of one assignment are all there, each is named first, and the contents lead to each exercise."""
    page = gallery_page(COURSE, ["warmup"])
    assert "not named first" not in page
    for entries in catalogue(COURSE.assignment("warmup")).misconceptions.values():
        for entry in entries:
            assert entry.name in page
    contents = page[page.index("<nav") : page.index("</nav>")]
    linked = re.findall(r'href="#([^"]+)"', contents)
    assert linked == re.findall(r'<h[23] id="([^"]+)"', page)
    assert {f"warmup.{one.key}" for one in COURSE.assignment("warmup").exercises} <= set(linked)
