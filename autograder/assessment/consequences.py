"""Consequential errors: a mistake is charged where it was made, and only there.

A failed check is repeated with the pieces that its exercise builds on replaced by the reference's, where the subject's
own pieces lost points. What then passes, counts. A piece that is only wrong because of its own pieces is not at fault: the
student's own is used, with correct versions of those. The inputs of the repetition are drawn afresh, so that a lent function
is never asked what the checks of the piece itself ask; and an answer that guesses does not get a second throw: only
what fails again, unchanged, in one process after the other, can be the consequence of a faulty piece.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from autograder.assessment.assessed import Assessed
from autograder.assessment.outcomes import Outcome
from autograder.assessment.own_calls import method_owners, own_calls
from autograder.assessment.runner import RunOptions
from autograder.assessment.sitting import ask_alone
from autograder.course.assignment import Assignment, Exercise
from autograder.sessions.subjects import Subject

REPLAYS = 3
"""How often a check that has failed must fail again before it may be forgiven: a coin that came down wrong once comes down
so three times more in one case of eight. What could not run either among others or alone has failed once more already."""


def with_own_pieces(assignment: Assignment, files: Mapping[str, bytes], missing: Collection[str] = ()) -> Assignment:
    """The assignment as a submission has it; itself where its code calls nothing but what the outline names.

    Added are functions only, since the outline knows which classes a student's own parts fit to, and only those that are not
    ``missing``: an answer written as a special case of what is not there would be had for nothing. For the same reason what
    builds on an exercise, as the outline has it, is not lent to it (whoever writes the terms of an objective as differences
    of the objective has written nothing), and nothing is lent in a circle.
    """
    exercises = {one.key: one for one in assignment.exercises if one.kind != "short_answer"}
    lent = {key for key, one in exercises.items() if one.kind == "function"}.difference(missing)
    called = own_calls(files, exercises)
    own = {key: called[key] & lent - set(one.uses) for key, one in exercises.items()}
    own = _without_circles(assignment, own)
    own = _without_circles(_using(assignment, own), own)
    assignment = _using(assignment, own) if any(own.values()) else assignment
    return _with_kin(assignment, files)


def _with_kin(assignment: Assignment, files: Mapping[str, bytes]) -> Assignment:
    """The assignment with what classes of a submission have in common; itself where that is nothing."""
    classes = [one.key for one in assignment.exercises if any(check.methods for check in one.checks)]
    owners = method_owners(files, classes) if len(classes) > 1 else {}
    kin = {key: tuple(other for other in owners if other != key and _common(owners, key, other)) for key in owners}
    if not any(kin.values()):
        return assignment
    return replace(assignment, exercises=tuple(replace(one, beside=kin.get(one.key, ())) for one in assignment.exercises))


def _common(owners: Mapping[str, Mapping[str, str]], key: str, other: str) -> set[str]:
    """Methods that two classes have from the same class."""
    return {name for name, owner in owners[key].items() if owners[other].get(name) == owner}


def _using(assignment: Assignment, added: Mapping[str, set[str]]) -> Assignment:
    """The assignment with more that its exercises build on."""
    exercises = (replace(one, uses=(*one.uses, *sorted(added.get(one.key, ())))) for one in assignment.exercises)
    return replace(assignment, exercises=tuple(exercises))


def _without_circles(assignment: Assignment, added: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Of what exercises are to build on besides, that which does not build on them, as ``assignment`` has it."""
    above = {key: {piece.key for piece in assignment.pieces_of(assignment.exercise(key))} for key in added}
    return {key: {piece for piece in pieces if key not in above[piece]} for key, pieces in added.items()}


def with_pieces(assignment: Assignment, exercises: Sequence[Exercise]) -> list[Exercise]:
    """The exercises and everything that they build on or share, in the assignment's order: what a mark of theirs depends on."""
    wanted: set[str] = set()
    waiting = [exercise.key for exercise in exercises]
    while waiting:
        key = waiting.pop()
        if key not in wanted:
            wanted.add(key)
            exercise = assignment.exercise(key)
            waiting += [*exercise.uses, *exercise.beside]
    return [exercise for exercise in assignment.exercises if exercise.key in wanted]


def forgive_consequences(
    assignment: Assignment, assessed: Sequence[Assessed], subject: Subject, options: RunOptions
) -> set[str]:
    """Let checks count that pass with correct versions of the faulty pieces that their exercise builds on.

    What builds on little comes first: nothing is lent whose own checks are still to be repeated, and an exercise that has
    all its points back is no fault of anything above it. Returns the exercises that are at fault, all of them.
    """
    faulty = {one.exercise.key for one in assessed if not one.complete}
    for one in sorted(assessed, key=lambda one: len(assignment.pieces_of(one.exercise))):
        pieces = faulty_pieces(assignment, one.exercise, faulty)
        for chosen in _selections(pieces):
            if one.complete:
                break
            _forgive(assignment, one, chosen, subject, options)
        if one.complete:
            faulty.discard(one.exercise.key)
    _forgive_common_methods(assessed, subject.files)
    return faulty - {one.exercise.key for one in assessed if one.complete}


