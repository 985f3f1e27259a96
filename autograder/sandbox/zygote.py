"""The zygote: a warm, single-threaded process that workers are forked from.

It is started by exec with a clean environment, holds no course data, and answers two questions: give me a worker, and
how did that one end. It ends when the grader does: either side of the control channel hanging up is noticed, and so is
the death of the grader itself. Every worker has the zygote as parent and dies with it.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from autograder.sandbox import control, limits, lockdown, namespaces, seccomp, selftest, warmup
from autograder.sandbox.frame import send_frame
from autograder.sandbox.plan import STARTUP_FAILED, Plan
from autograder.sandbox.readable import readable_paths

Serve = Callable[[socket.socket], object]


@dataclass
class _Child:
    """A forked worker, and the ends of its channels that the grader will get."""

    serial: int
    pid: int
    pidfd: int
    cpu_seconds: int
    channels: list[int] = field(default_factory=list)

    def close_channels(self) -> None:
        """Close the grader's ends that this process still holds."""
        for descriptor in self.channels:
            os.close(descriptor)
        self.channels.clear()


def load_entry(entry: str) -> Serve:
    """Return the function that a worker runs, importing its module or file."""
    module, _, name = entry.rpartition(":")
    if not module.endswith(".py"):
        return getattr(importlib.import_module(module), name)
    spec = importlib.util.spec_from_file_location(Path(module).stem, module)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {module}")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return getattr(loaded, name)


def _forget_package(root: str) -> None:
    """Make the folder of this package unreachable for later imports, so that no worker depends on it."""
    sys.path[:] = [entry for entry in sys.path if entry != root]
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "autograder" and hasattr(module, "__path__"):
            module.__path__ = []
    mapped = "__editable__"
    sys.meta_path[:] = [finder for finder in sys.meta_path if mapped not in getattr(finder, "__module__", "")]


class Zygote:
    """The state and the loop of the process."""

    def __init__(self, channel: socket.socket, plan: Plan) -> None:
        """Import and warm up everything, then shut the door to the host's files.

        Args:
            channel: the control channel to the grader.
            plan: what the grader wants.

        Raises:
            RuntimeError: if a library started a thread; forked children could hang.
            OSError: if the private root is refused.
        """
        self._channel = channel
        self._plan = plan
        warmup.import_libraries()
        self._serve = load_entry(plan.entry)
        warmup.warm_up()
        _forget_package(sys.argv[2])
        if (count := warmup.threads()) != 1:
            raise RuntimeError(f"{count} threads after the imports, and forking is safe with one only")
        readable_paths()
        self._warmth = lockdown.Warmth(
            baseline=limits.address_space(),
            uid_map=Path("/proc/self/uid_map").read_text(),
            tasks=limits.tasks_of(os.getuid()),
            parent=0 if plan.private_root else os.getpid(),
            serial_base=plan.grader_pid if not plan.private_root else int(os.readlink("/proc/self")),
        )
        self._own_namespace = -1
        if plan.private_root:
            self._own_namespace = namespaces.own_pid_namespace()
            namespaces.swap_root(Path(plan.base), readable_paths())
        if plan.filtered:
            seccomp.prepare(plan.policy())
        limits.hide_memory()
        self._children: dict[int, _Child] = {}
        self._spare: _Child | None = None
        self._serial = 0

    def run(self, grader: int) -> NoReturn:
        """Serve until the grader hangs up or dies.

        Args:
            grader: pidfd of the grader.
        """
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        poll.register(grader, select.POLLIN)
        self._poll = poll
        while True:
            for descriptor, _events in poll.poll():
                if descriptor == grader:
                    os._exit(0)
                elif descriptor == self._channel.fileno():
                    self._answer()
                elif descriptor in self._children:
                    self._reap(self._children[descriptor])

    def _answer(self) -> None:
        """Hand out a worker: the spare one if its limits fit, a new one otherwise."""
        received = control.receive(self._channel)
        if received is None:
            os._exit(0)
        cpu_seconds = int(received[0]["cpu_seconds"])
        child, self._spare = self._spare, None
        if child is not None and child.cpu_seconds != cpu_seconds:
            self._discard(child)
            child = None
        try:
            child = child or self._fork(cpu_seconds)
        except OSError as error:
            control.send(self._channel, {"refused": str(error)})
            return
        control.send(self._channel, {"spawned": child.serial}, [*child.channels, child.pidfd])
        child.close_channels()
        if self._plan.spare:
            with contextlib.suppress(OSError):  # the next request meets the same error and reports it
                self._spare = self._fork(cpu_seconds)

    def _fork(self, cpu_seconds: int) -> _Child:
        """Fork a worker that locks itself; OSError if a resource is exhausted."""
        self._serial += 1
        ours, theirs = socket.socketpair()
        output, into_output = os.pipe()
        mine, given = [ours.detach(), output], [theirs.detach(), into_output]
        try:
            pid = self._fork_process()
        except OSError:
            for descriptor in mine:
                os.close(descriptor)
            raise
        finally:
            if self._own_namespace >= 0 or True:
                pass
        if pid == 0:
            self._become_worker(given[0], given[1], cpu_seconds)
        for descriptor in given:
            os.close(descriptor)
        child = _Child(self._serial, pid, os.pidfd_open(pid), cpu_seconds, mine)
        self._children[child.pidfd] = child
        self._poll.register(child.pidfd, select.POLLIN)
        return child
