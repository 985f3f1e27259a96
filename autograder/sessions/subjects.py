"""What is being graded: a submission behind walls, or modules in this process. Opens sessions on it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor

from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Exercise
from autograder.errors import GraderError
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.toys import FILE as TOYS
from autograder.runtime.toys import BadToys, compile_toys
from autograder.sessions.bounds import unbounded_memory
from autograder.sessions.budget import Budget
from autograder.sessions.local import LocalSession
from autograder.sessions.precompiled import compiled
from autograder.sessions.remote import RemoteSession
from autograder.sessions.replies import WorkerLost
from autograder.sessions.wanted_libraries import wanted_groups, wants_little
from autograder.wire.protocol import Import, Load, Substitute

if TYPE_CHECKING:
    from autograder.sandbox.sandbox import Sandbox
    from autograder.sandbox.worker import Worker

LOAD_SEED = 0
"""Of the global generators while files are loaded: public, because what is said then is."""
MAX_LENT = 5_000
"""Calls that a lent function answers to one worker; the longest sampling loop of a check takes some hundred."""
LOAD_LIMIT = 10.0
"""Seconds that loading a submission's file may take before only its definitions are used."""


class Subject(Protocol):
    """Opens sessions on one submission and remembers what loading it said."""

    load_notes: dict[str, str]
    """Module -> what went wrong while it was loaded, in words fit for the student."""
    guarded: bool
    """Whether it is somebody's work behind walls, which may try anything."""

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Start a fresh session with ``module`` loaded and some functions replaced by the reference's."""
        ...

    def open_light(self, module: str) -> CandidateSession | None:
        """Start a cheap session that has no torch, if ``module`` looks as if it needed none; None otherwise."""
        ...

    def keep_silent(self) -> None:
        """Note nothing more about loading: hidden inputs are being sent from now on."""
        ...


class LoadedModules:
    """A subject in this process: a reference, a stub, an alternative answer."""

    guarded = False
    _numbers = itertools.count()

    def __init__(self, assignment: Assignment, files: Mapping[str, bytes]) -> None:
        self._assignment = assignment
        self._files = files
        self._plain: ModuleSpace | None = None
        self.load_notes: dict[str, str] = {}

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Return a session on the modules; substitution gets a copy of its own."""
        if self._plain is None or substitutes:
            prefix = f"subject_{next(self._numbers)}."
            space = ModuleSpace(self._files, self._assignment.modules, prefix)
            if not substitutes:
                self._plain = space
        else:
            space = self._plain
        session = LocalSession(space, self._assignment.toys)
        _substitute(session, self._assignment, substitutes, _plainly)
        return session  # type: ignore[return-value]

    def open_light(self, module: str) -> None:
        """Nothing is cheaper than a session in this process."""

    def keep_silent(self) -> None:
        """Nothing in this process is a student's."""


