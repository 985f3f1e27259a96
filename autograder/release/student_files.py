"""The files that students get: stubs, statements, visible checks."""

from __future__ import annotations

import re

from autograder.course.assignment import Assignment
from autograder.course.manifest import read_manifest
from autograder.course.outline import number_of_points, replace_items
from autograder.course.written_questions import TrainingTask
from autograder.release.leaks import refuse_leaks
from autograder.release.stubs import cut_solutions
from autograder.runtime.stand_ins.toys import FILE as TOYS
from autograder.training.task import statements
from autograder.training.task import student_files as training_files


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
    files |= {name: content.decode("utf-8") for name, content in training_files(assignment.folder).items()}
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
    lines |= {_key(task.id): _training(task, assignment) for task in assignment.training}
    lines |= {
        _key(asked.id): f"### {asked.title} ({number_of_points(asked.points)})\n\n{asked.prompt}"
        for asked in assignment.written
    }
    how_to = _HOW_TO.format(points=assignment.points)
    how_to += training_explained(assignment)
    return replace_items(text, lines).rstrip() + how_to + f"\n{tags_explained(assignment)}".rstrip() + "\n"


def tags_explained(assignment: Assignment) -> str:
    """What tags such as ``D2.1`` in the texts stand for, in one sentence; empty where the course names no sources."""
    sources = read_manifest(assignment.folder.parent.parent).sources
    stems = {name: re.sub(r"\d+$", "", items[0]) for name, items in sources.items() if items}
    named = [f"{stem}… for {name}" for name, stem in stems.items() if stem]
    return (
        f"Tags such as {next(iter(sources.values()))[0]} say where something comes from: {', '.join(named)}." if named else ""
    )


def training_explained(assignment: Assignment) -> str:
    """What training tasks are worth, who measures that, and that figures are not handed in; empty where there are none."""
    points = sum(task.points for task in statements(assignment))
    return _TRAINING.format(points=number_of_points(points)) if points else ""


def _training(task: TrainingTask, assignment: Assignment) -> str:
    """A task's line: how to run it, where it can be run."""
    line = f"- {task.title} ({number_of_points(task.points)})"
    there = (assignment.folder / f"{_key(task.id).replace('.', '/')}.py").is_file()
    return f"{line}: `autograder train {task.id}`" if there else line


def _key(identifier: str) -> str:
    return identifier.partition(".")[2]


_HOW_TO = """

## Checking your work

Write your answers where the files say `YOUR CODE HERE`; keep names and signatures. Then, in this folder:

    autograder check .        # every visible check, with a sentence for each that fails
    autograder check . --only NAME      # those of one exercise or file
    pytest                    # the same checks as ordinary tests

The exercises above are worth {points:g} points. More checks run when your work is graded; they test the same contracts on
other inputs. Hand in this folder, a zip of it, or a notebook with the same functions.
"""

_TRAINING = """
Training is worth {points} more, for the scores that the grader measures: it runs your code again and draws its own figures.
Those of yours, in `training/results/`, are for you and for your written answers; they need not be handed in.
"""
