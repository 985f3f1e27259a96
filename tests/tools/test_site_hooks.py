"""The documentation site sets formulas without a script or a network."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytest.importorskip("latex2mathml")
markdown = pytest.importorskip("markdown")
pytest.importorskip("pymdownx")
SPEC = importlib.util.spec_from_file_location("site_hooks", ROOT / "tools" / "site_hooks.py")
assert SPEC is not None
assert SPEC.loader is not None
hooks = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(hooks)


def page(text: str) -> str:
    """Markdown as the site has it."""
    made = markdown.markdown(
        text, extensions=["pymdownx.arithmatex"], extension_configs={"pymdownx.arithmatex": {"generic": True}}
    )
    return str(hooks.on_page_content(made, page=None, config=None, files=None))


def formulas() -> dict[str, str]:
    """Docstrings with a formula of its own line, by the module and name."""
    found = {}
    for path in sorted((ROOT / "autograder" / "scores").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and "$$" in (text := ast.get_docstring(node) or ""):
                found[f"{path.stem}.{node.name}"] = inspect.cleandoc(text)
    return found


@pytest.mark.parametrize("name", formulas())
def test_every_formula_is_set(name: str) -> None:
    """All of its commands are known; none is left as text."""
    text = formulas()[name]
    shown = page(text)
    assert shown.count('display="block"') == text.count("$$") // 2 > 0
    assert "arithmatex" not in shown
    assert not re.search(r"\\[a-zA-Z]", re.sub(r"<code>.*?</code>", "", shown, flags=re.DOTALL))


def test_formulas_within_a_line_and_what_is_none() -> None:
    """And roles of docstrings become code."""
    assert page("half $\\tfrac12 x_i$ of it").count('display="inline"') == 1
    assert "<math" not in page("it costs $5, or $6")
    assert hooks.on_page_content("see :func:<code>f</code>") == "see <code>f</code>"


def test_the_reference_shows_every_score() -> None:
    """By the name of its module."""
    shown = (ROOT / "docs" / "guide" / "scores.md").read_text("utf-8")
    named = {name.rpartition(".")[0] for name in formulas()}
    assert [name for name in named if f"{name}\n" not in shown] == []
