"""What a release must not contain: lines of solutions, hidden checks, and where they might be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from autograder.course.assignment import Assignment
from autograder.errors import GraderError
from autograder.release.stubs import cut_solutions, solution_lines
from autograder.training.task import student_files


def notebook_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield every line of text anywhere in a notebook, metadata and names included, with the cell that it is in."""
    notebook = json.loads(text)
    for cell in notebook.pop("cells"):
        for line in _texts({**cell, "source": "".join(cell["source"])}):
            yield cell.get("id", "?"), line
    for line in _texts(notebook):
        yield "metadata", line


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from value.splitlines()
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from [*_texts(key), *_texts(inner)]
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")


MIN_SECRET = 24
"""Characters from which on a line of a solution is distinctive enough to be searched for."""


def refuse_leaks(assignment: Assignment, files: dict[str, str]) -> None:
    """Raise :class:`GraderError` when a released file shows what it must not."""
    leaks = list(find_leaks(assignment, files))
    if leaks:
        raise GraderError("a released file would show a solution: " + "; ".join(leaks[:3]), f"solutions/{assignment.name}")


def find_leaks(assignment: Assignment, files: dict[str, str]) -> Iterator[str]:
    """Yield every released line that also stands in a solution region, a hidden check or a wrong variant.

    Lines of the references outside solution regions are public; so are, but for solutions, those of visible checks, of the
    small modules that come with them, and of training tasks.
    """
    stubs = set(_stripped(cut_solutions(source.decode("utf-8"), "") for source in assignment.reference_files().values()))
    visible = set(_stripped(path.read_text("utf-8") for path in (assignment.folder / "visible").glob("*.py")))
    public = [assignment.toys, *student_files(assignment.folder).values()]
    visible |= set(_stripped(content.decode("utf-8") for content in public))
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
            (line, f"a solution in {name}") for line in solution_lines(source.decode("utf-8")) if len(line) >= MIN_SECRET
        )


def _other_secrets(assignment: Assignment) -> Iterator[tuple[str, str]]:
    folder = assignment.folder
    for path in (*(folder / "hidden").glob("*.py"), *(folder / "misconceptions").glob("*.py"), *folder.glob("shared_*.py")):
        for line in _stripped([path.read_text("utf-8")]):
            if len(line) >= MIN_SECRET and not line.startswith(("import ", "from ")):
                yield line, path.relative_to(folder).as_posix()
    for question in assignment.written:
        for line in _stripped([question.model_answer, *(criterion for _, criterion in question.rubric)]):
            if len(line) >= MIN_SECRET:
                yield line, f"the rubric or model answer of {question.id}"
