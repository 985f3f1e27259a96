"""HTML of a student's text that cannot act in the browser of an instructor or of the student.

Replaces nbconvert's filters of the same names in the feedback and in the formgrader, whose templates otherwise put
markdown into the page as it is. Formulas stay text, which MathJax (with its ``Safe`` extension) sets in the browser.
"""

from __future__ import annotations

import re
from typing import Any

import bleach
from jinja2 import pass_context
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_TAGS = frozenset(
    {
        *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em"),
        *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s", "samp"),
        *("small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
    }
)
_HIGHLIGHTED = re.compile(r"highlight|[a-z][a-z0-9]{0,2}")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
_LINK = re.compile(r"(?:https?://|mailto:)[^\s]*", re.IGNORECASE)


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, which must not stop at a picture that is not there."""

    def _embed_image_or_attachment(self, src: str) -> str:
        if src.startswith("attachment:") and src[len("attachment:") :] not in self.attachments:
            return ""
        return super()._embed_image_or_attachment(src)


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Markdown as HTML without anything that acts: no scripts, handlers, frames, forms, styles or foreign pictures."""
    cell = context.get("cell") or {}
    renderer = _Renderer(escape=False, attachments=dict(cell.get("attachments", {})), exclude_anchor_links=True)
    return clean_html(MarkdownWithMath(renderer=renderer).render(str(source)))


def clean_html(html: Any) -> Markup:
    """HTML reduced to structure and text; whatever is not allowed is shown as text."""
    text = html.decode() if isinstance(html, bytes) else str(html)
    return Markup(bleach.clean(text, tags=_TAGS, attributes=_is_harmless, protocols={"http", "https", "mailto", "data"}))


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return tag in ("div", "span", "pre", "code") and all(map(_HIGHLIGHTED.fullmatch, value.split()))
    if (tag, name) == ("img", "src"):
        return _PICTURE.fullmatch(value) is not None
    if (tag, name) == ("a", "href"):
        return _LINK.fullmatch(value) is not None
    return name in _PLAIN.get(tag, ())


_PLAIN = {"img": ("alt",), "ol": ("start",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan")}
