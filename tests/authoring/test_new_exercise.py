"""New exercises: pieces that load, read well, overwrite nothing, and are reported until they are finished."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import write_course

from autograder.audit.audit import audit_assignment, faults
from autograder.authoring.imports import with_imports
from autograder.authoring.new_exercise import new_exercise
from autograder.authoring.unfinished import unfinished
from autograder.course.course import Course
from autograder.diagnosis.catalogue import catalogue
from autograder.errors import UsageError
from autograder.release.student_files import build

ROOMS = ("visible/test_{}.py", "hidden/test_{}.py", "misconceptions/{}.py", "{}.py")


@pytest.fixture
def name(tmp_path: Path) -> str:
    """The assignment of a tiny course below `tmp_path`."""
    return write_course(tmp_path)


def texts(folder: Path) -> dict[str, str]:
    """Every file's content."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("module", ["pieces", "whole", "other"])
def test_the_pieces_make_an_exercise(tmp_path: Path, name: str, module: str) -> None:
    """In a file that exists and in a new one: it loads, has checks, a probe and a variant, and can be handed out."""
    before = texts(tmp_path / "solutions" / name)
    new_exercise(tmp_path, f"{name}.{module}.half", ["S1"])
    assignment = Course(tmp_path).assignment(name)
    exercise = assignment.exercise(f"{module}.half")
    assert exercise.sources == ("S1",)
    assert [check.visibility for check in exercise.checks] == ["visible", "hidden"]
    known = catalogue(assignment)
    assert f"{module}.half" in known.probes
    assert [entry.name for entry in known.misconceptions[f"{module}.half"]] == ["half_left_alone"]
    assert "raise NotImplementedError()" in build(assignment)[f"{module}.py"]
    after = texts(tmp_path / "solutions" / name)
    for path, text in before.items():  # nothing is lost, and the exercises before it stand where they stood
        kept = [line for line in text.splitlines() if line.strip() and not line.startswith("from ")]
        lines = iter(after[path].splitlines())
        assert all(line in lines for line in kept), path


def test_the_audit_says_what_is_unfinished_and_nothing_else(tmp_path: Path, name: str) -> None:
    """One line each with place and task; the exercise's own failures are not listed as well."""
    new_exercise(tmp_path, f"{name}.pieces.half")
    wrong = faults(list(audit_assignment(Course(tmp_path).assignment(name))))
    assert {one.subject for one in wrong} == {"unfinished"}
    assert {one.exercise for one in wrong} == {"pieces.half"}
    assert len(wrong) == len({one.message for one in wrong}) >= 12
    assert any(re.fullmatch(rf"{name}/pieces\.py:\d+: write the right answer", one.message) for one in wrong)
    assert all("\n" not in one.message for one in wrong)


def test_finished_it_is_as_good_as_any(tmp_path: Path, name: str) -> None:
    """With its lines filled in, the audit has nothing to say."""
    new_exercise(tmp_path, f"{name}.pieces.same", ["S1"])
    folder = tmp_path / "solutions" / name
    for room in ROOMS:
        path = folder / room.format("pieces")
        text = path.read_text().replace('raise NotImplementedError("TODO pieces.same: write the right answer")', "return x + 0")
        text = text.replace("    return x\n", "    return x + 1\n").replace("TODO pieces.same: ", "")
        path.write_text(text)
    (folder / "outline.md").write_text((folder / "outline.md").read_text().replace("TODO pieces.same: ", ""))
    assignment = Course(tmp_path).assignment(name)
    assert list(unfinished(assignment)) == []
    assert faults(list(audit_assignment(assignment))) == []


def test_the_outline_keeps_its_order(tmp_path: Path, name: str) -> None:
    """A line below those of its file; a new file after the other code, before short answers, prose and training."""
    outline = tmp_path / "solutions" / name / "outline.md"
    outline.write_text(outline.read_text() + "\n## Training\n\n- `training.run` [S9] reserves 5 points: train it\n")
    for key in ("pieces.half", "other.half_of_it"):
        new_exercise(tmp_path, f"{name}.{key}")
    lines = outline.read_text().splitlines()
    keys = [line.split("`")[1] for line in lines if line.startswith("- `")]
    assert keys == [
        "pieces.double", "pieces.shift", "pieces.jitter", "pieces.half", "whole.total", "whole.Scale",
        "other.half_of_it", "training.run",
    ]  # fmt: skip
    assert lines.index("## other.py") < lines.index("## Training")


def test_a_new_assignment(tmp_path: Path, name: str) -> None:
    """Title, statement and file are there to be written; the course knows it."""
    new_exercise(tmp_path, "fresh.sums.mean")
    course = Course(tmp_path)
    assert set(course.names()) == {name, "fresh"}
    assert course.assignment("fresh").exercise("mean").points == 2


