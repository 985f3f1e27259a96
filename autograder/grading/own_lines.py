"""A student's own lines for an exercise: read off the files, to be shown beside what was found."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping

from autograder.assessment.assessed import Assessed
from autograder.assessment.exercise_results import exercise_result
from autograder.plaintext import printable
from autograder.results.schema import ExerciseResult, OwnLines
from autograder.submission import Submission
from autograder.submission.progress import misspelt, parsed_source
from autograder.wire.names import NOTEBOOK

MOST_LINES = 40
MOST_CHARACTERS = 4_000
_KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def own_lines(files: Mapping[str, bytes], module: str, name: str) -> tuple[str, str] | None:
    """Return place and text of the last definition of ``name`` in a module or the notebook; None if there is none.

    The docstring, which is the assignment's, is left out.
    """
    found = None
    for place, source in _sources(files, module):
        for node in ast.iter_child_nodes(parsed_source(source)):
            if isinstance(node, _KINDS) and node.name == name:
                found = f"{place}, line {node.lineno}", _text(source, node)
    return found


def _sources(files: Mapping[str, bytes], module: str) -> Iterator[tuple[str, str]]:
    if (path := f"{module}.py") in files:
        yield path, files[path].decode(errors="replace")
    else:
        for cell in json.loads(files.get(NOTEBOOK, b"[]")):
            yield f"cell {cell['cell']}", str(cell["source"])


def _text(source: str, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    lines = source.split("\n")
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    told = ast.get_docstring(node, clean=False) is not None
    docstring = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1) if told else range(0)
    kept = [lines[number - 1] for number in range(first, (node.end_lineno or first) + 1) if number not in docstring]
    if len(kept) > MOST_LINES:
        kept = [*kept[:MOST_LINES], f"… and {len(kept) - MOST_LINES} more lines"]
    return printable("\n".join(kept)[:MOST_CHARACTERS], keep="\n\t")


def result_beside_the_files(one: Assessed, submission: Submission, taken: set[str]) -> ExerciseResult:
    """Say where a file does not parse or has a name misspelt, beside every exercise that suffers from it.

    Both are read off the files, and neither is "not implemented": something is there, and a word mends it.
    """
    result, exercise = exercise_result(one), one.exercise
    line = submission.syntax_errors.get(f"{exercise.module}.py")
    note = f"{exercise.module}.py has a syntax error: {line}" if line else ""
    if not note and result.status == "missing":
        note = misspelt(submission.files, exercise.module, exercise.name, taken)
    if not note:
        return _beside_own_lines(result, one, submission)
    status = "error" if result.score == 0 else result.status
    checks = [check.model_copy(update={"message": note}) if check.status == "missing" else check for check in result.checks]
    return result.model_copy(update={"note": note, "status": status, "checks": checks})


def _beside_own_lines(result: ExerciseResult, one: Assessed, submission: Submission) -> ExerciseResult:
    """Keep the student's own lines with what was found in them."""
    if result.status in ("passed", "missing"):
        return result
    found = own_lines(submission.files, one.exercise.module, one.exercise.name)
    return result.model_copy(update={"own_lines": OwnLines(place=found[0], text=found[1])}) if found else result
