"""Many examples of a check at once: their requests go to the worker in common batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import greenlet
import torch

from autograder.checks.calls import Session
from autograder.wire.protocol import Seed, in_lane

Body = Callable[[Session], None]


class _Relay:
    """The session that one body sees: it hands each request to the loop that collects them.

    Requests carry their ``lane``: bodies of one lane share a random state, which other lanes do not disturb.
    """

    def __init__(self, loop: greenlet.greenlet, lane: int | None) -> None:
        self._loop = loop
        self._lane = lane
        self._before: list[dict[str, Any]] = []

    def request(self, operation: dict[str, Any]) -> list:
        if self._lane is not None:
            operation = in_lane(operation, self._lane)
        if operation["op"] == Seed.op:
            # The seed must directly precede the call that it is for, whatever other examples do.
            self._before.append(operation)
            return ["ok", None]
        grad = torch.is_grad_enabled()
        request, self._before = [*self._before, operation], []
        reply = self._loop.switch(request)
        torch.set_grad_enabled(grad)
        return reply


def run_interleaved(
    bodies: Sequence[Body], batch: Callable[[list[dict[str, Any]]], list[list]], lanes: Sequence[int] | None = None
) -> list[Exception | None]:
    """Run all bodies at once, sending their requests in common batches; return what each raised.

    ``lanes`` gives every body the number of the random state that it shares with others of the same number.
    Errors of ``batch`` itself (a lost worker) are raised here, since they concern all examples.
    """
    outcomes: list[Exception | None] = [None] * len(bodies)
    loop = greenlet.getcurrent()
    waiting: list[tuple[int, greenlet.greenlet, Any]] = []

    def start(index: int) -> None:
        try:
            bodies[index](_Relay(loop, None if lanes is None else lanes[index]))
        except Exception as error:
            outcomes[index] = error

    for index in range(len(bodies)):
        runner = greenlet.greenlet(start)
        torch.set_grad_enabled(True)
        request = runner.switch(index)
        if not runner.dead:
            waiting.append((index, runner, request))
    try:
        while waiting:
            waiting = _advance(waiting, batch)
    finally:
        torch.set_grad_enabled(True)
    return outcomes


def _advance(
    waiting: list[tuple[int, greenlet.greenlet, Any]], batch: Callable[[list[dict[str, Any]]], list[list]]
) -> list[tuple[int, greenlet.greenlet, Any]]:
    """Send everybody's request in one frame and let each run to its next one."""
    replies = batch([operation for _, _, request in waiting for operation in request])
    still = []
    position = 0
    for index, runner, request in waiting:
        position += len(request)
        following = runner.switch(replies[position - 1])
        if not runner.dead:
            still.append((index, runner, following))
    return still
