"""What is being graded: a submission behind walls, or modules in this process. Opens sessions on it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Assignment, Exercise
from autograder.errors import GraderError
from autograder.runtime.module_space import ModuleSpace
from autograder.runtime.stand_ins.toys import FILE as TOYS
from autograder.runtime.stand_ins.toys import BadToys, compile_toys
from autograder.sessions.bounds import unbounded_memory
from autograder.sessions.budget import Budget
from autograder.sessions.lent import MAX_LENT, Lent, LentClass, base_of, methods_of
from autograder.sessions.local import LocalSession
from autograder.sessions.precompiled import compiled
from autograder.sessions.remote import RemoteSession
from autograder.sessions.replies import WorkerLost
from autograder.sessions.wanted_libraries import groups_of, wanted_groups
from autograder.wire.protocol import Import, Load, Substitute

if TYPE_CHECKING:
    from autograder.sandbox.zygote_host import ZygoteHost

LOAD_SEED = 0
"""Of the global generators while files are loaded: public, because what is said then is."""
LOAD_LIMIT = 10.0
"""Seconds that loading a submission's file may take before only its definitions are used."""


class Subject(Protocol):
    """Opens sessions on one submission and remembers what loading it said."""

    load_notes: dict[str, str]
    """Module -> what went wrong while it was loaded, in words fit for the student."""
    guarded: bool
    """Whether it is somebody's work behind walls, which may try anything."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """What was handed in, by path."""
        ...

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Start a fresh session with ``module`` loaded and some functions replaced by the reference's."""
        ...

    def load(self, module: str, session: CandidateSession) -> None:
        """Load another module into a session; raises :class:`WorkerLost` when that costs the session."""
        ...

    def keep_silent(self) -> None:
        """Note nothing more about loading: hidden inputs are being sent from now on."""
        ...


class LoadedModules:
    """A subject in this process: a reference, a stub, an alternative answer."""

    guarded = False
    _numbers = itertools.count()

    def __init__(self, assignment: Assignment, files: Mapping[str, bytes], toys: bytes | None = None) -> None:
        self._assignment = assignment
        self.files = files
        self._toys = assignment.toys if toys is None else toys
        self._plain: ModuleSpace | None = None
        self.load_notes: dict[str, str] = {}

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Return a session on the modules; substitution gets a copy of its own."""
        if self._plain is None or substitutes:
            prefix = f"subject_{next(self._numbers)}."
            space = ModuleSpace(self.files, self._assignment.modules, prefix)
            if not substitutes:
                self._plain = space
        else:
            space = self._plain
        session = LocalSession(space, self._toys)
        _substitute(session, self._assignment, substitutes, _plainly)
        return session  # type: ignore[return-value]

    def load(self, module: str, session: CandidateSession) -> None:
        """Nothing to do: a module of this process is there when it is asked for."""

    def keep_silent(self) -> None:
        """Nothing in this process is a student's."""


