"""A page taken apart, and what holds for every page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from sample_results import SECRET

from autograder.reports.class_page import script

VOID = {"meta", "br", "img", "rect", "path", "link", "input"}


class Page(HTMLParser):
    """A page's elements, text and addresses; complains about elements that are not closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Check that it closes the element opened last."""
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Record text."""
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All text, blanks joined."""
        return re.sub(r"\s+", " ", " ".join(self.words))


def allowed_script(source: str) -> list[str]:
    """The one script whose hash the page's policy names, whatever stands in the page; nothing where it names none."""
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', source)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    hashes = re.findall(r"script-src (.*)", policy[1])
    text, digest = script()
    assert hashes in ([], [f"'sha256-{digest}'"])
    return [str(text)] if hashes else []


def checked(source: str) -> Page:
    """Parse a page and assert what holds for every page."""
    page = Page(source)
    assert page.open == []
    assert page.scripts == allowed_script(source)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    for name, value in page.attributes:
        if name in ("src", "href", "srcset", "data"):
            assert not re.match(r"(?i)(https?:|//|javascript:|file:)", value)
    assert "@import" not in source
    assert "url(" not in source
    assert SECRET not in source
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", source)
    return page
