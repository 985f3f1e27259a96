"""A grader as one should not be written: in one process with the submission, believing whatever comes back.

A program of its own: takes sources of submissions as JSON, runs each in a forked child with bounded time and memory,
and prints which comparisons each of them passes. Nothing here grades anybody; it shows that a lie would work.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributions as D
from torch import Tensor

SECONDS = 4
MEGABYTES = 1500

Compare = Callable[[Any, Tensor, Tensor, Tensor], Any]
"""What came back, what is expected, and the two arguments."""


def _none(value: object) -> bool:
    return value is None


COMPARISONS: dict[str, Compare] = {
    "equal": lambda got, want, mu, logvar: got == want,
    "equal, the other way round": lambda got, want, mu, logvar: want == got,
    "items": lambda got, want, mu, logvar: all(one == other for one, other in zip(got, want, strict=False)),
    "all equal": lambda got, want, mu, logvar: (got == want).all(),
    "allclose": lambda got, want, mu, logvar: torch.allclose(got, want),
    "torch.testing": lambda got, want, mu, logvar: _none(torch.testing.assert_close(got, want)),
    "numpy.testing": lambda got, want, mu, logvar: _none(np.testing.assert_allclose(got, want)),
    "numpy.allclose": lambda got, want, mu, logvar: np.allclose(got, want),
    "small difference": lambda got, want, mu, logvar: abs(got - want) < 1e-4,
    "no difference": lambda got, want, mu, logvar: (got - want).mean() == 0.0,
    "no large difference": lambda got, want, mu, logvar: not (abs(got - want) > 1e-4).any(),
    "a tensor that is equal": lambda got, want, mu, logvar: isinstance(got, Tensor) and got == want,
    "close, as the answer's dtype has it": lambda got, want, mu, logvar: (
        not torch.allclose(got.double(), want.double()) and _none(torch.testing.assert_close(got, want.to(got.dtype)))
    ),
    "requires a gradient": lambda got, want, mu, logvar: got.requires_grad,
    "gradient": lambda got, want, mu, logvar: torch.allclose(torch.autograd.grad(got, [mu, logvar])[0], mu),
    "the second call": lambda got, want, mu, logvar: torch.allclose(FUNCTION[0](mu, logvar), want),
    "the arguments as they are now": lambda got, want, mu, logvar: torch.allclose(got, _divergence(mu, logvar)),
}


def _divergence(mu: Tensor, logvar: Tensor) -> Tensor:
    """What the exercise asks for, by torch's own distributions."""
    posterior, prior = D.Normal(mu, (0.5 * logvar).exp()), D.Normal(torch.zeros_like(mu), torch.ones_like(mu))
    return D.kl_divergence(posterior, prior).flatten(1).sum(1)


FUNCTION: list[Callable[..., Any]] = []
"""What is being examined."""


def _examine(function: Callable[..., Any], passed: Callable[[str], object]) -> None:
    """Compare what one function returns, and report what it passes; every call has fresh arguments, drawn here."""
    FUNCTION[:] = [function]
    for name, compare in COMPARISONS.items():
        try:
            torch.manual_seed(1)
            mu, logvar = torch.randn(3, 4), torch.randn(3, 4)
            want = _divergence(mu, logvar)
            if compare(function(mu, logvar), want, mu, logvar):
                passed(name)
        except Exception:
            continue


def _child(source: str, write: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    signal.alarm(2 * SECONDS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 2**20,) * 2)
    names: dict[str, Any] = {"__name__": "answer"}
    send, leave = os.write, os._exit
    try:
        exec(source, names)
        _examine(names["gaussian_kl"], lambda name: send(write, name.encode() + b"\n"))
    except BaseException:
        leave(1)
    leave(0)


def main() -> None:
    """Read sources by name, print the comparisons that each passes."""
    won = {}
    for name, source in json.load(sys.stdin).items():
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            _child(source, write)
        os.close(write)
        with os.fdopen(read) as answer:
            won[name] = answer.read().splitlines()
        os.waitpid(pid, 0)
    print(json.dumps(won))


if __name__ == "__main__":
    torch.set_num_threads(1)
    _examine(_divergence, lambda name: None)  # torch imports much of itself on first use
    main()
