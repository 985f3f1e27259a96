"""Runs the checks of one exercise against one candidate and says what became of each."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import torch

from autograder.assessment.examples import _STORE, derive_seed, fixtures_of, is_property
from autograder.assessment.interleaving import run_interleaved
from autograder.assessment.outcomes import Outcome, outcome_of, size_of
from autograder.checks.calls import CandidateSession, OpenSession, Remote, Session
from autograder.checks.candidate import Candidate
from autograder.checks.salt import NONE, salt_of, salted
from autograder.checks.strategies import Deferred
from autograder.course.assignment import Check, Exercise
from autograder.runtime.global_state import one_thread
from autograder.sessions.bounds import bounded_memory
from autograder.sessions.budget import CHECK_SECONDS, Budget
from autograder.sessions.replies import WorkerLost
from autograder.wire.protocol import Seed

MAX_LOST = 2
"""Workers that one exercise may use up before its remaining checks are given up."""


@dataclass
class RunOptions:
    """What a run of checks depends on besides the submission."""

    seed: int = 0
    content: str = ""
    """Digest of what was handed in: with the seed, it decides the hidden inputs of this attempt."""
    time_limit: float = CHECK_SECONDS
    """Seconds for one check, unless the check asks for more."""
    budget: Budget = field(default_factory=Budget)
    """What the submission has used and may use in all."""
    visible_only: bool = False

    @functools.cached_property
    def salt(self) -> int:
        """What hidden checks mix into their seeds."""
        return salt_of(self.seed, self.content)

    def afresh(self, key: str) -> RunOptions:
        """The same options with other hidden inputs, different ones for every ``key``."""
        return replace(self, content=f"{self.content}/again/{key}")

    def salt_for(self, visibility: str) -> int:
        """The salt of hidden checks; visible ones are public and have none."""
        return self.salt if visibility == "hidden" else NONE


class ReferenceSource(Protocol):
    """What checks are run against: an assignment, or its stand-in where a student has the visible checks alone."""

    @property
    def name(self) -> str:
        """What drawn examples are kept under."""

    def reference(self, module: str) -> types.ModuleType:
        """The reference's module, for checks that ask for it."""


TOGETHER_LIMIT = 3.0
"""Seconds for all checks of an exercise at once; what takes longer is run check by check, each with its own limit."""


@one_thread()
def run_checks(
    source: ReferenceSource, checks: Iterable[Check], open_session: OpenSession, options: RunOptions
) -> list[Outcome]:
    """Run checks one after the other, in fresh processes where one is lost; for subjects without a student's secrets.

    A submission's checks run as :class:`autograder.assessment.sitting.Sitting` has them. One thread computes: several wait
    for each other on a busy machine, four times as long as they compute.
    """
    outcomes, session = run_in_turn(source, list(checks), None, open_session, options, [])
    if session is not None:
        session.close()
    return outcomes


def run_together(
    source: ReferenceSource,
    checks: Sequence[Check],
    session: CandidateSession,
    options: RunOptions,
    lost: list[tuple[str, bool]] | None = None,
    limit: float = TOGETHER_LIMIT,
) -> list[Outcome] | None:
    """Run checks of one visibility interleaved, which saves most of the waiting; ``None`` when that has cost the process.

    ``lost`` is told how that ended, and whether that is certain; ``limit`` is in seconds.
    """
    runs = [_CheckRun(source, check, options) for check in checks]
    lanes = [lane for lane, run in enumerate(runs) for _ in run.bodies]
    bodies = [body for run in runs for body in run.bodies]
    try:
        session.limit(min(options.time_limit, limit))
        with bounded_memory(), salted(options.salt_for(checks[0].visibility)):
            _raise_first(run_interleaved(bodies, session.batch, lanes))
        return [run.outcome() for run in runs]
    except WorkerLost as ended:
        if lost is not None:
            lost.append((ended.status, ended.certain))
        return None


