"""The rehearsal of a worker without torch: short answers of every kind."""

from __future__ import annotations

from typing import Any

from autograder.runtime.operations import Operations, seed_python
from autograder.sandbox.zygote.rehearsal import NAME, loading, rehearse, settle
from autograder.wire.protocol import Answer, Seed, in_lane, in_module

_SOURCE = b'''
"""Short answers."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

Formula = Callable[..., float]


def formula() -> Formula:
    """A function of named quantities."""
    return lambda a, b: math.log(a) / b


def table() -> dict[str, Formula | float | str]:
    """Entries of several kinds."""
    return {"value": lambda a, b: np.exp(a) * b, "limit": math.inf, "word": "left", "part": Fraction(1, 3)}


def matrix() -> list[list[float]]:
    """Rows of numbers."""
    return [[0.5, 0.5], [1.0, 0.0]]


def later() -> float:
    """Not answered yet."""
    raise NotImplementedError
'''


def rehearse_answers() -> None:
    """Rehearse, and settle everything before the first fork."""
    rehearse(lambda: Operations(fresh_process=True), script)
    settle(seed_python)


def script(turn: int) -> list[list[dict[str, Any]]]:
    """The requests of one worker's life, batch by batch."""
    quantities = {"a": 1.0 + turn, "b": 2.0}
    answers = [
        in_lane(Answer(in_module(NAME, name), quantities).to_wire(), lane)
        for lane, name in enumerate(("formula", "table", "matrix", "later"))
    ]
    return [*loading(_SOURCE), [Seed(1).to_wire(), *answers]]
