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
from collections.abc import Sequence
from pathlib import Path

from autograder.atomic import refused
from autograder.plaintext import printable
from autograder.results.parts_together import PARTS, parts_of

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
        except (ValueError, RecursionError):
            continue
    return [one for one in found if isinstance(one, dict)]


def take_over_runs(folders: Sequence[Path], out: Path, again: bool = False) -> None:
    """Add to the log of ``out`` that the results of ``folders`` were put there: where all their submissions lie, and the
    options with which they were graded. Nothing is added that the log says already, unless newer work has come (``again``).
    """
    starts = [start for folder in folders if (start := last_whole_run(read_run_log(folder))) is not None]
    if not starts:
        return
    last = last_whole_run(read_run_log(out))
    new = {path for start in starts for path in paths_of(start)}
    paths = list(dict.fromkeys(path for start in [*([last] if last else []), *starts] for path in paths_of(start)))
    merged = {key: value for key, value in starts[-1].items() if key not in ("time", "run", "event")}
    known, parts = parts_of(last), {part for start in starts for part in parts_of(start)}
    merged |= {"paths": paths, "shard": None, PARTS: sorted(known | parts), "graded": max(map(begun, starts))}
    if again or last is None or not new <= set(paths_of(last)) or (known and not parts <= known):
        RunLog(out).write("merged", **merged)


def last_whole_run(lines: Sequence[dict[str, object]], assignment: str = "") -> dict[str, object] | None:
    """The last line of a log that says where submissions lie and how they were graded, of one assignment if it is named."""
    for line in reversed(lines):
        if line.get("event") in ("started", "merged") and _is_whole(line) and assignment in ("", line.get("assignment")):
            return line
    return None


def _is_whole(line: dict[str, object]) -> bool:
    """Whether a line says when and of which paths, as a run of ours does: a log may have been mended by hand."""
    try:
        moment = datetime.datetime.fromisoformat(begun(line))
    except (KeyError, ValueError):
        return False
    only = line.get("only") or []
    names = [line.get("paths"), only]
    return moment.tzinfo is not None and bool(paths_of(line)) and all(map(_are_texts, names))


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def begun(line: dict[str, object]) -> str:
    """When the work on the results began that a run's line tells of; of a merge, on those of its last part."""
    return str(line.get("graded") or line["time"])


def paths_of(line: dict[str, object]) -> list[str]:
    """Where the submissions of a run lie, as its line says."""
    value = line.get("paths")
    return [str(path) for path in value] if isinstance(value, list) else []
