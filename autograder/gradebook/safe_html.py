"""HTML of a student's text that cannot act in the browser of an instructor or of the student.

Replaces nbconvert's filters of the same names in the feedback and in the formgrader, whose templates otherwise put
markdown into the page as it is. Formulas become MathML, which needs no network; what cannot be set stays text. The feedback
page loads no script, and its list of scores names the exercises.
"""

from __future__ import annotations

import re
import secrets
from html import escape
from typing import Any

import nh3
from jinja2 import DictLoader, pass_context
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter

from autograder.reports.mathml import mathml

_TAGS = frozenset(
    {
        *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em"),
        *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s", "samp"),
        *("small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
    }
)
_ENTRY = re.compile(r'(<a href="#(comment-)?(?:points|answer)-([\w-]+)">)(?:Test cell|Written response|Comment)(?=</a>)')
_RUBRIC_MARK = re.compile(r"^<!-- (?:BEGIN|END) MARK SCHEME -->$", re.MULTILINE)
_STRAY = re.compile(rf"<(?!/?(?:{'|'.join(sorted(_TAGS))})[\s/>])", re.IGNORECASE)
"""The beginning of anything but a tag that is allowed."""
_ATTRIBUTES = {
    **{tag: {"class"} for tag in ("div", "span", "pre", "code")},
    **{tag: {"colspan", "rowspan"} for tag in ("td", "th")},
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start"},
}
_HIGHLIGHTED = re.compile(r"highlight|[a-z][a-z0-9]{0,2}")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
_INLINE_PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*")
_LONGEST_PROSE = 30_000
"""Characters of a cell, pictures in it left out, that are set; longer text, ten pages of it, is shown as it is. What sets
markdown takes the square of its length for some texts, and a class's feedback waits for every one of them."""
_LONGEST_CODE, _LONGEST_LINE = 50_000, 500
"""Characters of a cell of code, and of a line in it, that are coloured: the lexer takes the square of a line's length."""
_LINK = re.compile(r"(?:https?://|mailto:)[^\s]*", re.IGNORECASE)


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, which must not stop at a picture that is not there, and leaves formulas for later."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._mark, self._formulas = secrets.token_hex(8), dict[str, tuple[str, str]]()

    def block_math(self, body: str) -> str:
        return self._later(f"$${body}$$", body, block=True)

    def inline_math(self, body: str) -> str:
        return self._later(f"${body}$", body)

    def latex_environment(self, name: str, body: str) -> str:
        source = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._later(source, source, block=True)

    def _later(self, source: str, latex: str, *, block: bool = False) -> str:
        """A mark in place of a formula, which cleaning would take away. In an attribute its quotation mark is none any more."""
        mark = f'"{self._mark}-{len(self._formulas)}-'
        self._formulas[mark] = (escape(source), mathml(latex, block=block) or escape(source, quote=False))
        return mark

    def with_formulas(self, html: str) -> str:
        """Cleaned HTML with the formulas in their places; in an attribute, such as a picture's text, as they were written."""
        marks = re.compile(rf"""("|{escape('"')}){self._mark}-\d+-""")

        def set_in_place(found: re.Match[str]) -> str:
            written, formula = self._formulas[f'"{found[0][len(found[1]) :]}']
            return formula if found[1] == '"' else written

        return marks.sub(set_in_place, html)

    def _embed_image_or_attachment(self, src: str) -> str:
        if src.startswith("attachment:") and src[len("attachment:") :] not in self.attachments:
            return ""
        return super()._embed_image_or_attachment(src)


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Markdown as HTML without anything that acts: no scripts, handlers, frames, forms, styles or foreign pictures."""
    cell = context.get("cell") or {}
    if len(_INLINE_PICTURE.sub("", str(source))) > _LONGEST_PROSE:
        return Markup(f"<pre>{escape(str(source))}</pre>")
    renderer = _Renderer(escape=False, attachments=dict(cell.get("attachments", {})), exclude_anchor_links=True)
    text = str(source)
    if cell.get("metadata", {}).get("nbgrader", {}).get("locked"):  # the course's own cell: what bounds the rubric is no text
        text = _RUBRIC_MARK.sub("", text)
    return Markup(renderer.with_formulas(str(clean_html(MarkdownWithMath(renderer=renderer).render(text)))))


def clean_html(html: Any) -> Markup:
    """HTML reduced to structure and text; tags that are not allowed are shown as text, since a student wrote them."""
    text = html.decode() if isinstance(html, bytes) else str(html)
    cleaned = nh3.clean(
        _STRAY.sub("&lt;", text), tags=set(_TAGS), attributes=_ATTRIBUTES, attribute_filter=_harmless,
        url_schemes={"http", "https", "mailto", "data"},
    )  # fmt: skip
    return Markup(cleaned)


def _harmless(tag: str, name: str, value: str) -> str | None:
    """The value of an attribute, None where it is to go."""
    if name not in _ATTRIBUTES.get(tag, ()):  # nh3 lets some pass on every tag
        return None
    if name == "class":
        return value if all(map(_HIGHLIGHTED.fullmatch, value.split())) else None
    wanted = {("img", "src"): _PICTURE, ("a", "href"): _LINK}.get((tag, name))
    return value if wanted is None or wanted.fullmatch(value) else None


def highlight_code(source: str, language: str | None = None, metadata: Any = None) -> str:
    """Python in colours; what nobody can read anyway, a very long line or cell, without."""
    if len(source) <= _LONGEST_CODE and max(map(len, source.split("\n"))) <= _LONGEST_LINE:
        return str(Highlight2HTML(pygments_lexer="ipython3")(source, language, metadata))
    return f'<div class="highlight hl-ipython3"><pre>{escape(source)}</pre></div>'


_UNDESCRIBED = re.compile(r"<img(?![^>]*\salt=)([\s/>])")
_NO_MATHJAX = "{%- macro mathjax(url=None) -%}{%- endmacro -%}"
"""In place of nbconvert's template of that name, which loads a script from the network."""


class NamedFeedback(HTMLExporter):
    """Writes what nbgrader's template writes, with ``losses.gaussian_kl`` in place of "Test cell" and without MathJax."""

    def __init__(self, **options: Any) -> None:
        """As the exporter that it is a kind of."""
        super().__init__(extra_loaders=[DictLoader({"mathjax.html.j2": _NO_MATHJAX})], **options)

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Return the page and the resources.

        What ``HTMLExporter`` does, but that reads the finished page with BeautifulSoup and writes it again, to say of pictures
        that nobody has described them: a third of the time that a page takes.
        """
        resources = self._init_resources(resources)
        widgets = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", widgets)
        self.register_filter("highlight_code", highlight_code)
        page, resources = super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)
        return named(_UNDESCRIBED.sub(r'<img alt="No description has been provided for this image"\1', str(page))), resources


def named(page: str) -> str:
    """The page with exercises by name in its list of scores.

    >>> named('<li><a href="#points-losses-gaussian_kl">Test cell</a> (Score: 5.0 / 5.0)</li>')
    '<li><a href="#points-losses-gaussian_kl">losses.gaussian_kl</a> (Score: 5.0 / 5.0)</li>'
    """
    return _ENTRY.sub(lambda entry: f"{entry[1]}{entry[3].replace('-', '.', 1)}{': hint' if entry[2] else ''}", page)
