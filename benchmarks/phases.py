"""Where the time of one submission goes, in every assignment.

Run ``python benchmarks/phases.py [ASSIGNMENT…] [--hang]`` (all when left out); writes ``benchmarks/results/phases.json`` and
``phases.md``. A right submission is graded twice, so that what happens once per run (drawing, first uses) stands apart, then
one that is wrong everywhere, and with ``--hang`` one that never answers. Times are of the clock, each counted in one column
only; `cpu` is the processor time of the grader, the zygote and the workers together.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from machine import describe_machine, tree_cpu_seconds

from autograder.assessment import assess, examples
from autograder.course.assignment import Assignment
from autograder.course.course import open_course
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
from autograder.reports.build import write_report
from autograder.results.store import Stored
from autograder.sandbox.zygote_host import ZygoteHost
from autograder.sessions.remote import RemoteSession
from autograder.submission import Submission
from autograder.wire import codec

RESULT = Path(__file__).parent / "results" / "phases.json"
COLUMNS = (
    "drawing",
    "starting workers",
    "waiting for workers",
    "wire",
    "diagnosis",
    "consequences",
    "checks and oracles",
    "report",
)
SETTLE_S = 4.0
_WRONG = """

def _half_more(function):
    def wrong(*arguments, **options):
        value = function(*arguments, **options)
        return 1.5 * value if hasattr(value, "dtype") and value.dtype.is_floating_point else value
    return wrong


for _name in {names!r}:
    globals()[_name] = _half_more(globals()[_name])
"""
_HANGING = """

def _never(*arguments, **options):
    while True:
        pass


for _name in {names!r}:
    globals()[_name] = _never
"""


class Phases:
    """A stack of phases; time goes to the innermost one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stack = ["checks and oracles"]
        self._since = time.perf_counter()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.seconds[self._stack[-1]] += now - self._since
        self._since = now

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time inside the block goes to `name`."""
        self._turn()
        self._stack.append(name)
        try:
            yield
        finally:
            self._turn()
            self._stack.pop()

    def taken(self) -> dict[str, float]:
        """Seconds by phase since the last call."""
        self._turn()
        taken = {name: round(self.seconds[name], 3) for name in COLUMNS}
        self.seconds.clear()
        return taken


@contextlib.contextmanager
def watched(phases: Phases) -> Iterator[None]:
    """Let the grader's functions tell the phase that they are."""
    places: list[tuple[Any, str, str]] = [
        (examples, "draw_examples", "drawing"),
        (ZygoteHost, "spawn", "starting workers"),
        (RemoteSession, "_wait", "waiting for workers"),
        (codec, "encode", "wire"),
        (codec, "decode", "wire"),
        (assess, "_diagnosis", "diagnosis"),
        (assess, "forgive_consequences", "consequences"),
    ]

    def telling(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def told(*arguments: Any, **options: Any) -> Any:
            with phases.phase(name):
                return function(*arguments, **options)

        return told

    before = [(place, name, getattr(place, name)) for place, name, _ in places]
    for place, name, phase in places:
        setattr(place, name, telling(getattr(place, name), phase))
    try:
        yield
    finally:
        for place, name, function in before:
            setattr(place, name, function)


def submission_of(assignment: Assignment, ending: str = "") -> Submission:
    """The reference, with something at the end of every module."""
    files = {}
    for module in assignment.modules:
        text = (assignment.folder / f"{module}.py").read_text()
        names = [one.name for one in assignment.exercises if one.module == module and one.kind == "function"]
        files[f"{module}.py"] = (text + ending.format(names=names)).encode()
    return Submission("ann", files, (), str(hash(ending)), None, {})


def measure(name: str, hanging: bool) -> dict[str, dict[str, float]]:
    """Every row of one assignment."""
    assignment = open_course().assignment(name)
    kinds = {"right, first": "", "right": "", "wrong everywhere": _WRONG}
    if hanging:
        kinds["hangs everywhere"] = _HANGING
    rows = {}
    phases = Phases()
    examples._STORE._drawn.clear()
    grader = Grader(name, GradeOptions(seed=1))
    try:
        grader._start().wait_until_ready()
        time.sleep(SETTLE_S)
        with watched(phases), tempfile.TemporaryDirectory() as folder:
            for kind, ending in kinds.items():
                cpu = tree_cpu_seconds(os.getpid())
                phases.taken()
                graded = grader.grade(submission_of(assignment, ending))
                with phases.phase("report"):
                    write_report(Path(folder), [Stored("ann", graded.result)], [], frozenset())
                taken = phases.taken()
                rows[kind] = {
                    "score": graded.result.score, "of": graded.result.max_score, "wall_s": round(sum(taken.values()), 3),
                    "cpu_s": round(tree_cpu_seconds(os.getpid()) - cpu, 3), **taken,
                }  # fmt: skip
    finally:
        grader.close()
    return rows


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Markdown."""
    heads = ("score", "wall_s", "cpu_s", *COLUMNS)
    lines = ["| assignment | submission | " + " | ".join(heads) + " |", "|---" * (len(heads) + 2) + "|"]
    for name, rows in results.items():
        for kind, row in rows.items():
            lines.append(f"| {name} | {kind} | " + " | ".join(f"{row[head]:.2f}" for head in heads) + " |")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measure, print, write."""
    hanging = "--hang" in arguments
    names = [one for one in arguments if one != "--hang"] or open_course().names()
    results = {}
    for name in names:
        results[name] = measure(name, hanging)
        print(table({name: results[name]}), flush=True)
    RESULT.write_text(json.dumps({"machine": describe_machine(), "assignments": results}, indent=1) + "\n")
    RESULT.with_suffix(".md").write_text(table(results) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
