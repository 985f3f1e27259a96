"""The signs of a class page: columns with numbers, ways to the exercise, and no mark where there is none."""

from __future__ import annotations

import re

from reports.page_parser import Page, checked
from sample_results import result, unreadable

from autograder.reports.class_page import render_class_page
from autograder.results.store import Stored


def row(source: str, name: str) -> str:
    """The line of one student in the table."""
    found = re.search(rf'<tr data-name="{name}".*?</tr>', source, re.DOTALL)
    assert found is not None
    return found[0]


def test_every_sign_stands_in_the_column_of_its_exercise() -> None:
    """Also where some exercises were not graded; a sign that is not passed leads to the exercise on that student's page."""
    part = result("ben")
    part.exercises = [part.exercises[number] for number in (0, 4)]
    source = render_class_page([Stored("ada", result("ada")), Stored("ben", part)])
    checked(source)
    numbers = re.findall(r'<abbr title="(\d+) (\w+)"><span>\1</span>', source)
    assert numbers[4] == ("5", "Encoder")
    assert len(numbers) == len(result().exercises)
    signs = re.findall(r'<(?:i|a href="([^"]*)" tabindex="-1")>([^<]*)</[ia]>', row(source, "ben"))
    assert [sign for _, sign in signs] == ["●", "", "", "", "○", *[""] * 6]
    assert signs[4][0] == "ben.html#exercise-2"


def test_work_that_could_not_be_read_has_no_percentage() -> None:
    """It enters no mean either."""
    source = render_class_page([Stored("ada", result("ada")), Stored("bob", unreadable("bob"))])
    assert " 0 %" not in Page(row(source, "bob")).text
    assert "–" in row(source, "bob")


def test_a_class_page_has_the_title_of_the_assignment() -> None:
    """Its name in the file system stands beside it; alone where there is no course."""
    page = render_class_page([Stored("ada", result("ada"))], title="Variational <autoencoders>")
    assert "<h1>Variational &lt;autoencoders&gt;</h1>" in page
    assert "Class report · vae" in page
    assert "<h1>vae</h1>" in render_class_page([Stored("ada", result("ada"))])
