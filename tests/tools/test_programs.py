"""Programs beside the package, which no other test starts: everything that they take from it is there."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted(
    path for folder in ("benchmarks", "tools") for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
)


def missing_names(source: str) -> list[str]:
    """What a program imports from the package, or reads of a module of its own, and the package has not."""
    missing = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "autograder":
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                try:
                    found = hasattr(module, alias.name) or importlib.import_module(f"{node.module}.{alias.name}")
                except ModuleNotFoundError:
                    found = False
                if not found:
                    missing.append(f"{node.module}.{alias.name}, line {node.lineno}")
    return missing


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_program_names_what_there_is(program: Path) -> None:
    """A benchmark that fails at its first line is found when somebody needs its figure."""
    assert missing_names(program.read_text("utf-8")) == []


def test_a_name_that_is_gone_is_found() -> None:
    """In a function, too; a module is found as well as what is in one."""
    source = "def f():\n    from autograder.errors import Nobody\nfrom autograder import errors, nowhere\n"
    assert missing_names(source) == ["autograder.nowhere, line 3", "autograder.errors.Nobody, line 2"]
