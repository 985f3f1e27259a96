"""What a class is handed works at once and shows nothing secret."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from small_course import CANARIES, SmallCourse, write_small_course
from student_environment import empty_environment, run
from tiny_course import pieces, right_answers
from typer.testing import CliRunner

from autograder.bundles.folders import archive_bytes
from autograder.bundles.leak_scan import files_of_history, find_secrets
from autograder.bundles.ready_notebook import INSTALL
from autograder.bundles.student import KitOptions, bundle_student, kit
from autograder.cli import app
from autograder.course.course import Course
from autograder.errors import GraderError, UsageError
from autograder.submission import read_submission

ROOT = Path(__file__).resolve().parents[2]

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    """Return a course with canaries in everything secret."""
    return write_small_course(tmp_path_factory.mktemp("class"))


@pytest.fixture(scope="module")
def files(course: SmallCourse, wheel: Path) -> Files:
    """Return its kit."""
    return kit(Course(course.root), (), KitOptions(wheel=wheel))


def test_what_is_in_it(course: SmallCourse, files: Files, wheel: Path) -> None:
    """Assignments, notebooks, README, package, what Binder reads; no canary anywhere."""
    folder = f"assignments/{course.name}"
    notebook = f"release/{course.name}/{course.name}.ipynb"
    assert {f"{folder}/README.md", f"{folder}/pieces.py", f"{folder}/test_pieces.py", notebook, wheel.name} <= set(files)
    assert f"./{wheel.name}" in files["binder/requirements.txt"].decode()
    assert not any(canary.encode() in content for canary in CANARIES for content in files.values())
    assert not list(find_secrets(files, [Course(course.root).described(course.name)]))


@pytest.mark.processes
def test_three_commands(course: SmallCourse, files: Files, tmp_path: Path) -> None:
    """From the archive to the first feedback, by the README's own lines."""
    archive = tmp_path / "student-kit.zip"
    archive.write_bytes(archive_bytes(files, below="student-kit"))
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path)
    folder = tmp_path / "student-kit"
    commands = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    assert [len(block.splitlines()) for block in commands] == [3]
    python = empty_environment(tmp_path / "environment")
    script = f"export PATH={python.parent}:$PATH\nset -e\n{commands[0]}"
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stderr
    assert "0 of 5 visible checks passed" in done.stdout
    assert "not implemented yet" in done.stdout

    work = folder / "assignments" / course.name
    for content, code, told in (
        (pieces(), 0, "5 of 5 visible checks passed"),
        (pieces(double="x * x"), 1, "✗ pieces.double: gives known values"),
        (HOSTILE + pieces(double="x * x"), 1, "✗ pieces.double: gives known values"),
    ):
        for name, answer in right_answers(pieces=content).items():
            (work / name).write_bytes(answer)
        again = subprocess.run(
            [python.parent / "autograder", "check", "."], cwd=work, capture_output=True, text=True, timeout=300
        )
        assert (again.returncode, told in again.stdout) == (code, True), again.stdout + again.stderr


HOSTILE = """
import sys
for name in ("torch.py", "conftest.py", "autograder.py", "result.json"):
    try:
        open(name, "w").write("raise SystemExit(0)")
    except OSError:
        pass
for name, module in list(sys.modules.items()):
    if name.startswith("autograder.checks"):
        vars(module).update(check=None, assert_close=lambda *a, **k: None)
"""
"""Written by somebody who wants to see the checks pass; it can only fool its author, on the author's own machine."""


@pytest.mark.processes
def test_the_notebook_alone_installs_the_package(course: SmallCourse, files: Files, wheel: Path, tmp_path: Path) -> None:
    """The first cell installs a wheel that lies beside, and a check cell then runs."""
    notebook = json.loads(files[f"release/{course.name}/{course.name}.ipynb"])
    cells = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"}
    assert notebook["cells"][0]["id"] == INSTALL
    (tmp_path / wheel.name).write_bytes(wheel.read_bytes())
    program = tmp_path / "cells.py"
    program.write_text(
        "\n".join([cells[INSTALL], cells["setup-pieces"], cells["solution-pieces-double"], cells["check-pieces-double"]])
    )
    python = empty_environment(tmp_path / "environment")
    done = run(python, program, cwd=tmp_path)
    assert "ready" in done.stdout, done.stderr
    assert "pieces.double: 1 of 1 visible checks failed" in done.stdout
    again = run(python, program, cwd=tmp_path)
    assert "ready" not in again.stdout


