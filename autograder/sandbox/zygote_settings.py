"""What the grader tells a zygote at its start: which layers to use, and what must prove unreachable."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

MEMORY_MB = 4096
"""What a worker may allocate, in MiB, where nobody says otherwise."""

PROFILES = ("S0", "S1", "S2", "S3")
"""From a plain process to the full set of layers; later means stricter, and strings compare that way."""

ENTRY = "autograder.runtime.serving:serve"
"""What a ready worker runs: ``module:function`` or ``/path/file.py:function``, called with its data socket."""

STARTUP_FAILED = 70
"""Exit status of a worker that could not be locked down."""


@dataclass(frozen=True)
class ZygoteSettings:
    """The settings of one zygote and of all its workers. Of the course it holds names of paths and public shapes only.

    Attributes:
        profile: ``"S3"`` … ``"S0"``.
        memory_mb: what a worker may allocate, in MiB.
        own_uid: give each worker a uid of its own (needs root).
        landlock: the kernel's Landlock version, 0 for none.
        base: an empty folder of the host: mount point of the private root (S3), working directory otherwise.
        canary: a file of the grader that a worker must not be able to open.
        hidden: entries of the course folder that a worker must not reach.
        grader_pid: the process that must be neither signalled nor read.
        entry: see `ENTRY`.
        scratch_mb: size of a worker's scratch file system (S3).
        spare: keep one locked worker ready.
        groups: what to prepare for at the start, see `autograder.sandbox.zygote.preloading.GROUPS`.
    """

    profile: str = "S0"
    memory_mb: int = MEMORY_MB
    own_uid: bool = False
    landlock: int = 0
    base: str = ""
    canary: str = ""
    hidden: tuple[str, ...] = field(default=())
    grader_pid: int = 0
    entry: str = ENTRY
    scratch_mb: int = 64
    spare: bool = True
    groups: tuple[str, ...] = ()

    @property
    def private_root(self) -> bool:
        """Whether workers live in namespaces of their own."""
        return self.profile == "S3"

    @property
    def confined(self) -> bool:
        """Whether Landlock is in force."""
        return self.profile in ("S3", "S2")

    @property
    def filtered(self) -> bool:
        """Whether the system call filter is in force."""
        return self.profile != "S0"

    def to_json(self) -> str:
        """Return the plan as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ZygoteSettings:
        """Read a plan written by `to_json`."""
        values = json.loads(text)
        return cls(**{**values, "hidden": tuple(values["hidden"]), "groups": tuple(values["groups"])})
