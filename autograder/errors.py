"""Every error that the grader raises on purpose.

::

    AutograderError              message, where it happened, what to do about it
    ├── UsageError               exit code 2: wrong command line, unreadable input
    │   └── DataMissing          a data set is not here and nothing stands in: a task that needs it is skipped
    └── GraderError              exit code 3: the grader failed; never a reason to take marks away
        ├── IsolationError       the machine cannot give the isolation asked for, or a self-test failed
        ├── ZygoteDied           the process that workers are forked from is gone
        └── SpawnFailed          one worker did not come up; the next one may

A student's mistake is not an error of the grader: it becomes the status of a check, never an exception from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class AutograderError(Exception):
    """An error with three parts, so that every message says what, where and what to do.

    Args:
        message: what went wrong, one sentence.
        where: the file, exercise, process or option concerned; empty if there is none.
        remedy: what the reader can do about it; empty if nothing is known.
    """

    exit_code = 3

    def __init__(self, message: str, where: str = "", remedy: str = "") -> None:
        """Keep the three parts."""
        super().__init__(message, where, remedy)
        self.message = message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        """``where: message (remedy)`` on one line."""
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} ({self.remedy})" if self.remedy else text


class UsageError(AutograderError):
    """The command line or an input file is wrong; the person who typed the command can mend it."""

    exit_code = 2


class DataMissing(UsageError):
    """A data set is neither on this machine nor to be had; whoever can do without it skips what needs it."""


class GraderError(AutograderError):
    """The grader failed; no mark may be derived from it."""

    exit_code = 3


class IsolationError(GraderError):
    """The isolation asked for is not available here, or a worker's self-test did not hold."""


class ZygoteDied(GraderError):
    """The zygote ended or stopped answering; a new one has to be started."""


class SpawnFailed(GraderError):
    """One worker could not be started; the zygote is still usable."""


def suggest(name: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """What was probably meant, as a remedy; where nothing is near, ``otherwise`` or the first of what is known."""
    known = list(known)
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    if not near and otherwise is not None:
        return otherwise
    near = near or known[:12]
    return "did you mean " + ", ".join(near) + "?" if near else ""
