"""Submissions as notebooks, for the graders that take nothing else: the same files, one cell for each."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Notebook = dict[str, Any]


def in_released(released: Notebook, files: Mapping[str, bytes]) -> Notebook:
    """The released notebook with each file in the first cell that is the module's, and its other cells for answers empty."""
    notebook = copy.deepcopy(released)
    for module, text in _modules(files):
        mine = [cell for cell in notebook["cells"] if str(cell["id"]).startswith(f"solution-{module}-")]
        for cell in mine:
            cell["source"] = ""
        mine[0]["source"] = text
    return notebook


def plain(files: Mapping[str, bytes]) -> Notebook:
    """A notebook of the files alone."""
    cells = [
        {"cell_type": "code", "id": name, "metadata": {}, "execution_count": None, "outputs": [], "source": text}
        for name, text in _modules(files)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def _modules(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    return [(name.removesuffix(".py"), content.decode()) for name, content in sorted(files.items())]