class IsolatedSubmission:
    """A submission whose code runs in locked workers only."""

    guarded = True

    def __init__(
        self,
        assignment: Assignment,
        files: Mapping[str, bytes],
        sandbox: ZygoteHost,
        budget: Budget | None = None,
        toys: bytes | None = None,
        lent_calls: int = MAX_LENT,
    ) -> None:
        """Prepare; ``toys`` takes the place of the assignment's own small modules, ``lent_calls`` bounds each lent piece."""
        toys = assignment.toys if toys is None else toys
        self._assignment = assignment
        self.files = dict(files)
        self._sandbox = sandbox
        self._compiled = compiled(self.files)
        self._toys = _compiled_toys(assignment, toys)
        self._groups = tuple({*wanted_groups({**files, f"/{TOYS}": toys}), *groups_of(assignment.folder)})
        self._budget = budget or Budget()
        self._lend = partial(_guardedly, calls=lent_calls)
        self._telling = True
        self._definitions_only: set[str] = set()
        self._hopeless: dict[str, tuple[str, str]] = {}
        """Module -> status and reason, where not even its definitions load."""
        self.load_notes: dict[str, str] = {}

    def open(self, module: str, substitutes: Sequence[Exercise] = ()) -> CandidateSession:
        """Start a locked worker with ``module`` loaded; raises :class:`WorkerLost` when that cannot be done."""
        if module in self._hopeless:
            raise WorkerLost(*self._hopeless[module])
        try:
            return self._start_once_more(module, substitutes)
        except WorkerLost as lost:
            if module in self._definitions_only:
                self._hopeless[module] = (lost.status, lost.reason)
                raise
            self._use_definitions_only(module, lost.reason)
        return self.open(module, substitutes)

    def load(self, module: str, session: CandidateSession) -> None:
        """Run ``module`` in a worker that has run others; raises :class:`WorkerLost` when that ends it."""
        session.limit(LOAD_LIMIT)
        try:
            reply = session.request(Import(module, LOAD_SEED).to_wire())
        except WorkerLost as lost:
            # What a worker prints and holds adds up over its modules; what never ends does not end in a fresh worker either.
            if lost.certain and lost.status == "timeout":
                self._use_definitions_only(module, lost.reason)
            raise
        self._remember(module, reply)

    def _use_definitions_only(self, module: str, reason: str) -> None:
        """Something at the top level of the file does not end, or ends the process: from now on nothing there is run."""
        self._definitions_only.add(module)
        if self._telling:
            self.load_notes[module] = f"loading the file did not end well ({reason}); only its functions and classes were used"

    def keep_silent(self) -> None:
        """Say no more about loading: from now on a worker may know, by whatever way, what another one was asked."""
        self._telling = False

    def _start_once_more(self, module: str, substitutes: Sequence[Exercise]) -> CandidateSession:
        """Start a session; a process that was lost, perhaps through the machine's doing, is tried once more."""
        try:
            return self._start(module, substitutes)
        except WorkerLost as lost:
            if lost.certain or self._budget.tight:
                raise
        return self._start(module, substitutes)

    def _start(self, module: str, substitutes: Sequence[Exercise]) -> CandidateSession:
        """Send the files to a fresh worker, run ``module``, and remember what that said."""
        with unbounded_memory():
            worker = self._sandbox.spawn(groups=self._groups)
        session = RemoteSession(worker, self._budget)
        session.limit(LOAD_LIMIT)
        definitions_only = bool(self._definitions_only)
        expected = list(self._assignment.modules)
        load = Load(self.files, expected, definitions_only, self._compiled, LOAD_SEED, self._toys)
        reply = session.request(load.to_wire())
        if reply[:2] == ["error", BadToys.__name__]:  # nothing of the submission has run yet: this is no student's word
            raise _bad_toys(self._assignment, reply[2])
        _substitute(session, self._assignment, substitutes, self._lend)
        self._remember(module, session.request(Import(module, LOAD_SEED).to_wire()))
        return session

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


def _compiled_toys(assignment: Assignment, toys: bytes) -> bytes:
    try:
        return compile_toys(toys)
    except BadToys as error:
        raise _bad_toys(assignment, str(error)) from error


def _bad_toys(assignment: Assignment, reason: str) -> GraderError:
    where = str(assignment.folder / TOYS)
    return GraderError(f"the small modules of the assignment cannot be loaded: {reason}", where, "mend that file")


def _substitute(
    session: CandidateSession | LocalSession,
    assignment: Assignment,
    exercises: Sequence[Exercise],
    lend: Callable[[Any], Callable[..., Any]],
) -> None:
    for exercise in exercises:
        target = getattr(assignment.reference(exercise.module), exercise.name)
        layout = {"base": base_of(target), "methods": methods_of(target)} if isinstance(target, type) else None
        session.request(Substitute(exercise.module, exercise.name, lend(target), layout).to_wire())


def _plainly(target: Any) -> Callable[..., Any]:
    """A function object of its own, so that a class of callables is never mistaken for data."""
    if isinstance(target, type):
        return LentClass(target)
    return lambda *args, **kwargs: target(*args, **kwargs)


def _guardedly(target: Any, calls: int) -> Callable[..., Any]:
    """What a worker may ask, and how often."""
    return LentClass(target, calls) if isinstance(target, type) else Lent(target, calls)
