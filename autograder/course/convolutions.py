"""The convolutions that an assignment calls for, so that kernels are compiled for them once and not in every worker.

oneDNN compiles a kernel for every shape that it meets, a millisecond or two each, and remembers it. What a zygote has
used is remembered in all its workers. ``autograder release`` writes the list beside the solutions: the process that starts
a zygote reads it, and has not imported torch.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

FILE = "convolutions.json"
"""Beside the solutions of an assignment that has any."""

Convolution = list[Any]
"""Class in :mod:`torch.nn`, its arguments, and the shape of one input: plain data."""

_MOST = 64
"""More than any course needs; using them all must not keep a zygote from its work."""


def expected_convolutions(folder: Path) -> tuple[Convolution, ...]:
    """Return what is written in an assignment's folder; nothing where nothing is, or is not as it should be."""
    with contextlib.suppress(OSError, ValueError):
        written = json.loads((folder / FILE).read_text("utf-8"))
        if isinstance(written, list):
            return tuple(written[:_MOST])
    return ()


def as_text(convolutions: list[Convolution]) -> str:
    """The contents of the file, one convolution a line."""
    return "[\n" + ",\n".join(json.dumps(convolution) for convolution in convolutions) + "\n]\n"
