"""A sandbox that many graders of a test session share."""

from __future__ import annotations

from typing import Any

from autograder.sandbox.sandbox import Sandbox


class Shared:
    """The session's warm zygotes, which outlive each grader."""

    def __init__(self, inner: Sandbox) -> None:
        self.inner = inner
        self.profile, self.layers = inner.profile, inner.layers

    def __enter__(self) -> Shared:
        """Nothing to start."""
        return self

    def spawn(self, **options: Any) -> Any:
        """Hand on."""
        return self.inner.spawn(**options)

    def spawn_light(self) -> Any:
        """Hand on."""
        return self.inner.spawn_light()

    def close(self) -> None:
        """Nothing to end."""
