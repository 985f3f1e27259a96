"""A sandbox that many graders of a test session share."""

from __future__ import annotations

from typing import Any

from autograder.sandbox.zygote_host import ZygoteHost


class Shared:
    """The session's warm zygote, which outlives each grader."""

    def __init__(self, inner: ZygoteHost) -> None:
        self.inner = inner
        self.profile, self.layers = inner.profile, inner.layers

    def __enter__(self) -> Shared:
        """Nothing to start."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def wait_until_ready(self) -> None:
        """Ready."""

    def lease(self) -> Any:
        """Workers for another process."""
        return self.inner.lease()

    def spawn(self, **options: Any) -> Any:
        """Hand on."""
        return self.inner.spawn(**options)

    def close(self) -> None:
        """Nothing to end."""
