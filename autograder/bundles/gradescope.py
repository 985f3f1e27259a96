"""Gradescope's archive: what builds the image, what grades in it, and the course's secrets of one assignment.

Its format is Gradescope's: ``setup.sh`` and ``run_autograder`` at the root, unpacked to ``/autograder/source``.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.resources import files as package_files
from pathlib import Path

from autograder.bundles.folders import write_archive
from autograder.bundles.gradescope_settings import FILE as SETTINGS
from autograder.bundles.gradescope_settings import Settings
from autograder.bundles.pins import pinned, torch_pins
from autograder.bundles.wheel import build_wheel
from autograder.course.course import Course

EXECUTABLE = ("setup.sh", "run_autograder")


def bundle_gradescope(course: Course, settings: Settings, out: Path, wheel: Path | None = None) -> Path:
    """Write the archive for one assignment and return its path. It holds solutions and hidden checks: keep it to yourself.

    Raises:
        UsageError: there is no such assignment.
        GraderError: the wheel could not be built.
    """
    return write_archive(archive_files(course, settings, wheel), out, EXECUTABLE)


def archive_files(course: Course, settings: Settings, wheel: Path | None = None) -> dict[str, bytes]:
    """Everything in it: path -> content."""
    assignment = course.described(settings.assignment)
    templates = package_files("autograder.bundles") / "templates" / "gradescope"
    files = {name: (templates / name).read_bytes() for name in EXECUTABLE}
    files[SETTINGS] = settings.to_json().encode()
    files["requirements.txt"] = ("\n".join(pinned(course.manifest().libraries)) + "\n").encode()
    files["python.txt"] = f"{sys.version_info.major}.{sys.version_info.minor}\n".encode()  # for which the versions were chosen
    files["torch.txt"] = ("\n".join(torch_pins()) + "\n").encode()
    for path in _course_files(course, assignment.name):
        files[f"course/{path.relative_to(course.root).as_posix()}"] = path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="autograder-gradescope-") as folder:
        built = wheel or build_wheel(Path(folder))
        files[built.name] = built.read_bytes()
    return files


def autograder_points(course: Course, settings: Settings) -> tuple[float, float, float]:
    """What to enter in Gradescope: the autograder's points, those of questions that people mark, and those of nobody there."""
    assignment = course.described(settings.assignment)
    training = sum(task.points for task in assignment.training if _has_code(course, task.id)) if settings.training else 0.0
    machine, written = assignment.points + training, assignment.written_points
    return machine, written, assignment.total_points - machine - written


def _has_code(course: Course, task_id: str) -> bool:
    name, _, place = task_id.partition(".")
    return (course.solutions / name / f"{place.replace('.', '/')}.py").is_file()


def _course_files(course: Course, name: str) -> list[Path]:
    """The assignment's own folder, networks that are given, and what describes the course; all else stays at home."""
    found = [path for folder in (name, "given") for path in sorted((course.solutions / folder).rglob("*"))]
    found.append(course.solutions / "course.toml")
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]
