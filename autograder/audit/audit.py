"""Tests the grader itself: references, stubs, right answers in other styles, and every misconception."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from autograder.assessment.assess import assess
from autograder.assessment.assessed import Assessed
from autograder.assessment.runner import RunOptions, earned, run_checks
from autograder.audit.casts import CASTS, gains_by_casting
from autograder.audit.processes import run_in_processes
from autograder.authoring.unfinished import unfinished
from autograder.course.assignment import Assignment, Exercise
from autograder.course.check_files import fitting_module
from autograder.course.course import Course, open_course
from autograder.course.read_checks import defined_names
from autograder.diagnosis.catalogue import catalogue
from autograder.diagnosis.matching import diagnose
from autograder.diagnosis.registry import Misconception
from autograder.release.stubs import cut_solutions
from autograder.sessions.subjects import LoadedModules


@dataclass(frozen=True)
class Finding:
    """One thing that the audit looked at."""

    assignment: str
    exercise: str
    subject: str
    """``reference``, ``stub``, ``alternative: …``, ``misconception: …``, ``cast: …``, ``points`` or ``unfinished``."""
    ok: bool
    message: str
    failed: tuple[str, ...] = ()
    """Of a wrong variant: the keys of the checks that it fails."""


def audit_assignment(assignment: Assignment, seeds: Sequence[int] = (0,)) -> Iterator[Finding]:
    """Yield a finding for every subject and exercise of an assignment."""
    yield from audit_todos(assignment)
    for seed in seeds:
        yield from audit_reference(assignment, assignment.exercises, seed)
        yield from audit_alternatives(assignment, assignment.exercises, seed)
    yield from audit_stub(assignment, assignment.exercises)
    yield from audit_misconceptions(assignment, assignment.exercises)
    yield from audit_casts(assignment, assignment.exercises)


def audit_in_parallel(
    names: Sequence[str], seeds: int, jobs: int, only: Sequence[str] = ()
) -> tuple[Iterator[list[Finding]], int]:
    """Audit several assignments in a few processes; return the findings as they come, and how many parts there are.

    ``only`` has the exercises to look at, as keys; none means all.
    """
    course = open_course()
    tasks = [(name, part, seed) for seed in range(seeds) for name in names for part in ("reference", "alternatives")]
    tasks += [(name, part, 0) for name in names for part in ("unfinished", "points", "stub", "misconceptions")]
    tasks += [
        (name, one.key, 0)
        for name in names
        for one in course.assignment(name).exercises
        if one.kind == "function" and (not only or one.key in only)
    ]
    return run_in_processes(_audit_part, [(course.root, *task, tuple(only)) for task in tasks], jobs), len(tasks)


def _audit_part(root: Path, name: str, part: str, seed: int, only: Sequence[str]) -> list[Finding]:
    course = open_course(root)
    assignment = course.assignment(name)
    exercises = [one for one in assignment.exercises if not only or one.key in only]
    if part == "points":
        return list(audit_points(course, name))
    if part == "unfinished":
        return [one for one in audit_todos(assignment) if not only or one.exercise in only]
    audits = {
        "reference": audit_reference,
        "alternatives": audit_alternatives,
        "misconceptions": audit_misconceptions,
        "stub": audit_stub,
    }
    if part not in audits:
        return list(audit_casts(assignment, [assignment.exercise(part)]))
    return list(audits[part](assignment, exercises, seed))


def audit_points(course: Course, name: str) -> Iterator[Finding]:
    """A finding where an assignment's checks are worth something else than the course plans, or everything more than 100."""
    assignment = course.assignment(name)
    planned = course.manifest().code_points.get(name)
    points = sum(exercise.points for exercise in assignment.exercises if exercise.kind in ("function", "class"))
    if planned is not None and points != planned:
        remedy = f"change points, or [code_points] {name} in solutions/course.toml"
        yield Finding(
            name, "", "points", False, f"functions and classes are worth {points:g} points, planned are {planned:g}: {remedy}"
        )
    if assignment.total_points > 100:
        yield Finding(
            name, "", "points", False, f"everything together is worth {assignment.total_points:g} points, more than 100"
        )


def audit_todos(assignment: Assignment) -> Iterator[Finding]:
    """Every line of the assignment that says TODO is one finding."""
    for one in unfinished(assignment):
        yield Finding(assignment.name, one.key, "unfinished", False, f"{one.place}: {one.what}")


def faults(findings: Sequence[Finding]) -> list[Finding]:
    """Return what is wrong; of exercises that are not written yet only what is missing, since they fail everything."""
    waiting = {(one.assignment, one.exercise) for one in findings if one.subject == "unfinished"}
    return [
        one for one in findings if not one.ok and (one.subject == "unfinished" or (one.assignment, one.exercise) not in waiting)
    ]


def audit_reference(assignment: Assignment, exercises: Sequence[Exercise], seed: int) -> Iterator[Finding]:
    """The reference must earn every point."""
    yield from _full_marks(assignment, assignment.reference_files(), exercises, f"reference (seed {seed})", seed)


