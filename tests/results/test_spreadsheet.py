"""Cells that survive spreadsheets: the same number, the same text, and nothing that runs."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.results.spreadsheet import csv_rows, csv_text, exact, runs_as_formula, shown

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_to_the_last_digit(value: float) -> None:
    """Without an exponent, which Canvas would take for text."""
    assert float(exact(value)) == value
    assert "e" not in exact(value).lower()


@pytest.mark.parametrize(
    ("value", "text"), [(37.5, "37.5"), (40.0, "40"), (0.0, "0"), (-0.0, "0"), (0.1, "0.1"), (-1.5, "-1.5")]
)
def test_numbers_are_as_short_as_people_write_them(value: float, text: str) -> None:
    """No noise and no trailing zeros."""
    assert exact(value) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(rows=st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=4))
def test_tables_read_back_cell_by_cell(delimiter: str, rows: list[list[str]]) -> None:
    """Whatever the cells contain."""
    text = csv_text(rows, delimiter, "\r\n")
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) == rows


@pytest.mark.parametrize("opened_with", [",", ";", "\t"])
@given(rows=st.lists(st.lists(cells.map(shown), min_size=2, max_size=4), min_size=1, max_size=4))
def test_no_cell_runs_whatever_delimiter_a_spreadsheet_expects(opened_with: str, rows: list[list[str]]) -> None:
    """A semicolon in a name must not start a new cell with a formula in a European spreadsheet."""
    for row in csv.reader(io.StringIO(csv_text(rows), newline=""), delimiter=opened_with):
        assert not runs_as_formula(row[0])
        assert not any(cell.lstrip().startswith(("=", "@")) for cell in row)


@pytest.mark.parametrize("text", ["=1+1", "  =1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "-1-1"])
def test_formulas_are_shown(text: str) -> None:
    """The text stays, behind an apostrophe."""
    assert shown(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1.5", "-1,5", "+49 30 1234", "-", "", "Ann-Marie", "12%", "a=b", "O'Neil"])
def test_numbers_and_names_are_left_alone(text: str) -> None:
    """A negative number is a number, a lone dash is how Moodle writes that there is no grade."""
    assert shown(text) == text


def test_a_cell_may_be_long() -> None:
    """Longer than Python reads by itself, which would end a merge and a report over somebody's remark."""
    long = "x" * 200_000
    csv.field_size_limit(131_072)
    with pytest.raises(csv.Error):
        list(csv.reader([long]))
    assert csv_rows(f"student,remark\nada,{long}\n")[0][1] == ["ada", long]
