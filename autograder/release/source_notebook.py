"""Builds ``source/<assignment>/<assignment>.ipynb``, the instructor's notebook, from ``solutions/<assignment>/``.

The order of the outline is the order of the notebook. Nothing in it depends on when or where it is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.course.assignment import Assignment, Exercise
from autograder.course.notebook_cells import LONGEST_ID, METADATA, METADATA_SCHEMA, exercise_cell, written_cell
from autograder.course.outline import TRAINING, WRITTEN, number_of_points, split_outline
from autograder.course.written_questions import WrittenQuestion
from autograder.errors import GraderError
from autograder.release.check_cells import check_cell, points_cell, training_cell
from autograder.release.docstring_markdown import definition_markdown, docstring_markdown
from autograder.release.module_parts import ModuleParts, take_apart
from autograder.release.student_files import tags_explained, training_explained
from autograder.training.task import statements

Cell = dict[str, Any]

BEGIN_RUBRIC = "<!-- BEGIN MARK SCHEME -->"
END_RUBRIC = "<!-- END MARK SCHEME -->"

_HOW_TO = """## How to work in this notebook

Run the cells from top to bottom. Replace what stands below `# YOUR CODE HERE`, and run the cell of visible checks under it: it
says what is wrong, and with which input. Keep the names and signatures; add cells of your own wherever you like.

The exercises with code and the short answers are worth {points} together, the written questions {written}. More checks run
when your work is graded; they test the same contracts on other inputs. The cells of checks are not part of your work and are
not run then: what your code needs must stand in your own cells. *Restart kernel and run all cells* shows whether it does:
it reaches the last cell, and `autograder check` on this file says the same. {tags}"""

_OWN = "# Imports and helpers of your own can go here."
_WRITTEN = "Write your answers into the cells below, in words and formulas (LaTeX between dollar signs). People grade them."


def build_source(assignment: Assignment) -> str:
    """Return the instructor's notebook as the text of its file.

    Raises:
        GraderError: the modules cannot share one namespace, or a name is too long for a cell.
    """
    cells = list(_Builder(assignment).cells())
    _refuse_bad_ids(cells, assignment.name)
    return notebook_text({"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})


def notebook_text(notebook: dict[str, Any]) -> str:
    """Return a notebook as nbformat writes it."""
    import nbformat

    return str(nbformat.writes(nbformat.from_dict(notebook))) + "\n"


@dataclass
class _Builder:
    """One assignment on its way to a notebook."""

    assignment: Assignment

    def __post_init__(self) -> None:
        self.parts = {module: self._take_apart(module) for module in self.assignment.modules}
        _refuse_clashes(self.assignment, self.parts)
        self.exercises = {exercise.key: exercise for exercise in self.assignment.exercises}
        self.questions = {question.id.partition(".")[2]: question for question in self.assignment.written}
        self.tasks = {task.id.partition(".")[2]: task for task in statements(self.assignment)}
        self.begun: set[str] = set()
        self.level = 1

    def _take_apart(self, module: str) -> ModuleParts:
        names = [exercise.name for exercise in self.assignment.exercises if exercise.module == module]
        source = (self.assignment.folder / f"{module}.py").read_text("utf-8")
        return take_apart(source, names, self.assignment.modules, f"solutions/{self.assignment.name}/{module}.py")

    def cells(self) -> Iterator[Cell]:
        """The cells in the outline's order."""
        text = (self.assignment.folder / "outline.md").read_text("utf-8")
        for number, (prose, items) in enumerate(split_outline(text)):
            rooms = {item.room for item in items}
            if rooms == {TRAINING} and not self.tasks:
                continue
            yield from self._prose(prose, number, written=rooms == {WRITTEN})
            if number == 0:
                yield _markdown("how-to", self._how_to())
            for item in items:
                if item.room == WRITTEN:
                    yield from _question(self.questions[item.key])
                elif item.room == TRAINING:
                    yield from self._training(item.key)
                else:
                    yield from self._begin(item.room)
                    yield from self._exercise(self.exercises[item.key])

    def _training(self, key: str) -> Iterator[Cell]:
        """A task's statement, and the cell that trains; it is the graded one, since the grader runs the same."""
        task = self.tasks.get(key)
        if task is None:
            return
        name = exercise_cell("statement", task.id)
        heading = f"{'#' * (self.level + 1)} `{task.name}` ({number_of_points(task.points)})"
        yield _markdown(name, f"{heading}\n\n*{_sentence(task.title)}* · {', '.join(task.sources)}\n\n{task.about}")
        name = exercise_cell("points", task.id)
        source = training_cell(task.id, number_of_points(task.points))
        yield _code(name, source, _nbgrader(name, locked=True, points=task.points))

    def _how_to(self) -> str:
        points, written = map(number_of_points, (self.assignment.points, self.assignment.written_points))
        tags, training = tags_explained(self.assignment), training_explained(self.assignment)
        return (_HOW_TO.format(points=points, written=written, tags=tags).rstrip() + f"\n{training}").rstrip()

    def _prose(self, prose: str, number: int, written: bool) -> Iterator[Cell]:
        """A heading of the outline with its text; the heading of a module brings the module's conventions and setup."""
        if not prose:
            return
        heading, _, text = prose.partition("\n")
        self.level = len(heading) - len(heading.lstrip("#")) or self.level
        module = next((name for name in self.assignment.modules if re.match(rf"#+ {name}\.py\b", heading)), None)
        if module is None:
            yield _markdown(f"text-{number}", f"{heading}\n\n{_WRITTEN}" if written else prose)
            return
        yield _markdown(f"module-{module}", f"{heading.replace(f'{module}.py', module)}\n{text}\n\n{self._conventions(module)}")
        yield from self._begin(module)

    def _conventions(self, module: str) -> str:
        return docstring_markdown(self.parts[module].docstring)

    def _begin(self, module: str) -> Iterator[Cell]:
        """The setup of a module, once."""
        if module not in self.begun:
            self.begun.add(module)
            yield _code(f"setup-{module}", f"{self.parts[module].setup}\n\n{_OWN}".strip())

    def _exercise(self, exercise: Exercise) -> Iterator[Cell]:
        part, points = self.parts[exercise.module], number_of_points(exercise.points)
        heading = f"{'#' * (self.level + 1)} `{exercise.name}` ({points})"
        tags = f" · {', '.join(exercise.sources)}" if exercise.sources else ""
        statement = definition_markdown(part.nodes[exercise.name])
        yield _markdown(
            exercise_cell("statement", exercise.id), f"{heading}\n\n*{_sentence(exercise.title)}*{tags}\n\n{statement}"
        )
        yield _graded("solution", exercise, part.sources[exercise.name], solution=True)
        checks = check_cell(self.assignment, exercise)
        if checks is not None:
            yield _graded("check", exercise, checks, locked=True)
        text = points_cell(exercise, points, checked=checks is not None)
        yield _graded("points", exercise, text, locked=True, points=exercise.points)


