"""Judges that believe the worker: they live in its process, and compare as some public graders did."""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import json
import logging
import pickle
import random
import signal
import sys
import threading
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.distributions
from torch import Tensor
from torch.overrides import _get_current_function_mode_stack
from torch.utils import _python_dispatch

from hostile.witness.record import Record

Answer = Callable[[Tensor, Tensor], Any]


def formula(mu: Tensor, logvar: Tensor) -> Tensor:
    """The right answer, computed when it is wanted, by the torch that is there then."""
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).flatten(1).sum(1)


@dataclass
class Case:
    """Inputs, and the right answer, which was computed before the submission was there."""

    mu: Tensor
    logvar: Tensor
    right: Tensor

    def inputs(self) -> tuple[Tensor, Tensor]:
        """Fresh copies."""
        return self.mu.clone(), self.logvar.clone()


def cases() -> list[Case]:
    """Three inputs of three samples each."""
    generator = torch.Generator().manual_seed(5)
    pairs = [[torch.randn(3, 2, generator=generator) for _ in range(2)] for _ in range(3)]
    return [Case(mu, logvar, formula(mu, logvar)) for mu, logvar in pairs]


def _each(compare: Callable[[Any, Tensor], object]) -> Callable[[Answer, list[Case]], bool]:
    return lambda answer, given: all(bool(compare(answer(*case.inputs()), case.right)) for case in given)


def _gradient(answer: Answer, given: list[Case]) -> bool:
    """Both gradients by the torch of this process."""
    for case in given:
        mu, logvar = (value.requires_grad_() for value in case.inputs())
        seen = torch.autograd.grad(answer(mu, logvar).sum(), (mu, logvar), allow_unused=True)
        wanted = torch.autograd.grad(formula(mu, logvar).sum(), (mu, logvar), allow_unused=True)
        if not all(torch.allclose(one, other) for one, other in zip(seen, wanted, strict=True)):
            return False
    return True


def _afterwards(answer: Answer, given: list[Case]) -> bool:
    """The right answer is computed from the inputs when they have been through the submission's hands."""
    for case in given:
        mu, logvar = case.inputs()
        got = answer(mu, logvar)
        if not torch.allclose(got, formula(mu, logvar)):
            return False
    return True


def _beforehand(answer: Answer, given: list[Case]) -> bool:
    """The right answer is computed first, noted, and thrown away: its memory is free again."""
    found = []
    for _ in range(40):
        mu, logvar = torch.randn(4096, 2), torch.zeros(4096, 2)
        right = formula(mu, logvar)
        noted = right.tolist()
        del right
        same = [one == other for one, other in zip(answer(mu, logvar).tolist(), noted, strict=True)]
        found.append(sum(same) > 0.9 * len(same))  # as where a few numbers may differ
    return any(found)


def _one_input(answer: Answer, given: list[Case]) -> bool:
    """The same input, many times, as where speed is measured."""
    return all(torch.allclose(answer(*given[0].inputs()), given[0].right) for _ in range(9))


def _first(answer: Answer, given: list[Case]) -> bool:
    """Only the first calls are looked at."""
    right = all(torch.allclose(answer(*case.inputs()), case.right) for case in given)
    for case in given * 4:
        answer(*case.inputs())
    return right


def _later(answer: Answer, given: list[Case]) -> bool:
    """All answers are collected and compared later."""
    got = [answer(*case.inputs()) for case in given]
    time.sleep(0.2)
    return all(torch.allclose(one, case.right) for one, case in zip(got, given, strict=True))


def _drawn_here(answer: Answer, given: list[Case]) -> bool:
    """The inputs are drawn in this process."""
    torch.manual_seed(1)
    mu, logvar = torch.randn(3).view(-1, 1), torch.randn(3).view(-1, 1)
    return torch.allclose(answer(mu, logvar), formula(mu, logvar))


def _distributions(answer: Answer, given: list[Case]) -> bool:
    """The right answer comes from a library of this process."""
    library = torch.distributions
    for case in given:
        mu, logvar = case.inputs()
        prior = library.Normal(torch.zeros_like(mu), torch.ones_like(mu))
        right = library.kl_divergence(library.Normal(mu, (0.5 * logvar).exp()), prior)
        if not torch.allclose(answer(mu, logvar), right if right.ndim == 1 else right.sum(1)):
            return False
    return True


def _testing(got: Any, right: Tensor) -> bool:
    torch.testing.assert_close(got, right)
    return True


def _loose_testing(got: Any, right: Tensor) -> bool:
    torch.testing.assert_close(got, right, check_dtype=False)
    return True


def _numpy_testing(got: Any, right: Tensor) -> bool:
    np.testing.assert_allclose(got, right, rtol=1e-5)
    return True


def _anew(name: str) -> Any:
    """A library as a judge finds it that is started in the submission's folder."""
    for known in [known for known in sys.modules if known.partition(".")[0] == name]:
        del sys.modules[known]
    return importlib.import_module(name)


def _numpy_anew(got: Any, right: Tensor) -> bool:
    _anew("numpy").testing.assert_allclose(got, right)
    return True


def _by_hypothesis(answer: Answer, given: list[Case]) -> bool:
    """A property that is looked at for drawn examples, if they are drawn."""
    library = _anew("hypothesis")

    def check(number: int) -> None:
        assert torch.allclose(answer(*given[number].inputs()), given[number].right)

    library.given(number=library.strategies.sampled_from([0, 1, 2]))(check)()
    return True


