"""Text of other people is shown, never obeyed."""

from __future__ import annotations

import pytest

from autograder.plaintext import cut, one_line, points, printable, short_name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("evil\u202egpj", "evil\\u202egpj"),
        ("a\ud800b", "a\\ud800b"),
        ("a\U000e0fffe", "a\\U000e0fffe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\uffff", "\\uffff"),
        ("Zoë 👩‍🔬 ש", "Zoë 👩‍🔬 ש"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_acting_characters_are_spelled_out(text: str, shown: str) -> None:
    """Control and direction characters become escapes; letters of every script stay."""
    assert printable(text) == shown
    assert printable(printable(text)) == shown


def test_long_text_is_cut_and_says_so() -> None:
    """What is left out is counted."""
    assert cut("a" * 10, 4) == "aaaa … (6 more characters)"
    assert "\n" not in one_line("a\nb\n" * 500)
    assert len(short_name("x" * 300)) == 80
    assert short_name("x" * 300 + "end").endswith("end")
    assert short_name(" ") == "(no name)"


@pytest.mark.parametrize(("value", "text"), [(4.0, "4"), (37.5, "37.5"), (0.25, "0.25"), (0.0, "0"), (100.0, "100")])
def test_points_are_written_as_people_do(value: float, text: str) -> None:
    """No trailing zeros, at most two decimals."""
    assert points(value) == text
