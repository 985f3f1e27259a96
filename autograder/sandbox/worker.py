"""The grader's hold on one worker: its data socket, its output, and the means to end it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from collections.abc import Callable

EndStatus = Callable[[float], int | None]
"""Waits up to so many seconds for the exit status of a worker: negative for a signal, None if it is not known."""

_GRACE = 0.1
_DEATH = 10.0


class Worker:
    """A locked process that serves the grader.

    Attributes:
        socket: the data channel; only plain data ever crosses it.
        output_fd: read end of the pipe that carries standard output and standard error.
        pidfd: descriptor of the process, readable once it has ended; -1 where the system has none.
        report: what the self-test found.
    """

    def __init__(
        self,
        data: socket.socket,
        output_fd: int,
        pidfd: int,
        pid: int,
        end_status: EndStatus,
        may_fork: bool = False,
    ) -> None:
        """Take over the descriptors of a started worker.

        Args:
            data: the grader's end of the data channel.
            output_fd: read end of its output.
            pidfd: its pidfd, -1 if there is none.
            pid: its pid in the grader's view, 0 if the pidfd is to be used alone.
            end_status: asks the worker's parent how it ended.
            may_fork: nothing keeps it from starting processes; its parent kills them before it tells of the end.
        """
        self.socket = data
        self.output_fd = output_fd
        self.pidfd = pidfd
        self.report: dict[str, str | int] = {}
        self._pid = pid
        self._end_status = end_status
        self._may_fork = may_fork
        self._reason: str | None = None

    def __enter__(self) -> Worker:
        """Return the worker; leaving the context kills it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the worker."""
        self.kill()

    def _ended(self, seconds: float) -> bool:
        """Wait up to so many seconds for the process to end."""
        if self.pidfd < 0:
            return self._end_status(seconds) is not None
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def exit_reason(self) -> str:
        """Say how the worker ended: ``"exit 3"``, ``"signal 11 (SIGSEGV)"``, ``"killed by the grader"``.

        A worker that hung up may still be on its way out, so this waits a moment: ``"still running"`` is an answer
        about a worker that is alive after that.
        """
        if self._reason is None:
            if not self._ended(_GRACE):
                return "still running"
            self._reason = _in_words(self._end_status(_DEATH))
        return self._reason

    def pause(self) -> None:
        """Stop every thread of the worker until :meth:`resume`; does nothing where the system has no pidfd."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused worker go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.pidfd >= 0:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(self.pidfd, number)

    def kill(self) -> None:
        """End the worker and everything it started, wait until it is gone, and close its descriptors.

        May be called again at no cost.
        """
        if self.socket.fileno() < 0 and self.output_fd < 0:
            return
        if self._reason is None:
            if self._ended(0):
                self._reason = _in_words(self._end_status(_GRACE))
            else:
                self._reason = "killed by the grader"
                self._strike()
        self.socket.close()
        for descriptor in (self.output_fd, self.pidfd):
            if descriptor >= 0:
                os.close(descriptor)
        self.output_fd = self.pidfd = -1

    def _strike(self) -> None:
        """Send SIGKILL and wait for the death."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.pidfd >= 0:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            elif os.name == "posix":
                os.killpg(self._pid, signal.SIGKILL)
            else:
                os.kill(self._pid, signal.SIGTERM)
        self._ended(_DEATH)
        if self._may_fork:
            self._end_status(_DEATH)


def _in_words(status: int | None) -> str:
    """Return an exit status as text."""
    if status is None:
        return "ended"
    if status >= 0:
        return f"exit {status}"
    try:
        return f"signal {-status} ({signal.Signals(-status).name})"
    except ValueError:
        return f"signal {-status}"
