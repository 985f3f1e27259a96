"""From a subject to the results of its exercises: checks, consequential errors, diagnosis, points."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.assessment.assessed import Assessed
from autograder.assessment.consequences import faulty_pieces, forgive_consequences, with_own_pieces, with_pieces
from autograder.assessment.memorised import computes_beside_the_published_inputs, needs_probation
from autograder.assessment.runner import RunOptions
from autograder.assessment.shared_worker import SharedWorkers
from autograder.assessment.sitting import Sitting
from autograder.course.assignment import Assignment, Exercise
from autograder.diagnosis.broken_laws import with_broken_laws
from autograder.diagnosis.catalogue import Catalogue
from autograder.diagnosis.matching import MAX_HINTS, diagnose
from autograder.results.schema import Diagnosis
from autograder.runtime.global_state import one_thread
from autograder.sessions.bounds import bounded_memory
from autograder.sessions.replies import WorkerLost
from autograder.sessions.subjects import Subject

NO_HINT = "no hint: your code does not run to the end on the inputs that tell known mistakes apart"


@one_thread()
def assess(
    assignment: Assignment,
    exercises: Sequence[Exercise],
    subject: Subject,
    options: RunOptions,
    catalogue: Catalogue | None,
) -> list[Assessed]:
    """Run the checks of all ``exercises`` on ``subject``.

    A failed check is repeated with the pieces it builds on replaced by the reference's where the subject's own pieces
    lost points: a mistake is charged where it was made, and only there. What the exercises build on is therefore run too,
    whether it was asked for or not: a mark does not depend on what else is graded. Nor does it on the machine's cores: one
    thread computes, as in workers.
    """
    chosen = {exercise.key for exercise in exercises}
    whole = chosen == {exercise.key for exercise in assignment.exercises}
    asked = exercises if whole else with_pieces(with_own_pieces(assignment, subject.files), exercises)
    everything = _first_passes(assignment, asked, subject, options)
    if not all(one.complete for one in everything):  # what is right builds on nothing that matters
        missing = {one.exercise.key for one in everything if not one.begun}
        assignment = with_own_pieces(assignment, subject.files, missing)
    faulty = forgive_consequences(assignment, everything, subject, options)
    assessed = [one for one in everything if one.exercise.key in chosen]
    for one in assessed:
        _unmask_tables(assignment, one, faulty, subject, options)
    if catalogue is not None:
        for one in assessed:
            one.diagnosis = _diagnosis(assignment, catalogue, one, faulty, subject, options)
    return assessed


def _first_passes(
    assignment: Assignment, exercises: Sequence[Exercise], subject: Subject, options: RunOptions
) -> list[Assessed]:
    """Run the visible checks of all exercises, then the hidden ones.

    Everything that a student may read word for word is said in the first part, when no worker has met a hidden input.
    """
    shared = SharedWorkers(assignment, exercises, subject, options)
    sittings = [Sitting(assignment, exercise, subject, options, shared=shared.of(exercise.module)) for exercise in exercises]
    try:
        shared.ask_all("visible", exercises)
        for sitting in sittings:
            sitting.visible()
        shared.pause()
        subject.keep_silent()
        if not options.visible_only:
            shared.ask_all("hidden", [sitting.exercise for sitting in sittings if sitting.shares])
            for sitting in sittings:
                sitting.hidden()
    finally:
        for sitting in sittings:
            sitting.close()
        shared.close()
    return [
        Assessed(exercise, sitting.outcomes, [], subject.load_notes.get(exercise.module, ""))
        for exercise, sitting in zip(exercises, sittings, strict=True)
    ]


def _unmask_tables(assignment: Assignment, one: Assessed, faulty: set[str], subject: Subject, options: RunOptions) -> None:
    """Take no points for a table of the published answers; pieces at fault are replaced, as where the points were earned."""
    if needs_probation(one.outcomes):
        pieces = faulty_pieces(assignment, one.exercise, faulty)
        one.memorised = not computes_beside_the_published_inputs(
            assignment, one.exercise, one.outcomes, lambda: subject.open(one.exercise.module, pieces), options
        )


def _diagnosis(
    assignment: Assignment, catalogue: Catalogue, one: Assessed, faulty: set[str], subject: Subject, options: RunOptions
) -> list[Diagnosis]:
    """Compare the behaviour of a wrong answer with known mistakes; nothing for code that does not run.

    Pieces with findings of their own are replaced, so that what is seen is this exercise's own mistake.
    """
    if one.complete or all(outcome.status in ("missing", "timeout", "crashed") for outcome in one.outcomes):
        return []
    pieces = faulty_pieces(assignment, one.exercise, faulty)
    for _ in range(2):  # a process that is lost may be the machine's doing: once more, alone
        try:
            session = subject.open(one.exercise.module, pieces)
        except WorkerLost:
            continue
        try:
            session.limit(options.time_limit)
            with bounded_memory():
                found = diagnose(catalogue, one.exercise, session)
            return with_broken_laws(found, (outcome.mistake for outcome in one.outcomes if not outcome.passed))[:MAX_HINTS]
        except Exception:  # a hint is never worth a result
            continue
        finally:
            session.close()
    one.note = "; ".join(part for part in (one.note, NO_HINT) if part)
    return []
