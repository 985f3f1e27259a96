"""What is being graded: a submission behind walls, or modules in this process. Opens sessions on it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor

from autograder.course import Assignment, Exercise
from autograder.runner import CandidateSession
from autograder.sandbox.modules import ModuleSpace
from autograder.sessions import LocalSession, RemoteSession, WorkerLost
from autograder.submission.compiled import compiled
from autograder.wanted_libraries import wanted_groups, wants_little

if TYPE_CHECKING:
    from autograder.sandbox.handle import Worker
    from autograder.sandbox.nursery import Nursery

LOAD_LIMIT = 10.0
"""Seconds that loading a submission's file may take before only its definitions are used."""


class Subject(Protocol):
    """Opens sessions on one submission and remembers what loading it said."""

    load_notes: dict[str, str]
    """Module -> what went wrong while it was loaded, in words fit for the student."""

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Start a fresh session with ``module`` loaded and some functions replaced by the reference's."""
        ...

    def open_light(self, module: str) -> CandidateSession | None:
        """Start a cheap session that has no torch, if ``module`` looks as if it needed none; None otherwise."""
        ...


class LoadedModules:
    """A subject in this process: a reference, a stub, an alternative answer."""

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
        session = LocalSession(space)
        _substitute(session, self._assignment, substitutes, _plainly)
        return session  # type: ignore[return-value]

    def open_light(self, module: str) -> None:
        """Nothing is cheaper than a session in this process."""


class IsolatedSubmission:
    """A submission whose code runs in locked workers only."""

    def __init__(self, assignment: Assignment, files: Mapping[str, bytes], nursery: Nursery, seed: int) -> None:
        self._assignment = assignment
        self._files = dict(files)
        self._nursery = nursery
        self._compiled = compiled(self._files)
        self._groups = wanted_groups(files)
        self._seed = seed
        self._definitions_only: set[str] = set()
        self._hopeless: dict[str, WorkerLost] = {}
        self._light: dict[str, bool] = {}
        """Module -> whether it does without torch, as far as is known."""
        self.load_notes: dict[str, str] = {}

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Start a locked worker with ``module`` loaded; raises :class:`WorkerLost` when that cannot be done."""
        if module in self._hopeless:
            raise self._hopeless[module]
        try:
            return self._start(module, substitutes)
        except WorkerLost as lost:
            if module in self._definitions_only:
                self._hopeless[module] = lost
                raise
            # Something at the top level of the file does not end, or ends the process: use its definitions only.
            self._definitions_only.add(module)
            self.load_notes[module] = (
                f"loading the file did not end well ({lost.reason}); only its functions and classes were used"
            )
            return self.open(module, substitutes)

    def open_light(self, module: str) -> CandidateSession | None:
        """Start a locked worker without torch; None when ``module`` may want it, or does not load without a complaint."""
        if module not in self._light:
            self._light[module] = wants_little(self._files, module)
        worker = self._nursery.spawn_light() if self._light[module] else None
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
        session, reply = self._load(self._nursery.spawn(groups=self._groups), module, substitutes)
        self._remember(module, reply)
        return session

    def _load(self, worker: Worker, module: str, substitutes: Sequence[Exercise]) -> tuple[RemoteSession, list]:
        """Send the files and run ``module``; returns what that said."""
        session = RemoteSession(worker)
        session.limit(LOAD_LIMIT)
        definitions_only = bool(self._definitions_only)
        expected = list(self._assignment.modules)
        load = {"op": "load", "files": self._files, "expected": expected, "compiled": self._compiled}
        session.request({**load, "definitions_only": definitions_only, "seed": self._seed})
        _substitute(session, self._assignment, substitutes, _drawing)
        return session, session.request({"op": "import", "module": module, "seed": self._seed})

    def _remember(self, module: str, reply: list) -> None:
        """Keep what loading complained about; no hidden input had been sent when it was said."""
        if reply[0] == "error" and reply[4] == "missing":
            self.load_notes.setdefault(module, f"{module}.py is not among the files that were handed in")
        elif reply[0] == "error":
            self.load_notes.setdefault(module, f"{module}.py could not be loaded: {reply[1]}: {reply[2]}")
        elif isinstance(reply[1], list) and reply[1]:
            lines = [line for line in reply[1] if isinstance(line, str)]
            self.load_notes.setdefault(
                module, "while loading, a statement failed and was skipped: " + "; ".join(lines[:3])
            )


def _substitute(
    session: CandidateSession | LocalSession,
    assignment: Assignment,
    exercises: Sequence[Exercise],
    lend: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> None:
    for exercise in exercises:
        function = getattr(assignment.reference(exercise.module), exercise.name)
        operation = {"op": "substitute", "module": exercise.module, "name": exercise.name, "callback": lend(function)}
        session.request(operation)


def _plainly(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function object of its own, so that a class of callables is never mistaken for data."""
    return lambda *args, **kwargs: function(*args, **kwargs)


def _drawing(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as :class:`autograder.sandbox.callbacks.DrawingCallback` calls it: random state in and out again."""

    def evaluate(state: Tensor, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(state)
            result = function(*args, **kwargs)
            return (*(result if isinstance(result, tuple | list) else [result]), torch.get_rng_state())

    return evaluate
