"""Points of visible checks alone: are they understanding, or a table of the published answers?

Visible checks and their values are in the students' hands. When an exercise passes some of them and not one hidden value
check, its visible checks are run once more with every input a little beside the published one. An answer that computes
something is right there too, or at least moves along as the right answer does, whatever else is wrong with it; a table jumps,
or stays where it was. Functions, callbacks and objects are asked alike, because it is the check that asks. An answer keeps its
points unless all checks that it passed were answered like that: what cannot be asked again is no proof of anything.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from autograder.assessment.examples import is_property
from autograder.assessment.moved_inputs import KINDS, moved
from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import ReferenceSource, RunOptions, arguments_of
from autograder.checks.calls import CandidateError, CandidateSession, OpenSession, Remote
from autograder.checks.closeness import as_array
from autograder.checks.salt import salted
from autograder.checks.strategies import number
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.diagnosis.fingerprint import numel, same_value
from autograder.sessions.local import LocalSession
from autograder.sessions.replies import WorkerLost
from autograder.wire.protocol import Make, Seed

SHRINK = (0.93, 0.98)
"""Between which the factor of every floating-point input lies: probabilities stay probabilities, signs what they are."""
CLOSER = 50.0
"""How much closer to the published inputs it is seen whether an answer moves or jumps."""
ALIKE = 20.0
"""How many times more or less than the right answer a wrong formula may move when its inputs do."""
_ASKS = ("call", "observe", "grad", "answer")
_SEED = 4_711
_STUMBLES = (
    CandidateError, AssertionError, TypeError, ValueError, AttributeError, RuntimeError, LookupError, ArithmeticError,
)  # fmt: skip


def needs_probation(outcomes: Sequence[Outcome]) -> bool:
    """Whether value checks passed, but none of those that students cannot see, though there are some."""
    values = [outcome for outcome in outcomes if outcome.check.kind == "value"]
    hidden = [outcome for outcome in values if outcome.check.visibility == "hidden"]
    return bool(hidden) and not any(one.passed for one in hidden) and any(one.passed for one in values)


def computes_beside_the_published_inputs(
    assignment: Assignment, exercise: Exercise, outcomes: Sequence[Outcome], open_session: OpenSession, options: RunOptions
) -> bool:
    """Whether the answer computes something beside the inputs of the visible value checks that it passed.

    False where it is a table as far as all of these checks can tell, or where asking costs it its process.
    """
    checks = [one.check for one in outcomes if one.passed and one.check.visibility == "visible"]
    checks = [check for check in checks if check.kind == "value" and not is_property(check.function)]
    try:
        session = open_session()
    except WorkerLost:
        return False
    try:
        with salted(options.salt):
            factor = number(0, *SHRINK, digits=6)
        verdicts = []
        for check in checks:
            session.limit(options.time_limit)
            verdicts.append(_understood(assignment, exercise, check, session, factor))
        told = [verdict for verdict in verdicts if verdict is not None]
        return any(told) if told else True
    except WorkerLost:
        return False
    finally:
        session.close()


@dataclass
class _Beside:
    """A session whose questions are moved by a factor, and what was answered to those that concern the exercise."""

    session: Any
    exercise: Exercise
    factor: float | None
    answers: list[Any] = field(default_factory=list)
    kind: str = ""
    """Which kind of inputs was moved, ``floating`` or ``whole``."""

    def request(self, operation: dict[str, Any]) -> list[Any]:
        """Carry out an operation beside where it was asked."""
        asks = operation["op"] in _ASKS and (
            operation["target"][0] == "handle" or list(operation["target"][1:]) == [self.exercise.module, self.exercise.name]
        )
        made = self.exercise.kind == "class" and operation.get("target", ["handle"])[0] != "handle"
        if (asks and not made) or operation["op"] == Make.op:  # the sizes of an object must go on fitting what it is given
            operation, kind = moved(operation, self.factor, whole=asks)
            self.kind = max(self.kind, kind, key=KINDS.index)
        reply: list[Any] = self.session.request(operation)
        if asks and not made:
            self.answers.append(_value_of(operation, reply))
        return reply


def _value_of(operation: dict[str, Any], reply: list[Any]) -> Any:
    if reply[0] != "ok":
        return None
    return reply[1]["value"] if operation["op"] == "observe" else reply[1]


def _understood(
    assignment: Assignment, exercise: Exercise, check: Check, session: CandidateSession, factor: float
) -> bool | None:
    """Whether the check is answered by computing; ``None`` when nothing can be moved, or nothing that matters.

    Either the answers beside the published inputs are right, or they move with the inputs about as far as right ones do,
    which takes a closer look: a few in a thousand, where a table jumps or stays. Whole numbers have no such neighbours;
    of these one right answer, other than the published one, is enough.
    """
    own = LocalSession(assignment.reference_space(), assignment.toys)

    def asked(factor: float | None) -> list[tuple[Any, Any]]:
        ours, theirs = (_run(assignment, exercise, check, one, factor) for one in (own, session))
        kinds.append(ours[1])
        return list(zip(theirs[0], ours[0], strict=False))

    kinds: list[str] = []
    there, beside = asked(None), asked(factor)
    if not kinds[1]:
        return None
    compared = [
        (same_value(now, due), known, due) for (_, known), (now, due) in zip(there, beside, strict=False) if due is not None
    ]
    right = [good for good, _, _ in compared]
    telling = [good for good, known, due in compared if not same_value(known, due)]
    if all(right) if kinds[1] == "floating" else any(telling):
        return True if telling else None
    if kinds[1] != "floating":
        return False
    near = asked(1 - (1 - factor) / CLOSER)
    four = [(was, now, known, due) for (was, known), (now, due) in zip(there, near, strict=False)]
    moving = [(was, now, known, due) for was, now, known, due in four if _distance(known, due)]
    return bool(moving) and all(_moves_alike(*one) for one in moving)


def _run(
    source: ReferenceSource, exercise: Exercise, check: Check, session: CandidateSession | LocalSession, factor: float | None
) -> tuple[list[Any], str]:
    """Run a check beside its inputs: what the exercise answered, and which kind of inputs was moved."""
    asked = _Beside(session, exercise, factor)
    session.request(Seed(_SEED).to_wire())
    with contextlib.suppress(*_STUMBLES):
        check.function(**arguments_of(source, check, Remote(asked), 0))
    return asked.answers, asked.kind


def _moves_alike(was: Any, now: Any, right: Any, right_beside: Any) -> bool:
    """Whether an answer moves with its inputs, about as far as the right one does."""
    own, due = _distance(was, now), _distance(right, right_beside)
    return own is not None and due is not None and due / ALIKE <= own <= due * ALIKE


def _distance(one: Any, other: Any) -> float | None:
    """The largest difference of two answers; ``None`` where they are not of the same form."""
    pairs = list(_numbers(one)), list(_numbers(other))
    if not pairs[0] or [part.shape for part in pairs[0]] != [part.shape for part in pairs[1]]:
        return None
    gaps = [np.abs(a - b).max(initial=0.0) for a, b in zip(*pairs, strict=True)]
    largest = float(max(gaps))
    return largest if np.isfinite(largest) else None


def _numbers(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
    elif numel(value) >= 0:
        array = as_array(value if not isinstance(value, torch.Tensor) else value.detach())
        yield array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
