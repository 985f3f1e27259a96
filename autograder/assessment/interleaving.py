"""Many examples of a check at once: their requests go to the worker in common batches.

Where greenlet is not installed, as on many a student's machine, they run one after the other: the same answers, later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.checks.calls import Session
from autograder.wire.protocol import Seed, in_lane

try:
    import greenlet
except ImportError:
    greenlet = None

Batch = Callable[[list[dict[str, Any]]], list[list]]
Body = Callable[[Session], None]


AT_ONCE = 128
"""Requests in one frame: as many save all but a hundredth of the ways there and back, and their values stay small."""


class _Relay:
    """The session that one body sees: it hands each request, and seeds before it, to whoever answers them.

    Requests carry their ``lane``: bodies of one lane share a random state, which other lanes do not disturb.
    """

    def __init__(self, ask: Callable[[list[dict[str, Any]]], list], lane: int | None) -> None:
        self._ask = ask
        self._lane = lane
        self.over = False
        self._before: list[dict[str, Any]] = []

    def request(self, operation: dict[str, Any]) -> list:
        if self.over:  # the body is being ended, and its `finally` asks once more: nobody would answer
            raise greenlet.GreenletExit
        if self._lane is not None:
            operation = in_lane(operation, self._lane)
        if operation["op"] == Seed.op:
            # The seed must directly precede the call that it is for, whatever other examples do.
            self._before.append(operation)
            return ["ok", None]
        grad = torch.is_grad_enabled()
        request, self._before = [*self._before, operation], []
        reply = self._ask(request)
        _enable_gradients(grad)
        return reply


def run_interleaved(bodies: Sequence[Body], batch: Batch, lanes: Sequence[int] | None = None) -> list[Exception | None]:
    """Run all bodies at once, sending their requests in common batches; return what each raised.

    ``lanes`` gives every body the number of the random state that it shares with others of the same number.
    Errors of ``batch`` itself (a lost worker) are raised here, since they concern all examples.
    """
    if greenlet is None:
        return _run_in_turn(bodies, batch, lanes)
    outcomes: list[Exception | None] = [None] * len(bodies)
    loop = greenlet.getcurrent()
    waiting: list[tuple[int, Any, Any]] = []

    relays = [_Relay(loop.switch, None if lanes is None else lanes[index]) for index in range(len(bodies))]

    def start(index: int) -> None:
        outcomes[index] = _raised_by(bodies[index], relays[index])

    for index in range(len(bodies)):
        runner = greenlet.greenlet(start)
        _enable_gradients(True)
        request = runner.switch(index)
        if not runner.dead:
            waiting.append((index, runner, request))
    try:
        while waiting:
            waiting = _advance(waiting, batch)
    finally:
        for relay in relays:
            relay.over = True
        torch.set_grad_enabled(True)
    return outcomes


def _enable_gradients(enabled: bool) -> None:
    """Switch where that changes something: it takes longer than to look, for every request."""
    if torch.is_grad_enabled() is not enabled:
        torch.set_grad_enabled(enabled)


class _Unanswered(BaseException):
    """Carries an error of ``batch`` past whatever a body catches."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def _run_in_turn(bodies: Sequence[Body], batch: Batch, lanes: Sequence[int] | None) -> list[Exception | None]:
    def ask(request: list[dict[str, Any]]) -> list:
        try:
            return batch(request)[-1]
        except Exception as error:
            raise _Unanswered(error) from error

    outcomes = []
    try:
        for index, body in enumerate(bodies):
            torch.set_grad_enabled(True)
            outcomes.append(_raised_by(body, _Relay(ask, None if lanes is None else lanes[index])))
    except _Unanswered as lost:
        raise lost.error from None
    finally:
        torch.set_grad_enabled(True)
    return outcomes


def _raised_by(body: Body, session: _Relay) -> Exception | None:
    try:
        body(session)
    except Exception as error:
        return error
    return None


def _advance(waiting: list[tuple[int, Any, Any]], batch: Batch) -> list[tuple[int, Any, Any]]:
    """Send everybody's request, many in one frame, and let each run to its next one."""
    still = []
    for first in range(0, len(waiting), AT_ONCE):
        still += _advance_some(waiting[first : first + AT_ONCE], batch)
    return still


def _advance_some(waiting: list[tuple[int, Any, Any]], batch: Batch) -> list[tuple[int, Any, Any]]:
    replies = batch([operation for _, _, request in waiting for operation in request])
    still = []
    position = 0
    for index, runner, request in waiting:
        position += len(request)
        following = runner.switch(replies[position - 1])
        if not runner.dead:
            still.append((index, runner, following))
    return still
