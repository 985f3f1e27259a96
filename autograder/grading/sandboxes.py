"""The sandbox that a run of grading uses."""

from __future__ import annotations

from pathlib import Path

from autograder.sandbox import profiles
from autograder.sandbox.sandbox import Sandbox


def sandbox_for(solutions: Path, request: profiles.Request, memory_limit_mb: int) -> Sandbox:
    """Return a sandbox for submissions to the course whose ``solutions`` no worker may reach."""
    return Sandbox(request, memory_limit_mb, hidden=[solutions])
