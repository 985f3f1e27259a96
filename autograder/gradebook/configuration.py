"""What ``nbgrader_config.py`` sets: the places of the course, and the steps that this package replaces.

``autograder release`` shares the part that makes the students' notebooks.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

from autograder.course.location import ROOT_VARIABLE
from autograder.course.manifest import read_manifest
from autograder.release.nbgrader_release import configure_release

_HERE = "autograder.gradebook"
GRADEBOOK_VARIABLE = "AUTOGRADER_GRADEBOOK"
"""A database URL for the gradebook, as a container is told it; what ``nbgrader_config.py`` says afterwards counts more."""


def configure(c: Any, root: Path) -> None:
    """Make the course at ``root`` an nbgrader course whose scores come from the isolated grader.

    Args:
        c: the configuration that nbgrader hands out (``get_config()``).
        root: the folder that holds ``solutions/``, ``source/`` and ``nbgrader_config.py``.
    """
    os.environ.setdefault(ROOT_VARIABLE, str(root))
    find_alembic()
    warnings.filterwarnings("ignore", message="Object of type .* not in session")  # nbgrader's own, at each new student
    c.CourseDirectory.root = str(root)
    if course_id := read_manifest(root).id:
        c.CourseDirectory.course_id = course_id
    if gradebook := os.environ.get(GRADEBOOK_VARIABLE):
        c.CourseDirectory.db_url = gradebook
    for step in ("source", "release", "submitted", "autograded", "feedback"):
        setattr(c.CourseDirectory, f"{step}_directory", step)
    configure_release(c)
    # release/ is there from the start; making it again changes no file, and is what tells the gradebook of an assignment
    c.GenerateAssignment.force = True
    _grading(c)
    _showing(c)
    c.ExchangeFactory.collect = f"{_HERE}.collector.CollectWithoutLinks"
    c.ExchangeFactory.release_feedback = f"{_HERE}.collector.ReleaseToTheExchange"


def find_alembic() -> None:
    """nbgrader starts ``alembic`` by name when it makes a gradebook; it lies beside this Python, activated or not."""
    places = os.environ.get("PATH", os.defpath)
    beside = str(Path(sys.executable).parent)
    if beside not in places.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((places, beside))


def _grading(c: Any) -> None:
    from autograder.gradebook.late_work import AssignCoursePenalties, CoursePolicy
    from autograder.gradebook.preprocessors import ExternalScores, RestoreCells

    c.Autograde.exporter_class = f"{_HERE}.submission_exporter.SubmittedNotebookExporter"
    c.Autograde.pre_convert_hook = f"{_HERE}.submission_exporter.name_notebook"
    # nbgrader also checks all metadata, twice, which takes as long as everything else; here they are the gradebook's.
    c.Autograde.sanitize_preprocessors = [RestoreCells]
    c.Autograde.autograde_preprocessors = [ExternalScores, AssignCoursePenalties]
    c.AssignLatePenalties.plugin_class = CoursePolicy


def _showing(c: Any) -> None:
    """Feedback, formgrader and spreadsheets show a student's text on somebody else's screen: nothing in it may act there."""
    from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
    from nbgrader.preprocessors import GetGrades

    from autograder.gradebook.preprocessors import ClearRubrics

    c.GenerateFeedback.exporter_class = f"{_HERE}.safe_html.NamedFeedback"
    c.GenerateFeedback.preprocessors = [GetGrades, ClearRubrics, CSSHTMLHeaderPreprocessor]
    c.HTMLExporter.sanitize_html = True
    c.TemplateExporter.filters = {
        "markdown2html": f"{_HERE}.safe_html.markdown2html",
        "clean_html": f"{_HERE}.safe_html.clean_html",
        "highlight_code": f"{_HERE}.safe_html.highlight_code",
    }
    c.ExportApp.plugin_class = f"{_HERE}.csv_plugin.SafeCsvExportPlugin"