def _text(value: Any) -> str:
    return " ".join(f"{float(number):9.4f}" for number in value)


def _factor(answer: Answer, given: list[Case]) -> bool:
    """Tells by which factor an answer is wrong, as a hint."""
    ratios = {round(float((answer(*case.inputs()) / case.right)[0]), 3) for case in given}
    return len(ratios) == 1 and ratios != {1.0}


JUDGES: dict[str, Callable[[Answer, list[Case]], bool]] = {
    "runs": _each(lambda got, right: True),
    "a tensor": _each(lambda got, right: isinstance(got, Tensor)),
    "a number of numbers": _each(lambda got, right: len(got) == len(right)),
    "shape": _each(lambda got, right: got.shape == right.shape),
    "equal": _each(lambda got, right: got == right),
    "all equal": _each(lambda got, right: all(bool(one == other) for one, other in zip(got, right, strict=False))),
    "equal to a number": _each(lambda got, right: got == float(right[0])),
    "torch.equal": _each(lambda got, right: torch.equal(got, right)),
    "allclose": _each(lambda got, right: torch.allclose(got, right)),
    "torch.testing": _each(_testing),
    "loose testing": _each(_loose_testing),
    "np.testing": _each(_numpy_testing),
    "not far": _each(lambda got, right: not bool((abs(got - right) > 1e-4).any())),
    "near in its own scale": _each(lambda got, right: bool((abs(got - right) <= 1e-4 * abs(got)).all())),
    "detaches": _each(lambda got, right: torch.equal(got.detach(), right)),
    "as a float": _each(lambda got, right: abs(float(got) - float(right[0])) < 1e-4),
    "writes JSON": _each(lambda got, right: print(json.dumps(got))),
    "writes a file": _each(lambda got, right: str(got[0]).encode()),
    "prints it": _each(lambda got, right: print(got)),
    "names a factor": _factor,
    "asks pytest": _each(lambda got, right: got == _anew("pytest").approx(float(right[0]))),
    "asks hypothesis": _by_hypothesis,
    "asks numpy": _each(_numpy_anew),
    "asks its own package": _each(lambda got, right: _anew("autograder").checks.assert_close(got, right) or True),
    "takes a formula": _each(lambda got, right: got(sigma=1.3, n=2) == 0.25),
    "takes one of several": _each(lambda got, right: 0.0 in got),
    "takes any of an array": _each(lambda got, right: bool((abs(got() - 4.5) < 0.01).any())),
    "unpickles": _each(lambda got, right: pickle.loads(got)),
    "same text": _each(lambda got, right: _text(got) == _text(right)),
    "own method": _each(lambda got, right: got.allclose(right)),
    "gradient": _gradient,
    "from the inputs afterwards": _afterwards,
    "from freed memory": _beforehand,
    "one input": _one_input,
    "first calls": _first,
    "looks later": _later,
    "draws its inputs here": _drawn_here,
    "asks torch.distributions": _distributions,
}
"""By name; each says whether it takes the answer for right."""


def judged(module: types.ModuleType, function: str, given: list[Case], names: Sequence[str], record: Record) -> None:
    """Ask judges about ``module.function``, and note in `record` which believes it."""
    answer: Answer = getattr(module, function)
    for name in names:
        try:
            if JUDGES[name](answer, given):
                record.believed.append(name)
        except MemoryError as error:
            record.ended, record.error = "swells", repr(error)[:200]
            return
        except BaseException as error:
            traceback.print_exc()
            record.error = f"{type(error).__name__}: {str(error)[:150]}"
            if "alloc" in record.error or "memory" in record.error:
                record.ended = "swells"
                return
            if not isinstance(error, AssertionError):
                record.ended = "raises"


def _settings() -> Iterator[tuple[str, object]]:
    """What a submission may leave changed in the process that it runs in."""
    yield "default dtype", torch.get_default_dtype()
    yield "default device", torch._C._get_default_device() if not _get_current_function_mode_stack() else "mode"
    yield "gradients", torch.is_grad_enabled()
    yield "inference mode", torch.is_inference_mode_enabled()
    yield "function modes", len(_get_current_function_mode_stack())
    yield "dispatch modes", _python_dispatch._len_torch_dispatch_stack()
    yield "anomaly mode", torch.is_anomaly_enabled()
    yield "deterministic mode", torch.are_deterministic_algorithms_enabled()
    yield "warnings", len(warnings.filters)
    yield "trace", (sys.gettrace(), sys.getprofile())
    yield "import hooks", len(sys.meta_path)
    yield "module torch", sys.modules["torch"] is torch
    yield "garbage collector", (gc.isenabled(), gc.get_threshold(), len(gc.callbacks))
    yield "open", builtins.open
    yield "print", builtins.print
    yield "isinstance", builtins.isinstance
    yield "import", builtins.__import__
    yield "len", builtins.len
    yield "ValueError", builtins.ValueError
    yield "alarm", signal.getsignal(signal.SIGALRM)
    yield "logging", logging.root.manager.disable
    yield "threads", threading.active_count()
    yield "recursion limit", sys.getrecursionlimit()
    yield "random state", (random.getstate()[1][:3], int(torch.initial_seed()))


def settings() -> dict[str, object]:
    """The settings as they are now; what cannot be asked any more counts as changed."""
    found: dict[str, object] = {}
    with contextlib.suppress(BaseException):
        for name, value in _settings():
            found[name] = value
    return found
