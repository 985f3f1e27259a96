"""Nothing in a student's text acts in somebody else's browser: token ``pwn`` may be shown, never be part of the markup."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment
from markup import VECTORS, acts

from autograder.gradebook.safe_html import clean_html, markdown2html


def render(source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Markdown through the filter, as in a template."""
    environment = Environment(autoescape=False)
    environment.filters["markdown2html"] = markdown2html
    template = environment.from_string("{{ cell.source | markdown2html }}")
    return template.render(cell={"source": source, "attachments": attachments or {}})


@pytest.mark.parametrize("source", VECTORS)
def test_markdown_does_not_act(source: str) -> None:
    """As markdown and as HTML."""
    attachments = {"pwn.html": {"text/html": "PHNjcmlwdD5wd24oKTwvc2NyaXB0Pg=="}}
    assert not acts(render(source, attachments))
    assert not acts(str(clean_html(source)))


def test_harmless_markdown_is_set() -> None:
    """Emphasis, code, tables, links, attached pictures and formulas."""
    html = render(
        "**bold** `a < b` $x < y$\n\n| a | b |\n|:-:|---|\n| 1 | 2 |\n\n[x](https://example.org/?a=1)\n\n"
        "```python\ndef f(): pass\n```\n\n![drawing](attachment:d.png)",
        {"d.png": {"image/png": "iVBORw0KGgo="}},
    )
    soup = BeautifulSoup(html, "html.parser")
    assert soup.strong
    assert soup.table
    assert soup.find("div", class_="highlight")
    assert soup.math
    assert soup.math.get_text() == "x<y"
    assert soup.img
    assert soup.img["src"] == "data:image/png;base64,iVBORw0KGgo="
    assert soup.a
    assert soup.a["href"] == "https://example.org/?a=1"


@pytest.mark.parametrize(
    ("source", "formulas", "text"),
    [
        ("so $x < y$ holds", 1, "x<y"),
        ("$$\n\\sum_i x_i\n$$", 1, "∑"),
        ("\\begin{cases}a & b\\\\c & d\\end{cases}", 1, "{abcd"),
        ("it is $x < y & z$", 0, "$x < y & z$"),
        ("it costs $5 and \\$6", 0, "$5 and $6"),
        ("`$x$` is code", 0, "$x$"),
    ],
)
def test_formulas_are_set_where_they_are_some(source: str, formulas: int, text: str) -> None:
    """Without a script; what cannot be set is shown as it was written."""
    soup = BeautifulSoup(render(source), "html.parser")
    assert len(soup("math")) == formulas
    assert text in soup.get_text()


@pytest.mark.parametrize(
    "source",
    [
        '![a $x" onload="pwn()$ picture](attachment:d.png)',
        "<img alt='> $\\text{&quot; onload=pwn()}$' src='data:image/png;base64,AA=='>",
        "<a href='https://x.example/$\\text{pwn}$'>x</a>",
        "[x](https://x.example/$x$)",
        "$\\text{<img src=x onerror=pwn()>}$",
    ],
)
def test_a_formula_never_leaves_an_attribute(source: str) -> None:
    """Neither one that can be set nor one that cannot."""
    html = render(source, {"d.png": {"image/png": "iVBORw0KGgo="}})
    for tag in BeautifulSoup(html, "html.parser")(True):
        assert not {"onload", "onerror"} & set(tag.attrs), html
        assert tag.name != "img" or "pwn" not in tag.get("src", ""), html
        assert tag.find_parent("math") is None or tag.name.startswith("m"), html
    assert not re.search(r"[0-9a-f]{16}-\d+-", html), "nothing is left of the marks"


def test_what_bounds_a_rubric_is_not_shown_to_who_marks() -> None:
    """Of the course's own cell; a student's text is shown whole."""
    text = "Why?\n\n<!-- BEGIN MARK SCHEME -->\n- one point\n<!-- END MARK SCHEME -->\n"
    template = Environment(autoescape=False)
    template.filters["markdown2html"] = markdown2html
    shown = template.from_string("{{ cell.source | markdown2html }}")
    ours = shown.render(cell={"source": text, "metadata": {"nbgrader": {"locked": True}}})
    assert "MARK SCHEME" not in ours
    assert "one point" in ours
    assert "MARK SCHEME" in shown.render(cell={"source": text})
