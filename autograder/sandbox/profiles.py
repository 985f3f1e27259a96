"""Which layers this machine offers, and which profile follows from them and from what was asked for.

===== ======== ==================================================================================
S3    full     private namespaces and read-only root, scratch folder, Landlock, filter, limits
S2    no-ns    Landlock, filter, limits; no folder is writable
S1    process  filter and limits; files that the user may read stay readable
S0    plain    a separate process with limits, for debugging
===== ======== ==================================================================================
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal

from autograder.errors import IsolationError, UsageError
from autograder.sandbox.interpreter import bootstrap, clean_environment
from autograder.sandbox.walls import landlock
from autograder.sandbox.zygote_settings import PROFILES

Request = Literal["full", "strict", "best", "none"]

MAXIMUM = "AUTOGRADER_SANDBOX_MAX"
"""Environment variable that caps the profile (``S2``, ``S1``, ``S0``), to test or to avoid a broken layer."""

_NEEDED = {"full": "S3", "strict": "S2", "best": "S0", "none": "S0"}
_REMEDIES = {
    "pidfd": "use Linux 5.3 or newer",
    "seccomp": "use a Linux kernel with CONFIG_SECCOMP_FILTER on x86_64 or aarch64",
    "landlock": "use Linux 5.13 or newer with landlock in the kernel's lsm= list",
    "namespaces": (
        "run as root, or allow user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0 on "
        "Ubuntu 24.04, user.max_user_namespaces > 0 elsewhere; in Docker add --security-opt seccomp=unconfined "
        "--cap-add SYS_ADMIN, or be content with --isolation strict"
    ),
    "change_uid": "run as root to give every worker a uid of its own; not needed otherwise",
}


@dataclass(frozen=True)
class Layer:
    """One layer of isolation on this machine.

    Attributes:
        name: short name.
        available: whether it held when it was tried.
        why_not: the reason if it did not; a remark on its limits if it did.
        remedy: what would make it available.
    """

    name: str
    available: bool
    why_not: str = ""
    remedy: str = ""


OPEN = {
    "S3": "which files of libraries others have read lately, by how long reading them takes; limits of the whole machine",
    "S2": (
        "as S3; also whether a path exists, its size and times (stat), so no secret may be in a file's name, size or time; "
        "without root, workers share a uid and its limit of threads"
    ),
    "S1": "as S2; also every file that the user may read: keep the course's solutions on another machine",
    "S0": "everything that the user may do; for debugging only",
}
"""What each profile leaves open, for ``autograder doctor``; `docs/threat-model.md` has it in full."""


_PROBE_SECONDS = 60.0


@functools.cache
def offers() -> dict[str, str]:
    """Probe the machine once per process; see `autograder.sandbox.machine_probe.probe_layers`. Empty off Linux."""
    if sys.platform != "linux":
        return {}
    detail = ""
    try:
        with _probe() as probe, contextlib.ExitStack() as unfinished:
            unfinished.callback(probe.kill)  # does nothing to one that has ended
            found, detail = probe.communicate(timeout=_PROBE_SECONDS)
        return json.loads(found)
    except (subprocess.SubprocessError, ValueError, OSError) as error:
        raise IsolationError(f"the probe of the machine failed: {(detail or str(error)).strip()[-500:]}", "sandbox") from error


def begin_probe() -> None:
    """Let the probe run while this process imports what it will need; :func:`offers` waits for it, and tells its errors."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            _probe()


@functools.cache
def _probe() -> subprocess.Popen[str]:
    command = bootstrap("autograder.sandbox.machine_probe")
    return subprocess.Popen(
        command, env=clean_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def available_profile() -> str:
    """Return the strictest profile that this machine offers, not above the cap."""
    found = offers()
    best = "S0"
    if found and not found["pidfd"] and not found["seccomp"]:
        best = "S1"
        if not found["landlock"]:
            best = "S2" if found["namespaces"] else "S3"
    return min(best, _cap())


def _cap() -> str:
    """Return the profile named by the environment variable, S3 without one."""
    cap = os.environ.get(MAXIMUM, PROFILES[-1]) or PROFILES[-1]
    if cap not in PROFILES:
        raise UsageError(f"{cap!r} is not a profile", MAXIMUM, f"use one of {', '.join(PROFILES)}")
    return cap


def choose(request: Request) -> str:
    """Return the profile to use for a request.

    Raises:
        IsolationError: if the machine offers less than ``strict`` (S2) or ``full`` (S3) needs; the remedy is told.
        UsageError: for an unknown request.
    """
    if request not in _NEEDED:
        raise UsageError(f"{request!r} is not an isolation", "--isolation", f"use one of {', '.join(_NEEDED)}")
    if request == "none":
        return "S0"
    best = available_profile()
    if best < _NEEDED[request]:
        raise IsolationError(
            f"this machine offers isolation {best}, and {request} needs {_NEEDED[request]} or better",
            "--isolation",
            _advice(_NEEDED[request]) + "; --isolation best takes what there is, and the record says so",
        )
    return best


def _advice(needed: str) -> str:
    """Return the remedies for what stands between this machine and a profile."""
    if sys.platform != "linux":
        return "grade on Linux, in WSL 2 or in a Linux container"
    if _cap() < needed:
        return f"unset {MAXIMUM} or raise it to {needed}"
    names = ["pidfd", "seccomp", "landlock"] + (["namespaces"] if needed == "S3" else [])
    return "; ".join(_REMEDIES[name] for name in names if offers()[name])


def diagnose() -> list[Layer]:
    """Return what each layer is like here, for ``autograder doctor``."""
    found = offers()
    if not found:
        return [Layer("isolation", False, f"not offered on {sys.platform}", _advice("S2"))]
    layers = [
        Layer(name, not found[name], found[name], _REMEDIES[name] if found[name] else "")
        for name in ("pidfd", "seccomp", "landlock", "namespaces", "change_uid")
    ]
    version = int(found["landlock_abi"])
    open_ends = landlock.gaps(version)
    if version and open_ends:
        note = f"ABI {version} does not stop {', '.join(open_ends)}; the filter does"
        layers = [Layer("landlock", True, note) if layer.name == "landlock" else layer for layer in layers]
    return layers


def describe(profile: str, own_uid: bool) -> list[str]:
    """Return the layers of a profile in words, with kernel, Landlock version and uid, for the grade's record."""
    found = offers()
    if not found:
        return [f"separate process on {sys.platform}"]
    root = found["uid"] == "0"
    lines = [f"kernel {found['kernel']}"]
    if profile == "S3":
        user = "root" if root else "user namespace"
        lines += [f"namespaces pid mnt net ipc uts ({user})", "private read-only root", "scratch tmpfs"]
    if profile >= "S2":
        lines.append(f"landlock ABI {found['landlock_abi']}")
    if profile >= "S1":
        lines += ["seccomp allow list", "no capabilities, no new privileges"]
    lines.append("own uid per worker" if own_uid else f"uid {found['uid']}")
    return [*lines, "resource limits"]
