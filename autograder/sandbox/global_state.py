"""Torch's, NumPy's and Python's global settings and random states: seeded, compared, put back."""

from __future__ import annotations

import contextlib
import ctypes
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from autograder.sandbox.bench import seed_python


def seed_everything(seed: int) -> None:
    """Seed torch's, NumPy's and Python's global generators."""
    torch.default_generator.manual_seed(seed)  # torch.manual_seed also queues work for every kind of GPU
    seed_python(seed)


_TWISTER = 625 * 4
"""Bytes of the Mersenne Twister's state: 624 words and the position among them."""


class _NumpyState:
    """A snapshot of NumPy's global generator: NumPy's own tuple, and the words of the Mersenne Twister.

    NumPy takes 60 µs to read or write its state, and most submissions never touch it. The words are looked at in
    place (``BitGenerator.ctypes`` is NumPy's interface for that): while they are the same, nothing was drawn. Only a
    second normal number kept for the next call changes nothing in them; a snapshot with one has no ``words``.
    """

    bits = np.random.mtrand._rand._bit_generator
    view = (ctypes.c_char * (_TWISTER if isinstance(bits, np.random.MT19937) else 0)).from_address(bits.ctypes.state_address)
    latest: _NumpyState | None = None

    def __init__(self) -> None:
        full: Any = np.random.get_state()
        self.full: tuple[Any, ...] = full
        settled = full[0] == "MT19937" and full[3] == 0
        self.words: bytes | None = self.view.raw if settled else None

    @classmethod
    def now(cls) -> _NumpyState:
        """Snapshot of the present state; the same object again while nothing was drawn."""
        if cls.latest is None or cls.latest.words is None or cls.latest.words != cls.view.raw:
            cls.latest = cls()
        return cls.latest

    def put_back(self) -> None:
        """Make this the state of NumPy's global generator."""
        if self.words is None or self.words != self.view.raw:
            np.random.set_state(self.full)

    def equals(self, other: _NumpyState) -> bool:
        """Tell whether both are the same state."""
        if self.words is not None and other.words is not None:
            return self.words == other.words
        return self.full[2:] == other.full[2:] and bool((self.full[1] == other.full[1]).all())


def random_state() -> tuple[Any, ...]:
    """Snapshot of the three global generators."""
    return torch.get_rng_state(), _NumpyState.now(), random.getstate()


def set_random_state(state: tuple[Any, ...]) -> None:
    """Put a snapshot of the three global generators back."""
    torch.set_rng_state(state[0])
    state[1].put_back()
    random.setstate(state[2])


class RandomLanes:
    """Several random states of which one is in force: interleaved checks do not disturb each other's draws."""

    def __init__(self) -> None:
        self._current: int | None = None
        self._states: dict[int, tuple[Any, ...]] = {}

    def enter(self, lane: int) -> None:
        """Go on with the random state in which ``lane`` was left; a new lane goes on with what is there."""
        if lane == self._current:
            return
        if self._current is not None:
            self._states[self._current] = random_state()
        self._current = lane
        if lane in self._states:
            set_random_state(self._states[lane])


def same_state(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    """Tell whether nothing was drawn between two snapshots."""
    return bool(torch.equal(before[0], after[0])) and before[2] == after[2] and before[1].equals(after[1])


class GlobalState:
    """Torch's and NumPy's global settings, remembered before a submission's code runs and put back after."""

    def __init__(self) -> None:
        self.dtype = torch.get_default_dtype()
        self.grad = torch.is_grad_enabled()
        self.errors = np.geterr()
        self.deterministic = torch.are_deterministic_algorithms_enabled()
        self.threads = torch.get_num_threads()
        self.random = random_state()

    def restore(self) -> None:
        """Put everything back."""
        pop_modes()
        torch.set_default_dtype(self.dtype)
        torch.set_default_device(None)
        torch.set_grad_enabled(self.grad)
        torch.use_deterministic_algorithms(self.deterministic)
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        np.seterr(**self.errors)  # type: ignore[arg-type]
        set_random_state(self.random)


@contextlib.contextmanager
def untouched_state() -> Iterator[None]:
    """Put torch's and NumPy's global settings and seeds back after the block."""
    state = GlobalState()
    try:
        yield
    finally:
        state.restore()


def pop_modes() -> None:
    """Remove function and dispatch modes that the submission's code pushed and left behind."""
    from torch.overrides import _get_current_function_mode_stack, _pop_mode
    from torch.utils import _python_dispatch

    while _get_current_function_mode_stack():
        _pop_mode()
    while _python_dispatch._len_torch_dispatch_stack() if hasattr(_python_dispatch, "_len_torch_dispatch_stack") else 0:
        _python_dispatch._pop_mode()
    if torch.is_inference_mode_enabled():
        torch._C._set_inference_mode(False) if hasattr(torch._C, "_set_inference_mode") else None
