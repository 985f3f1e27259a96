"""What hidden checks send, seen from the side of the grader."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.runner import CandidateSession
from autograder.subjects import LoadedModules


def fingerprint(value: Tensor | np.ndarray) -> str:
    """The same text as a hostile submission makes of it."""
    return f"SEEN{float(torch.as_tensor(np.asarray(value)).double().sum()):.9e}"


def _note(value: Any, found: set[str]) -> None:
    if isinstance(value, Tensor | np.ndarray) and torch.as_tensor(np.asarray(value)).numel():
        text = fingerprint(value.detach() if isinstance(value, Tensor) else value)
        if text != "SEEN0.000000000e+00":
            found.add(text)
    elif isinstance(value, list | tuple):
        for item in value:
            _note(item, found)


@contextlib.contextmanager
def recorded_fingerprints(
    subject: LoadedModules, module: str, found: set[str]
) -> Iterator[Callable[[], CandidateSession]]:
    """Yield a function that opens sessions whose requests are noted in `found`."""

    def open_session() -> CandidateSession:
        session = subject.open(module)
        perform = session.request

        def request(operation: dict[str, Any]) -> list:
            _note(list(operation.get("args", ())), found)
            return perform(operation)

        session.request = request  # type: ignore[method-assign]
        session.batch = lambda operations: [request(one) for one in operations]  # type: ignore[method-assign]
        return session

    yield open_session
