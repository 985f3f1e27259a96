"""A class that is graded in a process of its own: how that ended, and what is there afterwards."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any


def finish(process: subprocess.Popen[str], seconds: float = 240) -> tuple[int, str]:
    """Exit code and what was said."""
    try:
        _, told = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return process.returncode, told


def results(folder: Path) -> dict[str, Any]:
    """Every result without the time that it took."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json")) if path.stem != "class"}
    for one in found.values():
        one.pop("duration_s")
    return found
