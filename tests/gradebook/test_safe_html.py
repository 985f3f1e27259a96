"""Nothing in a student's text acts in somebody else's browser: token ``pwn`` may be shown, never be part of the markup."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment
from markup import VECTORS, acts
from nbconvert.exporters import HTMLExporter
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from autograder.gradebook import safe_html, submitted_cells
from autograder.gradebook.configuration import _showing
from autograder.gradebook.safe_html import NamedFeedback, clean_html, markdown2html, named
from autograder.submission import Limits


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


def test_formulas_are_put_back_in_one_pass() -> None:
    """Hundreds of thousands fit into a cell; each would be looked for in the whole page."""

    class Page(str):
        def replace(self, *_: object) -> str:  # type: ignore[override]
            raise AssertionError("once more through the page")

    renderer = safe_html._Renderer(escape=False)
    marks = [renderer.inline_math("x"), renderer.block_math("y"), renderer.inline_math("\\unknown{<b>}")]
    page = renderer.with_formulas(Page(f"<p>{marks[0]} {marks[1]} {marks[2]}</p><img alt='{escape(marks[0])}'>"))
    assert page.count("<math") == 2
    assert "<img alt='$x$'>" in page
    assert "<b>" not in page
    assert not re.search(r"[0-9a-f]{16}-\d+-", page)


@pytest.mark.parametrize(
    "source", ["\\begin{a}" * 4_000, "$x$ " * 8_000, "x " * 20_000], ids=["environments", "formulas", "prose"]
)
def test_prose_of_more_than_ten_pages_is_shown_as_it_is(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting it takes the square of its length for some texts. Ten pages are set, however large the pictures in them are."""
    assert "<strong>a</strong>" in render("**a** " * 4_000)
    assert "<strong>a</strong>" in render(f"**a** ![b](data:image/png;base64,{'A' * 100_000})")
    monkeypatch.setattr(safe_html, "MarkdownWithMath", None)
    html = render(source + "<script>pwn()</script>")
    assert BeautifulSoup(html, "html.parser").get_text() == source + "<script>pwn()</script>"
    assert not acts(html)


@pytest.mark.parametrize("source", ["a." * 1_000, "x = 1\n" * 10_000], ids=["a line", "a cell"])
def test_code_that_nobody_can_read_is_not_coloured(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lexer takes the square of a line's length; what is as long as code is has its colours."""
    assert '<span class="k">def</span>' in safe_html.highlight_code("def f(): pass")
    assert safe_html.highlight_code("")
    monkeypatch.setattr(safe_html, "Highlight2HTML", None)
    html = safe_html.highlight_code(source + "<script>pwn()</script>")
    assert BeautifulSoup(html, "html.parser").get_text() == source + "<script>pwn()</script>"
    assert not acts(html)


def test_feedback_colours_code_by_this_filter() -> None:
    """As the configuration says, and not by the one that nbconvert brings along."""
    settings = Config()
    _showing(settings)
    cells = [new_code_cell("def f(): pass"), new_code_cell("def f(): pass #" + "a." * 1_000)]
    page = safe_html.NamedFeedback(config=Config(TemplateExporter=settings.TemplateExporter)).from_notebook_node(
        new_notebook(cells=cells)
    )[0]
    assert page.count('<span class="k">def</span>') == 1
    assert page.count("def f(): pass #a.a.") == 1


def test_a_notebook_of_endless_text_is_shown_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has to mark it, and a page of it is made for every student: so many cells, and so much text, and no more."""
    monkeypatch.setattr(submitted_cells, "Limits", lambda: Limits(cells=3, notebook_text=10))
    cells = [{"cell_type": "markdown", "source": text, "metadata": {}} for text in ("12345", "123456789", "x", "y")]
    (tmp_path / "vae.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    told = [cell.source for cell in submitted_cells.read_work(tmp_path, {"losses.py"}, "vae") or []]
    assert told == ["12345", "12345 … (4 more characters)", " … (1 more characters)"]


def test_a_page_is_what_nbconvert_makes_of_it() -> None:
    """Without its second reading of the page: pictures, code and prose come out the same, and pictures are described."""
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    picture = {"output_type": "display_data", "data": {"image/png": pixel, "text/plain": "<Figure>"}, "metadata": {}}
    said = {"output_type": "stream", "name": "stdout", "text": "a < b & <img src=x>\n"}
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# One\n\n![](data:image/png;base64,{pixel}) $x<y$"},
        {
            "cell_type": "code", "id": "b", "metadata": {}, "source": "x = '<img>'", "execution_count": 1,
            "outputs": [picture, said],
        },
    ]  # fmt: skip
    notebook = from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    exporter = NamedFeedback(template_name="classic")
    page, _ = exporter.from_notebook_node(notebook)
    theirs, _ = HTMLExporter.from_notebook_node(exporter, notebook)
    assert str(BeautifulSoup(page, "html.parser")) == named(theirs)
    assert [tag for tag in BeautifulSoup(page, "html.parser")("img") if not tag.has_attr("alt")] == []
