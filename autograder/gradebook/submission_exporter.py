"""Lets nbgrader read submitted notebooks of any quality: no JSON, old formats, enormous metadata, another name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, from_dict

from autograder.course.location import find_root, read_outline
from autograder.gradebook.submitted_cells import WorkCell, read_work


class SubmittedNotebookExporter(NotebookExporter):
    """nbconvert's notebook exporter, but for the first reading of a submission (``Autograde.exporter_class``)."""

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[Any, Any]:
        """Convert a notebook file; a submitted one that cannot be read gives an empty notebook."""
        if not getattr(self.parent, "_sanitizing", False):
            return super().from_filename(filename, resources=resources, **options)
        path = Path(filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(submitted_notebook(path, resources["nbgrader"]["assignment"]), resources)


def submitted_notebook(path: Path, assignment: str) -> NotebookNode:
    """The notebook that was submitted as ``path``, or instead of it, with nothing but types, texts and names."""
    outline = read_outline(find_root(), assignment)
    work = read_work(path.parent, outline.expected_files, path.stem) or []
    cells = [_cell(number, one) for number, one in enumerate(work)]
    return from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def work_of(notebook: NotebookNode) -> list[WorkCell]:
    """The cells of a notebook that :func:`submitted_notebook` returned."""
    return [
        WorkCell(
            cell["cell_type"], cell["source"], tuple(cell["metadata"].get("claims", ())), dict(cell.get("attachments", {}))
        )
        for cell in notebook["cells"]
    ]


def _cell(number: int, one: WorkCell) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": one.cell_type, "id": f"own-{number + 1}", "metadata": {"claims": list(one.claims)}, "source": one.source
    }  # fmt: skip
    if one.pictures:
        cell["attachments"] = one.pictures
    return cell | {"execution_count": None, "outputs": []} if one.cell_type == "code" else cell


def name_notebook(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before a submission: expect the assignment's notebook even if it was handed in under another name.

    nbgrader only knows notebooks by the name they were released under. The list is changed in place.
    """
    for found in notebooks[:1]:
        path = Path(found)
        wanted = str(path.with_name(f"{path.parent.name}.ipynb"))
        if wanted not in notebooks:
            notebooks.append(wanted)
