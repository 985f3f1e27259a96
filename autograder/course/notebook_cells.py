"""The names of notebook cells: what ties a cell of a submitted notebook to an exercise of the course.

Each assignment is one notebook. nbgrader knows a cell by its ``grade_id``, which is unique in its notebook and made of
letters, digits, ``_`` and ``-``; the same text is the cell's nbformat ``id``. Nothing else that a student could edit
(metadata, order, neighbours) decides what a cell is.

==============================  =======================================================================
``solution-losses-gaussian_kl``  the student's code of one exercise (solution cell)
``check-losses-gaussian_kl``     its visible checks, run by the student (locked, no points)
``points-losses-gaussian_kl``    the graded cell: points, and nothing secret (locked, autograded)
``setup-losses``                 what the module needs around its exercises: imports, types (an ordinary cell)
``question-kl_isotropic``        a written question, its rubric as marking scheme (locked, no points)
``answer-kl_isotropic``          the student's prose (manually graded)
==============================  =======================================================================
"""

from __future__ import annotations

import re

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""All that a notebook of the course says about its kernel: the same for every version of Python."""

METADATA_SCHEMA = 3
"""Version of nbgrader's cell metadata that is written here."""

LONGEST_ID = 64
"""Characters of a cell's id, by nbformat's rules."""

_EXERCISE = re.compile(r"(?P<kind>solution|check|points)-(?P<module>\w+)-(?P<name>\w+)")


def notebook_name(assignment: str) -> str:
    """The notebook of an assignment, without its ending."""
    return assignment


def exercise_cell(kind: str, exercise_id: str) -> str:
    """The ``grade_id`` of an exercise's cell; ``kind`` is ``solution``, ``check`` or ``points``.

    >>> exercise_cell("points", "vae.losses.gaussian_kl")
    'points-losses-gaussian_kl'
    """
    _, module, name = exercise_id.split(".")
    return f"{kind}-{module}-{name}"


def written_cell(kind: str, question_id: str) -> str:
    """The ``grade_id`` of a written question's cell; ``kind`` is ``question`` or ``answer``.

    >>> written_cell("answer", "vae.written.kl_isotropic")
    'answer-kl_isotropic'
    """
    return f"{kind}-{question_id.rpartition('.')[2]}"


def exercise_of(assignment: str, grade_id: str) -> tuple[str, str] | None:
    """Return kind and exercise id of a cell, or None when it belongs to no exercise.

    >>> exercise_of("vae", "points-losses-gaussian_kl")
    ('points', 'vae.losses.gaussian_kl')
    """
    match = _EXERCISE.fullmatch(grade_id)
    return (match["kind"], f"{assignment}.{match['module']}.{match['name']}") if match else None
