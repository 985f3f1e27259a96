"""What check writers may use is what a few modules export; the course's checks use nothing else of the package."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VOCABULARY = ("autograder.checks", "autograder.checks.strategies", "autograder.checks.short_answers", "autograder.diagnosis")


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """Every module of the package that a file imports from, and the name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "autograder":
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.partition(".")[0] == "autograder")


@pytest.mark.parametrize("module", VOCABULARY)
def test_what_is_exported_is_there_and_explained(module: str) -> None:
    """Every name of ``__all__``, each with a docstring unless it is plain data."""
    found = importlib.import_module(module)
    assert len(set(found.__all__)) == len(found.__all__)
    for name in found.__all__:
        value = getattr(found, name)
        assert not callable(value) or value.__doc__, name


def test_the_course_uses_the_vocabulary_only() -> None:
    """Checks, misconceptions and alternatives; references use nothing of the package at all."""
    strange, used = [], set()
    for path in sorted(set((ROOT / "solutions").glob("*/*/*.py")) - set((ROOT / "solutions").glob("*/training/*.py"))):
        for module, name in imported(path):
            known = module in VOCABULARY and name in importlib.import_module(module).__all__
            strange += [] if known else [f"{path.relative_to(ROOT)}: {module}.{name}"]
            used.add((module, name))
    assert not strange
    assert len(used) > 40
    for path in (ROOT / "solutions").glob("*/*.py"):
        assert path.name in ("toys.py", "shared_mistakes.py") or not list(imported(path)), path


def test_training_tasks_use_scores_data_and_the_engine_only() -> None:
    """What is measured is the grader's; what runs beside student code can import nothing of it."""
    rooms = ("autograder.training", "autograder.scores", "autograder.data", "autograder.errors")
    for path in sorted((ROOT / "solutions").glob("*/training/*.py")):
        modules = {module for module, _ in imported(path)}
        if path.name == "recipes.py":
            assert not modules, path
        assert all(module.startswith(rooms) for module in modules), path
