"""Formulas as MathML, which browsers set by themselves: no script, no font and no network is needed to read one."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from xml.etree import ElementTree

_LONGEST = 2000
_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_TAGS = frozenset(
    {
        *("math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow"),
        *("mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover"),
    }
)
_ATTRIBUTES = frozenset(
    {
        *("accent", "accentunder", "columnalign", "display", "displaystyle", "fence", "form", "largeop", "linethickness"),
        *("lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "rspace", "scriptlevel", "separator", "stretchy"),
        *("symmetric", "width"),
    }
)
_VALUE = re.compile(r"[a-z -]{1,40}|-?\d{0,2}(?:\.\d{1,4})?(?:em|ex|mu|pt|px)?")
_MACRO = re.compile(r"\\(?:re)?newcommand|\\providecommand|\\def(?![a-z])|\\let(?![a-z])")
"""What lets a short text stand for an endless one."""
_ALPHABETS = {
    "bold": "MATHEMATICAL BOLD", "double-struck": "MATHEMATICAL DOUBLE-STRUCK", "script": "MATHEMATICAL SCRIPT",
    "bold-italic": "MATHEMATICAL BOLD ITALIC", "fraktur": "MATHEMATICAL FRAKTUR", "sans-serif": "MATHEMATICAL SANS-SERIF",
}  # fmt: skip
"""Browsers set no letter bold for its ``mathvariant``; they set what Unicode has as bold letters."""


def mathml(latex: str, *, block: bool = False) -> str:
    """A formula as MathML in which nothing acts, whoever wrote it; empty where it is none that can be set.

    Args:
        latex: what stands between the dollars.
        block: whether it stands on lines of its own.

    >>> mathml("x_1 < 2").replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")
    '<math display="inline"><mrow><msub><mi>x</mi><mn>1</mn></msub><mo>&lt;</mo><mn>2</mn></mrow></math>'
    """
    from latex2mathml.converter import convert_to_element

    if not latex.strip() or len(latex) > _LONGEST or _MACRO.search(latex):
        return ""
    try:
        # the library's own `convert` would not escape text
        found = convert_to_element(latex.strip(), display="block" if block else "inline")
        for element in found.iter():
            if element.text == r"\|":  # what it leaves of \Big\|
                element.text = "‖"
        if not all(map(_is_set, found.iter())):
            return ""
        for element in found.iter():
            _tidy(element)
        found.set("xmlns", _NAMESPACE)
        return ElementTree.tostring(found, encoding="unicode")
    except Exception:  # of any kind, for a text that is no formula, and too deep a one
        return ""


def _is_set(element: ElementTree.Element) -> bool:
    """Whether nothing is left as text that is a command, or a column of a table that there is none of."""
    text = element.text or ""
    return element.tag in _TAGS and "\\" not in text and text != "&" and not element.tail


def _tidy(element: ElementTree.Element) -> None:
    """Keep harmless attributes, and write letters of other alphabets as such."""
    kept = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES and _VALUE.fullmatch(value)}
    element.text = unescape(element.text) if element.text else element.text
    letter = _in_alphabet(element.text or "", kept.get("mathvariant", ""))
    if letter:
        element.text = letter
        kept["mathvariant"] = "normal"  # not slanted once more
    element.attrib = kept


def _in_alphabet(letter: str, variant: str) -> str:
    """The letter of an alphabet of Unicode's; empty where there is none."""
    if variant not in _ALPHABETS or len(letter) != 1:
        return ""
    words = unicodedata.name(letter, "").replace("LATIN ", "").replace("GREEK ", "").replace("LETTER ", "")
    alphabet = _ALPHABETS[variant]
    for name in (f"{alphabet} {words}", f"{alphabet.removeprefix('MATHEMATICAL ')} {words}"):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return ""
