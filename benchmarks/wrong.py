"""What a wrong submission costs, beside a right one of the same assignment.

Run ``python benchmarks/wrong.py [ASSIGNMENT…] [--label before]`` (all but the warm-up when left out); writes
``benchmarks/results/wrong.json`` and ``wrong.md``, where figures of other labels and assignments stay. Each row has one
function or class wrong and everything else right: the first misconception of `solutions/` that is a replacement in the
reference. The last row has every function wrong. The ratio is that of processor time: of grader, zygote and workers together.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from machine import describe_machine, tree_cpu_seconds
from phases import _WRONG, SETTLE_S, Phases, submission_of, watched

from autograder.course.assignment import Assignment, Exercise
from autograder.course.course import open_course
from autograder.diagnosis import catalogue as known_mistakes
from autograder.diagnosis.registry import ReplacementInReference
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
from autograder.results.graded import Graded
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.callback_graph import CallbackGraph
from autograder.submission import Submission

RESULT = Path(__file__).parent / "results" / "wrong.json"
RIGHT_RUNS = 3
Row = dict[str, Any]


def replaced_in(assignment: Assignment) -> dict[str, ReplacementInReference]:
    """The first misconception of each exercise whose variant is a replacement in the reference."""
    found: dict[str, ReplacementInReference] = {}
    make = known_mistakes._made

    def noting(assignment: Assignment, module: str, entry: ReplacementInReference, path: Path) -> Any:
        found.setdefault(f"{module}.{entry.exercise}", entry)
        return make(assignment, module, entry, path)

    known_mistakes._made = noting
    try:
        known_mistakes._CATALOGUES.clear()
        known_mistakes.catalogue(assignment)
    finally:
        known_mistakes._made = make
    return found


def wrong_submissions(assignment: Assignment) -> Iterator[tuple[str, Submission]]:
    """Each exercise wrong by itself, then all functions at once."""
    right = submission_of(assignment)
    entries = replaced_in(assignment)
    for exercise in assignment.exercises:
        if exercise.kind in ("function", "class") and exercise.key in entries:
            entry = entries[exercise.key]
            files = {**right.files, f"{exercise.module}.py": changed(right, exercise, entry)}
            yield exercise.key, Submission("ann", files, (), f"{exercise.key} {entry.name}", None, {})
    yield "every function", submission_of(assignment, _WRONG)


def changed(right: Submission, exercise: Exercise, entry: ReplacementInReference) -> bytes:
    """The file with the mistake in it: texts are unique in the definition, not in the file."""
    text = right.files[f"{exercise.module}.py"].decode()
    kind = "class" if exercise.kind == "class" else "def"
    start = text.index(f"{kind} {exercise.name}(")
    head, body = text[:start], text[start:]
    for old, new in entry.replacements:
        docstring_over = body.index('"""', body.index('"""') + 3)
        place = body.index(old, docstring_over if old in body[docstring_over:] else 0)
        body = body[:place] + new + body[place + len(old) :]
    return (head + body).encode()


class Counted:
    """How often something is done while a submission is graded."""

    def __init__(self) -> None:
        self.numbers = {"workers": 0, "questions back": 0}

    def counting(self, owner: type, name: str, what: str) -> None:
        """Count the calls of a method from now on."""
        original: Callable[..., Any] = getattr(owner, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            self.numbers[what] += 1
            return original(*arguments, **options)

        setattr(owner, name, counted)

    def taken(self) -> dict[str, int]:
        """Numbers since the last call."""
        taken = dict(self.numbers)
        self.numbers = dict.fromkeys(self.numbers, 0)
        return taken


def measure(name: str) -> list[Row]:
    """Every row of one assignment; a right submission is the first."""
    assignment = open_course().assignment(name)
    counted = Counted()
    phases = Phases()
    submissions = list(wrong_submissions(assignment))
    with Grader(name, GradeOptions(seed=1)) as grader:
        time.sleep(SETTLE_S)  # one worker in reserve
        with watched(phases):

            def graded(what: str, submission: Submission) -> Row:
                cpu = tree_cpu_seconds(os.getpid())
                phases.taken(), counted.taken()
                result: Graded = grader.grade(submission)
                spent = round(tree_cpu_seconds(os.getpid()) - cpu, 2)
                return {"wrong": what, "score": result.result.score, "cpu_s": spent, **counted.taken(), **phases.taken()}

            counted.counting(ZygoteHost, "_request", "workers")
            counted.counting(CallbackGraph, "answer", "questions back")
            graded("nothing, first", submission_of(assignment))
            runs = [graded("nothing", submission_of(assignment)) for _ in range(RIGHT_RUNS)]
            cost = statistics.median(run["cpu_s"] for run in runs)
            rows = [{**runs[-1], "cpu_s": cost}]
            for what, submission in submissions:
                graded(what, submission)  # what is learned once per run: fingerprints of this exercise's variants
                rows.append(graded(what, submission))
                print(name, what, rows[-1]["cpu_s"], flush=True)
    return [{**row, "ratio": round(row["cpu_s"] / cost, 2)} for row in rows]


def table(results: dict[str, dict[str, list[Row]]]) -> str:
    """Markdown: the dearest first, each label's figures beside each other."""
    labels = list(results)
    heads = ["assignment", "wrong", "score"]
    heads += [f"{head}, {label}" for label in labels for head in ("CPU s", "times a right one", "workers", "questions back")]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name in dict.fromkeys(name for label in labels for name in results[label]):
        by_wrong: dict[str, dict[str, Row]] = {}
        for label in labels:
            for row in results[label].get(name, []):
                by_wrong.setdefault(row["wrong"], {})[label] = row
        for wrong, rows in by_wrong.items():
            cells = [name, wrong, f"{next(iter(rows.values()))['score']:g}"]
            for label in labels:
                row = rows.get(label)
                cells += (
                    [f"{row['cpu_s']:.2f}", f"{row['ratio']:.1f}", str(row["workers"]), str(row["questions back"])]
                    if row
                    else ["-"] * 4
                )
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", nargs="*")
    parser.add_argument("--label", default="now")
    chosen = parser.parse_args()
    names = chosen.assignments or [name for name in open_course().names() if name != "warmup"]
    kept = json.loads(RESULT.read_text())["results"] if RESULT.is_file() else {}
    for name in names:
        kept.setdefault(chosen.label, {})[name] = measure(name)
        RESULT.write_text(json.dumps({"machine": describe_machine(), "results": kept}, indent=1) + "\n")
        RESULT.with_suffix(".md").write_text(table(kept) + "\n")
        print(table({chosen.label: {name: kept[chosen.label][name]}}), flush=True)


if __name__ == "__main__":
    main()
