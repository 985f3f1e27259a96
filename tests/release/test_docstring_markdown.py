"""Docstrings as the markdown of a notebook."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.release.docstring_markdown import definition_markdown, docstring_markdown

DOCSTRING = r"""One number per sample.

    $$a = b
      + c$$
    where ``a`` counts.

    Args:
        mu: `(B, ...)`, the means,
            one per sample.
        low, high: bounds.

    Returns:
        `(B,)`, in nats.

    Source: Somebody, *Something* (H2).

    >>> f(1)
    2
    """


def test_every_part_of_a_docstring_is_rendered() -> None:
    """Displayed formulas apart, arguments as a list, sections bold, examples as code, plain backticks."""
    assert docstring_markdown(DOCSTRING) == "\n\n".join([
        "One number per sample.",
        "$$a = b\n  + c$$",
        "where `a` counts.",
        "**Arguments**",
        "- `mu`: `(B, ...)`, the means,\n  one per sample.\n- `low`, `high`: bounds.",
        "**Returns**: `(B,)`, in nats.",
        "**Source**: Somebody, *Something* (H2).",
        "```python\n>>> f(1)\n2\n```",
    ])  # fmt: skip


def test_a_class_is_stated_with_its_public_methods() -> None:
    """Their arguments without self; private ones are left out."""
    source = '''class A:
    """An A."""

    def __init__(self, size):
        """Build it."""

    def forward(self, x):
        """Run it."""

    def _own(self):
        """Secret."""
'''
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.ClassDef)
    text = definition_markdown(node)
    assert text == "An A.\n\n**`__init__(size)`**\n\nBuild it.\n\n**`forward(x)`**\n\nRun it."


@given(st.lists(st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,4}", fullmatch=True), min_size=1, max_size=5))
def test_no_word_of_plain_prose_is_lost(paragraphs: list[str]) -> None:
    """Paragraphs stay what they are, in order."""
    assert docstring_markdown("\n\n".join(paragraphs)).split("\n\n") == paragraphs


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_is_nothing(text: str) -> None:
    """No docstring, no statement."""
    assert docstring_markdown(text) == ""
