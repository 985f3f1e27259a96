"""What style sheets promise: points on paper of any size, names where nothing hovers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sample_results import classroom, result

from autograder.reports import feedback
from autograder.reports.class_page import render_class_page
from autograder.reports.feedback import render_feedback
from autograder.results.store import Stored

TEMPLATES = Path(feedback.__file__).parent / "templates"
_BLOCK = re.compile(r"@media ([^{]+)\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}")


def blocks(sheet: str) -> list[tuple[list[str], str]]:
    """The media queries of a style sheet, each as its alternatives, with the rules in it."""
    text = (TEMPLATES / sheet).read_text("utf-8")
    return [([one.strip() for one in query.split(",")], rules) for query, rules in _BLOCK.findall(text)]


def test_points_stand_in_the_margin_of_paper_of_any_width() -> None:
    """Letter, A4 or A5: what a narrow screen does with them leaves half a sheet empty, or pushes them off it."""
    found = blocks("feedback.css")
    in_margin = [query for query, rules in found if re.search(r"\.margin \{ position: absolute", rules)]
    assert in_margin
    assert all("print" in query for query in in_margin)
    beside = [query for query, rules in found if re.search(r"\.margin \{ float", rules)]
    assert beside
    assert all(alternative.startswith("screen and") for query in beside for alternative in query)


def test_the_marks_have_names_where_nothing_hovers(tmp_path: Path) -> None:
    """A phone shows each exercise's name in the grid of marks; a wide screen has it in a title."""
    page = render_feedback(result(), tmp_path)
    grid = page[page.index('<nav class="marks"') : page.index("</nav>")]
    assert re.findall(r'<span class="name">(\w+)</span>', grid)[:2] == ["reconstruction_loss", "gaussian_kl"]
    shown = [query for query, rules in blocks("feedback.css") if re.search(r"\.marks \.name \{ display: block", rules)]
    assert shown == [["screen and (max-width: 44rem)"]]


@pytest.mark.parametrize("size", [1, 30])
def test_a_histogram_is_as_wide_as_its_column(size: int) -> None:
    """Its drawing, from the first label to the last, lies within the frame."""
    source = render_class_page([Stored(one.student, one) for one in classroom(size)])
    frame = re.search(r'viewBox="(-?\d+) -?\d+ (\d+) \d+"', source)
    assert frame is not None
    left, right = int(frame[1]), int(frame[1]) + int(frame[2])
    places = [float(x) for x in re.findall(r'<(?:rect|text) x="([\d.]+)"', source)]
    assert left <= min(places) - 6
    assert right >= max(places) + 6
    histogram = re.search(r"\.histogram \{([^}]*)\}", (TEMPLATES / "class.css").read_text("utf-8"))
    assert histogram is not None
    assert "max-width" not in histogram[1]


def test_a_page_says_when_the_work_was_handed_in(tmp_path: Path) -> None:
    """Wherever it is known, with a due date or without."""
    graded = result()
    graded.submitted = "2026-10-01T12:00:00+00:00"
    assert "Handed in 2026-10-01 12:00." in render_feedback(graded, tmp_path)
    assert "Handed in" not in render_feedback(result(), tmp_path)
