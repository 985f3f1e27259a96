"""The sandbox that fits an assignment: its libraries and convolutions."""

from __future__ import annotations

from pathlib import Path

from autograder.course.convolutions import expected_convolutions
from autograder.sandbox import profiles
from autograder.sandbox.sandbox import Sandbox


def sandbox_for(solutions: Path, assignment: str, request: profiles.Request, memory_limit_mb: int) -> Sandbox:
    """Return a sandbox for submissions of one assignment of the course whose ``solutions`` no worker may reach."""
    convolutions = expected_convolutions(solutions / assignment)
    return Sandbox(request, memory_limit_mb, hidden=[solutions], convolutions=convolutions)
