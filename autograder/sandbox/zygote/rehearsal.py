"""A dress rehearsal in the zygote: everything a worker does with a submission, done a few times with a harmless one.

A worker is forked from the state that this leaves. Bytecode is specialised, library calls are bound, caches are filled
and memory is laid out once, instead of in every worker, where each first time also copies the page it touches. The
rehearsed submission is this package's own; nothing of it stays behind.
"""

from __future__ import annotations

import contextlib
import gc
import linecache
import logging
import sys
from collections.abc import Callable
from typing import Any

from autograder.runtime.operations import Operations
from autograder.runtime.quiet import hush
from autograder.runtime.toys import MODULE, compile_toys
from autograder.wire import codec
from autograder.wire.protocol import Import, Load

_TIMES = 12
"""CPython 3.11 specialises a function after eight runs."""

NAME = "rehearsed"
"""Name of the rehearsed submission's only module."""

Script = Callable[[int], list[list[dict[str, Any]]]]
"""The requests of one worker's life, batch by batch; its argument counts the performances."""


def rehearse(make_bench: Callable[[], Operations], script: Script) -> None:
    """Serve a small submission a few times and forget it. Must run where no student code will."""
    hush()
    finders = list(sys.meta_path)
    for turn in range(_TIMES):
        _serve_once(make_bench(), script(turn))
        sys.meta_path[:] = finders
        for name in (NAME, MODULE):
            sys.modules.pop(name, None)
        linecache.cache.pop(f"{NAME}.py", None)


def settle(seed: Callable[[int], None]) -> None:
    """Reseed every generator and settle the heap before the first fork."""
    _forget_what_a_fork_would_clear()
    seed(0)
    gc.collect()
    gc.freeze()


def loading(source: bytes, toys: bytes = b"") -> list[list[dict[str, Any]]]:
    """The first requests of every script: take the files and the toys, run the module."""
    return [
        [Load({f"{NAME}.py": source}, [NAME], toys=compile_toys(toys)).to_wire()],
        [Import(NAME).to_wire()],
    ]


def _serve_once(bench: Operations, script: list[list[dict[str, Any]]]) -> None:
    for number, operations in enumerate(script):
        _, _, received = codec.decode(codec.encode([number, "batch", operations], 2**20), trusted=True)
        replies = [bench.perform(operation) for operation in received]
        codec.decode(codec.encode([number, "reply", replies], 2**20), trusted=True)


def _forget_what_a_fork_would_clear() -> None:
    """Do once what libraries have asked to be done in every child after a fork; this process has one thread.

    Locks of loggers need no new ones, because nobody else can hold them; matplotlib's fonts are cheap to open again.
    """
    handlers = getattr(logging, "_at_fork_reinit_lock_weakset", None)
    if handlers is not None:
        handlers.clear()
    with contextlib.suppress(ImportError, AttributeError):
        from matplotlib import font_manager

        font_manager._get_font.cache_clear()  # type: ignore[attr-defined]
