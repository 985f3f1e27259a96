"""What happened in a results folder, one JSON object per line: ``run.jsonl``.

Every run adds its lines at the end, each in one piece, so that several parts of a class may write at once and a run that is
killed leaves at most half a line, which readers skip.
"""

from __future__ import annotations

import datetime
import json
import os
import secrets
import sys
from pathlib import Path

from autograder.atomic import refused
from autograder.plaintext import printable

NAME = "run.jsonl"


class RunLog:
    """The lines of one run."""

    def __init__(self, folder: Path) -> None:
        """Prepare; nothing is written before :meth:`start`."""
        self.path = folder / NAME
        self._run = secrets.token_hex(4)
        self._broken = False

    def start(self, **details: object) -> None:
        """Write the first line; :class:`UsageError` where the folder takes none, before anything is graded in vain."""
        try:
            self._append(self._line("started", details))
        except OSError as error:
            raise refused(self.path, error) from error

    def write(self, event: str, **details: object) -> None:
        """Write one line; that it cannot be is no reason to end a run, and is said once."""
        if self._broken:
            return
        try:
            self._append(self._line(event, details))
        except OSError as error:
            self._broken = True
            print(f"autograder: warning: {refused(self.path, error)}", file=sys.stderr)

    def _line(self, event: str, details: dict[str, object]) -> bytes:
        now = datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="milliseconds")
        told = {key: printable(value, keep="") if isinstance(value, str) else value for key, value in details.items()}
        line = json.dumps({"time": now, "run": self._run, "event": event, **told}, ensure_ascii=False)
        return line.encode("utf-8", "backslashreplace") + b"\n"

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":  # what a killed run left
                line = b"\n" + line
            written = os.write(descriptor, line)
            if written < len(line):  # a disk that is full takes what fits
                os.write(descriptor, line[written:])
        finally:
            os.close(descriptor)


def read_run_log(folder: Path) -> list[dict[str, object]]:
    """All whole lines of a folder's log, in order; none where there is no log."""
    try:
        lines = (folder / NAME).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [one for one in found if isinstance(one, dict)]
