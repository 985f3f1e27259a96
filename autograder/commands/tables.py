"""Where commands print their tables."""

from __future__ import annotations

import sys

from rich.console import Console

_LOG_WIDTH = 240


def table_console() -> Console:
    """Return a console that prints cells as they are: brackets are no markup, and a log, which has no width, breaks no cell."""
    return Console(markup=False, width=None if sys.stdout.isatty() else _LOG_WIDTH)
