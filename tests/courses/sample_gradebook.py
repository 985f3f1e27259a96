"""A small gradebook made with nbgrader's own interface: two assignments, manual scores, a late penalty, a hostile name."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

FINAL = {"ada": 37.5, "bo": 0.1 + 0.2, "=cy": 3.0}
"""What counts for ``vae``: ada's answer was graded by hand, cy's penalty of half a point is taken off."""


def find_alembic() -> None:
    """nbgrader starts a program called ``alembic`` to make a new gradebook: let it be found."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def fill(url: str, course: str = "dgm") -> None:
    """Make the gradebook behind a SQLAlchemy URL."""
    from nbgrader.api import Gradebook

    find_alembic()
    with Gradebook(url, course) as gradebook:
        gradebook.add_student("ada", first_name="Ada", last_name="Able", email="ada@example.org", lms_user_id="1001")
        gradebook.add_student("bo", first_name="=HYPERLINK(1)", last_name="Bunce, Jr.")
        gradebook.add_student("=cy")
        gradebook.add_student("idle", first_name="I", last_name="Dle")
        for name in ("vae", "warmup"):
            gradebook.add_assignment(name, duedate=datetime(2030, 1, 31, 12))
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("points-a", name, name, max_score=36.0, cell_type="code")
            gradebook.add_grade_cell("answer-b", name, name, max_score=4.0, cell_type="markdown")
        _hand_in(gradebook, "ada", auto=34.0, manual=3.5)
        _hand_in(gradebook, "bo", auto=0.1, manual=0.2)
        _hand_in(gradebook, "=cy", auto=3.5, manual=None, penalty=0.5)


def _hand_in(gradebook: object, student: str, auto: float, manual: float | None, penalty: float | None = None) -> None:
    submission = gradebook.add_submission("vae", student, timestamp=datetime(2030, 1, 30))  # type: ignore[attr-defined]
    code = gradebook.find_grade("points-a", "vae", "vae", student)  # type: ignore[attr-defined]
    prose = gradebook.find_grade("answer-b", "vae", "vae", student)  # type: ignore[attr-defined]
    code.needs_manual_grade = False
    code.auto_score, prose.manual_score, prose.needs_manual_grade = auto, manual, manual is None
    submission.notebooks[0].late_submission_penalty = penalty
    gradebook.db.commit()  # type: ignore[attr-defined]
