"""What platforms offer a grader, and whether this machine, as one of them, has enough of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import cores
from autograder.errors import UsageError, suggest

Row = tuple[str, str, str]
"""What, how it is, and the remedy when something is missing."""
MEMORY_GB = 3.0


@dataclass(frozen=True)
class Platform:
    """A place where graders run.

    Attributes:
        expected: the isolation that its defaults leave, in words; what holds is measured, here and in every result.
        remedy: what gives more.
        folders: what has to be there, as a path below ``AUTOGRADER_ROOT``.
    """

    expected: str
    remedy: str
    folders: tuple[str, ...] = ()


PLATFORMS = {
    "gradescope": Platform(
        "S2 where its kernel has Landlock, else S1: root in a container, seccomp allowed, no new namespaces",
        "choose at least 1 CPU and 3 GB under Settings, container specifications",
        ("source/course/solutions", "source/settings.json", "venv/bin/python"),
    ),
    "docker": Platform(
        "S2: the default seccomp profile allows Landlock and filters, and no new namespaces",
        "for S3 run with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN, on a "
        "machine for grading alone; with GPUs put gVisor around it: --runtime runsc",
    ),
    "github": Platform(
        "S2: Ubuntu 24.04 restricts user namespaces for programs without an AppArmor profile",
        "for S3 in a runner of your own: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    "gitlab": Platform("S2, as in Docker: runners start containers with Docker's defaults", "a runner with the shell executor"),
    "slurm": Platform(
        "S3 where the site allows user namespaces, else S2", "ask for user.max_user_namespaces > 0 on compute nodes"
    ),
    "kubernetes": Platform(
        "S2 with seccompProfile RuntimeDefault, which allows Landlock and filters and no new namespaces",
        "hostUsers: false gives user namespaces (Kubernetes 1.33); runtimeClassName: gvisor is the outer wall for GPUs",
    ),
}


def rows_for(name: str) -> Iterator[Row]:
    """What ``autograder doctor --platform`` says beside what it says anywhere.

    Raises:
        UsageError: no such platform is known.
    """
    if name not in PLATFORMS:
        raise UsageError("is not a platform that is known here", name, suggest(name, PLATFORMS, f"use {', '.join(PLATFORMS)}"))
    platform = PLATFORMS[name]
    yield name, f"expected isolation: {platform.expected}", platform.remedy
    memory = memory_limit()
    enough = memory is None or memory >= 0.95 * MEMORY_GB * 2**30
    told = "unknown" if memory is None else f"{memory / 2**30:.1f} GB"
    yield "  memory", f"{told}, {MEMORY_GB:g} GB are needed", "" if enough else f"give the container {MEMORY_GB:g} GB"
    cpus = cpu_limit()
    yield "  CPU", f"{cpus:g}, 1 is needed", "" if cpus >= 1 else "give the container one whole CPU"
    root = Path(os.environ.get("AUTOGRADER_ROOT", "/autograder"))
    for folder in platform.folders:
        there = (root / folder).exists()
        yield f"  {folder}", "is there" if there else f"not below {root}", "" if there else "upload the archive again, as it is"


def memory_limit(groups: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Bytes that this machine or container has: the group's limit, else what is installed; None where nobody says."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        limit = _number(groups / name)
        if limit is not None and limit < 2**60:
            return limit
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):
        return None


def cpu_limit(groups: Path = Path("/sys/fs/cgroup")) -> float:
    """CPUs that this machine or container may use: the group's quota, else what there is."""
    return cores.quota(groups) or float(cores.usable(groups))


def _number(path: Path) -> float | None:
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None
