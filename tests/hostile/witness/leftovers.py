"""What an attack leaves behind when it ends: processes, shared memory, harm to others."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

OWN_UID = 61_000
"""The first uid that attacks run under."""


def forget_segments(pid: int, uid: int) -> None:
    """Remove shared memory of the name that the attack was given, and what belongs to a uid that only it has."""
    for path in Path("/dev/shm").iterdir() if Path("/dev/shm").is_dir() else ():
        with contextlib.suppress(OSError):
            if path.name == f"hostile-{pid}" or path.lstat().st_uid == uid >= OWN_UID:
                path.unlink()


def state_of(pid: int) -> str:
    """The state letter of a process, `gone` where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


def end_all(pid: int, uid: int) -> None:
    """Kill what the attack started: its group, and everything under its uid."""
    for _ in range(5):
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
        for path in Path("/proc").iterdir() if os.geteuid() == 0 else ():
            with contextlib.suppress(OSError):
                if path.name.isdigit() and path.stat().st_uid == uid:
                    os.kill(int(path.name), signal.SIGKILL)
        with contextlib.suppress(OSError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.002)
