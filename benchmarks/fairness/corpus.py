"""What the grader makes of answers that nobody here wrote for it: ``benchmarks/results/corpus.json``.

Right answers in foreign styles must get everything; mistakes must lose points, and their first hint must fit.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from autograder.atomic import write_atomically

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "corpus"))

import test_corpus as corpus  # noqa: E402 - its place is known only now
import written_answers as written  # noqa: E402

OUT = ROOT / "benchmarks" / "results" / "corpus.json"


def measure() -> dict[str, int]:
    """Counts of answers, and of what became of them."""
    counts = dict.fromkeys(
        ("right", "right_in_full", "wrong", "wrong_caught", "hints_asked", "hints_given", "hints_fitting"), 0
    )
    for key, bodies in corpus.RIGHT.items():
        for body in bodies:
            counts["right"] += 1
            counts["right_in_full"] += corpus.assessed(key, body).complete
    for answer in written.answers():
        for exercise in answer.exercises:
            one = answer.assessed(exercise)
            counts["right" if answer.right else "wrong"] += 1
            counts["right_in_full" if answer.right else "wrong_caught"] += one.complete is answer.right
            if answer.pattern:
                first = one.diagnosis[0].misconception if one.diagnosis else ""
                counts["hints_asked"] += 1
                counts["hints_given"] += bool(first)
                counts["hints_fitting"] += bool(first and re.search(answer.pattern, first))
    for key, answers in corpus.WRONG.items():
        for pattern, body in answers:
            one = corpus.assessed(key, body, hints=True)
            counts["wrong"] += 1
            counts["wrong_caught"] += one.score < one.exercise.points
            if pattern:
                first = one.diagnosis[0].misconception if one.diagnosis else ""
                counts["hints_asked"] += 1
                counts["hints_given"] += bool(first)
                counts["hints_fitting"] += bool(first and re.search(pattern, first))
    return counts


if __name__ == "__main__":
    write_atomically(OUT, json.dumps(measure(), indent=1) + "\n")
    print(OUT)