def run_in_turn(
    source: ReferenceSource,
    checks: Sequence[Check],
    session: CandidateSession | None,
    open_session: OpenSession,
    options: RunOptions,
    lost: list[tuple[str, str]],
) -> tuple[list[Outcome], CandidateSession | None]:
    """Run checks one by one; return their outcomes and the session that is left.

    A check that kills its process or runs out of time is charged for that, and the next one gets a fresh process, until
    :data:`MAX_LOST` of them are used up; ``lost`` collects how they ended.
    """
    outcomes: list[Outcome] = []
    for check in checks:
        if len(lost) >= MAX_LOST:
            status, reason = lost[-1]
            outcomes.append(Outcome(check, status, f"not run, because earlier checks ended with: {reason}"))
            continue
        try:
            outcome, session = _once_more(source, check, session, open_session, options)
            outcomes.append(outcome)
        except WorkerLost as error:
            lost.append((error.status, error.reason))
            options.budget.hung |= error.status == "timeout" and error.certain
            session = None
            outcomes.append(Outcome(check, error.status, error.reason))
    return outcomes, session


def _once_more(
    source: ReferenceSource, check: Check, session: CandidateSession | None, open_session: OpenSession, options: RunOptions
) -> tuple[Outcome, CandidateSession]:
    """Run one check; where its process is lost and that may be the machine's doing, once more in a fresh one, alone."""
    for attempt in range(2):
        try:
            session = session or open_session()
            return run_check(source, check, session, options), session
        except WorkerLost as lost:
            session = None
            if lost.certain or attempt or options.budget.tight:
                raise
        except BaseException:
            if session is not None:
                session.close()
            raise
    raise AssertionError("the second attempt returns or raises")


def run_check(source: ReferenceSource, check: Check, session: CandidateSession, options: RunOptions) -> Outcome:
    """Run one check; raises :class:`WorkerLost` when the submission's process is of no further use."""
    session.limit(check.timeout or options.time_limit)
    run = _CheckRun(source, check, options)
    with bounded_memory(), salted(options.salt_for(check.visibility)):
        if is_property(check.function):
            _raise_first(run_interleaved(run.bodies, session.batch))
        else:
            run.bodies[0](session)
    return run.outcome()


def _raise_first(errors: Iterable[Exception | None]) -> None:
    for error in errors:
        if error is not None:
            raise error


class _CheckRun:
    """One check as bodies to run, one for each example, and the verdicts that they leave."""

    def __init__(self, source: ReferenceSource, check: Check, options: RunOptions) -> None:
        self._source = source
        self._check = check
        self._seed = derive_seed(options.salt_for(check.visibility), check.key)
        self._verdicts: list[Outcome] = []
        if is_property(check.function):
            function = check.function.hypothesis.inner_test  # type: ignore[attr-defined]
            examples = _STORE.examples(source.name, check, options.seed)
        else:
            function, examples = check.function, [{}]
        self.bodies = [self._body(function, example, index) for index, example in enumerate(examples)]

    def _body(self, function: Callable[..., None], example: Mapping[str, Any], index: int) -> Callable[[Session], None]:
        def run(session: Session) -> None:
            if index == 0:
                session.request(Seed(derive_seed(self._seed, "worker") % 2**32).to_wire())
            remote = Remote(session)
            arguments = arguments_of(self._source, self._check, remote, self._seed + index)
            drawn = {name: value.value() if type(value) is Deferred else value for name, value in example.items()}
            self._verdicts.append(outcome_of(self._check, remote, lambda: function(**arguments, **drawn)))

        return run

    def outcome(self) -> Outcome:
        """The verdict: passed, or the failure with the least to read."""
        bad = [verdict for verdict in self._verdicts if not verdict.passed]
        return min(bad, key=lambda verdict: size_of(verdict.call)) if bad else Outcome(self._check, "passed")


def arguments_of(source: ReferenceSource, check: Check, remote: Remote, seed: int) -> dict[str, Any]:
    """The fixtures that a check asks for."""
    return {name: _MAKERS[name](source, check, remote, seed) for name in fixtures_of(check.function)}


_MAKERS: Mapping[str, Callable[[ReferenceSource, Check, Remote, int], Any]] = {
    "candidate": lambda source, check, remote, seed: Candidate(remote, check.module),
    "rng": lambda source, check, remote, seed: torch.Generator().manual_seed(seed % 2**63),
    "reference": lambda source, check, remote, seed: source.reference(check.module),
}


def earned(exercise: Exercise, outcomes: Iterable[Outcome]) -> float:
    """Points of an exercise: the sum over passed checks, or nothing when no value check passed."""
    outcomes = list(outcomes)
    if not any(outcome.passed and outcome.check.kind == "value" for outcome in outcomes):
        return 0.0
    return sum(outcome.check.points for outcome in outcomes if outcome.passed)
