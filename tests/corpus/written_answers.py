"""Whole pieces of submissions from ``answers/*.txt``, as students with different habits would write them.

A block begins with ``### right name exercise,exercise`` or ``### wrong name exercise : pattern`` and holds the code of one
module, or of several after lines ``--- module``; definitions replace those of the references. Code that begins with ``= name``
is that of the block ``### base name`` with a change in each further line, ``old ==> new``. The pattern is what the first hint
may be called, empty where none is asked for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.assessment.assess import assess
from autograder.assessment.assessed import Assessed
from autograder.assessment.runner import RunOptions
from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.diagnosis.catalogue import catalogue
from autograder.sessions.subjects import LoadedModules

HERE = Path(__file__).parent / "answers"
COURSE = open_course()


@dataclass(frozen=True)
class Answer:
    """One block: what is answered, how the first hint may be called, and the code."""

    assignment: str
    name: str
    right: bool
    exercises: tuple[str, ...]
    pattern: str
    code: str

    def assessed(self, exercise: str) -> Assessed:
        """What becomes of one exercise of a submission that has the references in all other places."""
        assignment = COURSE.assignment(self.assignment)
        subject = LoadedModules(assignment, self.files(assignment))
        hints = None if self.right else catalogue(assignment)
        (one,) = assess(assignment, [assignment.exercise(exercise)], subject, RunOptions(5), hints)
        return one

    def files(self, assignment: Assignment) -> dict[str, bytes]:
        """The submission."""
        files = dict(assignment.reference_files())
        parts = re.split(r"^--- (\w+)\n", self.code, flags=re.M)
        only = [(self.exercises[0].split(".")[0], self.code)]
        pieces = list(zip(parts[1::2], parts[2::2], strict=True)) if len(parts) > 1 else only
        for module, text in pieces:
            files[f"{module}.py"] = with_definitions(files[f"{module}.py"].decode(), text).encode()
        return files


def answers() -> Iterator[Answer]:
    """Yield all of them."""
    for path in sorted(HERE.glob("*.txt")):
        bases: dict[str, str] = {}
        for block in re.split(r"^### ", path.read_text("utf-8"), flags=re.M)[1:]:
            head, _, code = block.partition("\n")
            if head.startswith("base "):
                bases[head.removeprefix("base ")] = code
                continue
            code = changed(code, bases) if code.startswith("= ") else code
            kind, name, exercises, pattern = re.fullmatch(r"(\w+) (\w+) (\S+)(?: : (.*))?", head).groups()  # type: ignore[union-attr]
            yield Answer(path.stem.split("_")[0], name, kind == "right", tuple(exercises.split(",")), pattern or "", code)


def changed(code: str, bases: dict[str, str]) -> str:
    """A base with some of its places changed, each of which must be there."""
    name, *changes = code.strip().splitlines()
    text = bases[name.removeprefix("= ")]
    for old, new in (change.split(" ==> ") for change in changes):
        assert old in text, old
        text = text.replace(old, new)
    return text


def with_definitions(source: str, code: str) -> str:
    """A module in which some definitions are replaced."""
    names = {node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    lines = source.splitlines()
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            lines[node.lineno - 1 : node.end_lineno] = []
    return "\n".join(lines) + "\n\n\n" + code
