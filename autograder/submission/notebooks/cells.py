"""The code cells of a Jupyter notebook (formats 1 to 4), from JSON of any quality.

The JSON is read by hand rather than by nbformat: outputs, attachments, metadata and ids may be broken in every
way without touching the code, and validating them costs more than reading them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from autograder.plaintext import listed, printable
from autograder.submission.notebooks.magics import without_magics
from autograder.submission.notebooks.outputs import without_outputs
from autograder.submission.notes import Notes, Skipped, Unreadable
from autograder.submission.progress import progress_of
from autograder.submission.size_limits import Limits
from autograder.submission.syntax import Patience, syntax_errors

_DEFINITION = re.compile(r"^(?:def|class)\s+\w+", re.MULTILINE)
_SOLUTION_CELL = re.compile(r"solution-\w+-\w+|setup-\w+")
_COURSE_CELL = re.compile(r"(?:solution|check|points)-\w+-\w+|setup-\w+")
HELPERS = ("install-package", "file-toys")
"""Ids of cells that make a notebook work alone, on Colab or Binder: no answers, unless somebody has put one into them."""
_UNSOLVED = re.compile(r"^\s+raise NotImplementedError\b", re.MULTILINE)
_CHECK_MODULES = ("autograder.student", "autograder.notebooks.visible")
"""What the cells of visible checks import from: today, and in notebooks that students have had for a while."""
_CHECKS = re.compile(
    r"^(?:from autograder\.(?:student|notebooks\.visible) import .*|require_visible_checks\(.*\)|train_task\(.*\)"
    r"|@visible_checks\(.*\)\ndef _visible\(\):(?:\n[ \t].*|\n(?=\n|[ \t]))*)$",
    re.MULTILINE,
)
_OTHER_KERNELS = re.compile(r"(ir|irkernel|julia.*|octave|matlab.*|xcpp.*|bash|javascript|deno|scala.*|rust)$")


_SMALL = 2**20
"""Bytes of a notebook whose outputs may stay while it is parsed."""


@dataclass(frozen=True)
class Cell:
    """One code cell: its source, its number among the code cells (from 1), its id and the module it is for."""

    source: str
    cell: int
    id: str
    module: str | None


def read_cells(data: bytes, expected: Collection[str], limits: Limits) -> list[Cell]:
    """Return the code cells of a notebook as written, without the assignment's own checks.

    Raises:
        Unreadable: it is no notebook, is too large, or is for another language than Python.
    """
    notebook = parsed(data, limits)
    _require_python(notebook.get("metadata"))
    cells: list[Cell] = []
    number = 0
    for cell in all_cells(notebook):
        if not is_code(cell):
            continue
        number += 1
        if _is_locked(cell) or _only_helps(cell):
            continue
        identity = cell.get("id")
        identity = printable(identity, keep="")[:64] if isinstance(identity, str) else ""
        cells.append(Cell(_without_checks(source_of(cell)), number, identity, _module(mapping(cell.get("metadata")), expected)))
    if len(cells) > limits.cells or sum(len(cell.source) for cell in cells) > limits.source_bytes:
        raise Unreadable("the notebook holds more code than can be graded")
    return cells


def _only_helps(cell: dict[str, Any]) -> bool:
    return cell.get("id") in HELPERS and not _DEFINITION.search(source_of(cell))


def check_sources(data: bytes, limits: Limits | None = None) -> list[str]:
    """Return the code of the visible checks that a notebook brings along, without what imports their decorator."""
    sources = [source_of(cell) for cell in all_cells(parsed(data, limits or Limits())) if is_code(cell)]
    found = [match[0] for source in sources for match in _CHECKS.finditer(source)]
    return [text for text in found if text.startswith("@visible_checks")]


def file_brought(data: bytes, name: str, limits: Limits | None = None) -> bytes:
    """Return the small file that a notebook of a student kit writes beside itself in one of its first cells; empty without."""
    wanted = f"file-{name.partition('.')[0]}"
    for cell in all_cells(parsed(data, limits or Limits())):
        if cell.get("id") == wanted and is_code(cell):
            for node in ast.walk(ast.parse(source_of(cell))):
                match node:
                    case ast.Call(func=ast.Attribute(attr="write_text"), args=[ast.Constant(value=str(text))]):
                        return text.encode()
    return b""


def usefulness(cells: Iterable[Cell]) -> tuple[int, int, int]:
    """Return how many expected modules a notebook names, how much it defines, and minus how much of that is unsolved."""
    cells = list(cells)
    named = {cell.module for cell in cells if cell.module}
    defined, unsolved = (sum(len(what.findall(cell.source)) for cell in cells) for what in (_DEFINITION, _UNSOLVED))
    return len(named), defined, -unsolved


def best_notebook(cells: Mapping[str, list[Cell]], own: str) -> str:
    """Return the name of the notebook to take: the assignment's `own`, unless another solves more, else the most useful."""
    named = next((name for name in cells if name.rpartition("/")[2] == f"{own}.ipynb"), None)
    rivals = list(cells)
    if named is not None and len(cells) > 1:
        reached = {name: progress_of(cell.source for cell in cells[name]) for name in cells}
        rivals = [name for name in cells if reached[named].is_behind(reached[name])] or [named]
    return max(rivals, key=lambda name: usefulness(cells[name]))