def _forgive_common_methods(assessed: Sequence[Assessed], files: Mapping[str, bytes]) -> None:
    """Let checks of a class count whose law its methods break that break it in another class as well: charged in that one.

    No correct version can take the place of an inherited method, which works on what is the submission's own. Charged is the
    class that the method comes from, or the first of two that have it from a third; who has no points is forgiven nothing.
    """
    classes = [one for one in assessed if any(outcome.check.methods for outcome in one.outcomes)]
    if sum(not one.complete for one in classes) < 2:
        return
    owners = method_owners(files, [one.exercise.key for one in classes])
    for number, one in enumerate(classes):
        key = one.exercise.key
        for place, other in enumerate(classes):
            shared = _common(owners, key, other.exercise.key) if one is not other and one.score else set()
            _forgive_methods(one, other, {name for name in shared if _charged(owners[key][name], key, other, place < number)})


def _charged(owner: str, key: str, other: Assessed, before: bool) -> bool:
    """Whether a method that two classes have from ``owner`` is charged in the other one."""
    return owner == other.exercise.key or (owner != key and before)


def _forgive_methods(one: Assessed, other: Assessed, shared: Collection[str]) -> None:
    """Let checks count that ``shared`` methods alone are to blame for and that failed in the other class, too."""
    broken = {outcome.check.title for outcome in other.outcomes if outcome.status == "failed"}
    note = f"not charged again: {other.exercise.name} has the same method, and it is charged there"
    for number, outcome in enumerate(one.outcomes):
        methods = outcome.check.methods
        if outcome.status == "failed" and methods and outcome.check.title in broken and set(methods) <= set(shared):
            one.outcomes[number] = Outcome(outcome.check, "passed", note=note)
            one.note = "; ".join(dict.fromkeys(part for part in (one.note, note) if part))


def _selections(pieces: Sequence[Exercise]) -> list[Sequence[Exercise]]:
    """All faulty pieces at once, then the functions among them alone.

    A student's own parts may fit together in ways that the contract leaves open: what cannot be made of one of ours may
    still be made of their class with our functions in it.
    """
    functions = [piece for piece in pieces if piece.kind == "function"]
    found: list[Sequence[Exercise]] = [pieces] if pieces else []
    if functions and len(functions) < len(pieces):
        found.append(functions)
    return found


def _forgive(assignment: Assignment, one: Assessed, pieces: Sequence[Exercise], subject: Subject, options: RunOptions) -> None:
    failed = [outcome.check for outcome in one.outcomes if not outcome.passed]
    afresh = options.afresh(one.exercise.key)
    again = ask_alone(assignment, one.exercise, failed, subject, afresh, pieces)
    better = {outcome.check.key: outcome for outcome in again if outcome.passed}
    if subject.guarded:
        times = REPLAYS + 1 - min((outcome.workers for outcome in one.outcomes if outcome.check.key in better), default=1)
        better = _without_chance(assignment, one.exercise, better, subject, options, times)
    if not better:
        return
    names = ", ".join(piece.name for piece in pieces)
    note = f"checked with a correct version of {names}, because yours has findings of its own"
    one.outcomes = [
        replace(better[outcome.check.key], note=note) if outcome.check.key in better else outcome for outcome in one.outcomes
    ]
    one.note = "; ".join(dict.fromkeys(part for part in (one.note, note) if part))


def _without_chance(
    assignment: Assignment, exercise: Exercise, better: dict[str, Outcome], subject: Subject, options: RunOptions, times: int
) -> dict[str, Outcome]:
    """Of the checks that pass now, those that fail again, every time, with the pieces as they are and the same inputs."""
    for _ in range(times):
        if not better:
            break
        checks = [outcome.check for outcome in better.values()]
        replayed = ask_alone(assignment, exercise, checks, subject, options, ())
        better = {one.check.key: better[one.check.key] for one in replayed if not one.passed}
    return better


def faulty_pieces(assignment: Assignment, exercise: Exercise, faulty: set[str]) -> list[Exercise]:
    """The functions and classes that an exercise builds on and that are at fault."""
    return [piece for piece in assignment.pieces_of(exercise) if piece.key in faulty and piece.kind != "short_answer"]
