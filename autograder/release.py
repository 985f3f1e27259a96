"""Generates what students get from ``solutions/<name>/``.

That is ``assignments/<name>/`` (stubs, statement and visible checks) and the notebook in ``release/<name>/``, which nbgrader
cuts from the instructor's in ``source/<name>/``. What students get is scanned for lines of solution regions, hidden checks,
wrong variants and rubrics before it reaches the disk. For the grader there is ``solutions/<name>/convolutions.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.convolutions import FILE, as_text, convolutions_of
from autograder.course import Assignment, Course
from autograder.errors import GraderError
from autograder.notebooks.build import build_source
from autograder.notebooks.cells import notebook_name
from autograder.notebooks.released import cut_releases, notebook_lines
from autograder.notebooks.requirement import require_nbgrader
from autograder.outline import number_of_points, replace_items
from autograder.reports.store import write_atomically
from autograder.stubs import cut_solutions, solution_lines

_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")

MIN_SECRET = 24
"""Characters from which on a line of a solution is distinctive enough to be searched for."""


def release(course: Course, names: Sequence[str], *, write: bool) -> list[Path]:
    """Bring the assignments and notebooks up to date and return the files that were not; ``write=False`` only looks."""
    assignments = [course.assignment(name) for name in names]
    wanted = {course.root / path: content for path, content in all_files(assignments).items()}
    folders = [course.root / "assignments" / name for name in names]
    present = {path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_text("utf-8") != content]
    extra = sorted(present - wanted.keys())
    if write:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, wanted[path])
        for path in extra:
            path.unlink()
    return sorted(stale) + extra


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
        if convolutions := convolutions_of(assignment):
            files[f"solutions/{name}/{FILE}"] = as_text(convolutions)
        files |= {f"source/{name}/{file}": sources[name], f"release/{name}/{file}": released[name]}
    return files


def build(assignment: Assignment) -> dict[str, str]:
    """Return the student's files of one assignment: relative path to content."""
    files = {
        name: cut_solutions(source.decode("utf-8"), f"solutions/{assignment.name}/{name}")
        for name, source in assignment.reference_files().items()
    }
    for path in sorted((assignment.folder / "visible").glob("*.py")):
        files[path.name] = path.read_text("utf-8")
    files["README.md"] = statement(assignment)
    refuse_leaks(assignment, files)
    return files


def refuse_leaks(assignment: Assignment, files: dict[str, str]) -> None:
    """Raise :class:`GraderError` when a released file shows what it must not."""
    leaks = list(find_leaks(assignment, files))
    if leaks:
        raise GraderError(
            "a released file would show a solution: " + "; ".join(leaks[:3]), f"solutions/{assignment.name}"
        )


def statement(assignment: Assignment) -> str:
    """The outline as students read it: with points, and how to check one's work."""
    text = (assignment.folder / "outline.md").read_text("utf-8")

    lines = {
        exercise.key: f"- `{exercise.key}` ({number_of_points(exercise.points)}): {exercise.title}"
        for exercise in assignment.exercises
    }
    lines |= {_key(task.id): f"- {task.title} ({number_of_points(task.points)})" for task in assignment.training}
    lines |= {
        _key(asked.id): f"### {asked.title} ({number_of_points(asked.points)})\n\n{asked.prompt}"
        for asked in assignment.written
    }
    return replace_items(text, lines).rstrip() + _HOW_TO.format(points=assignment.points)


def _key(identifier: str) -> str:
    return identifier.partition(".")[2]


_HOW_TO = """

## Checking your work

Write your answers where the files say `YOUR CODE HERE`; keep names and signatures. Then, in this folder:

    autograder check .        # every visible check, with a sentence for each that fails
    pytest                    # the same checks as ordinary tests

The exercises above are worth {points:g} points. More checks run when your work is graded; they test the same contracts on
other inputs. Hand in this folder, a zip of it, or a notebook with the same functions.
"""


def find_leaks(assignment: Assignment, files: dict[str, str]) -> Iterator[str]:
    """Yield every released line that also stands in a solution region, a hidden check or a wrong variant.

    Lines of the references outside solution regions are public; so are, but for solutions, those of visible checks.
    """
    stubs = set(
        _stripped(cut_solutions(source.decode("utf-8"), "") for source in assignment.reference_files().values())
    )
    visible = set(_stripped(path.read_text("utf-8") for path in (assignment.folder / "visible").glob("*.py")))
    secrets = {line: where for line, where in _other_secrets(assignment) if line not in stubs | visible}
    secrets |= {line: where for line, where in _solutions(assignment) if line not in stubs}
    for name, content in files.items():
        for place, line in notebook_lines(content) if name.endswith(".ipynb") else enumerate(content.splitlines(), 1):
            if line.strip() in secrets:
                yield f"{name}:{place} repeats {secrets[line.strip()]}"
            elif name.endswith(".ipynb") and (marker := _MARKER.search(line)):
                yield f"{name}:{place} holds the marker {marker[0]!r}"


def _stripped(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (line.strip() for line in text.splitlines())


def _solutions(assignment: Assignment) -> Iterator[tuple[str, str]]:
    for name, source in assignment.reference_files().items():
        yield from (
            (line, f"a solution in {name}")
            for line in solution_lines(source.decode("utf-8"))
            if len(line) >= MIN_SECRET
        )


def _other_secrets(assignment: Assignment) -> Iterator[tuple[str, str]]:
    for room in ("hidden", "misconceptions"):
        for path in (assignment.folder / room).glob("*.py"):
            for line in _stripped([path.read_text("utf-8")]):
                if len(line) >= MIN_SECRET and not line.startswith(("import ", "from ")):
                    yield line, f"{room}/{path.name}"
    for question in assignment.written:
        for line in _stripped([question.model_answer, *(criterion for _, criterion in question.rubric)]):
            if len(line) >= MIN_SECRET:
                yield line, f"the rubric or model answer of {question.id}"
