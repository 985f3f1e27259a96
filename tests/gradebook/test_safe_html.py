"""Nothing in a student's text acts in somebody else's browser: token ``pwn`` may be shown, never be part of the markup."""

from __future__ import annotations

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
        "**bold** `a < b` $x < y & z$\n\n| a | b |\n|:-:|---|\n| 1 | 2 |\n\n[x](https://example.org/?a=1)\n\n"
        "```python\ndef f(): pass\n```\n\n![drawing](attachment:d.png)",
        {"d.png": {"image/png": "iVBORw0KGgo="}},
    )
    soup = BeautifulSoup(html, "html.parser")
    assert soup.strong
    assert soup.table
    assert soup.find("div", class_="highlight")
    assert "$x < y & z$" in soup.get_text()
    assert soup.img
    assert soup.img["src"] == "data:image/png;base64,iVBORw0KGgo="
    assert soup.a
    assert soup.a["href"] == "https://example.org/?a=1"


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
