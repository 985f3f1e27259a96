"""The sandbox that a run of grading uses."""

from __future__ import annotations

from pathlib import Path

from autograder.sandbox import profiles
from autograder.sandbox.zygote_host import Lease, ZygoteHost
from autograder.sessions.wanted_libraries import groups_of

EVERYTHING = ("training",)
"""Prepared for where it is not known which assignment comes."""

_lent: dict[tuple[Path, profiles.Request, int], Lease] = {}


def lend(key: tuple[Path, profiles.Request, int], lease: Lease) -> None:
    """Let the next sandbox of this process, if it is to be such a one, be a share in a zygote that is warm already."""
    _lent[key] = lease


def sandbox_for(
    solutions: Path, request: profiles.Request, memory_limit_mb: int, *, wait: bool = True, assignment: str | None = None
) -> ZygoteHost:
    """Return a sandbox for submissions to the course whose ``solutions`` no worker may reach.

    Unless told to ``wait``, it is still starting: there is time to import something meanwhile. For a single
    ``assignment`` it prepares for no more than that needs, and for the rest when somebody wants it.
    """
    lease = _lent.pop((solutions, request, memory_limit_mb), None)
    if lease is not None:
        return ZygoteHost.leased(lease)
    groups = EVERYTHING if assignment is None else groups_of(solutions / assignment)
    return ZygoteHost(request, memory_limit_mb, hidden=[solutions], wait=wait, groups=groups)
