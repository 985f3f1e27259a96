"""The wheel is what students install: whole, light, without secrets, on any system."""

from __future__ import annotations

import email
import re
import shutil
import zipfile
from importlib.metadata import distribution, distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from student_environment import ROOT, run
from tiny_course import write_course

from autograder import __version__
from autograder.bundles.wheel import build_wheel, requirement
from autograder.course.course import Course
from autograder.release.student_files import build

POSIX = {
    "os": (
        "fork", "forkpty", "getuid", "geteuid", "getgid", "setsid", "killpg", "getpgid", "O_NOFOLLOW", "O_DIRECTORY",
        "O_CLOEXEC",
        "O_NONBLOCK", "O_NOCTTY", "sched_getaffinity", "pidfd_open", "memfd_create", "uname", "statvfs", "fchmod", "mkfifo",
        "WNOHANG",
    ),
    "signal": ("SIGALRM", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGCHLD", "setitimer", "ITIMER_REAL", "pthread_sigmask", "alarm"),
}  # fmt: skip
"""What Windows has not."""
LINUX_ONLY = ("resource", "fcntl", "pwd", "grp", "termios", "pty", "tty", "prctl", "seccomp", "greenlet")
HIDING = """
import importlib.abc, sys
class Nothing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Nothing())
"""


POORER = """
import os, signal, sys, torch, numpy, pytest, hypothesis, typer, rich.console, pydantic, msgpack, safetensors.torch
for module, names in {posix!r}.items():
    [delattr(sys.modules[module], name) for name in names if hasattr(sys.modules[module], name)]
os.supports_dir_fd = os.supports_fd = set()
for name in {only!r}:
    sys.modules.pop(name, None)
"""


def plain(name: str) -> str:
    """A distribution's name as names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    """Every distribution that the package's core needs, directly or not."""
    return declared_by("dgm-autograder")


def declared_by(name: str) -> set[str]:
    """Every distribution that one needs, directly or not, and itself."""
    found: set[str] = set()
    pending = [name]
    while pending:
        name = plain(pending.pop())
        if name in found:
            continue
        found.add(name)
        needs = [Requirement(text) for text in distribution(name).requires or []]
        pending += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture
def assignment(tmp_path: Path) -> Path:
    """Return a student's folder of a tiny assignment."""
    name = write_course(tmp_path / "course")
    folder = tmp_path / name
    for path, text in build(Course(tmp_path / "course").assignment(name)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def solve(folder: Path, course: Path) -> None:
    """Put the right answers in."""
    for module in ("pieces.py", "whole.py"):
        shutil.copy(course / "solutions" / folder.name / module, folder / module)


def test_what_is_inside(wheel: Path) -> None:
    """The version of its one place, the command, the plugin; nothing beside the package."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        about = email.message_from_bytes(archive.read(next(name for name in names if name.endswith("/METADATA"))))
        entries = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    assert about["Version"] == __version__
    assert about["Name"] == "dgm-autograder"
    assert requirement() == f"dgm-autograder=={__version__}"
    assert "autograder = autograder.cli:main" in entries
    assert "autograder = autograder.student.pytest_plugin" in entries
    assert {name.partition("/")[0] for name in names} == {"autograder", f"dgm_autograder-{__version__}.dist-info"}
    assert "autograder/py.typed" in names
    assert not any("__pycache__" in name for name in names)
    assert all(name.startswith("autograder/authoring/") for name in names if "solutions" in name.split("/"))  # of `new-course`
    templates = {path.relative_to(ROOT).as_posix() for path in (ROOT / "autograder").rglob("templates/*") if path.is_file()}
    assert templates <= set(names)


def test_it_is_the_same_every_time(wheel: Path, tmp_path: Path) -> None:
    """The same bytes, and what an earlier build has left beside the sources does not get in."""
    assert build_wheel(tmp_path).read_bytes() == wheel.read_bytes()


def test_students_need_little(wheel: Path) -> None:
    """The core asks for nothing that only graders use; the wheel itself is light."""
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA")))
    needs = [Requirement(value) for value in email.message_from_bytes(text).get_all("Requires-Dist") or []]
    core = {need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})}
    assert core == {"torch", "safetensors", "numpy", "pytest", "hypothesis", "typer", "rich", "pydantic", "msgpack"}
    assert wheel.stat().st_size < 2**20


@pytest.mark.processes
def test_check_and_pytest_in_an_empty_environment(student_python: Path, assignment: Path, tmp_path: Path) -> None:
    """Nothing is done: exit code 1 and a sentence; all is right: 0. Only what the core declares can be imported."""
    plugins = [one.metadata["Name"] for one in distributions() if any(entry.group == "pytest11" for entry in one.entry_points)]
    core = declared().union(*map(declared_by, plugins))  # pytest loads every plugin that is installed
    hidden = {name for name, owners in packages_distributions().items() if not set(map(plain, owners)) & core}
    assert {"scipy", "nbgrader", "greenlet", "torchvision", "matplotlib"} <= hidden
    hide = HIDING.format(hidden=sorted(hidden))
    check = f"{hide}\nfrom autograder.cli import main\nmain(['check', '.'])"
    plugin = f"{hide}\nimport pytest\nraise SystemExit(pytest.main(['-q', '-p', 'no:cacheprovider']))"

    before = run(student_python, "-c", check, cwd=assignment)
    assert before.returncode == 1, before.stdout + before.stderr
    assert "not implemented yet" in before.stdout
    tested = run(student_python, "-c", plugin, cwd=assignment)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "5 skipped" in tested.stdout

    solve(assignment, tmp_path / "course")
    after = run(student_python, "-c", check, cwd=assignment)
    assert after.returncode == 0, after.stdout + after.stderr
    assert "5 of 5 visible checks passed" in after.stdout
    tested = run(student_python, "-c", plugin, cwd=assignment)
    assert "5 passed" in tested.stdout


@pytest.mark.processes
def test_without_what_only_linux_has(student_python: Path, assignment: Path, tmp_path: Path) -> None:
    """Modules and calls that macOS or Windows lack are hidden, after the libraries have been imported, who may use them."""
    (assignment / "pieces.py").write_text(
        "import torch\n\n\ndef double(x):\n    return x * x\n\n\ndef shift(x, by=1.0):\n    return 2 * x + by\n"
    )
    program = POORER.format(posix=POSIX, only=LINUX_ONLY) + HIDING.format(hidden=LINUX_ONLY)
    program += "from autograder.cli import main\nmain(['check', '.'])"
    done = run(student_python, "-c", program, cwd=assignment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "✗ pieces.double: gives known values" in done.stdout
    assert "✓ pieces.shift: gives known values" in done.stdout
    assert not done.stderr.strip()

    solve(assignment, tmp_path / "course")
    done = run(student_python, "-c", program, cwd=assignment)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.processes
def test_properties_without_greenlet(student_python: Path, tmp_path: Path) -> None:
    """Examples of a check run one after the other where they cannot run at once."""
    name = write_course(tmp_path)
    folder = tmp_path / "work"
    folder.mkdir()
    solve_from = tmp_path / "solutions" / name
    for module in ("pieces.py", "whole.py"):
        shutil.copy(solve_from / module, folder / module)
        shutil.copy(solve_from / "hidden" / f"test_{module}", folder / f"test_{module}")
    hide = HIDING.format(hidden=("greenlet",))
    check = f"{hide}\nfrom autograder.cli import main\nmain(['check', '.'])"
    done = run(student_python, "-c", check, cwd=folder)
    assert "✓ pieces.shift: adds the constant after doubling" in done.stdout, done.stdout + done.stderr
    (folder / "pieces.py").write_text((folder / "pieces.py").read_text().replace("2 * x", "3 * x"))
    done = run(student_python, "-c", check, cwd=folder)
    assert "✗ pieces.double: is linear" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 1


def test_what_a_student_installs_beyond_torch() -> None:
    """Everything that the core needs and torch does not bring: at most 300 MB on the disk."""
    beyond = declared() - declared_by("torch") - {"dgm-autograder"}
    files = {path.locate() for name in beyond for path in distribution(name).files or []}
    size = sum(Path(str(path)).stat().st_size for path in files if Path(str(path)).is_file())
    assert "numpy" in beyond
    assert size < 300e6
