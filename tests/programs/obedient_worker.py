"""Workers that run what a test sends them, and programs in other processes that start such workers."""

from __future__ import annotations

import errno
import json
import os
import struct
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from autograder.sandbox import interpreter
from autograder.sandbox.control import receive_report
from autograder.sandbox.walls import libc, process_limits, seccomp, syscalls
from autograder.sandbox.worker import Worker

OBEDIENT = f"{Path(__file__).with_name('obedient.py')}:serve"
_CALLS = {"unshare": {"x86_64": 272, "aarch64": 97}, "landlock_create_ruleset": {"x86_64": 444, "aarch64": 444}}


def tell(worker: Worker, source: str) -> None:
    """Send a worker a program without waiting for the answer."""
    data = source.encode()
    worker.socket.sendall(struct.pack(">I", len(data)) + data)


def ask(worker: Worker, source: str, seconds: float = 30.0) -> Any:
    """Run a program in a worker; return its variable `result`, or ``"ErrorName: message"``."""
    worker.socket.settimeout(seconds)
    tell(worker, source)
    answer = receive_report(worker.socket)
    return answer["result"] if "error" not in answer else f"{answer['error']}: {answer['message']}"


def host_pid(worker: Worker) -> int:
    """Return a worker's pid on the host."""
    for line in Path(f"/proc/self/fdinfo/{worker.pidfd}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    raise AssertionError("no pid in fdinfo")


def run_program(program: str, python: str, refuse: tuple[str, ...] = (), threads: str = "", **options: Any) -> dict[str, Any]:
    """Run a program in another process, for which the kernel refuses some calls; return what it printed."""
    paths = [str(interpreter.PACKAGE_ROOT), sysconfig.get_paths()["purelib"]]

    def prepare() -> None:
        machine = syscalls.machine()
        steps: list[seccomp.Instruction] = [(0x20, 0, 0, 0)]
        for name in refuse:
            steps += [(0x15, 0, 1, _CALLS[name][machine]), (0x06, 0, 0, 0x50000 | errno.EPERM)]
        steps.append((0x06, 0, 0, 0x7FFF0000))
        code = seccomp.encode(steps, 0)
        if os.geteuid() != 0:
            process_limits.forbid_new_privileges()
        libc.call("seccomp", 1, 0, seccomp._Program(len(code) // 8, code))

    text = program.format(paths=paths, entry=OBEDIENT, threads=threads, tests=str(Path(__file__).parent))
    if refuse:
        options["preexec_fn"] = prepare
    command = [python, "-B", "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd="/", **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
