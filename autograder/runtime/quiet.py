"""Silence where a submission's code runs: no keyboard to wait for, no libraries' warnings."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_stdin() -> Iterator[None]:
    """Make ``input()`` raise ``EOFError`` at once instead of waiting for a keyboard."""
    previous, sys.stdin = sys.stdin, io.StringIO("")
    try:
        yield
    finally:
        sys.stdin = previous


def hush() -> None:
    """Silence warnings and logging: a library's word on standard error means nothing here."""
    if logging.root.manager.disable < logging.WARNING:
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
