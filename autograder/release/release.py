"""Generates what students get from ``solutions/<name>/``.

That is ``assignments/<name>/`` (stubs, statement and visible checks) and the notebook in ``release/<name>/``, which nbgrader
cuts from the instructor's in ``source/<name>/``. What students get is scanned for lines of solution regions, hidden checks,
wrong variants and rubrics before it reaches the disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.course.assignment import Assignment
from autograder.course.course import Course
from autograder.course.notebook_cells import notebook_name
from autograder.imports import require_nbgrader
from autograder.release.leaks import refuse_leaks
from autograder.release.source_notebook import build_source
from autograder.release.student_files import build
from autograder.release.student_notebook import cut_releases
from autograder.runtime.stand_ins.toys import FILE as TOYS
from autograder.training.task import FOLDER, student_files, student_weights

_STEPS = ("source", "release")
"""Where nbgrader looks for what it hands out, and where it puts that."""


def release(course: Course, names: Sequence[str], *, write: bool) -> list[Path]:
    """Bring the assignments and notebooks up to date and return the files that were not; ``write=False`` only looks."""
    assignments = [course.described(name) for name in names]
    wanted = {course.root / path: content.encode("utf-8") for path, content in all_files(assignments).items()}
    wanted |= {course.root / path: content for path, content in weights(assignments).items()}
    folders = [course.root / "assignments" / name for name in names]
    present = {path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    present |= {path for step in _STEPS for name in names if (path := course.root / step / name / TOYS).is_file()}
    present |= {
        path for step in _STEPS for name in names for path in (course.root / step / name / FOLDER).rglob("*") if path.is_file()
    }
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_bytes() != content]
    extra = sorted(present - wanted.keys())
    if write:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, wanted[path])
        for path in extra:
            path.unlink()
    return sorted(stale) + extra


def weights(assignments: Sequence[Assignment]) -> dict[str, bytes]:
    """The weights of given networks that students get: path below the course's root -> content."""
    return {
        f"{step}/{assignment.name}/{path}": content
        for assignment in assignments
        for path, content in student_weights(assignment.folder).items()
        for step in ("assignments", *_STEPS)
    }


def all_files(assignments: Sequence[Assignment]) -> dict[str, str]:
    """Everything that is generated: path below the course's root -> content.

    Raises:
        GraderError: something that students get would show a solution, a hidden check or a rubric.
    """
    require_nbgrader("release")
    files = {
        f"assignments/{assignment.name}/{path}": content
        for assignment in assignments
        for path, content in build(assignment).items()
    }
    sources = {assignment.name: build_source(assignment) for assignment in assignments}
    released = cut_releases(sources)
    for assignment in assignments:
        name, file = assignment.name, f"{notebook_name(assignment.name)}.ipynb"
        refuse_leaks(assignment, {f"release/{file}": released[name]})
        files |= {f"source/{name}/{file}": sources[name], f"release/{name}/{file}": released[name]}
        for path, content in student_files(assignment.folder).items():  # beside the notebook, whose training cells run them
            files |= {f"{step}/{name}/{path}": content.decode("utf-8") for step in _STEPS}
        if assignment.toys:  # beside the notebook, whose visible checks may use them
            files |= {f"{step}/{name}/{TOYS}": assignment.toys.decode("utf-8") for step in _STEPS}
    return files
