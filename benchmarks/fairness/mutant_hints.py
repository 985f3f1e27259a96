"""What is said of mutants of the references: ``benchmarks/fairness/mutant_hints.py [ASSIGNMENT[:module] …]``.

Writes ``results/mutant_hints.json``. Hours for everything; an assignment, or a module of it, at a time adds to what is there.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import torch

from autograder.atomic import write_atomically
from autograder.audit.mutant_hints import HintVerdict, judge_hints, table
from autograder.audit.mutants import mutants_of
from autograder.course.course import open_course

RESULTS = Path(__file__).parents[1] / "results" / "mutant_hints.json"


def main(wanted: list[str]) -> None:
    """Judge the mutants of what is wanted and write the table."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    course = open_course()
    before = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {"hints": {}, "not_own": []}
    for name in wanted or course.names():
        assignment_name, _, module = name.partition(":")
        assignment = course.assignment(assignment_name)
        keys = {one.key for one in assignment.exercises if one.kind != "short_answer" and module in ("", one.module)}
        verdicts: list[HintVerdict] = []
        for verdict in judge_hints(assignment, list(mutants_of(assignment, keys))):
            verdicts.append(verdict)
            mutant = verdict.mutant
            print(verdict.kind, mutant.exercise, mutant.operator, verdict.hint, mutant.after[:80], flush=True)
        counts = table(verdicts)
        counts.pop("all", None)
        before["hints"].update(counts)
        before["not_own"] = [line for line in before["not_own"] if line.split(" | ")[0] not in counts]
        before["not_own"] += [_line(one) for one in verdicts if one.kind in ("other", "none")]
        rows = [value for key, value in before["hints"].items() if key != "all"]
        before["hints"]["all"] = {kind: sum(row[kind] for row in rows) for kind in ("own", "same", "other", "none")}
        write_atomically(RESULTS, json.dumps(before, indent=1) + "\n")


def _line(one: HintVerdict) -> str:
    mutant = one.mutant
    return f"{mutant.assignment} {mutant.exercise} | {one.kind} | {mutant.operator} | {one.hint} | {mutant.after}"


if __name__ == "__main__":
    main(sys.argv[1:])
