"""Turns a freshly forked process into a locked worker, layer by layer, in the one order that works.

Mounts come before privileges are dropped, the uid before the death signal (a change of uid clears it), and the filter
last, because it forbids most of the calls that the other layers need.
"""

from __future__ import annotations

import functools
import io
import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.sandbox.walls import landlock, namespaces, process_limits, seccomp
from autograder.sandbox.walls.readable_paths import DEVICES, reading
from autograder.sandbox.zygote_settings import ZygoteSettings

DATA = 3
"""Descriptor of the data socket in a worker; 0 is empty, 1 and 2 go to the output pipe, and there are no others."""


_THREADS = 64
"""What one worker may start."""


@dataclass(frozen=True)
class Warmth:
    """What the zygote measured once for all of its workers.

    Attributes:
        baseline: its address space in bytes.
        uid_map: text of /proc/self/uid_map.
        tasks: threads that already run under the workers' uid.
        parent: the zygote's pid as a worker sees it, 0 across pid namespaces.
        host_pid: the zygote's pid on the host.
        proc: descriptor of the host's /proc, -1 where workers need none.
    """

    baseline: int
    uid_map: str
    tasks: int
    parent: int
    host_pid: int
    proc: int = -1


def filter_policy(plan: ZygoteSettings) -> seccomp.Policy:
    """The filter's settings: writing is guarded there when neither a root nor Landlock does it."""
    truncation_is_open = plan.landlock < 3
    return seccomp.Policy(
        writable=plan.private_root,
        names=plan.private_root,
        guard_open=not plan.private_root and (not plan.confined or truncation_is_open),
    )


def hold_places() -> None:
    """Occupy descriptors 0 to `DATA` in the zygote, so that nothing a worker is to keep lies on one of them; 0 is empty."""
    while (descriptor := os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)) <= DATA:
        pass
    os.dup2(descriptor, 0)
    os.close(descriptor)


def take_descriptors(data: int, output: int, kept: Sequence[int] = ()) -> None:
    """Arrange a worker's descriptors as `DATA` says and close every other one.

    Its empty input is opened anew: flags of an open file are everybody's who inherited it, and so would be the mount that the
    zygote found it on, which is no read-only one.

    Args:
        data: the data socket; beyond `DATA`, as is `output`, see `hold_places`.
        output: write end of the output pipe.
        kept: what the lock still needs; it closes them itself.
    """
    os.dup2(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), 0)  # the other number is closed below
    os.dup2(output, 1, False)
    os.dup2(output, 2, False)
    os.dup2(data, DATA, False)
    first = DATA + 1
    for descriptor in sorted(kept):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, 65536)


def give_a_pair() -> None:
    """Make the one pair of sockets of this worker, which event loops wake themselves up through; the filter allows no other."""
    pair = socket.socketpair()
    socket.socketpair = lambda *kind: tuple(end.dup() for end in pair)  # type: ignore[assignment]


