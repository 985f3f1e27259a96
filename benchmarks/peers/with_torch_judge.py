"""One submission through torch-judge: a task for each exercise, a test for each check.

torch-judge is made for a student's own notebook: it prints which tests passed and gives no marks. Its lines are read here, and
a test counts what its check is worth. Of a task it knows a function's name only, so that the submission's files are run into
one namespace, as the cells of a notebook would be.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

from common import ASSIGNMENT, EXERCISES, notebook_session, outcomes_of, told
from torch_judge import check
from torch_judge.tasks import TASKS

from autograder.assessment.runner import earned
from autograder.course.assignment import Exercise

OUTCOMES: dict[str, list[bool]] = {}
_TEST = """
import __main__ as judge
assert judge.passed({key!r}, {number}), 'the check failed'
"""


def passed(key: str, number: int) -> bool:
    """Whether a check of an exercise passed and counts: its exercise earns something."""
    if key not in OUTCOMES:
        exercise = ASSIGNMENT.exercise(key)
        outcomes = outcomes_of(exercise, notebook_session(NAMESPACE))
        OUTCOMES[key] = [outcome.passed and earned(exercise, outcomes) > 0 for outcome in outcomes]
    return OUTCOMES[key][number]


def points(exercise: Exercise) -> float:
    """What the lines that torch-judge prints are worth."""
    tests = [
        {"name": str(number), "code": _TEST.format(key=exercise.key, number=number)} for number in range(len(exercise.checks))
    ]
    TASKS[exercise.key] = {
        "title": exercise.title, "difficulty": "Easy", "function_name": exercise.name, "hint": "", "tests": tests,
    }  # fmt: skip
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec("check(task)", {**NAMESPACE, "check": check, "task": exercise.key})  # it looks into its caller's namespace
    right = re.findall(r"✅ \[\d+/\d+\] (\d+)", printed.getvalue())
    return float(sum(exercise.checks[int(number)].points for number in right))


NAMESPACE: dict[str, object] = {"__name__": "submission"}

if __name__ == "__main__":
    os.environ.setdefault("PROGRESS_PATH", os.devnull)
    for module in ASSIGNMENT.modules:
        exec(compile((Path(os.environ["PEER_SUBMISSION"]) / f"{module}.py").read_text(), f"{module}.py", "exec"), NAMESPACE)
    told(sum(points(exercise) for exercise in EXERCISES))
