"""The files that students get: stubs, statements, visible checks."""

from __future__ import annotations

from autograder.course.assignment import Assignment
from autograder.course.outline import number_of_points, replace_items
from autograder.release.leaks import refuse_leaks
from autograder.release.stubs import cut_solutions
from autograder.runtime.toys import FILE as TOYS


def build(assignment: Assignment) -> dict[str, str]:
    """Return the student's files of one assignment: relative path to content."""
    files = {
        name: cut_solutions(source.decode("utf-8"), f"solutions/{assignment.name}/{name}")
        for name, source in assignment.reference_files().items()
    }
    for path in sorted((assignment.folder / "visible").glob("*.py")):
        files[path.name] = path.read_text("utf-8")
    if assignment.toys:
        files[TOYS] = assignment.toys.decode("utf-8")
    files["README.md"] = statement(assignment)
    refuse_leaks(assignment, files)
    return files


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
