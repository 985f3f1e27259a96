"""The zygotes of one grading run: one with torch, and one without, whose workers cost half as much."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.errors import GraderError, IsolationError
from autograder.sandbox import profiles
from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import Lease, ZygoteHost
from autograder.sandbox.zygote_settings import LIGHT_ENTRY, MEMORY_MB


class Sandbox:
    """Hands out workers; a context manager, which a leased one is too.

    Attributes:
        profile: the isolation in force, ``"S3"`` … ``"S0"``.
        layers: the same in words, for the record of a grade.
    """

    def __init__(
        self,
        request: profiles.Request = "strict",
        memory_limit_mb: int = MEMORY_MB,
        *,
        hidden: Sequence[Path] = (),
    ) -> None:
        """Start both; the arguments are those of :class:`autograder.sandbox.zygote_host.ZygoteHost`, and so are the errors."""
        self._light: ZygoteHost | None = None
        if profiles.offers() and not profiles.offers()["pidfd"]:
            self._light = ZygoteHost(request, memory_limit_mb, hidden=hidden, entry=LIGHT_ENTRY, light=True, wait=False)
        try:
            self._full = ZygoteHost(request, memory_limit_mb, hidden=hidden)
        except BaseException:
            self._close_light()
            raise
        self.profile, self.layers = self._full.profile, self._full.layers

    @classmethod
    def leased(cls, lease: Lease) -> Sandbox:
        """Return a sandbox whose processes belong to the grader that gave the lease."""
        sandbox = cls.__new__(cls)
        sandbox._full = ZygoteHost.leased(lease)
        sandbox._light = None if lease.light is None else ZygoteHost.leased(lease.light)
        sandbox.profile, sandbox.layers = lease.profile, lease.layers
        return sandbox

    def lease(self) -> Lease | None:
        """Let another process of this grading run have workers too; None where there is nothing to share."""
        lease = self._full.lease()
        if lease is None or self._light is None:
            return lease
        return replace(lease, light=self._light.lease())

    def spawn(self, cpu_seconds: int = 600, groups: Sequence[str] = ()) -> Worker:
        """Return a locked worker with torch; see :meth:`autograder.sandbox.zygote_host.ZygoteHost.spawn`."""
        return self._full.spawn(cpu_seconds, groups)

    def spawn_light(self, cpu_seconds: int = 600) -> Worker | None:
        """Return a locked worker without torch, None where there are none.

        Raises:
            IsolationError: if its self-test shows that a layer does not hold.
        """
        if self._light is None:
            return None
        try:
            return self._light.spawn(cpu_seconds)
        except IsolationError:
            raise
        except GraderError:  # a full worker can do everything that a light one can
            self._close_light()
            return None

    def __enter__(self) -> Sandbox:
        """Return the sandbox; leaving the context ends it and every worker."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the sandbox."""
        self.close()

    def close(self) -> None:
        """End both zygotes and every worker, and remove what they left. May be called again."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._full.close)
            self._close_light()

    def _close_light(self) -> None:
        light, self._light = self._light, None
        if light is not None:
            light.close()