def show_output_at_once() -> None:
    """Flush standard output and standard error at every line, though they go to a pipe."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)


@dataclass(frozen=True)
class Orders:
    """What one worker needs to know to lock itself."""

    uid: int
    scratch: str
    ceilings: process_limits.Ceilings


class Lock:
    """The layers of a plan. Whatever does not depend on the worker is done once, in the zygote, before any fork.

    A forked child pays for every page it writes to, and running Python writes to the reference counts of all it meets:
    what can be worked out beforehand is.
    """

    def __init__(self, plan: ZygoteSettings, warmth: Warmth) -> None:
        """Prepare this process, which is the zygote with its final root, and what its children will do.

        Raises:
            OSError: if a layer is refused.
        """
        self._plan = plan
        self._warmth = warmth
        self._folder = namespaces.SCRATCH if plan.private_root else Path(plan.base)
        self._folder_name = str(self._folder)
        self._filter = replace(filter_policy(plan), links=reading().linked)
        self._own_users = plan.private_root and not plan.own_uid and namespaces.may_own_users(warmth.proc)
        self._landlock = landlock.abi() if plan.confined else 0
        self._rules = landlock.Ruleset.of(list(self._landlock_rules())).create() if plan.confined else -1
        if plan.filtered:
            seccomp.prepare(self._filter, 1)  # in a private root, each worker is the first process of its pid namespace
            process_limits.drop_bounding_set()
        self._settle(writable=plan.private_root or not plan.filtered)

    @property
    def descriptors(self) -> list[int]:
        """What a child needs of this process to lock itself, besides its channels."""
        needed = [self._rules, self._warmth.proc if self._own_users else -1]
        return [descriptor for descriptor in needed if descriptor >= 0]

    def close(self) -> None:
        """Give back what this process holds for its children."""
        if self._rules >= 0:
            os.close(self._rules)

    def orders(self, serial: int, cpu_seconds: int, living: int) -> Orders:
        """Work out, in the zygote, what the next worker is to do.

        Args:
            serial: its number, from which its uid follows.
            cpu_seconds: its limit of processor time.
            living: how many workers of this zygote there are already.
        """
        plan, warmth = self._plan, self._warmth
        uid = process_limits.worker_uid(warmth.host_pid, serial, warmth.uid_map) if plan.own_uid else os.geteuid()
        scratch = namespaces.scratch_options(plan.scratch_mb, uid) if plan.private_root else ""
        alone = plan.own_uid or self._own_users
        return Orders(uid, scratch, self._ceilings(cpu_seconds, 0 if alone else living))

    def apply(self, orders: Orders) -> None:
        """Apply every layer to this process, a fresh child of the zygote. There is no way back.

        Raises:
            OSError: if a layer is refused; the process must end then.
        """
        plan = self._plan
        os.setsid()
        if self._own_users:
            namespaces.own_users(self._warmth.proc)
        if plan.private_root:
            namespaces.mount_scratch(orders.scratch)
        if plan.own_uid:
            process_limits.become(orders.uid)
        os.chdir(self._folder_name)
        if plan.filtered:
            process_limits.forbid_new_privileges()
        if plan.confined:
            landlock.restrict(self._rules, self._landlock)
        if plan.filtered:
            process_limits.drop_capabilities()
        process_limits.apply_limits(orders.ceilings)
        process_limits.hide_memory()
        process_limits.die_with_parent(self._warmth.parent)
        if plan.filtered:
            give_a_pair()
            seccomp.install(self._filter, os.getpid())

    def _settle(self, writable: bool) -> None:
        """Make the workers' folder the home and the place of temporary files."""
        for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME"):
            os.environ[name] = self._folder_name
        tempfile.tempdir = self._folder_name if writable else None
        show_output_at_once()

    def _landlock_rules(self) -> Iterator[tuple[Path, int]]:
        """Yield what a worker may read, and its scratch folder if it has one."""
        found = reading()
        for path in found.listed:
            yield path, landlock.LIST
        for path in found.files:
            yield path, landlock.READ
        for device in DEVICES:
            yield Path(device), landlock.DEVICE
        if self._plan.private_root:
            yield self._folder.parent, landlock.READ_WRITE
        else:
            yield self._folder, landlock.READ

    @functools.lru_cache(maxsize=64)  # noqa: B019  (there is one of these per process)
    def _ceilings(self, cpu_seconds: int, living: int) -> process_limits.Ceilings:
        """Return the limits of a worker; threads of a shared uid come on top of what already runs under it.

        Each worker may have more than what those before it may fill, so that none of them can stop a later one.
        """
        plan, processes = self._plan, _THREADS * (1 + living)
        if not plan.own_uid and not plan.private_root:
            shared = os.geteuid() == 0 or not plan.filtered
            processes = None if shared else processes + self._warmth.tasks + 256  # type: ignore[assignment]
        return process_limits.ceilings(process_limits.Limits(plan.memory_mb, self._warmth.baseline, cpu_seconds, processes))
