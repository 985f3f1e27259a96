"""Runs mutants through the checks, in parallel, and says which of them survive."""

from __future__ import annotations

import signal
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from autograder.audit.mutants import Mutant
from autograder.audit.processes import run_in_processes
from autograder.course.assignment import Assignment
from autograder.course.course import open_course

TIME_LIMIT = 30
"""Seconds for one mutant; a loop without an end counts as caught."""
EQUIVALENT = "equivalent_mutants.toml"
BATCH = 20


@dataclass(frozen=True)
class MutantVerdict:
    """What became of a mutant: ``caught``, ``survived``, or ``equivalent`` with a reason."""

    mutant: Mutant
    outcome: str
    reason: str = ""


class TooLong(BaseException):
    """Raised by the alarm."""


def equivalent_mutants(assignment: Assignment) -> dict[str, str]:
    """Mutants that change nothing that the contract fixes: key to reason."""
    path = assignment.folder / EQUIVALENT
    if not path.is_file():
        return {}
    entries = tomllib.loads(path.read_text("utf-8")).get("mutant", [])
    return {f"{entry['exercise']} | {entry['before']} | {entry['after']}": entry["reason"] for entry in entries}


def judge_mutants(assignment: Assignment, mutants: Sequence[Mutant], processes: int, seed: int = 0) -> Iterator[MutantVerdict]:
    """Yield the verdict of every mutant, in any order."""
    known = equivalent_mutants(assignment)
    batches = [mutants[start : start + BATCH] for start in range(0, len(mutants), BATCH)]
    tasks = [(open_course().root, batch, seed) for batch in batches]
    for judged in run_in_processes(_judge_batch, tasks, processes):
        for mutant, caught in judged:
            reason = known.get(mutant.key, "")
            yield MutantVerdict(mutant, "caught" if caught else "equivalent" if reason else "survived", reason)


def _judge_batch(root: Path, mutants: Sequence[Mutant], seed: int) -> list[tuple[Mutant, bool]]:
    return [(mutant, _is_caught(root, mutant, seed)) for mutant in mutants]


def _is_caught(root: Path, mutant: Mutant, seed: int) -> bool:
    """Grade the mutant's exercise; anything but full points means that a check noticed."""
    from autograder.assessment.assess import assess
    from autograder.assessment.runner import RunOptions
    from autograder.sessions.subjects import LoadedModules

    assignment = open_course(root).assignment(mutant.assignment)
    exercise = assignment.exercise(mutant.exercise)
    files = {**assignment.reference_files(), f"{mutant.module}.py": mutant.source.encode()}
    signal.signal(signal.SIGALRM, raise_alarm)
    signal.alarm(TIME_LIMIT)
    try:
        (one,) = assess(assignment, [exercise], LoadedModules(assignment, files), RunOptions(seed), None)
        return not one.complete
    except BaseException:  # a check that stumbles, an alarm, exhausted memory: noticed
        return True
    finally:
        signal.alarm(0)


def raise_alarm(number: int, frame: FrameType | None) -> None:
    """End what runs too long; for ``signal.SIGALRM``."""
    raise TooLong
