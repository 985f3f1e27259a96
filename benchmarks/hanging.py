"""What a submission costs that hangs, sleeps or floods, and a class of ten with five such submissions.

Run ``python benchmarks/hanging.py [ASSIGNMENT]`` (flows when left out); writes ``benchmarks/results/hanging.json`` and
``hanging.md``. `budget` is what counts as the submission's time (:mod:`autograder.sessions.budget`): it does not depend on what
else the machine does. The class's last row is the sum of five right submissions and these five, one after the other.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from machine import describe_machine, tree_cpu_seconds
from phases import SETTLE_S, submission_of

from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.grading import grader as grading
from autograder.grading.options import GradeOptions
from autograder.sessions.budget import Budget
from autograder.submission import Submission

RESULT = Path(__file__).parent / "results" / "hanging.json"
RIGHT = "right"
_REPLACED = """

def _instead(*arguments, **options):
    while True:
        {body}


for _name in {names}:
    globals()[_name] = _instead
"""
_KINDS = {
    "the first function of every file computes for ever": ("pass", "{names!r}[:1]"),
    "every function computes for ever": ("pass", "{names!r}"),
    "every function sleeps": ("__import__('time').sleep(1)", "{names!r}"),
    "every function prints for ever": ("print('x' * 4096, flush=True)", "{names!r}"),
}
Row = dict[str, float]


def submissions(assignment: Assignment) -> dict[str, Submission]:
    """A right one, and five that do not come to an end."""
    found = {RIGHT: submission_of(assignment)}
    for kind, (body, names) in _KINDS.items():
        found[kind] = submission_of(assignment, _REPLACED.replace("{body}", body).replace("{names}", names))
    found["every file computes for ever as it is loaded"] = submission_of(assignment, "\n\nwhile True:\n    pass\n# {names}")
    return found


def measure(name: str) -> dict[str, Row]:
    """A row for each."""
    budgets: list[Budget] = []

    def kept() -> Budget:
        budgets.append(Budget())
        return budgets[-1]

    grading.Budget = kept  # type: ignore[misc, assignment]
    rows: dict[str, Row] = {}
    with grading.Grader(name, GradeOptions(seed=1)) as grader:
        time.sleep(SETTLE_S)
        for kind, submission in submissions(open_course().assignment(name)).items():
            cpu, begun = tree_cpu_seconds(os.getpid()), time.perf_counter()
            graded = grader.grade(submission)
            rows[kind] = {
                "score": graded.result.score, "budget_s": round(budgets[-1].spent, 1),
                "cpu_s": round(tree_cpu_seconds(os.getpid()) - cpu, 1), "wall_s": round(time.perf_counter() - begun, 1),
            }  # fmt: skip
            print(kind, rows[kind], flush=True)
    bad = [row for kind, row in rows.items() if kind != RIGHT]
    rows["a class of ten, five of them these"] = {
        key: round(5 * rows[RIGHT][key] + sum(row[key] for row in bad), 1) for key in rows[RIGHT]
    }
    return rows


def table(rows: dict[str, Row]) -> str:
    """Markdown."""
    heads = list(rows[RIGHT])
    lines = ["| submission | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    lines += [f"| {kind} | " + " | ".join(f"{row[head]:g}" for head in heads) + " |" for kind, row in rows.items()]
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measure, print, write."""
    name = arguments[0] if arguments else "flows"
    rows = measure(name)
    RESULT.write_text(json.dumps({"machine": describe_machine(), "assignment": name, "rows": rows}, indent=1) + "\n")
    RESULT.with_suffix(".md").write_text(table(rows) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
