"""Puts a submitted notebook in order: every released cell once, the student's own text in it, nothing forged.

A student may have deleted, copied, moved, merged, split or retyped cells and edited their metadata. What a cell is
follows from its name alone; points, types and locked texts come from the gradebook. No text of the student's is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.course.notebook_cells import LONGEST_ID
from autograder.gradebook.released_cells import Blueprint, SourceCell
from autograder.gradebook.submitted_cells import WorkCell


def assemble(work: Sequence[WorkCell], blueprint: Blueprint) -> dict[str, Any]:
    """Return a notebook (format 4.5, without outputs) that holds the work and every released cell exactly once."""
    known = {cell.name: cell for cell in blueprint.cells}
    keepers = _keepers(work, known)
    cells: list[dict[str, Any]] = []
    for number, one in enumerate(work):
        name = keepers.get(number)
        if name is None:
            cells.append(_own_cell(one, number))
            continue
        if known[name].locked and _is_edited(one, known[name]):
            cells.append(_own_cell(one, number))
        cells.append(_released_cell(known[name], one))
    _put_back(cells, blueprint)
    metadata: dict[str, Any] = {"language_info": {"name": "python"}}
    if {"name", "display_name"} <= blueprint.kernelspec.keys():
        metadata["kernelspec"] = blueprint.kernelspec
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def cell_named(notebook: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The released cell of a name in an assembled notebook."""
    return next((cell for cell in notebook["cells"] if name_of(cell) == name), None)


def name_of(cell: dict[str, Any]) -> str | None:
    """The name of a released cell; None for the student's own."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def is_unchanged(source: str, released: SourceCell) -> bool:
    """Whether a text is the released one, or nothing; blanks do not count."""
    text = "".join(source.split())
    return not text or text == "".join(released.source.split())


def _keepers(work: Sequence[WorkCell], known: dict[str, SourceCell]) -> dict[int, str]:
    """Which cell, by number, is which released cell: of several the last one that was worked on, as nbgrader has it."""
    claimants: dict[str, list[int]] = {}
    for number, one in enumerate(work):
        name = next((claim for claim in one.claims if claim in known), None)
        if name is not None:
            claimants.setdefault(name, []).append(number)
    chosen = {}
    for name, numbers in claimants.items():
        worked_on = [number for number in numbers if not is_unchanged(work[number].source, known[name])]
        last = numbers[0] if known[name].locked else (worked_on or numbers)[-1]
        chosen[last] = name
    return chosen


def _is_edited(one: WorkCell, released: SourceCell) -> bool:
    """Whether a locked cell of code holds text of the student's; released prose differs from the gradebook's anyway."""
    return released.cell_type == "code" and one.cell_type == "code" and not is_unchanged(one.source, released)


def _released_cell(released: SourceCell, one: WorkCell | None = None) -> dict[str, Any]:
    source = released.source if one is None or released.locked else one.source
    cell = _cell(released.cell_type, source, released.name)
    cell["metadata"] = {"nbgrader": released.metadata}
    if one is not None and one.pictures and released.cell_type == "markdown" and not released.locked:
        cell["attachments"] = one.pictures
    return cell


def _own_cell(one: WorkCell, number: int) -> dict[str, Any]:
    cell = _cell(one.cell_type, one.source, f"own-{number + 1}")
    return cell | {"attachments": one.pictures} if one.pictures else cell


def _cell(kind: str, source: str, name: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": name[:LONGEST_ID], "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def _put_back(cells: list[dict[str, Any]], blueprint: Blueprint) -> None:
    """Insert missing cells behind the one that came before them, or before all others."""
    previous: str | None = None
    for released in blueprint.cells:
        names = [name_of(cell) for cell in cells]
        if released.name not in names:
            place = names.index(previous) + 1 if previous is not None else _first(names)
            cells.insert(place, _released_cell(released))
        previous = released.name


def _first(names: list[str | None]) -> int:
    return next((number for number, name in enumerate(names) if name is not None), len(names))
