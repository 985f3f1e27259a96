"""What a result depends on besides the files: the options of a grading run."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass
from typing import Literal

from autograder.sandbox.zygote_settings import MEMORY_MB
from autograder.sessions.budget import CHECK_SECONDS

Isolation = Literal["full", "strict", "best", "none"]
Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class GradeOptions:
    """Everything besides the files that a result depends on."""

    seed: int = 0
    only: tuple[str, ...] = ()
    isolation: Isolation = "strict"
    time_limit: float = CHECK_SECONDS
    memory_limit_mb: int = MEMORY_MB
    device: Device = "auto"


def fresh_seed() -> int:
    """A secret seed for one run: whoever knew it could know hidden inputs beforehand."""
    return secrets.randbelow(2**53)  # whole in JSON, whoever reads it


@functools.cache
def seed_of_this_process() -> int:
    """The seed of everything that this process grades where none is asked for."""
    return fresh_seed()