def runnable(cells: Iterable[Cell], notes: Notes, patience: Patience) -> tuple[list[Cell], dict[str, str]]:
    """Return the cells that Python can run, free of magics, and the syntax errors of the others.

    Cells that compile are left untouched: no magic is valid Python, but a line of a long expression
    may well begin with ``%``.
    """
    cells = [cell for cell in cells if cell.source.strip()]
    failing = syntax_errors({str(cell.cell): cell.source for cell in cells}, patience)
    repaired: dict[str, str] = {}
    foreign: set[str] = set()
    for cell in cells:
        if (name := str(cell.cell)) in failing:
            try:
                repaired[name] = without_magics(cell.source)
            except Skipped as reason:
                notes.add(f"cell {name}: ignored, {reason}")
                foreign.add(name)
    errors = syntax_errors(repaired, patience)
    if errors:
        notes.add(f"left out because of syntax errors: cell {listed(list(errors), 20)}")
    kept = [
        Cell(repaired.get(str(cell.cell), cell.source), cell.cell, cell.id, cell.module)
        for cell in cells
        if str(cell.cell) not in errors and str(cell.cell) not in foreign
    ]
    return kept, {f"cell {name}": error for name, error in errors.items()}


def encoded(cells: Iterable[Cell]) -> bytes:
    """Return the cells as the worker reads them: a JSON list of objects."""
    return json.dumps([asdict(cell) for cell in cells], indent=0).encode()


def looks_like_a_notebook(beginning: bytes) -> bool:
    """Whether a file that begins like this is a notebook, whatever it is called."""
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"cell_type"' in beginning


def parsed(data: bytes, limits: Limits) -> dict[str, Any]:
    """Return a notebook's JSON, of any quality; raises :class:`Unreadable` for what is no notebook."""
    if not data.strip():
        raise Unreadable("the notebook is empty (0 bytes)")
    if len(data) > _SMALL:
        data = without_outputs(data, limits.notebook_tokens)
    if len(data) > limits.notebook_code_bytes or sum(map(data.count, (b"[", b"{", b","))) > limits.notebook_values:
        raise Unreadable("the notebook holds too much data beside its outputs; hand in code and text only")
    try:
        notebook = json.loads(data.decode(json.detect_encoding(data), errors="replace").removeprefix("\ufeff"))
    except RecursionError as error:
        raise Unreadable("the notebook is nested too deeply to be one") from error
    except (ValueError, MemoryError) as error:
        raise Unreadable("the file is not a notebook (no JSON); save it again as .ipynb") from error
    if not isinstance(notebook, dict) or not any(isinstance(notebook.get(k), list) for k in ("cells", "worksheets")):
        raise Unreadable("the file is JSON but not a notebook: it has no cells")
    return notebook


def all_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells of a parsed notebook, in order."""
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        sheets = [mapping(sheet).get("cells") for sheet in notebook["worksheets"]]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    return [cell for cell in cells if isinstance(cell, dict)]


def claims(cell: dict[str, Any]) -> list[str]:
    """Return what a cell says it is: its own id, which copies do not share, before nbgrader's mark, which they do."""
    said = (cell.get("id"), mapping(mapping(cell.get("metadata")).get("nbgrader")).get("grade_id"))
    return [name for name in said if isinstance(name, str)]


def is_code(cell: dict[str, Any]) -> bool:
    """Whether a cell holds code: by its type, or because it is a solution cell that was turned into text by mistake."""
    if cell.get("cell_type") == "code":
        return True
    return any(_SOLUTION_CELL.fullmatch(name) for name in claims(cell)[:1])


def source_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell; formats 1 to 3 call it `input`."""
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    text = source if isinstance(source, str) else ""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _module(metadata: dict[str, Any], expected: Collection[str]) -> str | None:
    """Return the expected module that a cell is for: as marked, else the assignment's only one."""
    named = mapping(metadata.get("autograder")).get("module")
    names = {file.removesuffix(".py") for file in expected}
    if isinstance(named, str) and named.removesuffix(".py") in names:
        return named.removesuffix(".py")
    return next(iter(names)) if len(names) == 1 else None


def _is_locked(cell: dict[str, Any]) -> bool:
    """Whether a cell is an assignment's, not the student's: nbgrader itself would put back the original.

    Not so this course's own, whose checks are taken out anyway: other code in them is a student's who joined two cells.
    """
    marks = mapping(mapping(cell.get("metadata")).get("nbgrader"))
    locked = marks.get("solution") is False and marks.get("locked") is True
    return locked and not any(_COURSE_CELL.fullmatch(name) for name in claims(cell))


def _without_checks(source: str) -> str:
    """Blank the visible checks that came with the notebook, also where cells were joined or lost their marks."""
    return (
        _CHECKS.sub(lambda match: "\n" * match[0].count("\n"), source)
        if any(name in source for name in _CHECK_MODULES)
        else source
    )


def _require_python(metadata: Any) -> None:
    metadata = mapping(metadata)
    kernel = mapping(metadata.get("kernelspec"))
    language = mapping(metadata.get("language_info")).get("name") or kernel.get("language")
    if not isinstance(language, str):
        name = str(kernel.get("name", "")).lower()
        language = name if _OTHER_KERNELS.match(name) else "python"
    if not re.match(r"i?python|sage|xpython", language.lower()):
        raise Unreadable(f"the notebook is for another language than Python: {printable(language, keep='')[:30]}")


def mapping(value: Any) -> dict[str, Any]:
    """Return `value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}
