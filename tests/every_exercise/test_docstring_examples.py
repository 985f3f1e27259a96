"""Examples in docstrings, of what students read and of the package, print what they say."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path
from typing import Any

import pytest

from autograder.course.course import Course

ROOT = Path(__file__).resolve().parents[2]
COURSE = Course(ROOT)


def examples(path: Path, names: dict[str, Any]) -> list[doctest.DocTest]:
    """The examples in a file's docstrings, one test for each docstring that has any."""
    parser = doctest.DocTestParser()
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, documented)]
    found = [
        parser.get_doctest(ast.get_docstring(node) or "", dict(names), getattr(node, "name", path.stem), str(path), 0)
        for node in nodes
    ]
    return [test for test in found if test.examples]


REFERENCES = [path for path in sorted((ROOT / "solutions").glob("*/*.py")) if examples(path, {})]
MODULES = [path for path in sorted((ROOT / "autograder").rglob("*.py")) if examples(path, {})]


def test_there_are_examples() -> None:
    """In both places."""
    assert len(REFERENCES) >= 3
    assert len(MODULES) >= 2


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_examples_of_the_course(path: Path) -> None:
    """Run on the reference."""
    run(examples(path, vars(COURSE.assignment(path.parent.name).reference(path.stem))))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_of_the_package(path: Path) -> None:
    """Run where they stand."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    run(examples(path, vars(module)))


def run(found: list[doctest.DocTest]) -> None:
    """Fail with what a wrong example printed."""
    printed: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS, verbose=False)
    for test in found:
        runner.run(test, out=printed.append)
    assert not runner.failures, "".join(printed)
    assert runner.tries >= len(found)
