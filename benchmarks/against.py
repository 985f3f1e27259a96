"""CPU of one right submission now and at an earlier commit, both sides taking turns in one run.

Run ``python benchmarks/against.py COMMIT [ASSIGNMENT…]``; writes ``benchmarks/results/against.json``. Each side is a warm
grader in a process of its own, with its own code and course; workers, zygotes and grader all count.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import describe_machine

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).parent / "results" / "against.json"
WARM_UP, ROUNDS = 3, 15
PAUSE_S = 0.1

_SIDE = """
import os, sys, time
sys.path[:0] = [{tree!r}, {tree!r} + "/benchmarks"]
import torch
from machine import tree_cpu_seconds
try:
    from autograder.course.course import open_course
    from autograder.grading.grader import Grader
    from autograder.grading.options import GradeOptions
except ImportError:  # an earlier commit, with other rooms
    from autograder.course import open_course
    from autograder.grading import Grader
    from autograder.options import GradeOptions
from autograder.submission import Submission
torch.set_num_threads(1)
assignment = open_course().assignment({assignment!r})
submission = Submission("bench", assignment.reference_files(), (), "0" * 64, None, {{}})
with Grader(assignment.name, GradeOptions()) as grader:
    print("ready", flush=True)
    for _ in sys.stdin:
        before = tree_cpu_seconds(os.getpid())
        result = grader.grade(submission).result
        assert result.score + assignment.written_points == result.max_score, result.score
        time.sleep({pause})
        print(tree_cpu_seconds(os.getpid()) - before, flush=True)
"""


class Side:
    """A warm grader of one tree."""

    def __init__(self, tree: Path, assignment: str) -> None:
        """Start it and wait until it is warm."""
        program = _SIDE.format(tree=str(tree), assignment=assignment, pause=PAUSE_S)
        environment = {**os.environ, "AUTOGRADER_COURSE": str(tree)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=tree
        )
        self._answer()

    def grade(self) -> float:
        """CPU seconds of one submission."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._answer())

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a grader ended early")
        return line.strip()


def compare(earlier: Path, assignment: str, rounds: int = ROUNDS) -> dict[str, float]:
    """Medians of both sides and of the ratio of neighbours."""
    sides = [Side(ROOT, assignment), Side(earlier, assignment)]
    pairs = []
    for turn in range(WARM_UP + rounds):
        time.sleep(PAUSE_S if turn else 4)
        pairs.append([side.grade() for side in sides])
    for side in sides:
        side.close()
    pairs = pairs[WARM_UP:]
    return {
        "cpu_s_now": round(statistics.median(now for now, _ in pairs), 3),
        "cpu_s_then": round(statistics.median(then for _, then in pairs), 3),
        "ratio": round(statistics.median(now / then for now, then in pairs), 3),
    }


def main() -> None:
    """Measure the assignments named on the command line, `vae` by default."""
    commit, *assignments = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "earlier"
        subprocess.run(["git", "-C", str(ROOT), "worktree", "add", "--detach", str(tree), commit], check=True)
        try:
            measured = {name: compare(tree, name) for name in assignments or ["vae"]}
        finally:
            subprocess.run(["git", "-C", str(ROOT), "worktree", "remove", "--force", str(tree)], check=True)
    written = {"against": commit, "rounds": ROUNDS, "assignments": measured, "machine": describe_machine()}
    RESULT.write_text(json.dumps(written, indent=1) + "\n")
    print(json.dumps(written, indent=1))


if __name__ == "__main__":
    main()
