"""The folder in which somebody types the command: submissions may lie there, and nothing in it is a library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import pieces, write_course

from autograder.results.store import load_results

NAMES = (
    "multiprocessing", "concurrent", "torch", "numpy", "typer", "rich", "pydantic", "msgpack", "json", "random", "signal",
    "socket", "sitecustomize", "usercustomize", "matplotlib", "hypothesis", "greenlet", "autograder_local",
)  # fmt: skip
CONSOLE_SCRIPT = "from autograder.cli import main\n\nif __name__ == '__main__':\n    main()\n"
"""What `pip` writes into the environment's ``bin/``, whose folder comes first where it runs."""


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A class that handed in single files, called like libraries, each of which leaves a mark where it runs unguarded."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in NAMES:
        mark = tmp_path / f"{name} was imported"
        (folder / f"{name}.py").write_text(f"try: open({str(mark)!r}, 'w')\nexcept OSError: pass\n" + pieces())
    return folder


def marks(folder: Path) -> list[str]:
    """What was imported outside of a worker."""
    return sorted(path.name for path in folder.glob("* was imported"))


def started(*command: str, inbox: Path) -> subprocess.CompletedProcess[str]:
    """A command typed in the inbox, in an environment that asks for no care."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    environment["AUTOGRADER_COURSE"] = str(inbox.parent)
    return subprocess.run([sys.executable, *command], cwd=inbox, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("as_module", [False, True], ids=["autograder", "python -m autograder"])
def test_nothing_is_imported_from_the_folder_of_submissions(inbox: Path, as_module: bool) -> None:
    """By no process of the grader's, of which two submissions at once need several, however the command is started."""
    script = inbox.parent / "bin" / "autograder"
    script.parent.mkdir()
    script.write_text(CONSOLE_SCRIPT)
    way = ["-m", "autograder"] if as_module else [str(script)]
    course = write_course(inbox.parent)
    arguments = ["grade", course, ".", "--jobs", "2", "--isolation", "best", "--out", "../out", "--format", "json", "--quiet"]
    done = started(*way, *arguments, inbox=inbox)
    assert done.returncode == 2, "libraries are nobody's answer, and it is said"
    assert "would hide the library torch" in done.stderr
    assert marks(inbox.parent) == []
    assert len(load_results(inbox.parent / "out")[0]) == len(NAMES)


def test_it_would_be_imported(inbox: Path) -> None:
    """The witness: a process that is started as `multiprocessing` starts its own looks there first."""
    started("-c", "import multiprocessing", inbox=inbox)
    assert "multiprocessing was imported" in marks(inbox.parent)


@pytest.mark.parametrize("settings", [b"\xff\xfe\x00no text", b"text.usetex: True\nfigure.dpi: 1e9\n"], ids=["bytes", "tex"])
def test_figures_are_drawn_whatever_settings_lie_there(tmp_path: Path, settings: bytes) -> None:
    """Matplotlib reads a file of the working folder first; the witness: by itself it fails, or draws in another way."""
    (tmp_path / "matplotlibrc").write_bytes(settings)
    witness = "import matplotlib; assert matplotlib.rcParams['text.usetex'] == matplotlib.rcParamsDefault['text.usetex']"
    assert started("-c", witness, inbox=tmp_path).returncode == 1
    drawing = "from autograder.training.figures import curves; assert curves({'loss': [1, 2]}).startswith(b'<?xml')"
    done = started("-c", drawing, inbox=tmp_path)
    assert done.returncode == 0, done.stderr
