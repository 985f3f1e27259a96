"""How requests reach a submission in a locked worker: frames, limits, callbacks, and the ways in which a worker is lost."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from autograder.sandbox.clock import Reading, WorkerClock
from autograder.sessions.bounds import PATIENCE, Overtime, bounded_time
from autograder.sessions.budget import Budget
from autograder.sessions.callback_graph import CallbackGraph, CallbackRefused
from autograder.sessions.replies import MalformedReply, WorkerLost, _ending, checked_replies
from autograder.wire import codec
from autograder.wire.codec import WireError
from autograder.wire.frames import AT_ONCE, FrameReader, FrameTooLarge, framed
from autograder.wire.protocol import Seed

if TYPE_CHECKING:
    from autograder.sandbox.zygote_host import Worker

MAX_OUTPUT = 16 * 2**20
"""Bytes that a worker may print before it is stopped."""
_START = 30.0
"""Seconds for what is asked before a limit is set."""
_COMPUTED = 0.9
"""Share of a limit that must have been computed for the end to be certain."""
_LATE_READS = 100
_LOOK_AGAIN = 0.05
"""Seconds until a worker is looked at again whose time seems over and which is waiting for a processor."""
MAX_CALLBACKS = 20_000
"""Callback evaluations that one batch of requests may ask for."""


TOO_MUCH_MEMORY = "the submission made the grader hold more than it has memory for"
TOO_MUCH_OUTPUT = "the submission printed more than 16 MB"


class _Deadline:
    """When a worker has had its time: what it computed, and what the grader computed for it, on whatever machine."""

    def __init__(self, clock: WorkerClock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._begun = clock.read()
        self._at = self._begun.wall + seconds
        self._waited = 0.0
        self._since: float | None = None
        self._answered = 0.0

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """While it is the worker's turn: the rest of the time is the grader's."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._waited += time.monotonic() - self._since
            self._since = None

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """While the grader computes something for the worker: that counts, by the grader's processor time."""
        begun = time.thread_time()
        try:
            yield
        finally:
            self._answered += time.thread_time() - begun

    def had(self) -> float:
        """Seconds that the worker has had so far."""
        return self._had_at(self._clock.read())

    def _had_at(self, now: Reading) -> float:
        return now.since(self._begun, self._waited_so_far()) + self._answered

    def left(self) -> float:
        """Seconds until it is worth looking again; none when the time is over."""
        left = self._at - time.monotonic()
        if left > 0:
            return left
        now = self._clock.read()
        left = self._seconds - self._had_at(now)
        if left <= 0 and now.ready and not self._computed_at(now, self._seconds):
            left = _LOOK_AGAIN  # it may have waited for a processor since it was last seen: it is not late before that is known
        left = min(left, PATIENCE * self._seconds - self._waited_so_far())
        self._at = time.monotonic() + left
        return left

    def computed(self) -> bool:
        """Whether the time is over because the worker computed, not because it slept or died."""
        return self._computed_at(self._clock.read(), _COMPUTED * self._seconds)

    def _computed_at(self, now: Reading, seconds: float) -> bool:
        return now.processor - self._begun.processor + self._answered >= seconds

    def _waited_so_far(self) -> float:
        return self._waited + (0.0 if self._since is None else time.monotonic() - self._since)


