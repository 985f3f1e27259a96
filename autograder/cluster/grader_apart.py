"""A grader in a process of its own, as seen by the program that starts it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.errors import AutograderError, GraderError
from autograder.grading.jobs import Done, Job
from autograder.grading.options import GradeOptions

_END_SECONDS = 10.0
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


class GraderDied(GraderError):
    """The grader's process has ended over what it was given."""


class GraderApart:
    """One grader, started by exec: nothing of a program with threads is ever forked."""

    def __init__(self, assignment: str, options: GradeOptions, root: Path) -> None:
        """Start it; raises what keeps a grader from grading here, :class:`autograder.errors.IsolationError` among them."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.cluster.grader_process", str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | _ONE_THREAD,
            )
        self._channel = Connection(ours.detach())
        try:
            self._channel.send((assignment, options, root))
            answer = self._channel.recv()
        except (OSError, EOFError) as error:
            self.close()
            raise GraderDied("the grader's process did not start", socket.gethostname()) from error
        if isinstance(answer, AutograderError):
            self.close()
            raise type(answer)(answer.message, f"{socket.gethostname()}: {answer.where}", answer.remedy)
        self.version: str = answer

    @property
    def alive(self) -> bool:
        """Whether the process is there: one that waits may be ended by the machine, which is no submission's doing."""
        return self._process.poll() is None

    def grade(self, job: Job) -> Done:
        """Grade one submission; :class:`GraderDied` if the process ends over it."""
        try:
            self._channel.send(job)
            return self._channel.recv()
        except (OSError, EOFError) as error:
            self.close()
            raise GraderDied("the grader's process died", str(job.path)) from error

    def close(self) -> None:
        """End the process, in order if it can."""
        with contextlib.suppress(OSError):
            self._channel.close()
        self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
