"""Requests to a submission and what is known of them: sessions, calls, observations, errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.wire.protocol import Request


class Session(Protocol):
    """Carries requests to a submission and replies back; implemented in :mod:`autograder.sessions`."""

    def request(self, operation: dict[str, Any]) -> list[Any]:
        """Carry out one operation of :mod:`autograder.wire.protocol`; its reply has been looked at there too."""
        ...


class CandidateError(Exception):
    """The student's code raised; ``missing`` when the exercise is not implemented yet."""

    def __init__(self, error_type: str, message: str, traceback: str, reason: str) -> None:
        super().__init__(f"{error_type}: {message}" if message else error_type)
        self.error_type = error_type
        self.message = message
        self.traceback = traceback
        self.reason = reason

    @property
    def missing(self) -> bool:
        """Whether the code is simply not there yet."""
        return self.reason == "missing"


@dataclass
class Observation:
    """A call's result and what else it changed."""

    value: Any
    args: tuple[Any, ...]
    """The arguments as they are after the call."""
    kwargs: dict[str, Any]
    rng_used: bool
    """Whether torch's, NumPy's or Python's global random state moved, or the call switched a mode of torch and left it so."""
    requires_grad: bool
    """Whether a returned tensor was attached to the autograd graph (a claim of the student's process)."""
    switched: bool = False
    """Whether the call switched a mode of torch and left it so; then ``rng_used`` is set, too: for calls that may draw."""


@dataclass
class Call:
    """The latest call of a check, kept to explain a failure."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    value: Any = None


@dataclass
class Remote:
    """Shared by everything that belongs to one candidate: the session and the latest call."""

    session: Session
    latest: Call | None = None
    calls: int = 0
    history: list[Call] | None = None
    """All calls so far, where somebody wants them."""

    def ask(self, request: Request) -> Any:
        """Carry out an operation; raises :class:`CandidateError` when the student's code did not."""
        status, *rest = self.session.request(request.to_wire())
        if status == "ok":
            return rest[0]
        raise CandidateError(*rest)


class CandidateSession(Session, Protocol):
    """A session with the controls that the runner needs."""

    @property
    def interleaves(self) -> bool:
        """Whether running many checks at once pays: only where a request has to travel."""

    def limit(self, seconds: float) -> None:
        """Allow this many seconds from now."""
        ...

    def batch(self, operations: list[dict[str, Any]]) -> list[list[Any]]:
        """Carry out several operations."""
        ...

    def pause(self) -> None:
        """Let nothing run until :meth:`resume`."""
        ...

    def resume(self) -> None:
        """Go on after :meth:`pause`."""
        ...

    def held(self) -> float:
        """Megabytes that its process has asked for; 0 where it has none of its own."""
        ...

    def close(self) -> None:
        """Release what the session holds."""
        ...


OpenSession = Callable[[], CandidateSession]
"""Starts a fresh process (or space) with the submission loaded."""