class RemoteSession:
    """Requests to one locked worker.

    A single request may be a batch: many calls in one frame, which is what makes property checks fast.
    """

    interleaves = True
    """Whether running many checks at once pays: only where a request has to travel."""

    def __init__(self, worker: Worker, budget: Budget | None = None) -> None:
        self._worker = worker
        self._budget = budget or Budget()
        self._sequence = 0
        self._graph = CallbackGraph()
        self._printed = 0
        self._seed: list[dict[str, Any]] = []
        self._clock = WorkerClock(worker.pidfd)
        self._deadline = _Deadline(self._clock, _START)
        self._mapped = self._clock.mapped()
        self._spent = 0.0
        """Of what the worker has had in this time, what is on the budget already."""
        self._late = 0
        """Reads since the time was over: data that is there already is not the worker's delay."""
        self._ending: tuple[str, str, bool] | None = None
        """How the worker was lost, once it is: not the exception, whose traceback would keep all that it met."""
        os.set_blocking(worker.output_fd, False)
        worker.socket.setblocking(False)
        self._frames = FrameReader(self._more, AT_ONCE)
        self._poll = select.poll()
        self._poll.register(worker.socket, select.POLLIN)
        self._poll.register(worker.output_fd, select.POLLIN)

    def limit(self, seconds: float) -> None:
        """Allow ``seconds`` from now for all requests until the next call of this method, or what the budget leaves."""
        self._deadline = _Deadline(self._clock, self._budget.allowance(seconds))
        self._spent = 0.0
        self._late = 0

    def _spend(self) -> None:
        """Take what the worker had off the submission's budget, by its own clocks."""
        had = self._deadline.had()
        self._budget.spend(had - self._spent)
        self._spent = max(had, self._spent)

    def pause(self) -> None:
        """Stop the worker between two parts of its work: what it left running disturbs nobody meanwhile."""
        if self._ending is None:
            self._worker.pause()

    def resume(self) -> None:
        """Let a paused worker go on."""
        if self._ending is None:
            self._worker.resume()

    def held(self) -> float:
        """Megabytes that the worker has asked for since it was handed over; 0 where the system does not tell."""
        return max(0.0, self._clock.mapped() - self._mapped)

    def request(self, operation: dict[str, Any]) -> list:
        """Carry out one operation; a seed travels with the one that follows it."""
        if operation["op"] == Seed.op:
            self._seed = [operation]
            return ["ok", None]
        return self.batch([operation])[0]

    def batch(self, operations: Sequence[dict[str, Any]]) -> list[list]:
        """Carry out several operations in order, in one frame; one failing does not stop the others."""
        if self._ending is not None:
            raise WorkerLost(*self._ending)
        try:
            before, self._seed = self._seed, []
            replies = self._exchange([*before, *operations])
            self._spend()
            return replies[len(before) :]
        except MemoryError:
            # What the submission made the grader hold is bounded as a whole; see :mod:`autograder.sessions.bounds`.
            self._spend()
            self._end("crashed", TOO_MUCH_MEMORY)
            raise WorkerLost("crashed", TOO_MUCH_MEMORY) from None
        except WorkerLost as lost:
            self._spend()  # while its clocks can still be read
            self._end(lost.status, lost.reason, lost.certain)
            raise

    def close(self) -> None:
        """Kill the worker; later requests raise :class:`WorkerLost`."""
        if self._ending is None:
            self._end("crashed", "the worker was closed")

    def _end(self, status: str, reason: str, certain: bool = True) -> None:
        """Nothing that the worker made the grader keep outlives it."""
        self._ending = (status, reason, certain)
        self._graph.clear()
        self._frames.forget()
        self._worker.kill()

    def _exchange(self, operations: list[dict[str, Any]]) -> list[list]:
        self._sequence += 1
        self._graph.start_batch()
        self._send(["batch", operations])
        for _ in range(MAX_CALLBACKS):
            kind, body = self._receive()
            if kind == "reply":
                try:
                    return checked_replies(body, operations)
                except MalformedReply:
                    raise WorkerLost("crashed", "the worker sent an answer of the wrong form") from None
            try:
                # The function is the grader's, but its arguments are the submission's.
                with self._deadline.answering(), bounded_time(self._deadline.left()):
                    answer = self._graph.answer(kind, body)
            except CallbackRefused as refused:
                raise WorkerLost("crashed", str(refused)) from None
            except Overtime:
                raise WorkerLost("timeout", "the time limit was exceeded") from None
            self._send(answer)
        raise WorkerLost("crashed", "the submission called the grader's functions too often")

    # -- frames --------------------------------------------------------------------------------------------

    def _send(self, message: list) -> None:
        try:
            data = codec.encode([self._sequence, *message], lend=self._graph.register)
        except codec.EncodeError:
            # Submissions are bounded and checks are small: only a callback's value can be too large.
            raise WorkerLost("crashed", "the submission asked the grader's functions for too much") from None
        frame = memoryview(framed(data))
        while True:
            try:
                frame = frame[self._worker.socket.send(frame) :]
            except BlockingIOError:
                pass
            except OSError:
                raise self._died() from None
            if not frame:
                return
            self._wait(select.POLLOUT)

    def _receive(self) -> tuple[str, Any]:
        try:
            with self._deadline.waiting():
                frame = self._frames.frame(codec.MAX_FRAME)
            with self._deadline.answering():
                message = codec.decode(frame)
        except FrameTooLarge:
            raise WorkerLost("crashed", "the worker announced an impossibly large answer") from None
        except WireError as error:
            raise WorkerLost("crashed", f"the worker sent a malformed answer ({error})") from None
        if type(message) is not list or len(message) != 3 or message[0] != self._sequence or type(message[1]) is not str:
            raise WorkerLost("crashed", "the worker answered out of turn")
        return message[1], message[2]

    def _more(self, most: int) -> bytes:
        """What the worker sent next, as soon as there is something."""
        while True:
            self._wait(select.POLLIN)
            try:
                part = self._worker.socket.recv(most)
            except BlockingIOError:
                continue
            except OSError:
                raise self._died() from None
            if not part:
                raise self._died()
            return part

    def _wait(self, event: int) -> None:
        """Wait until the socket is ready, draining what the submission prints; the deadline is the check's."""
        connection = self._worker.socket.fileno()
        self._poll.modify(connection, event)
        while True:
            left = self._deadline.left()
            if left <= 0:
                self._late += 1
                if self._late > _LATE_READS or connection not in dict(self._poll.poll(0)):
                    raise WorkerLost("timeout", "the time limit was exceeded", self._deadline.computed())
            for descriptor, _ in self._poll.poll(max(left, 0) * 1000 + 1):
                if descriptor == connection:
                    return
                if not self._drain():
                    self._poll.unregister(self._worker.output_fd)

    def _drain(self) -> bool:
        try:
            chunk = os.read(self._worker.output_fd, 1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._printed += len(chunk)
        if self._printed > MAX_OUTPUT:
            raise WorkerLost("crashed", TOO_MUCH_OUTPUT)
        return bool(chunk)

    def _died(self) -> WorkerLost:
        return WorkerLost("crashed", f"the process running the submission {_ending(self._worker.exit_reason())}", False)
