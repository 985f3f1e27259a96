"""What the grader makes of answers that nobody here wrote for it: ``benchmarks/results/corpus.json``.

Right answers in foreign styles must get everything; mistakes must lose points, and their first hint must fit.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from autograder.assessment.assessed import Assessed
from autograder.atomic import write_atomically

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "corpus"))

import test_corpus as corpus  # noqa: E402 - its place is known only now
import written_answers as written  # noqa: E402

OUT = ROOT / "benchmarks" / "results" / "corpus.json"


def measure() -> dict[str, int]:
    """Counts of answers, and of what became of them.

    ``hinted`` is of all mistakes; whether a hint fits is judged where the answer says how it may be called.
    """
    counts = dict.fromkeys(
        ("right", "right_in_full", "wrong", "wrong_caught", "hinted", "hints_asked", "hints_given", "hints_fitting"), 0
    )
    for key, bodies in corpus.RIGHT.items():
        for body in bodies:
            counts["right"] += 1
            counts["right_in_full"] += corpus.assessed(key, body).complete
    for key, answers in corpus.WRONG.items():
        for pattern, body in answers:
            _count(counts, f"{key}: {body}", pattern, corpus.assessed(key, body, hints=True))
    for answer in written.answers():
        for exercise in answer.exercises:
            one = answer.assessed(exercise)
            if answer.right:
                counts["right"] += 1
                counts["right_in_full"] += one.complete
                _tell(not one.complete, f"refused: {answer.assignment} {answer.name} {exercise}")
            else:
                _count(counts, f"{answer.assignment} {answer.name}", answer.pattern, one)
    return counts


def _count(counts: dict[str, int], name: str, pattern: str, one: Assessed) -> None:
    """What became of a mistake."""
    first = one.diagnosis[0].misconception if one.diagnosis else ""
    fits = bool(first and re.search(pattern, first))
    counts["wrong"] += 1
    counts["wrong_caught"] += not one.complete
    counts["hinted"] += bool(first)
    _tell(one.complete, f"not caught: {name}")
    if pattern:
        counts["hints_asked"] += 1
        counts["hints_given"] += bool(first)
        counts["hints_fitting"] += fits
        _tell(bool(first) and not fits, f"{first} for {pattern}: {name}")


def _tell(so: bool, line: str) -> None:
    if so:
        print(line, flush=True)


if __name__ == "__main__":
    write_atomically(OUT, json.dumps(measure(), indent=1) + "\n")
    print(OUT)