def test_the_notebook_without_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip is told a name with a version, or the address on GitHub; small files come along and replace none."""
    from autograder.bundles.ready_notebook import ready_notebook

    made = json.loads(ready_notebook('{"cells": []}', "dgm-autograder==1", {"toys.py": 'TEXT = """x"""\n'}))
    assert "'dgm-autograder==1'" in "".join(made["cells"][0]["source"])
    code = "".join(made["cells"][1]["source"])
    namespace: dict[str, object] = {}
    monkeypatch.chdir(tmp_path)
    exec(code, namespace)
    assert Path("toys.py").read_text() == 'TEXT = """x"""\n'
    Path("toys.py").write_text("mine")
    exec(code, namespace)
    assert Path("toys.py").read_text() == "mine"


def test_handed_in_it_is_read_as_any(course: SmallCourse, files: Files, tmp_path: Path) -> None:
    """The cells that were added are no answers, but what somebody writes into one counts."""
    path = tmp_path / f"{course.name}.ipynb"
    notebook = json.loads(files[f"release/{course.name}/{course.name}.ipynb"])
    expected = {"pieces.py", "whole.py"}
    path.write_text(json.dumps(notebook))
    ready = read_submission(path, expected, notebook=course.name)
    assert not any(b"pip" in content for content in ready.files.values())
    added, *others = notebook["cells"]
    added["source"].append("\n\ndef double(x):\n    return x + x\n")
    path.write_text(json.dumps(notebook))
    assert any(b"return x + x" in content for content in read_submission(path, expected, notebook=course.name).files.values())
    path.write_text(json.dumps(notebook | {"cells": others}))
    plain = read_submission(path, expected, notebook=course.name)
    assert [key for key in plain.files if b"def double" in plain.files[key]] == [
        key for key in ready.files if b"def double" in ready.files[key]
    ]


def test_folder_archive_repository(course: SmallCourse, wheel: Path, tmp_path: Path) -> None:
    """The same files in three shapes; an archive has the same bytes again; a folder is never overwritten."""
    opened = Course(course.root)
    first = bundle_student(opened, (), tmp_path / "a.zip", KitOptions("zip", wheel)).read_bytes()
    assert bundle_student(opened, (), tmp_path / "a.zip", KitOptions("zip", wheel)).read_bytes() == first
    folder = bundle_student(opened, (), tmp_path / "kit", KitOptions("dir", wheel))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = {name.removeprefix("a/") for name in archive.namelist()}
    assert names == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="something here already"):
        bundle_student(opened, (), folder, KitOptions("dir", wheel))


def test_a_repository_grows_with_the_term(course: SmallCourse, wheel: Path, tmp_path: Path) -> None:
    """Nothing new: no commit. A new statement: one more, which students pull. Nobody's name is in it."""
    opened, out = Course(course.root), tmp_path / "kit"
    options = KitOptions("git", wheel, repository="school/course")
    bundle_student(opened, (), out, options)
    bundle_student(opened, (), out, options)
    assert len(log(out)) == 1
    outline = course.root / "solutions" / course.name / "outline.md"
    text = outline.read_text()
    outline.write_text(text + "\nA word more.\n")
    try:
        bundle_student(Course(course.root), (), out, options)
    finally:
        outline.write_text(text)
    assert log(out) == ["course <course@localhost>"] * 2
    assert "A word more." in (out / "assignments" / course.name / "README.md").read_text()
    readme = (out / "README.md").read_text()
    assert f"colab.research.google.com/github/school/course/blob/main/release/{course.name}/" in readme
    assert "mybinder.org/v2/gh/school/course/main" in readme
    notebook = (out / "release" / course.name / f"{course.name}.ipynb").read_text()
    assert f"https://github.com/school/course/raw/main/{wheel.name}" in notebook


def test_an_earlier_kit_that_showed_a_solution(course: SmallCourse, wheel: Path, tmp_path: Path) -> None:
    """What a repository has ever held counts, also if it is deleted."""
    out = tmp_path / "kit"
    bundle_student(Course(course.root), (), out, KitOptions("git", wheel))
    secret = course.root / "solutions" / course.name / "hidden" / "test_pieces.py"
    (out / "forgotten.txt").write_bytes(secret.read_bytes())
    git(out, "add", "--all")
    git(out, "commit", "-m", "a mistake")
    git(out, "rm", "forgotten.txt")
    git(out, "commit", "-m", "nobody has seen it")
    with pytest.raises(GraderError, match="git blob"):
        bundle_student(Course(course.root), (), out, KitOptions("git", wheel))
    assert any("a mistake" in content.decode(errors="replace") for content in files_of_history(out).values())


