"""Two steps of ``nbgrader generate_assignment``: stubs as in the modules, and a file that is the same everywhere."""

from __future__ import annotations

from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearSolutions as StockClearSolutions
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course.notebook_cells import METADATA
from autograder.release.stubs import PLACEHOLDER

_RAISE = "raise NotImplementedError()"


class ClearSolutions(StockClearSolutions):
    """Clears solutions like nbgrader, but leaves no exception behind outside functions: the cell must run."""

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        replaced = bool(super()._replace_solution_region(cell, language))
        if cell.cell_type == "code":
            cell.source = cell.source.replace(f"\n{PLACEHOLDER}\n{_RAISE}", f"\n{PLACEHOLDER}")
        return replaced


class Settle(NbGraderPreprocessor):
    """Takes out what depends on the machine on which the instructor last opened the notebook."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Leave the same notebook metadata everywhere."""
        from nbformat import from_dict

        nb.metadata = from_dict(METADATA)
        return nb, resources
