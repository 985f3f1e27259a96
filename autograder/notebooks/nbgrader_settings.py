"""What ``nbgrader_config.py`` sets: the places of the course, and the steps that this package replaces."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from autograder.root import ROOT_VARIABLE

_HERE = "autograder.notebooks"


def configure(c: Any, root: Path) -> None:
    """Make the course at ``root`` an nbgrader course whose scores come from the isolated grader.

    Args:
        c: the configuration that nbgrader hands out (``get_config()``).
        root: the folder that holds ``solutions/``, ``source/`` and ``nbgrader_config.py``.
    """
    os.environ.setdefault(ROOT_VARIABLE, str(root))
    _find_alembic()
    c.CourseDirectory.root = str(root)
    for step in ("source", "release", "submitted", "autograded", "feedback"):
        setattr(c.CourseDirectory, f"{step}_directory", step)
    # Rubrics stand in the locked cells of questions, which nbgrader only expects of cells that are tasks.
    c.ClearMarkScheme.enforce_metadata = False
    _grading(c)
    _showing(c)
    c.ExchangeFactory.collect = f"{_HERE}.exchange.CollectWithoutLinks"


def _find_alembic() -> None:
    """nbgrader starts ``alembic`` by name when it makes a gradebook; it lies beside this Python, activated or not."""
    places = os.environ.get("PATH", os.defpath)
    beside = str(Path(sys.executable).parent)
    if beside not in places.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((places, beside))


def _grading(c: Any) -> None:
    from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata

    from autograder.notebooks.preprocessors import ExternalScores, RestoreCells

    c.Autograde.exporter_class = f"{_HERE}.exporter.SubmittedNotebookExporter"
    c.Autograde.pre_convert_hook = f"{_HERE}.exporter.name_notebook"
    c.Autograde.sanitize_preprocessors = [RestoreCells, CheckCellMetadata]
    c.Autograde.autograde_preprocessors = [ExternalScores, AssignLatePenalties, CheckCellMetadata]


def _showing(c: Any) -> None:
    """The feedback and the formgrader show a student's text in somebody else's browser: nothing in it may act there."""
    from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
    from nbgrader.preprocessors import GetGrades

    from autograder.notebooks.preprocessors import ClearRubrics

    c.GenerateFeedback.preprocessors = [GetGrades, ClearRubrics, CSSHTMLHeaderPreprocessor]
    c.HTMLExporter.sanitize_html = True
    c.TemplateExporter.filters = {
        "markdown2html": f"{_HERE}.safe_html.markdown2html",
        "clean_html": f"{_HERE}.safe_html.clean_html",
    }
