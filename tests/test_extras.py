"""Without an extra, whatever needs it says so in one line; what students run needs none."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from autograder.cli import run_command
from autograder.data.cifar import load_cifar10
from autograder.data.mnist import load_mnist
from autograder.errors import UsageError
from autograder.exports.gradebook_marks import marks_of_gradebook
from autograder.release.student_notebook import cut_releases

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = (
    "scipy",
    "torchvision",
    "matplotlib",
    "jinja2",
    "nbgrader",
    "nbformat",
    "nbconvert",
    "sqlalchemy",
    "nh3",
    "PIL",
    "sklearn",
)
_WITHOUT = f"""
import importlib.abc, sys
class Nothing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {EXTRAS!r}: raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Nothing())
from autograder.cli import main
main()
"""


def hide(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a library look as if it were not installed."""
    found = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == missing else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)


@pytest.mark.parametrize("needing", [lambda: cut_releases({}), lambda: marks_of_gradebook("sqlite:///none.db")])
def test_the_remedy_is_named(needing: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Releasing and reading a gradebook."""
    hide("nbgrader", monkeypatch)
    with pytest.raises(UsageError, match="nbgrader is not installed") as caught:
        needing()
    assert "dgm-autograder[nbgrader]" in str(caught.value)


@pytest.mark.parametrize(("library", "package"), [("torchvision", "torchvision"), ("sklearn", "scikit-learn")])
@pytest.mark.parametrize("load", [load_mnist, load_cifar10])
def test_data_without_their_libraries(
    load: Callable[[None, bool], object], library: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The remedy, before anything is downloaded."""
    hide(library, monkeypatch)
    with pytest.raises(UsageError, match=f"{package} is not installed") as caught:
        load(None, True)
    assert "dgm-autograder[grading]" in str(caught.value)


@pytest.mark.parametrize("command", [["grade", "vae", "nothing"], ["report", "nothing"]])
@pytest.mark.parametrize("library", ["jinja2", "scipy"])
def test_grading_without_its_libraries(
    command: list[str], library: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, before anything is read."""
    hide(library, monkeypatch)
    assert run_command(command) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert f"{library} is not installed" in line
    assert "dgm-autograder[grading]" in line


@pytest.mark.parametrize("assignment", ["vae", "warmup"])
def test_students_need_no_extra(assignment: str) -> None:
    """Visible checks run where nothing but the core is installed."""
    command = [sys.executable, "-c", _WITHOUT, "check", str(ROOT / "assignments" / assignment)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert "visible checks passed" in done.stdout, done.stderr
    assert not done.stderr.strip()
