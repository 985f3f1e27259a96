"""The tests' side of :mod:`hostile.witness.open_process`."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

from hostile.witness.open_process import Task
from hostile.witness.record import Record

_TESTS = Path(__file__).resolve().parents[2]


class OpenGround:
    """Runs attacks without walls, one after the other, in forks of a process of its own."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": f"{_TESTS}:{_TESTS.parent}", "PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hostile.witness.open_process"], env=environment, cwd=_TESTS,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, task: Task) -> Record:
        """What an attack did."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(task, self._process.stdin)
        self._process.stdin.flush()
        record: Record = pickle.load(self._process.stdout)
        return record

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(30)
