"""Turns docstrings into markdown as a notebook shows it: formulas for MathJax, arguments as lists, examples as code."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

_SECTION = re.compile(r"(?P<title>Args|Returns|Raises|Source|Yields|Note): *(?P<rest>.*)")
_ENTRY = re.compile(r"(?P<name>\*{0,2}\w+(?:, \*{0,2}\w+)*): +(?P<text>.*)")
_TITLES = {"Args": "Arguments"}
_LISTED = frozenset({"Args", "Raises"})


def docstring_markdown(docstring: str) -> str:
    """Return a docstring as markdown; sections become bold headings, entries of ``Args`` and ``Raises`` list items."""
    lines = inspect.cleandoc(docstring).splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(_blocks(lines))).strip()


def definition_markdown(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """The docstring of a function, or of a class and its public methods."""
    parts = [docstring_markdown(ast.get_docstring(node) or "")]
    if isinstance(node, ast.ClassDef):
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and _is_public(method.name) and ast.get_docstring(method):
                parts.append(f"**`{method.name}({_arguments(method)})`**")
                parts.append(docstring_markdown(ast.get_docstring(method) or ""))
    return "\n\n".join(part for part in parts if part)


def _is_public(name: str) -> bool:
    return name == "__init__" or not name.startswith("_")


def _arguments(method: ast.FunctionDef) -> str:
    return ", ".join(argument.arg for argument in [*method.args.posonlyargs, *method.args.args][1:])


def _blocks(lines: list[str]) -> Iterator[str]:
    """Yield the paragraphs, sections and examples of a docstring, each as markdown."""
    plain: list[str] = []
    position = 0
    while position < len(lines):
        section = _SECTION.fullmatch(lines[position])
        example = lines[position].startswith(">>> ")
        if not section and not example:
            plain.append(lines[position])
            position += 1
            continue
        yield _prose(plain)
        plain = []
        end = _end_of_example(lines, position) if example else _end_of_section(lines, position)
        body = lines[position:end]
        yield _example(body) if example else _section(_SECTION.fullmatch(body[0]), body[1:])  # type: ignore[arg-type]
        position = end
    yield _prose(plain)


def _end_of_example(lines: list[str], start: int) -> int:
    """An example ends with a blank line that no further input follows."""
    end = start
    while end < len(lines) and (lines[end].strip() or (end + 1 < len(lines) and lines[end + 1].startswith(">>> "))):
        end += 1
    return end


def _end_of_section(lines: list[str], start: int) -> int:
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" ")):
        end += 1
    return end


def _example(lines: list[str]) -> str:
    return "```python\n" + "\n".join(line for line in lines) + "\n```"


def _section(head: re.Match[str], body: list[str]) -> str:
    title, text = head["title"], inspect.cleandoc("\n".join(["", *body]))
    label = f"**{_TITLES.get(title, title)}**"
    if title in _LISTED:
        return f"{label}\n\n" + "\n".join(_items(text.splitlines()))
    return f"{label}: " + _prose([line for line in [head["rest"], *text.splitlines()] if line or text])


def _items(lines: list[str]) -> Iterator[str]:
    """``name: text`` with indented continuation lines, as list items."""
    for line in lines:
        entry = _ENTRY.fullmatch(line)
        if entry:
            names = ", ".join(f"`{name.strip()}`" for name in entry["name"].split(","))
            yield _single_backticks(f"- {names}: {entry['text']}")
        elif line.strip():
            yield _single_backticks("  " + line.strip())


def _prose(lines: list[str]) -> str:
    """Paragraphs as they are, with displayed formulas set apart."""
    text = _single_backticks("\n".join(lines)).strip()
    return re.sub(r"\n*(\$\$.+?\$\$)\n*", r"\n\n\1\n\n", text, flags=re.DOTALL).strip()


def _single_backticks(text: str) -> str:
    return re.sub(r"``([^`\n]+)``", r"`\1`", text)
