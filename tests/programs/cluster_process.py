"""A cluster in processes of its own, as `autograder cluster` starts it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from process_tree import descendants


@dataclass
class RunningCluster:
    """The process of a cluster, and where its scheduler is."""

    process: subprocess.Popen[str]
    address: str

    def workers(self) -> list[int]:
        """The Dask workers: children of the process that runs `multiprocessing`'s spawn."""
        found = []
        for pid in sorted(descendants(self.process.pid)):
            with contextlib.suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    def graders(self) -> list[int]:
        """The graders that workers have started."""
        found = []
        for pid in sorted(descendants(self.process.pid)):
            with contextlib.suppress(OSError):
                if b"grader_process" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found


@contextlib.contextmanager
def cluster(root: Path, *options: str) -> Iterator[RunningCluster]:
    """Start one around the course at ``root``; its temporary files go to ``root/tmp``."""
    (root / "tmp").mkdir(exist_ok=True)
    variables = {**os.environ, "AUTOGRADER_COURSE": str(root), "TMPDIR": str(root / "tmp")}
    command = [sys.executable, "-m", "autograder", "cluster", "--port", "0", *options]
    with (root / "cluster.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=variables)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"--scheduler (\S+)", line)
            assert found, (root / "cluster.log").read_text()
            yield RunningCluster(process, found[1])
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=300)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                raise
