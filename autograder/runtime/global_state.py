"""Torch's, NumPy's and Python's global settings and random states: seeded, compared, put back."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils import _python_dispatch

from autograder.runtime.generator_state import NumpyState


def seed_everything(seed: int) -> None:
    """Seed torch's, NumPy's and Python's global generators."""
    torch.default_generator.manual_seed(seed)  # torch.manual_seed also queues work for every kind of GPU
    NumpyState.seed(seed)
    random.seed(seed)


_ENTERED: list[torch.inference_mode] = []
"""Kept for ever: torch leaves a mode when the object that entered it is collected."""

RandomState = tuple[torch.Tensor, NumpyState, Any]
"""States of torch's, NumPy's and Python's global generators."""


def random_state() -> RandomState:
    """Snapshot of the three global generators."""
    return torch.get_rng_state(), NumpyState.now(), random.getstate()


def set_random_state(state: RandomState) -> None:
    """Put a snapshot of the three global generators back."""
    torch.set_rng_state(state[0])
    state[1].put_back()
    random.setstate(state[2])


def move_on() -> None:
    """Change all three states: a seed that is set at every call must show, even where the last call has set it already."""
    torch.rand(1, generator=torch.default_generator, device="cpu")
    NumpyState.seed(random.getrandbits(32))  # a draw would make the next snapshot a slow one


class RandomLanes:
    """Several random states of which one is in force: interleaved checks do not disturb each other's draws."""

    def __init__(self) -> None:
        self._current: int | None = None
        self._states: dict[int, RandomState] = {}

    def enter(self, lane: int) -> None:
        """Go on with the random state in which ``lane`` was left; a new lane goes on with what is there."""
        if lane == self._current:
            return
        if self._current is not None:
            self._states[self._current] = random_state()
        self._current = lane
        if lane in self._states:
            set_random_state(self._states[lane])


def same_state(before: RandomState, after: RandomState) -> bool:
    """Tell whether nothing was drawn between two snapshots."""
    return bool(torch.equal(before[0], after[0])) and before[1] == after[1] and before[2] == after[2]


class Modes(NamedTuple):
    """Switches of torch that change what everybody's code does from then on; read before and after every call."""

    dtype: torch.dtype
    grad: bool
    inference: bool
    anomaly: bool
    deterministic: bool
    function_modes: int
    """A default device is one of these."""

    @classmethod
    def now(cls) -> Modes:
        """As they are set."""
        return cls(
            torch.get_default_dtype(), torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.is_anomaly_enabled(),
            torch.are_deterministic_algorithms_enabled(), torch._C._len_torch_function_stack(),
        )  # fmt: skip

    def restore(self) -> bool:
        """Set them as they were; tells whether anything had been changed."""
        now = Modes.now()
        if now == self:
            return False
        if (now.inference, now.function_modes) != (self.inference, self.function_modes):
            pop_modes()
            torch.set_default_device(None)
        torch.set_default_dtype(self.dtype)
        torch.set_grad_enabled(self.grad)
        torch.autograd.set_detect_anomaly(self.anomaly)
        torch.use_deterministic_algorithms(self.deterministic)
        return True


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
        """Put back what has changed."""
        pop_modes()
        if torch.get_default_dtype() is not self.dtype:
            torch.set_default_dtype(self.dtype)
        torch.set_default_device(None)
        torch.set_grad_enabled(self.grad)
        if torch.are_deterministic_algorithms_enabled() != self.deterministic:
            torch.use_deterministic_algorithms(self.deterministic)
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        if np.geterr() != self.errors:
            np.seterr(**self.errors)  # type: ignore[arg-type]
        set_random_state(self.random)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch computes in one thread inside, and in as many as before afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


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
    while torch._C._len_torch_function_stack():
        torch._C._pop_torch_function_stack()
    while _python_dispatch._len_torch_dispatch_stack():
        _python_dispatch._pop_mode()
    if torch.is_inference_mode_enabled():
        mode = torch.inference_mode(False)
        mode.__enter__()
        _ENTERED.append(mode)