def _question(question: WrittenQuestion) -> Iterator[Cell]:
    """A written question with its rubric as marking scheme, and the cell for the answer, which holds the model answer."""
    rubric = "\n".join(f"- {number_of_points(points)}: {criterion}" for points, criterion in question.rubric)
    scheme = f"{BEGIN_RUBRIC}\n\n**Rubric**\n\n{rubric}\n\n{END_RUBRIC}"
    text = f"### {question.title} ({number_of_points(question.points)})\n\n{question.prompt}\n\n{scheme}"
    name = written_cell("question", question.id)
    yield _markdown(name, text, _nbgrader(name, locked=True))
    name = written_cell("answer", question.id)
    yield _markdown(name, question.model_answer, _nbgrader(name, solution=True, points=question.points))


def _graded(kind: str, exercise: Exercise, source: str, **marks: Any) -> Cell:
    name = exercise_cell(kind, exercise.id)
    return _code(name, source, _nbgrader(name, **marks))


def _nbgrader(name: str, solution: bool = False, locked: bool = False, points: float | None = None) -> dict[str, Any]:
    """What nbgrader keeps with a cell, in the third version of its format; ``points`` makes it a graded cell."""
    marks = {"grade": points is not None, "grade_id": name, "locked": locked, "schema_version": METADATA_SCHEMA,
             "solution": solution, "task": False}  # fmt: skip
    if points is None:
        return {"nbgrader": marks}
    marks["points"] = int(points) if points == int(points) else points
    # Whoever runs all cells reaches the last one: what a graded cell raises stops nothing.
    return {"nbgrader": marks, **({"tags": ["raises-exception"]} if locked else {})}


def _markdown(name: str, source: str, metadata: dict[str, Any] | None = None) -> Cell:
    """A markdown cell; without marks of nbgrader it is the statement's, which nobody should change by accident."""
    source = re.sub(r"\n{3,}", "\n\n", source).strip()
    return {"cell_type": "markdown", "id": name, "metadata": metadata or {"deletable": False, "editable": False},
            "source": source}  # fmt: skip


def _code(name: str, source: str, metadata: dict[str, Any] | None = None) -> Cell:
    return {"cell_type": "code", "execution_count": None, "id": name, "metadata": metadata or {}, "outputs": [],
            "source": source}  # fmt: skip


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:].rstrip(".")


def _refuse_clashes(assignment: Assignment, parts: dict[str, ModuleParts]) -> None:
    """In one namespace a name can mean one thing only."""
    meaning: dict[str, str] = {}
    for module, part in parts.items():
        for name, statement in [*part.bindings.items(), *((name, f"{module}.{name}") for name in part.sources)]:
            if meaning.setdefault(name, statement) != statement:
                raise GraderError(
                    f"{name} means two things in one notebook: {meaning[name]!r} and {statement!r}",
                    f"solutions/{assignment.name}/{module}.py", "rename one of them",
                )  # fmt: skip


def _refuse_bad_ids(cells: list[Cell], name: str) -> None:
    seen: set[str] = set()
    for cell in cells:
        identity = cell["id"]
        if identity in seen or len(identity) > LONGEST_ID or not re.fullmatch(r"[\w-]+", identity, re.ASCII):
            raise GraderError(f"the cell name {identity!r} is used twice, too long or not plain", f"solutions/{name}")
        seen.add(identity)
