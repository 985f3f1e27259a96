"""Turns a freshly forked process into a locked worker, layer by layer, in the one order that works.

Mounts come before privileges are dropped, the uid before the death signal (a change of uid clears it), and the filter
last, because it forbids most of the calls that the other layers need.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox import landlock, limits, namespaces, seccomp
from autograder.sandbox.plan import Plan
from autograder.sandbox.readable import DEVICES, readable_paths

DATA = 3
"""Descriptor of the data socket in a worker; 0 is empty, 1 and 2 go to the output pipe, and there are no others."""


@dataclass(frozen=True)
class Warmth:
    """What the zygote measured once for all of its workers.

    Attributes:
        baseline: its address space in bytes.
        uid_map: text of /proc/self/uid_map.
        tasks: threads that already run under the workers' uid.
        parent: the zygote's pid as a worker sees it, 0 across pid namespaces.
        host_pid: the zygote's pid on the host.
    """

    baseline: int
    uid_map: str
    tasks: int
    parent: int
    host_pid: int


def take_descriptors(data: int, output: int) -> None:
    """Arrange a worker's descriptors as `DATA` says and close every other one."""
    import fcntl  # not on Windows

    sink = os.open(os.devnull, os.O_RDONLY)
    # Move them out of the way first: any of them may sit on a number that is about to be overwritten.
    aside = [fcntl.fcntl(source, fcntl.F_DUPFD, DATA + 1) for source in (sink, output, output, data)]
    for target, source in enumerate(aside):
        os.dup2(source, target, inheritable=False)
    os.closerange(DATA + 1, 65536)


def _working_folder(plan: Plan, uid: int) -> Path:
    """Return where a worker starts: its own scratch file system, or a folder in which nothing can be written."""
    if not plan.private_root:
        return Path(plan.base)
    namespaces.mount_scratch(plan.scratch_mb, uid)
    return namespaces.SCRATCH


def _settle(folder: Path, writable: bool) -> None:
    """Make `folder` the working directory, the home and the place of temporary files."""
    os.chdir(folder)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME"):
        os.environ[name] = str(folder)
    tempfile.tempdir = str(folder) if writable else None
    show_output_at_once()


def show_output_at_once() -> None:
    """Flush standard output and standard error at every line, though they go to a pipe."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)


def _landlock_rules(plan: Plan, folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield what the worker may read, and its scratch folder if it has one."""
    for path in readable_paths():
        yield path, landlock.READ
    for device in DEVICES:
        yield Path(device), landlock.DEVICE
    yield folder, landlock.READ_WRITE if plan.private_root else landlock.READ


def lock(plan: Plan, warmth: Warmth, serial: int, cpu_seconds: int) -> None:
    """Apply every layer of the plan to this process. There is no way back.

    Args:
        plan: which layers.
        warmth: the zygote's measurements.
        serial: number of this worker, from which its uid follows.
        cpu_seconds: its limit of processor time.

    Raises:
        OSError: if a layer is refused; the process must end then.
    """
    os.setsid()
    uid = limits.worker_uid(warmth.host_pid, serial, warmth.uid_map) if plan.own_uid else os.geteuid()
    folder = _working_folder(plan, uid)
    if plan.filtered:
        limits.drop_bounding_set()
    if plan.own_uid:
        limits.become(uid)
    _settle(folder, writable=plan.private_root or not plan.filtered)
    if plan.filtered:
        limits.forbid_new_privileges()
    if plan.confined:
        landlock.restrict(list(_landlock_rules(plan, folder)))
    if plan.filtered:
        limits.drop_capabilities()
    limits.apply_limits(_limits(plan, warmth, cpu_seconds))
    limits.hide_memory()
    limits.die_with_parent(warmth.parent)
    if plan.filtered:
        seccomp.install(plan.policy(), os.getpid())


def _limits(plan: Plan, warmth: Warmth, cpu_seconds: int) -> limits.Limits:
    """Return the limits of a worker; threads of a shared uid come on top of what already runs under it."""
    processes: int | None = 64
    if not plan.own_uid and not plan.private_root:
        processes = None if os.geteuid() == 0 or not plan.filtered else warmth.tasks + 256
    return limits.Limits(plan.memory_mb, warmth.baseline, cpu_seconds, processes)
