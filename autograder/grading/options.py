"""What a result depends on besides the files: the options of a grading run."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass
from typing import Literal

IsolationRequest = Literal["full", "strict", "best", "none"]


@dataclass(frozen=True)
class GradeOptions:
    """Everything besides the files that a result depends on."""

    seed: int = 0
    only: tuple[str, ...] = ()
    isolation: IsolationRequest = "strict"
    time_limit: float = 10.0
    memory_limit_mb: int = 4096
    device: Literal["auto", "cpu", "cuda"] = "auto"


def fresh_seed() -> int:
    """A secret seed for one run: whoever knew it could know hidden inputs beforehand."""
    return secrets.randbelow(2**53)  # whole in JSON, whoever reads it


@functools.cache
def seed_of_this_process() -> int:
    """The seed of everything that this process grades where none is asked for."""
    return fresh_seed()
