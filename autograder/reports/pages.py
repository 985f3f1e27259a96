"""How pages are rendered: one jinja environment, escaping on, and the few filters that templates use."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder import plaintext
from autograder.results import wording

_CODE = re.compile(r"(`{1,2})([^`\n]{1,200})\1")
_LAID_OUT = re.compile(r"^\s{2,}\S|\S {2,}\S|^Traceback|^\s*\^+\s*$")


Kind = Literal["prose", "laid out"]


@dataclass(frozen=True)
class Block:
    """A paragraph, or lines whose layout has a meaning (tracebacks, tables)."""

    kind: Kind
    text: str


@cache
def environment() -> Environment:
    """The environment of all pages; autoescape is on for every template."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        blocks=blocks,
        inline=inline,
        one_line=plaintext.one_line,
        name=plaintext.short_name,
        points=plaintext.points,
        spoken=plaintext.spoken,
        short_id=wording.short_id,
        mark=wording.status_mark,
        words=wording.STATUS_WORDS.__getitem__,
        confidence=wording.CONFIDENCE_WORDS.__getitem__,
        is_explained=wording.is_explained,
        leading_failure=wording.leading_failure,
    )
    return environment


def render(template: str, **values: object) -> str:
    """Render one template of this package."""
    return environment().get_template(template).render(**values)


def inline(text: str) -> Markup:
    """One line of escaped text in which `` `name` `` is set as code."""
    return _with_code(plaintext.one_line(text, plaintext.MESSAGE_LIMIT))


def blocks(text: str) -> list[Block]:
    """A message split into paragraphs and laid-out lines, cleaned and cut; still to be escaped."""
    lines = plaintext.cut(plaintext.printable(text.replace("\r\n", "\n").replace("\t", "    "))).split("\n")
    found: list[Block] = []
    for line in lines:
        kind: Kind = "laid out" if _LAID_OUT.search(line) else "prose"
        if not line.strip():
            found.append(Block("prose", ""))
        elif found and found[-1].kind == kind and found[-1].text:
            found[-1] = Block(kind, found[-1].text + ("\n" if kind == "laid out" else " ") + line)
        else:
            found.append(Block(kind, line))
    return [_dedented(block) for block in found if block.text]


def _dedented(block: Block) -> Block:
    return Block(block.kind, textwrap.dedent(block.text)) if block.kind == "laid out" else block


def _with_code(text: str) -> Markup:
    parts, end = [], 0
    for match in _CODE.finditer(text):
        parts += [escape(text[end : match.start()]), Markup("<code>{}</code>").format(match[2])]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])
