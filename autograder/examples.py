"""The examples of a property check: drawn once by Hypothesis, then replayed for every submission.

Drawing costs more than checking, so a class of a hundred submissions shares what is drawn, which depends on the run's
seed alone: shapes, and the seeds that tensors are filled from. These are salted, so that the values differ. The
examples of one check are run interleaved: every example's next call to the submission goes into one frame, which saves
a round trip through two processes for each of them.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import greenlet
import hypothesis
import torch
from hypothesis.internal.conjecture import providers

from autograder.candidate import Session
from autograder.strategies import deferring

Body = Callable[[Session], None]


def derive_seed(seed: int, key: str) -> int:
    """A seed for one check, different for every check and every run seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{key}".encode()).digest()[:7], "big")


def is_property(function: Callable[..., None]) -> bool:
    """Tell whether a check draws examples with ``@given``."""
    return bool(getattr(function, "is_hypothesis_test", False))


def draw_examples(function: Any, seed: int, fixtures: frozenset[str]) -> list[dict[str, Any]]:
    """Draw the examples of a property check from ``seed``; ``fixtures`` are the arguments that are not drawn."""
    drawn: list[dict[str, Any]] = []
    inner = function.hypothesis.inner_test

    def record(**arguments: Any) -> None:
        drawn.append({name: value for name, value in arguments.items() if name not in fixtures})

    previous = getattr(function, "_hypothesis_internal_use_seed", None)
    function.hypothesis.inner_test = record
    try:
        hypothesis.seed(seed)(function)
        with _no_local_constants(), deferring():
            function(**dict.fromkeys(fixtures))
    finally:
        function.hypothesis.inner_test = inner
        function._hypothesis_internal_use_seed = previous
    return drawn


@contextlib.contextmanager
def _no_local_constants() -> Iterator[None]:
    """Keep Hypothesis from mixing in numbers found in whatever modules happen to be imported."""
    original = getattr(providers, "_get_local_constants", None)
    if original is None:
        yield
        return
    empty = providers.Constants()
    providers._get_local_constants = lambda: empty  # type: ignore[assignment]
    try:
        yield
    finally:
        providers._get_local_constants = original  # type: ignore[assignment]


class _Relay:
    """The session that one body sees: it hands each request to the loop that collects them.

    Requests carry their ``lane``: bodies of one lane share a random state, which other lanes do not disturb.
    """

    def __init__(self, loop: greenlet.greenlet, lane: int | None) -> None:
        self._loop = loop
        self._lane = {} if lane is None else {"lane": lane}
        self._before: list[dict[str, Any]] = []

    def request(self, operation: dict[str, Any]) -> list:
        operation = {**operation, **self._lane}
        if operation["op"] == "seed":
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
