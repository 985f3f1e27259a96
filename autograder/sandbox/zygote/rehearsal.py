"""A dress rehearsal in the zygote: everything a worker does with a submission, done a few times with a harmless one.

Calls, gradients, callbacks, modules, a step of training, short answers. A worker is forked from the state that this leaves.
Bytecode is specialised, library calls are bound, caches are filled and memory is laid out once, instead of in every worker,
where each first time also copies the page it touches. The rehearsed submission is this package's own; nothing of it stays
behind.
"""

from __future__ import annotations

import contextlib
import gc
import linecache
import logging
import sys
from typing import Any

import torch

from autograder.runtime.global_state import seed_everything
from autograder.runtime.quiet import hush
from autograder.runtime.stand_ins.toys import MODULE, compile_toys
from autograder.runtime.torch_operations import TorchOperations
from autograder.wire import codec
from autograder.wire.protocol import (
    Answer,
    Attribute,
    Call,
    Grad,
    Import,
    Load,
    LoadStateOf,
    Make,
    Named,
    Observe,
    Request,
    Seed,
    SetParameters,
    Settle,
    in_lane,
    in_module,
    on_object,
)

_TIMES = 12
"""CPython 3.11 specialises a function after eight runs."""

NAME = "rehearsed"
"""Name of the rehearsed submission's only module."""

_SOURCE = b'''
"""A submission's module."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn


def divergence(mu: Tensor, logvar: Tensor, scale: float = 0.5) -> Tensor:
    """A sum over all but the first dimension."""
    if mu.shape != logvar.shape:
        raise ValueError("shapes differ")
    return scale * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(dim=1) + math.log(1.0)


def draw(mean: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """A random draw."""
    return mean + torch.randn(mean.shape, generator=generator, dtype=mean.dtype) * torch.randn_like(mean)


def through(function, x: Tensor) -> dict:
    """Calls back."""
    with torch.no_grad():
        return {"value": function(x), "array": np.asarray([1.0, 2.0])}


def answer() -> dict:
    """A short answer with entries of several kinds."""
    return {"value": lambda a, b: math.log(a) / b, "limit": math.inf, "word": "left", "part": Fraction(1, 3), "row": [0.5, 1.0]}


class Network(nn.Module):
    """A small network."""

    def __init__(self, width: int = 3) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, 4))
        self.register_buffer("step", torch.zeros(2))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Two outputs."""
        return torch.sigmoid(self.layers(x)), F.softplus(x)


def train(model: nn.Module, loader, optimizer: torch.optim.Optimizer) -> float:
    """One pass."""
    for images, _ in loader:
        loss = (model(images)[0] - images).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()
'''

_TOYS = b'''
"""A check's small module."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Toy(nn.Module):
    """One parameter from a generator of its own."""

    def __init__(self, size: int = 4, seed: int = 0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(size, generator=torch.Generator().manual_seed(seed)))

    def forward(self, x: Tensor) -> Tensor:
        """A product."""
        return x @ self.weight
'''


def rehearse(training: bool = True) -> None:
    """Serve a small submission a few times, forget it, and settle. Must run where no student code will.

    Without ``training`` no optimiser is touched, of which torch makes 800 imports.
    """
    hush()
    finders = list(sys.meta_path)
    for turn in range(_TIMES):
        _serve_once(TorchOperations(evaluate, fresh_process=True), script(turn, training))
        sys.meta_path[:] = finders
        for name in (NAME, MODULE):
            sys.modules.pop(name, None)
        linecache.cache.pop(f"{NAME}.py", None)
    settle()


def settle() -> None:
    """Reseed every generator and settle the heap, for the forks to come."""
    _forget_what_a_fork_would_clear()
    seed_everything(0)
    gc.collect()
    gc.freeze()


def evaluate(kind: str, *details: Any) -> Any:
    """Stand in for the grader, which doubles every tensor."""
    tensors = details[2] if kind == "callback" else details[1]
    return [0, tuple(2 * tensor for tensor in tensors), True]


def script(turn: int, training: bool = True) -> list[list[dict[str, Any]]]:
    """The requests of one worker's life, batch by batch."""
    x = torch.rand(2, 4, dtype=torch.float64 if turn % 2 else torch.float32)
    pair = ([x, x], {"scale": 0.5})
    function = in_module(NAME, "divergence")
    network, loader, optimizer = (codec.Handle(number, "") for number in (0, 2, 3))
    batches: list[list[Request]] = [
        [
            Grad(function, *pair, wrt=[0, 1], select=[]),
            Call(function, [x, x[:1]], {}),
            Answer(in_module(NAME, "answer"), {"a": 1.0, "b": 2.0}),
        ],
        [Seed(1), Observe(in_module(NAME, "draw"), [x], {})],
        [Call(in_module(NAME, "through"), [codec.CallbackRef(0, "f"), x], {})],
        [
            Call(in_module(NAME, "Network"), [], {"width": 3}),
            Make("toy", ["Toy"], {}),
            Make("loader", [torch.rand(4, 4), torch.zeros(4), 2], {}),
            *([Make("optimizer", ["Adam", network], {"lr": 1e-3})] if training else []),
        ],
        [
            Settle(in_module(NAME, "Network"), {"width": 3}, x, seed=0, shared=True),
            SetParameters(0, {"layers.0.bias": torch.zeros(3)}),
            Named(0, "parameters"),
            Attribute(0, "training"),
            Call(on_object(network, "__call__"), [torch.rand(2, 4)], {}),
            *([Call(in_module(NAME, "train"), [network, loader, optimizer], {})] if training else []),
            LoadStateOf(0, network),
        ],
    ]
    return [
        [Load({f"{NAME}.py": _SOURCE}, [NAME], toys=compile_toys(_TOYS)).to_wire()],
        [Import(NAME).to_wire()],
        [in_lane(Call(function, *pair).to_wire(), lane) for lane in range(3)],
        [in_lane(Observe(function, *pair).to_wire(), 0)],
        *([request.to_wire() for request in batch] for batch in batches),
    ]


def _serve_once(bench: TorchOperations, script: list[list[dict[str, Any]]]) -> None:
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
    fonts = sys.modules.get("matplotlib.font_manager")  # not imported here: few submissions draw
    if fonts is not None:
        with contextlib.suppress(AttributeError):
            fonts._get_font.cache_clear()
