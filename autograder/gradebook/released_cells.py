"""What the gradebook knows about a notebook: the cells that were released, whatever a student did to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.location import read_outline
from autograder.course.notebook_cells import METADATA_SCHEMA, exercise_cell, written_cell
from autograder.course.outline import TRAINING, WRITTEN, Outline


@dataclass(frozen=True)
class SourceCell:
    """One released cell, as the gradebook keeps it (with the rubric, without solutions)."""

    name: str
    cell_type: str
    locked: bool
    source: str
    checksum: str
    points: float | None
    """None for cells that are not graded."""
    solution: bool
    task: bool

    @property
    def is_answer(self) -> bool:
        """Whether people grade the cell."""
        return self.task or (self.solution and self.points is not None)

    @property
    def metadata(self) -> dict[str, Any]:
        """The cell's metadata for nbgrader, as released."""
        marks: dict[str, Any] = {
            "cell_type": self.cell_type, "checksum": self.checksum, "grade": self.points is not None and not self.task,
            "grade_id": self.name, "locked": self.locked, "schema_version": METADATA_SCHEMA,
            "solution": self.solution, "task": self.task,
        }  # fmt: skip
        return marks if self.points is None else marks | {"points": self.points}


@dataclass(frozen=True)
class Blueprint:
    """A released notebook: its kernel and its known cells in the order of the outline."""

    kernelspec: dict[str, Any]
    cells: tuple[SourceCell, ...]


def read_blueprint(gradebook: Any, assignment: str, notebook: str, root: Path) -> Blueprint:
    """Read a notebook's cells from nbgrader's ``Gradebook``; raises its ``MissingEntry`` for unknown notebooks."""
    from nbgrader import api

    entry = gradebook.find_notebook(notebook, assignment)
    query = gradebook.db.query
    points = dict(query(api.GradeCell.name, api.GradeCell.max_score).filter(api.GradeCell.notebook_id == entry.id))
    tasks = dict(query(api.TaskCell.name, api.TaskCell.max_score).filter(api.TaskCell.notebook_id == entry.id))
    solutions = {name for (name,) in query(api.SolutionCell.name).filter(api.SolutionCell.notebook_id == entry.id)}
    cells = [
        SourceCell(
            cell.name, cell.cell_type, bool(cell.locked), cell.source or "", cell.checksum or "",
            points.get(cell.name, tasks.get(cell.name)), cell.name in solutions, cell.name in tasks,
        )
        for cell in query(api.SourceCell).filter(api.SourceCell.notebook_id == entry.id)
    ]  # fmt: skip
    return Blueprint(json.loads(entry.kernelspec or "{}"), tuple(in_order(cells, read_outline(root, assignment))))


def in_order(cells: Sequence[SourceCell], outline: Outline) -> list[SourceCell]:
    """Sort cells as the outline lists their exercises; a database keeps no order. Others follow by name."""
    place = {name: number for number, name in enumerate(_names(outline))}
    return sorted(cells, key=lambda cell: (place.get(cell.name, len(place)), cell.name))


def _names(outline: Outline) -> Iterator[str]:
    seen: set[str] = set()
    for item in outline.items:
        identifier = f"{outline.name}.{item.key}"
        if item.room == WRITTEN:
            yield from (written_cell(kind, identifier) for kind in ("question", "answer"))
        elif item.room == TRAINING:
            yield exercise_cell("points", identifier)
        else:
            if item.room not in seen:
                seen.add(item.room)
                yield f"setup-{item.room}"
            yield from (exercise_cell(kind, identifier) for kind in ("solution", "check", "points"))