def test_a_course_in_numpy_stays_one(tmp_path: Path) -> None:
    """Where nothing mentions torch, neither do the pieces."""
    folder = tmp_path / "solutions" / "arrays"
    folder.mkdir(parents=True)
    (folder / "sums.py").write_text(
        '"""Sums."""\n\nimport numpy as np\n\n\ndef total(x: np.ndarray) -> float:\n    return x.sum()\n'
    )
    (folder / "outline.md").write_text("# Arrays\n\n- `sums.total` [A]: a sum\n")
    written = new_exercise(tmp_path, "arrays.sums.mean")
    new_exercise(tmp_path, "arrays.more.mean_of_means")
    assert not [path for path in written if "torch" in path.read_text()]
    assert "import numpy as np" in (folder / "more.py").read_text()
    assert Course(tmp_path).assignment("arrays").exercise("mean").kind == "function"


def test_the_code_is_formatted(tmp_path: Path, name: str) -> None:
    """As `ruff` writes it, and without a complaint of the course's own rules, but for what the tiny course does itself."""
    folder = tmp_path / "solutions" / name
    for path in folder.rglob("*.py"):
        subprocess.run([sys.executable, "-m", "ruff", "format", "-q", "--line-length=128", str(path)], check=True)
        subprocess.run([sys.executable, "-m", "ruff", "check", "-q", "--select=I", "--fix", str(path)], check=True)
    for module in ("pieces", "whole", "other"):
        new_exercise(tmp_path, f"{name}.{module}.half_of_{module}_with_a_name_of_some_length")
    rules = ["--select=E,F,I,B,UP,D1,ANN", "--line-length=128", "--ignore=D107,ANN001,ANN201,D103"]
    commands = (
        ["format", "--check", "--line-length=128"],
        ["check", *rules, "--config=lint.isort.known-first-party=['autograder']"],
    )
    for command in commands:
        done = subprocess.run([sys.executable, "-m", "ruff", *command, str(folder)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("exercise", "message"),
    [
        ("half", "ASSIGNMENT.MODULE.NAME"),
        ("{}.pieces.double", "has an exercise pieces.double"),
        ("{}.whole.double", "has an exercise pieces.double"),
        ("{}.pieces.Half", "'Half' is no name"),
        ("{}.pieces.def", "'def' is no name"),
        ("{}.../x.half", "ASSIGNMENT.MODULE.NAME"),
        ("../x.pieces.half", "ASSIGNMENT.MODULE.NAME"),
        ("{}.written.half", "does not hold functions"),
        ("{}.toys.half", "does not hold functions"),
        ("{}.random.half", "would hide the library random"),
        ("{}.torch.half", "would hide the library torch"),
    ],
)
def test_names_that_will_not_do(tmp_path: Path, name: str, exercise: str, message: str) -> None:
    """One line, and nothing is written."""
    before = texts(tmp_path)
    with pytest.raises(UsageError, match=message):
        new_exercise(tmp_path, exercise.format(name))
    assert texts(tmp_path) == before


def test_nothing_is_written_unless_everything_can_be(tmp_path: Path, name: str) -> None:
    """A file that is not Python, a function of the same name, a source that does not exist, another file's checks."""
    folder = tmp_path / "solutions" / name
    (tmp_path / "solutions" / "course.toml").write_text('[sources]\nsheet = ["S1..S6"]')
    (folder / "hidden" / "test_pieces_more.py").write_text("def observe_third():\n    return 1\n")
    good = (folder / "misconceptions" / "pieces.py").read_text()
    cases = {
        "pieces.half": ("def broken(:\n", [], r"misconceptions/pieces\.py:1: the file is not Python"),
        "pieces.third": (good + "\ndef observe_third():\n    return 1\n", [], "a function observe_third already"),
        "pieces.fourth": (good, ["S7"], "no source 'S7'.*did you mean"),
        "pieces_more.fifth": (good, [], "belongs to another file"),
    }
    for key, (text, sources, message) in cases.items():
        (folder / "misconceptions" / "pieces.py").write_text(text)
        before = texts(tmp_path)
        with pytest.raises(UsageError, match=message):
            new_exercise(tmp_path, f"{name}.{key}", sources)
        assert texts(tmp_path) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "from torch import Tensor\n"),
        ('"""A."""\n', '"""A."""\n\nfrom torch import Tensor\n'),
        ('"""A."""\n\nx = 1\n', '"""A."""\n\nfrom torch import Tensor\n\nx = 1\n'),
        ("import math\n\nx = 1\n", "import math\n\nfrom torch import Tensor\n\nx = 1\n"),
        ("from torch import nn\n", "from torch import Tensor, nn\n"),
        ("from torch import Tensor\n", "from torch import Tensor\n"),
        ("import torch\n\nTensor = torch.Tensor\n", "import torch\n\nTensor = torch.Tensor\n"),
        ("import torch\n\nfrom autograder import x\n", "import torch\nfrom torch import Tensor\n\nfrom autograder import x\n"),
        ("from autograder import x\n", "from torch import Tensor\n\nfrom autograder import x\n"),
        ("import torch\nfrom zoo import x\n", "import torch\nfrom torch import Tensor\nfrom zoo import x\n"),
        (
            "import numpy as np\n\n\ndef f():\n    ...\n",
            "import numpy as np\nfrom torch import Tensor\n\n\ndef f():\n    ...\n",
        ),
    ],
)
def test_imports_go_where_a_person_writes_them(text: str, expected: str) -> None:
    """Sorted, in their section, into an import from the same module."""
    assert with_imports(text, [("torch", "Tensor")]) == expected
