"""A few processes for work that takes long: each with one thread, without warnings, deaf to Ctrl-C, which ends the parent."""

from __future__ import annotations

import multiprocessing
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any, TypeVar

from autograder.imports import not_from_here

Result = TypeVar("Result")


def run_in_processes(function: Callable[..., Result], tasks: Sequence[tuple[Any, ...]], jobs: int) -> Iterator[Result]:
    """The results of ``function(*task)`` for every task, as they come."""
    not_from_here()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max(1, min(jobs, len(tasks))), mp_context=context, initializer=_prepare) as pool:
        for future in as_completed([pool.submit(function, *task) for task in tasks]):
            yield future.result()


def _prepare() -> None:
    import torch

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