def in_file(files: Files, name: str, secret: bytes) -> None:
    """A line at the end of a student's file."""
    files[f"assignments/{name}/pieces.py"] += b"\n" + secret.splitlines()[0]


def in_any_file(files: Files, name: str, secret: bytes) -> None:
    """Two lines in a file of its own."""
    files["notes.txt"] = b"hello\n" + secret


def in_metadata(files: Files, name: str, secret: bytes) -> None:
    """In the metadata of a notebook."""
    path = f"release/{name}/{name}.ipynb"
    notebook = json.loads(files[path])
    notebook["metadata"]["made from"] = secret.decode()
    files[path] = json.dumps(notebook).encode()


def in_output(files: Files, name: str, secret: bytes) -> None:
    """In an output that was left in a cell."""
    path = f"release/{name}/{name}.ipynb"
    notebook = json.loads(files[path])
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": secret.decode().splitlines(keepends=True)}]
    files[path] = json.dumps(notebook).encode()


def in_the_wheel(files: Files, name: str, secret: bytes) -> None:
    """In a module of the package."""
    files["dgm_autograder-9.9-py3-none-any.whl"] = archive_bytes({"autograder/cli.py": b"import os\n" + secret})


def in_an_archive_in_an_archive(files: Files, name: str, secret: bytes) -> None:
    """Two levels down, under another ending."""
    files["data.bin"] = archive_bytes({"inner.zip": archive_bytes({"x.txt": secret})})


def in_a_folder_of_that_name(files: Files, name: str, secret: bytes) -> None:
    """Whatever lies in a folder of solutions."""
    files[f"solutions/{name}/x.py"] = b"pass\n"


PLACES = [
    in_file, in_any_file, in_metadata, in_output, in_the_wheel, in_an_archive_in_an_archive, in_a_folder_of_that_name,
]  # fmt: skip
SECRETS = {
    "reference": "    doubled_with_a_secret_name = 2 * x\n    return doubled_with_a_secret_name\n",
    "hidden": "canary_9731 = torch.tensor([48655.25])\n\n\n@check(\"double\", points=0.75, title=\"doubles large numbers\")\n",
    "variant": '@misconception("double", belief="doubling is squaring", hint="What do you get for x = 3?")\ndef squared(x):\n',
    "rubric": "Because of canary_9731 and distributivity.\n",
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", sorted(SECRETS))
def test_a_secret_is_found(place: Callable[[Files, str, bytes], None], kind: str, course: SmallCourse, files: Files) -> None:
    """Wherever it is, and whatever it is; the same kit without it is clean."""
    changed = dict(files)
    place(changed, course.name, SECRETS[kind].encode())
    assert list(find_secrets(changed, [Course(course.root).described(course.name)]))


def test_by_the_command(course: SmallCourse, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path is printed; an unknown assignment or a wrong wheel is one line."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(course.root))
    out = tmp_path / "kit.zip"
    arguments = ["bundle", "student", course.name, "--out", str(out), "--by-name"]
    done = CliRunner().invoke(app, arguments)
    assert done.output.strip() == str(out), done.exception
    with zipfile.ZipFile(out) as archive:
        assert "pip install dgm-autograder==" in archive.read("kit/README.md").decode()
        assert not [name for name in archive.namelist() if name.endswith(".whl")]
    wrong = CliRunner().invoke(app, ["bundle", "student", "nothing", "--out", str(out)])
    assert isinstance(wrong.exception, UsageError)
    wrong = CliRunner().invoke(app, ["bundle", "student", "--wheel", str(tmp_path / "none.whl")])
    assert isinstance(wrong.exception, UsageError)


def git(repository: Path, *arguments: str) -> str:
    """Run git as somebody."""
    who = ["-c", "user.name=t", "-c", "user.email=t@t"]
    command = ["git", *who, "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def log(repository: Path) -> list[str]:
    """Who made the commits."""
    return git(repository, "log", "--format=%an <%ae>").splitlines()


def test_what_is_said_of_the_disk_is_measured() -> None:
    """The record is of what the package requires now, and no more than was promised; the guide says the same figure."""
    record = json.loads((ROOT / "benchmarks" / "results" / "student_install.json").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert record["requires"] == project["dependencies"], "measure again: make bench-student"
    assert record["megabytes_beyond_torch"] <= 300
    assert f"{record['megabytes_beyond_torch']:.0f} MB" in (ROOT / "docs" / "guide" / "student.md").read_text("utf-8")
    assert [command.split()[0] for command in record["commands"]] == ["pip", "cd", "autograder"]
