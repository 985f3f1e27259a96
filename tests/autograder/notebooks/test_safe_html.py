"""Nothing in a student's text acts in somebody else's browser: token ``pwn`` may be shown, never be part of the markup."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment

from autograder.gradebook.safe_html import clean_html, markdown2html

VECTORS = [
    "<script>pwn()</script>",
    "<img src=x onerror=pwn()>",
    "<svg onload=pwn()><script>pwn()</script></svg>",
    "<svg><style>@import '//pwn.example';</style></svg>",
    "[x](javascript:pwn())",
    '<a href="&#106;avascript:pwn()">x</a>',
    '<a href="java\tscript:pwn()">x</a>',
    '<a href="data:text/html,<script>pwn()</script>">x</a>',
    "<iframe src='http://pwn.example'></iframe>",
    "<object data='pwn.svg'></object><embed src='pwn.swf'>",
    "<form action='/pwn'><input name=pwn autofocus onfocus=pwn()><button formaction=pwn>x</button></form>",
    "<details open ontoggle=pwn()>x</details>",
    "<style>body{background:url(http://pwn.example)}</style>",
    "<p style='background:url(http://pwn.example)'>x</p>",
    "<meta http-equiv=refresh content='0;url=http://pwn.example'><base href=http://pwn.example>",
    "<div id=pwn class='pwn score tabbable'>x</div>",
    "![x](http://pwn.example/track.png)",
    "![x](attachment:pwn.html)",
    "![x](attachment:missing)",
    "```mermaid\n<img src=x onerror=pwn()>\n```",
    "```<script>pwn()\nx\n```",
    "<math><mtext><table><mglyph><style><img src=x onerror=pwn()></style></mglyph></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=pwn()>'>",
    "# <script>pwn()</script>",
    "| a |\n|---|\n| <img src=x onerror=pwn()> |",
    "$x</script><script>pwn()</script>$",
    "<!-- --!><img src=x onerror=pwn()> -->",
    "<a href='//pwn.example'>x</a><a href='/formgrader/pwn'>x</a>",
]


def render(source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """Markdown through the filter, as in a template."""
    environment = Environment(autoescape=False)
    environment.filters["markdown2html"] = markdown2html
    template = environment.from_string("{{ cell.source | markdown2html }}")
    return template.render(cell={"source": source, "attachments": attachments or {}})


def acts(html: str) -> list[str]:
    """Whatever of ``pwn`` is part of the markup instead of the text."""
    soup = BeautifulSoup(html, "html.parser")
    found = [str(tag) for tag in soup(["script", "style", "iframe", "svg", "math", "form", "object"]) if "pwn" in str(tag)]
    found += [f"{name}={value}" for tag in soup(True) for name, value in tag.attrs.items() if "pwn" in f"{name} {value}"]
    return found


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
