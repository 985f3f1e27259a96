"""What the corpus's mistakes cost outside of where they were made; writes ``results/charged_elsewhere.json``.

Each wrong answer of ``tests/corpus`` stands in a submission that is the reference otherwise; every exercise that builds on it,
directly or not, is graded. Points lost there are charged twice.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import torch

from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions
from autograder.atomic import write_atomically
from autograder.sessions.subjects import LoadedModules

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "charged_elsewhere.json"
sys.path.insert(0, str(ROOT / "tests" / "corpus"))


def main() -> None:
    """Grade what builds on each mistake, and write how many lose points there."""
    from test_corpus import COURSE, WRONG, with_answer

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    mistakes, lost = 0, []
    for key, answers in WRONG.items():
        name, _, exercise_key = key.partition(" ")
        assignment = COURSE.assignment(name)
        exercise = assignment.exercise(exercise_key)
        above = [one for one in assignment.exercises if exercise in assignment.pieces_of(one)]
        for _, body in answers:
            mistakes += 1
            if not above:
                continue
            subject = LoadedModules(assignment, with_answer(assignment, exercise, body))
            for one in assess(assignment, above, subject, RunOptions(5), None):
                if not one.complete:
                    points = one.exercise.points - one.score
                    lost.append({"mistake": f"{key}: {body}", "in": one.exercise.key, "points": points})
                    print(lost[-1], flush=True)
    charged = len({entry["mistake"] for entry in lost})
    content = {"mistakes": mistakes, "charged_elsewhere": charged, "share": round(charged / mistakes, 4), "lost": lost}
    write_atomically(RESULTS, json.dumps(content, indent=1) + "\n")
    print(f"{charged} of {mistakes} mistakes are charged elsewhere")


if __name__ == "__main__":
    main()