def alternatives(assignment: Assignment) -> Iterator[tuple[Path, str]]:
    """Right answers in other styles: files and the module that each stands for."""
    for path in sorted((assignment.folder / "alternatives").glob("*.py")):
        module = fitting_module(path.stem, assignment.modules)
        if module is not None:
            yield path, module


def audit_alternatives(assignment: Assignment, exercises: Sequence[Exercise], seed: int) -> Iterator[Finding]:
    """A right answer in another style must earn every point of the exercises that it has."""
    for path, module in alternatives(assignment):
        files = {**assignment.reference_files(), f"{module}.py": path.read_bytes()}
        written = defined_names(path)
        answered = [one for one in exercises if one.module == module and one.name in written]
        yield from _full_marks(assignment, files, answered, f"alternative: {path.stem} (seed {seed})", seed)


def stub_files(assignment: Assignment) -> dict[str, bytes]:
    """The files that students start from."""
    return {
        name: cut_solutions(source.decode(), f"solutions/{assignment.name}/{name}").encode()
        for name, source in assignment.reference_files().items()
    }


def audit_stub(assignment: Assignment, exercises: Sequence[Exercise], seed: int = 0) -> Iterator[Finding]:
    """The untouched stub must earn nothing, read as not attempted, and get no hint."""
    subject = LoadedModules(assignment, stub_files(assignment))
    for one in assess(assignment, exercises, subject, RunOptions(seed), catalogue(assignment)):
        statuses = {outcome.status for outcome in one.outcomes}
        hints = [diagnosis.misconception for diagnosis in one.diagnosis]
        ok = one.score == 0 and statuses == {"missing"} and not hints
        message = f"score {one.score}, statuses {sorted(statuses)}" + (f", diagnosis {hints}" if hints else "")
        yield Finding(assignment.name, one.exercise.key, "stub", ok, message)


def audit_misconceptions(assignment: Assignment, exercises: Sequence[Exercise], seed: int = 0) -> Iterator[Finding]:
    """Every wrong variant must lose points and be named by its own hint, first."""
    known = catalogue(assignment)
    for exercise in exercises:
        for entry in known.misconceptions.get(exercise.key, []):
            yield audit_variant(assignment, exercise, entry, seed)


def audit_variant(assignment: Assignment, exercise: Exercise, entry: Misconception, seed: int = 0) -> Finding:
    """A wrong variant must lose points and be named first, by exactly its own behaviour."""
    known = catalogue(assignment)
    session = known.variant_session(exercise, entry.variant)
    outcomes = run_checks(assignment, exercise.checks, lambda: session, RunOptions(seed))
    score = earned(exercise, outcomes)
    diagnoses = diagnose(known, exercise, known.variant_session(exercise, entry.variant))
    named = [diagnosis.misconception for diagnosis in diagnoses]
    caught = score < exercise.points
    first = [(diagnosis.misconception, diagnosis.confidence) for diagnosis in diagnoses[:1]] == [(entry.name, "exact")]
    failed = [outcome.check for outcome in outcomes if not outcome.passed]
    message = f"{score:g}/{exercise.points:g}; diagnosis {named}; failed {[check.name for check in failed]}"
    if not caught:
        message = "NOT CAUGHT " + message
    elif not first:
        message = "NOT NAMED FIRST " + message
    keys = tuple(check.key for check in failed)
    return Finding(assignment.name, exercise.key, f"misconception: {entry.name}", caught and first, message, keys)


def audit_casts(
    assignment: Assignment, exercises: Sequence[Exercise], seed: int = 0, dtypes: Sequence[torch.dtype] = CASTS, every: int = 1
) -> Iterator[Finding]:
    """No wrong variant of a function may earn more for returning another dtype; only every so many of a function are tried."""
    known = catalogue(assignment)
    for exercise in exercises:
        if exercise.kind != "function":
            continue
        for entry in known.misconceptions.get(exercise.key, [])[::every]:
            gains = list(gains_by_casting(assignment, exercise, entry, dtypes, seed))
            message = "; ".join(f"as {dtype}: {before:g} becomes {after:g}" for dtype, before, after in gains)
            yield Finding(assignment.name, exercise.key, f"cast: {entry.name}", not gains, message)


def _full_marks(
    assignment: Assignment, files: dict[str, bytes], exercises: Sequence[Exercise], subject: str, seed: int
) -> Iterator[Finding]:
    results = assess(assignment, exercises, LoadedModules(assignment, files), RunOptions(seed), None)
    for one in results:
        yield Finding(assignment.name, one.exercise.key, subject, one.complete and bool(one.outcomes), _complaints(one))


def _complaints(one: Assessed) -> str:
    bad = [outcome for outcome in one.outcomes if not outcome.passed]
    if not one.outcomes:
        return "has no checks"
    return "; ".join(
        f"{outcome.check.visibility} {outcome.check.name}: {outcome.status}: {outcome.detail or outcome.summary}"
        for outcome in bad
    )
