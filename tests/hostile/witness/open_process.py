"""A process without walls in which attacks run against targets that were made for them.

It imports torch once and forks for every attack. Where it can, the fork gives up root for a uid of its own, and has limits,
so that an attack that strays from its targets harms nothing; whatever it starts is ended with it.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import os
import pickle
import resource
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from hostile.attacks import prelude
from hostile.attacks.attack import Attack
from hostile.witness.leftovers import OWN_UID, end_all, forget_segments, state_of
from hostile.witness.record import Record

_WANTED = (
    "multiprocessing.popen_fork", "multiprocessing.shared_memory", "multiprocessing.queues", "multiprocessing.synchronize",
    "multiprocessing.resource_sharer", "multiprocessing.util", "torch.utils.data", "torch.utils._python_dispatch",
    "torch.distributions", "torch.testing", "torch.overrides", "torch.nested", "colorsys", "shutil", "subprocess", "pickle",
    "json", "atexit", "cProfile", "autograder.checks", "autograder.checks.short_answers", "hypothesis", "pytest",
    "resource", "zlib",
)  # fmt: skip
_JUDGE = {"course": ("/course/solutions", "/course/solutions/vae/hidden")}
"""Names that a judge in the same process would hold."""
Place = Literal["judge", "client"]
_MEMORY = 700 * 2**20
"""Bytes that an attack may allocate."""
_TASKS = 400
"""Processes and threads of the uid that it runs under."""
_AFTERWARDS = 2.0
"""Seconds that an attack has after the first bite."""
_SECONDS = 20.0
"""After which an attack that is not expected to hang hangs."""


@dataclass
class Task:
    """One attack, and where it is to run."""

    place: Place
    attack: Attack
    files: dict[str, bytes]
    judges: tuple[str, ...] = ()
    """Which judges it meets; all of them when none is named."""
    hang: float = _SECONDS
    """Seconds after which it counts as hanging."""


class _Ground:
    """What an attack meets: a folder with a planted course, a victim, a socket, descriptors for what it says."""

    def __init__(self, uid: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="open-"))
        for name in (
            "solutions/vae/hidden/test_losses.py",
            "solutions/vae/losses.py",
            "autograder/assessment/runner.py",
            "README.md",
        ):
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("# BEGIN SOLUTION\n" * 3)
        (self.folder / "results").mkdir()
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, uid, uid)
        self.planted = {path.name for path in self.folder.rglob("*")}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.report, self.result, self.output = os.pipe(), os.pipe(), os.pipe()
        self.victim = os.fork()
        if self.victim == 0:
            _become(uid)
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: its /proc is its own again
            signal.pause()
            os._exit(0)

    def close(self) -> None:
        """Remove it."""
        self.listener.close()
        for descriptor in (*self.report, *self.result, *self.output):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        with contextlib.suppress(OSError):
            if os.waitpid(self.victim, os.WNOHANG) == (0, 0):  # otherwise it is gone, and its number somebody else's
                os.kill(self.victim, signal.SIGKILL)
                os.waitpid(self.victim, 0)
        shutil.rmtree(self.folder, ignore_errors=True)


def _become(uid: int) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)


def _limit() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    for kind, value in (
        (resource.RLIMIT_AS, pages * resource.getpagesize() + _MEMORY), (resource.RLIMIT_FSIZE, 2**26),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, 30),
    ):  # fmt: skip
        resource.setrlimit(kind, (value, value))
    if os.getuid() >= OWN_UID:  # a uid of its own; a person's own processes would count as well
        resource.setrlimit(resource.RLIMIT_NPROC, (_TASKS, _TASKS))


def _child(task: Task, ground: _Ground, uid: int) -> NoReturn:
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(ground.output[1], 1)
    os.dup2(ground.output[1], 2)
    kept = {0, 1, 2, ground.report[1], ground.result[1]}
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            with contextlib.suppress(OSError):
                os.close(int(name))
    _become(uid)
    _limit()
    os.chdir(ground.folder)
    record, write, pickled = Record(), os.write, pickle.dumps  # bound before anything patches them
    try:
        given = prelude.in_the_open(ground.report[1], str(ground.folder), ground.victim, ground.port)
        name = f"{task.attack.module}.py"
        source = task.attack.source(task.files[name].decode(), given)
        if task.place == "client":
            from hostile.witness.client import read_in_the_open

            beside = {key: text.encode() for key, text in task.attack.files.items()}
            read_in_the_open(task.attack, {**task.files, **beside, name: source.encode()}, record)
        else:
            _judge(task, source, record)
    except BaseException:
        record.ended, record.error = "raises", traceback.format_exc()[-400:]
    write(ground.result[1], pickled(record))
    sys.stdout.flush()
    atexit._run_exitfuncs()
    os._exit(0)


def _judge(task: Task, source: str, record: Record) -> None:
    """Import the submission as some graders do: into this process, from its folder."""
    from hostile.witness import judges

    attack, before, given = task.attack, judges.settings(), judges.cases()
    for name, text in attack.files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    sys.path.insert(0, os.getcwd())
    module = types.ModuleType(attack.module)
    sys.modules[attack.module] = module
    try:
        exec(compile(source, f"{attack.module}.py", "exec"), module.__dict__)
        module = sys.modules.get(attack.module, module)
        judges.judged(module, attack.function, given, task.judges or tuple(judges.JUDGES), record)
    except MemoryError as error:
        record.ended, record.error = "swells", repr(error)
    except BaseException as error:
        record.ended, record.error = "raises", f"{type(error).__name__}: {str(error)[:200]}"
    after = judges.settings()
    record.altered = [name for name in before if name not in after or before[name] != after[name]]
    gc.collect()


def run(task: Task, number: int) -> Record:
    """Run one attack and clean up after it."""
    uid = OWN_UID + number % 1000
    ground = _Ground(uid)
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _child(task, ground, uid)
    for pipe in (ground.report, ground.result, ground.output):
        os.close(pipe[1])
    try:
        return _watched(task, ground, pid)
    finally:
        end_all(pid, uid)
        forget_segments(pid, uid)
        ground.close()


def _watched(task: Task, ground: _Ground, pid: int) -> Record:
    """Drain what the attack says until it ends or its time is over."""
    heard = {ground.report[0]: bytearray(), ground.result[0]: bytearray(), ground.output[0]: bytearray()}
    deadline, status, printed = time.monotonic() + task.hang, None, 0
    while status is None and time.monotonic() < deadline:
        ready, _, _ = select.select(list(heard), [], [], 0.005)
        for descriptor in ready:
            part = os.read(descriptor, 1 << 16)
            printed += len(part) if descriptor == ground.output[0] else 0
            if len(heard[descriptor]) < 1 << 20:
                heard[descriptor] += part
            if descriptor == ground.report[0]:  # it has bitten; whatever it does then may go on for ever
                deadline = min(deadline, time.monotonic() + _AFTERWARDS)
        stopped, code = os.waitpid(pid, os.WNOHANG)
        status = code if stopped == pid else None
    for descriptor, found in heard.items():
        while select.select([descriptor], [], [], 0)[0] and (part := os.read(descriptor, 1 << 16)):
            found += part
            printed += len(part) if descriptor == ground.output[0] else 0
            if len(found) > 1 << 22:
                break
    try:
        record: Record = pickle.loads(heard[ground.result[0]])
    except Exception:
        record = Record()
    if status is None:
        record.ended = "hangs"
    elif status != 0 or not heard[ground.result[0]]:
        record.ended, record.error = "dies", record.error or str(os.waitstatus_to_exitcode(status))
    record.bitten = heard[ground.report[0]].decode("utf-8", "replace").split("\n")[:-1][:50]
    record.printed, record.output = printed, heard[ground.output[0]][:20_000].decode("utf-8", "replace")
    now = {path.name for path in ground.folder.rglob("*")} if ground.folder.exists() else set()
    record.files = sorted(now - ground.planted)[:20]
    if ground.planted - now:
        record.bitten.append("deleted files")
    record.harmed = state_of(ground.victim) not in "SR"
    return record


def main() -> None:
    """Answer tasks on standard input with records on standard output, until the input ends."""
    tasks, records = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what attacks leave comes here
    _warm_up()
    number = 0
    with contextlib.suppress(EOFError):
        while True:
            task = pickle.load(tasks)
            number += 1
            pickle.dump(run(task, number), records)
            records.flush()


def _warm_up() -> None:
    """Import what attacks and judges use, once for all."""
    import torch

    from hostile.witness import client, judges  # noqa: F401

    for name in _WANTED:  # its own uid may not be allowed to read these files
        importlib.import_module(name)
    torch.set_num_threads(1)
    for case in judges.cases():
        judges.formula(case.mu.requires_grad_(), case.logvar).sum().backward()
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