class IsolatedSubmission:
    """A submission whose code runs in locked workers only."""

    guarded = True

    def __init__(
        self,
        assignment: Assignment,
        files: Mapping[str, bytes],
        sandbox: Sandbox,
        budget: Budget | None = None,
    ) -> None:
        self._assignment = assignment
        self._files = dict(files)
        self._sandbox = sandbox
        self._compiled = compiled(self._files)
        self._toys = _compiled_toys(assignment)
        self._groups = wanted_groups({**files, f"/{TOYS}": assignment.toys})
        self._budget = budget or Budget()
        self._telling = True
        self._definitions_only: set[str] = set()
        self._hopeless: dict[str, tuple[str, str]] = {}
        """Module -> status and reason, where not even its definitions load."""
        self._light: dict[str, bool] = {}
        """Module -> whether it does without torch, as far as is known."""
        self.load_notes: dict[str, str] = {}

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Start a locked worker with ``module`` loaded; raises :class:`WorkerLost` when that cannot be done."""
        if module in self._hopeless:
            raise WorkerLost(*self._hopeless[module])
        try:
            return self._start(module, substitutes)
        except WorkerLost as lost:
            if module in self._definitions_only:
                self._hopeless[module] = (lost.status, lost.reason)
                raise
            reason = lost.reason
        # Something at the top level of the file does not end, or ends the process: use its definitions only.
        self._definitions_only.add(module)
        if self._telling:
            self.load_notes[module] = f"loading the file did not end well ({reason}); only its functions and classes were used"
        return self.open(module, substitutes)

    def keep_silent(self) -> None:
        """Say no more about loading: from now on a worker may know, by whatever way, what another one was asked."""
        self._telling = False

    def open_light(self, module: str) -> CandidateSession | None:
        """Start a locked worker without torch; None when ``module`` may want it, or does not load without a complaint."""
        if module not in self._light:
            self._light[module] = wants_little(self._files, module)
        with unbounded_memory():
            worker = self._sandbox.spawn_light() if self._light[module] else None
        if worker is None:
            return None
        with contextlib.suppress(WorkerLost):
            session, reply = self._load(worker, module, ())
            if reply == ["ok", []]:
                return session
            session.close()
        self._light[module] = False
        return None

    def _start(self, module: str, substitutes: Sequence[Exercise]) -> CandidateSession:
        with unbounded_memory():
            worker = self._sandbox.spawn(groups=self._groups)
        session, reply = self._load(worker, module, substitutes)
        self._remember(module, reply)
        return session

    def _load(self, worker: Worker, module: str, substitutes: Sequence[Exercise]) -> tuple[RemoteSession, list]:
        """Send the files and run ``module``; returns what that said."""
        session = RemoteSession(worker, self._budget)
        session.limit(LOAD_LIMIT)
        definitions_only = bool(self._definitions_only)
        expected = list(self._assignment.modules)
        load = Load(self._files, expected, definitions_only, self._compiled, LOAD_SEED, self._toys)
        reply = session.request(load.to_wire())
        if reply[:2] == ["error", BadToys.__name__]:  # nothing of the submission has run yet: this is no student's word
            raise _bad_toys(self._assignment, reply[2])
        _substitute(session, self._assignment, substitutes, Lent)
        return session, session.request(Import(module, LOAD_SEED).to_wire())

    def _remember(self, module: str, reply: list) -> None:
        """Keep what loading complained about, as long as no worker of this run has been sent a hidden input."""
        if not self._telling:
            return
        if reply[0] == "error" and reply[4] == "missing":
            self.load_notes.setdefault(module, f"{module}.py is not among the files that were handed in")
        elif reply[0] == "error":
            self.load_notes.setdefault(module, f"{module}.py could not be loaded: {reply[1]}: {reply[2]}")
        elif reply[1]:
            told = "; ".join(reply[1][:3])
            self.load_notes.setdefault(module, f"while loading, a statement failed and was skipped: {told}")


def _compiled_toys(assignment: Assignment) -> bytes:
    try:
        return compile_toys(assignment.toys)
    except BadToys as error:
        raise _bad_toys(assignment, str(error)) from error


def _bad_toys(assignment: Assignment, reason: str) -> GraderError:
    where = str(assignment.folder / TOYS)
    return GraderError(f"the small modules of the assignment cannot be loaded: {reason}", where, "mend that file")


def _substitute(
    session: CandidateSession | LocalSession,
    assignment: Assignment,
    exercises: Sequence[Exercise],
    lend: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> None:
    for exercise in exercises:
        function = getattr(assignment.reference(exercise.module), exercise.name)
        session.request(Substitute(exercise.module, exercise.name, lend(function)).to_wire())


def _plainly(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function object of its own, so that a class of callables is never mistaken for data."""
    return lambda *args, **kwargs: function(*args, **kwargs)


class Lent:
    """A reference's function in the place of one of a submission's pieces, while what builds on it is checked again.

    It is called as :class:`autograder.runtime.callbacks.DrawingCallback` calls it: random state in and out again. It is
    lent when all checks of the piece itself are over, to workers that get inputs of their own, and it answers so many
    questions only: what it says is of no use for the piece itself.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._left = MAX_LENT

    def __call__(self, state: Tensor, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Evaluate with the given random state; the state afterwards is the last output."""
        self._left -= 1
        if self._left < 0:
            raise RuntimeError("a function that this one builds on was called too often")
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(state)
            result = self._function(*args, **kwargs)
            return (*(result if isinstance(result, tuple | list) else [result]), torch.get_rng_state())
