"""Makes the students' notebook from the instructor's, by nbgrader's own converter in a folder of its own."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course.notebook_cells import notebook_name
from autograder.errors import GraderError
from autograder.imports import require_nbgrader


def cut_releases(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the text of ``release/<assignment>/<assignment>.ipynb`` for every assignment, given those of ``source/``.

    The gradebook of the course is not touched: nbgrader gets a temporary one.

    Raises:
        UsageError: nbgrader is not installed.
        GraderError: nbgrader refuses a notebook.
    """
    require_nbgrader("release")
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as folder:
        root = Path(folder)
        _prepare_gradebook(root / "gradebook.db")
        for assignment, source in sources.items():
            path = root / "source" / assignment / f"{notebook_name(assignment)}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(source, "utf-8")
            _generate(root, assignment)
        places = {name: root / "release" / name / f"{notebook_name(name)}.ipynb" for name in sources}
        return {name: path.read_text("utf-8") for name, path in places.items()}


def _prepare_gradebook(path: Path) -> None:
    """Make a gradebook that is not empty: for an empty one nbgrader starts another process, to ask for its version."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")


def _generate(root: Path, assignment: str) -> None:
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.utils import capture_log
    from traitlets.config import Config

    from autograder.release.nbgrader_release import configure_release

    config: Any = Config()
    configure_release(config)
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    config.CourseDirectory.assignment_id = assignment
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    done = capture_log(converter)
    if not done["success"]:
        reason = [line for line in f"{done.get('log', '')}\n{done.get('error', '')}".splitlines() if "Error" in line]
        raise GraderError(
            f"nbgrader could not make the students' notebook: {reason[-1] if reason else 'see its log'}",
            f"source/{assignment}",
        )
