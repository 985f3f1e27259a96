"""What of a zygote stays outside its namespaces: processes that wait, and that remove what a killed grader leaves."""

from __future__ import annotations

import os
import select
import signal
import socket
from pathlib import Path
from typing import NoReturn

from autograder.sandbox.walls import namespaces, process_limits
from autograder.sandbox.zygote_settings import ZygoteSettings
from autograder.temporary import remove_when_abandoned

_LAST_MOMENTS = 0.5
"""Seconds between the hang-up of a grader that is being killed and its end."""


def leave_nothing(plan: ZygoteSettings, grader: int) -> None:
    """Remove the folder of a grader that was killed, which could not."""
    if select.select([grader], [], [], _LAST_MOMENTS)[0]:
        remove_when_abandoned(Path(plan.base).parent)


def leave_nothing_in(folder: Path) -> NoReturn:
    """Remove the folder of a grader that was killed before there was a zygote, and end."""
    remove_when_abandoned(folder)
    os._exit(0)


def watched(plan: ZygoteSettings) -> int:
    """A descriptor that tells when the grader has ended; where it has already, this process leaves nothing and ends, too."""
    try:
        return os.pidfd_open(plan.grader_pid)
    except ProcessLookupError:
        leave_nothing_in(Path(plan.base).parent)


def _status_unless_abandoned(child: int, grader: int) -> int:
    """How the child ended; it is ended, with everything below it, when the grader dies, also in the middle of its imports."""
    ended = os.pidfd_open(child)
    while ended not in select.select([ended, grader], [], [])[0]:
        os.kill(child, signal.SIGKILL)
        select.select([ended], [], [])
    return os.waitpid(child, 0)[1]


def enter(channel: socket.socket, grader: int, plan: ZygoteSettings) -> None:
    """Enter the namespaces and go on as the first process in them.

    Two processes are left behind: one that waits, and one in the host's namespaces, from which alone the folder can be
    removed when the grader was killed.
    """
    outer = os.getpid()
    entering = os.fork()
    if entering:
        channel.close()
        process_limits.hide_memory()
        status = _status_unless_abandoned(entering, grader)
        leave_nothing(plan, grader)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    process_limits.die_with_parent(outer)
    namespaces.enter_namespaces()
    inner = os.fork()
    if inner:
        channel.close()
        process_limits.hide_memory()
        os._exit(os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1]) & 0xFF)
    process_limits.die_with_parent(0)
