"""Programs beside the package, which no other test starts: everything that they take from it is there."""

import ast
import importlib
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted(
    path for folder in ("benchmarks", "tools") for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
)
CORPUS = ROOT / "tests" / "corpus"
OWN = {path.stem for path in [*PROGRAMS, *CORPUS.glob("*.py")]}


def missing_modules(program: Path, source: str) -> list[str]:
    """Modules beside the package that a program imports, and would not find.

    It sees its own folder, and where it extends the path that of all benchmarks and the corpus.
    """
    places = [program.parent, *([ROOT / "benchmarks", CORPUS] if "sys.path" in source else [])]
    missing = []
    for node in ast.walk(ast.parse(source)):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        gone = [name for name in names if name in OWN and not any((place / f"{name}.py").is_file() for place in places)]
        missing += [f"{name}, line {node.lineno}" for name in gone]
    return missing


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
    source = program.read_text("utf-8")
    assert missing_names(source) == []
    assert missing_modules(program, source) == []


def test_a_name_that_is_gone_is_found() -> None:
    """In a function, too; a module is found as well as what is in one."""
    source = "def f():\n    from autograder.errors import Nobody\nfrom autograder import errors, nowhere\n"
    assert missing_names(source) == ["autograder.nowhere, line 3", "autograder.errors.Nobody, line 2"]


def test_a_module_that_has_moved_is_found() -> None:
    """Beside the program it is seen, in another room it is not, whether the path is extended or not."""
    program = ROOT / "benchmarks" / "training_class.py"
    assert missing_modules(program, "import machine\nfrom same_under_load import results_of\n") == ["same_under_load, line 2"]
    further = program.parent / "fairness" / "corpus.py"
    assert missing_modules(further, "from machine import describe_machine\n") == ["machine, line 1"]
    assert missing_modules(further, "import sys\nsys.path.insert(0, '..')\nfrom machine import describe_machine\n") == []


@pytest.mark.parametrize("python", ["/nowhere/python3.12", "/bin/true", "/bin/false"])
def test_a_python_that_is_named_and_no_use_is_told(tmp_path: Path, python: str) -> None:
    """Another one in its place would be found out gigabytes later."""
    done = subprocess.run(
        ["bash", str(ROOT / "tools" / "make_env.sh"), str(tmp_path / "venv")],
        env={**os.environ, "PYTHON": python}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert python in done.stderr
    assert not (tmp_path / "venv").exists()


def test_another_python_makes_a_fresh_environment_anew(tmp_path: Path) -> None:
    """However fresh: it would otherwise go on with the old one without a word. The same one, by any name, changes nothing."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "make_env.sh").write_text('echo "making it with ${PYTHON:-any}"\n')
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    for name, version in ((".venv/bin/python", "3 11"), ("python", "3 11"), ("other", "3 12")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    for python, told in (
        ("", ""),
        ("./python", ""),
        ("./other", "making it with ./other"),
        ("/nowhere", "making it with /nowhere"),
    ):
        for given in ([f"PYTHON={python}"], []) if python else ([],):
            environment = {**os.environ, "PYTHON": python} if not given else os.environ
            done = subprocess.run(
                ["make", "--silent", "env", *given], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60,
                check=True,
            )  # fmt: skip
            assert (done.stdout.replace("make: Nothing to be done for 'env'.", "").strip(), done.stderr) == (told, "")
