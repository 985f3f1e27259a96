"""Tests the grader itself: references, stubs, right answers in other styles, and every misconception."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.assessment.assess import assess
from autograder.assessment.assessed import Assessed
from autograder.assessment.runner import RunOptions, earned, run_checks
from autograder.audit.casts import CASTS, gains_by_casting
from autograder.audit.processes import run_in_processes
from autograder.authoring.unfinished import unfinished
from autograder.course.assignment import Assignment, Exercise
from autograder.course.check_files import fitting_module
from autograder.course.course import open_course
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
    """``reference``, ``stub``, ``alternative: …``, ``misconception: …``, ``cast: …`` or ``unfinished``."""
    ok: bool
    message: str


def audit_assignment(assignment: Assignment, seeds: Sequence[int] = (0,)) -> Iterator[Finding]:
    """Yield a finding for every subject and exercise of an assignment."""
    yield from audit_todos(assignment)
    for seed in seeds:
        yield from audit_reference(assignment, seed)
        yield from audit_alternatives(assignment, seed)
    yield from audit_stub(assignment)
    yield from audit_misconceptions(assignment)
    yield from audit_casts(assignment, assignment.exercises)


def audit_in_parallel(names: Sequence[str], seeds: int, jobs: int) -> tuple[Iterator[list[Finding]], int]:
    """Audit several assignments in a few processes; return the findings as they come, and how many parts there are."""
    tasks = [(name, part, seed) for seed in range(seeds) for name in names for part in ("reference", "alternatives")]
    tasks += [(name, part, 0) for name in names for part in ("unfinished", "stub", "misconceptions")]
    course = open_course()
    tasks += [(name, one.key, 0) for name in names for one in course.assignment(name).exercises if one.kind == "function"]
    return run_in_processes(_audit_part, [(course.root, *task) for task in tasks], jobs), len(tasks)


def _audit_part(root: Path, name: str, part: str, seed: int) -> list[Finding]:
    assignment = open_course(root).assignment(name)
    if part == "unfinished":
        return list(audit_todos(assignment))
    if part == "stub":
        return list(audit_stub(assignment))
    audits = {"reference": audit_reference, "alternatives": audit_alternatives, "misconceptions": audit_misconceptions}
    if part not in audits:
        return list(audit_casts(assignment, [assignment.exercise(part)]))
    return list(audits[part](assignment, seed))


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


def audit_reference(assignment: Assignment, seed: int) -> Iterator[Finding]:
    """The reference must earn every point."""
    yield from _full_marks(assignment, assignment.reference_files(), assignment.exercises, f"reference (seed {seed})", seed)


def alternatives(assignment: Assignment) -> Iterator[tuple[Path, str]]:
    """Right answers in other styles: files and the module that each stands for."""
    for path in sorted((assignment.folder / "alternatives").glob("*.py")):
        module = fitting_module(path.stem, assignment.modules)
        if module is not None:
            yield path, module


def audit_alternatives(assignment: Assignment, seed: int) -> Iterator[Finding]:
    """A right answer in another style must earn every point of its file."""
    for path, module in alternatives(assignment):
        files = {**assignment.reference_files(), f"{module}.py": path.read_bytes()}
        exercises = [exercise for exercise in assignment.exercises if exercise.module == module]
        yield from _full_marks(assignment, files, exercises, f"alternative: {path.stem} (seed {seed})", seed)


def stub_files(assignment: Assignment) -> dict[str, bytes]:
    """The files that students start from."""
    return {
        name: cut_solutions(source.decode(), f"solutions/{assignment.name}/{name}").encode()
        for name, source in assignment.reference_files().items()
    }


def audit_stub(assignment: Assignment) -> Iterator[Finding]:
    """The untouched stub must earn nothing and read as not attempted."""
    subject = LoadedModules(assignment, stub_files(assignment))
    for one in assess(assignment, assignment.exercises, subject, RunOptions(), None):
        statuses = {outcome.status for outcome in one.outcomes}
        ok = one.score == 0 and statuses == {"missing"}
        yield Finding(assignment.name, one.exercise.key, "stub", ok, f"score {one.score}, statuses {sorted(statuses)}")


def audit_misconceptions(assignment: Assignment, seed: int = 0) -> Iterator[Finding]:
    """Every wrong variant must lose points and be named by its own hint, first."""
    known = catalogue(assignment)
    for exercise in assignment.exercises:
        for entry in known.misconceptions.get(exercise.key, []):
            yield _audit_variant(assignment, exercise, entry, seed)


def _audit_variant(assignment: Assignment, exercise: Exercise, entry: Misconception, seed: int) -> Finding:
    known = catalogue(assignment)
    session = known.variant_session(exercise, entry.variant)
    outcomes = run_checks(assignment, exercise.checks, lambda: session, RunOptions(seed))
    score = earned(exercise, outcomes)
    named = [diagnosis.misconception for diagnosis in diagnose(known, exercise, known.variant_session(exercise, entry.variant))]
    caught = score < exercise.points
    first = named[:1] == [entry.name]
    failed = [outcome.check.info.name for outcome in outcomes if not outcome.passed]
    message = f"{score:g}/{exercise.points:g}; diagnosis {named}; failed {failed}"
    if not caught:
        message = "NOT CAUGHT " + message
    elif not first:
        message = "NOT NAMED FIRST " + message
    return Finding(assignment.name, exercise.key, f"misconception: {entry.name}", caught and first, message)


def audit_casts(assignment: Assignment, exercises: Sequence[Exercise], seed: int = 0) -> Iterator[Finding]:
    """No wrong variant of a function may earn more for returning another dtype."""
    known = catalogue(assignment)
    for exercise in exercises:
        if exercise.kind != "function":
            continue
        for entry in known.misconceptions.get(exercise.key, []):
            gains = list(gains_by_casting(assignment, exercise, entry, CASTS, seed))
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
        f"{outcome.check.visibility} {outcome.check.info.name}: {outcome.status}: {outcome.detail or outcome.summary}"
        for outcome in bad
    )
