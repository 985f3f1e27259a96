"""Laws of modules whose inner design is the student's: gradients belong to values, samples do not meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from autograder.checks.candidate import Candidate, RemoteFunction, RemoteObject
from autograder.checks.closeness import CheckFailed, assert_close, assert_shape, assert_true, fail
from autograder.checks.strategies import generator

CUT = "gradient_cut_on_the_way"
DRAWN = "drawn_in_eval_mode"
TRIES = ((1e-3, 320), (1e-4, 320), (1e-3, 360), (3e-4, 380))
"""Relative sizes of the steps that slopes are measured with, and seeds of their directions; a right gradient agrees with one of
them at the latest: a kink that one meets, or a sum that nearly cancels, the others hardly do."""
DIRECTIONS = 2
"""Directions in which a tensor is moved; one alone may happen to lie across what a gradient misses."""


def assert_gradients_are_slopes(
    module: RemoteObject,
    method: str,
    x: Tensor,
    *,
    results: Sequence[int | None] = (None,),
    of_input: bool = True,
    of_parameters: bool = True,
) -> None:
    """Check that the gradients of ``module.method(x)`` are the slopes of its values: nothing is cut off on the way.

    The input, and every parameter that is trained, is moved by a thousandth of its size in a few random directions; a random
    projection of the result must change as its gradient says, up to a tenth. ``results`` are those to look at of several. The
    module must be in eval mode and its parameters in general position. A sample that lies on a kink has no slope: what
    disagrees is asked again of each half of the samples, and must disagree there, too. Values that are drawn have no slopes
    either; that they are is charged where it is asked.
    """
    half = (len(x) + 1) // 2
    parts = [_Slopes(module, method, some, of_input, of_parameters) for some in (x, x[:half], x[half:])]
    for select in results:
        doubtful = parts[0].doubtful(select)
        for part in parts[1:]:
            doubtful = doubtful and part.doubtful(select, doubtful)
        if doubtful and not _is_drawn(module.method(method), x):
            to = "a parameter" if any(doubtful) else "its input"
            summary = f"the gradient with respect to {to} is not the slope of the values: it is cut or wrong on the way"
            fail(summary, mistake=CUT)


class _Slopes:
    """What a module's gradients say at some samples, and how its values change there."""

    def __init__(self, module: RemoteObject, method: str, x: Tensor, of_input: bool, of_parameters: bool) -> None:
        self._module, self._x, self._call = module, x, module.method(method)
        self._of_input, self._of_parameters = of_input, of_parameters
        self._known: dict[tuple[object, ...], Any] = {}

    def doubtful(self, select: int | None, only: set[str] | None = None) -> set[str]:
        """Names of parameters, empty for the input, whose gradient agrees with no measured slope; of all, or ``only`` some."""
        self._select = select
        self._weights = torch.randn(self._part("", self._x, "start").shape, generator=generator(311))
        asked = self._call.grad(self._x, wrt=(0,), cotangent=self._weights, select=select, parameters=self._of_parameters)
        gradients = {"": asked[0][0], **asked[1]} if self._of_parameters else {"": asked[0]}
        places = self._module.parameters_by_name() if self._of_parameters else {}
        starts = {"": self._x} if self._of_input else {}
        starts |= {name: places[name] for name in gradients if name in places}
        slopes = {name: self._along(name, start, gradients[name], *TRIES[0], True) for name, start in starts.items()}
        largest = max((float(measured.norm()) for measured, _ in slopes.values()), default=0.0)
        assert_true(largest > 0, "its values do not change")
        return {
            name
            for name, first in slopes.items()
            if (only is None or name in only)
            and not _agree(*first, largest)
            and not any(_agree(*self._along(name, starts[name], gradients[name], *one), largest) for one in TRIES)
        }

    def _along(
        self, name: str, start: Tensor, gradient: Tensor | None, step: float, seed: int, one_sided: bool = False
    ) -> tuple[Tensor, Tensor]:
        """What the values do and what the gradient says, per unit of step, in a few directions; both ``(DIRECTIONS,)``.

        A step to one side costs one value more than what is known, and is near enough for what is right nearly everywhere.
        """
        scale = max(float(start.detach().square().mean().sqrt()), 0.1)
        measured, told = [], []
        try:
            for number in range(DIRECTIONS):
                direction = scale * torch.randn(start.shape, generator=generator(seed + number)).to(start.dtype)
                ahead, back = ((sign, step, seed + number) for sign in "+-")
                after = self._value(name, start + step * direction, *ahead)
                before = self._value("", self._x, "start") if one_sided else self._value(name, start - step * direction, *back)
                measured.append((after - before) / (step if one_sided else 2 * step))
                told.append(0.0 if gradient is None else float((gradient.double() * direction.double()).sum()))
        finally:
            if name:
                self._module.set_parameters({name: start})
        return torch.tensor(measured, dtype=torch.float64), torch.tensor(told, dtype=torch.float64)

    def _value(self, name: str, place: Tensor, *key: object) -> float:
        """The projection of the result with one tensor at ``place``."""
        return float((self._weights.double() * self._part(name, place, *key).double()).sum())

    def _part(self, name: str, place: Tensor, *key: object) -> Tensor:
        """One result with one tensor at ``place``; what was asked about another result is not asked again."""
        if (name, *key) not in self._known:
            if name:
                self._module.set_parameters({name: place})
            self._known[(name, *key)] = self._call(self._x if name else place)
        return _part(self._known[(name, *key)], self._select)


def _agree(measured: Tensor, told: Tensor, largest: float) -> bool:
    return bool((told - measured).norm() <= 0.1 * measured.norm() + 0.01 * largest)


def _part(result: Any, select: int | None) -> Tensor:
    if select is not None:
        result = result[select] if isinstance(result, tuple | list) and len(result) > select else None
    return result if isinstance(result, Tensor) and result.is_floating_point() else fail("the result is not a tensor")


@contextmanager
def naming(mistake: str) -> Iterator[None]:
    """A block in which whatever disagrees shows one mistake, whose hint is given."""
    try:
        yield
    except CheckFailed as failure:
        failure.mistake = failure.mistake or mistake
        raise


def assert_same_again(call: Callable[[Tensor], Any], x: Tensor, first: Any = None) -> None:
    """Check that ``call(x)`` gives the same twice; what else is asked of a module means nothing while its values are drawn.

    ``first`` is what the call gave, where that is known. The module must be in eval mode.
    """
    before = call(x) if first is None else first
    with naming(DRAWN):
        assert_close(call(x), before, rtol=1e-3, what="the result of a second call")


def _is_drawn(call: Callable[[Tensor], Any], x: Tensor) -> bool:
    try:
        assert_same_again(call, x)
    except CheckFailed:
        return True
    return False


def cut_if_it_matters(call: Callable[[Tensor], Any], x: Tensor) -> str:
    """The mistake of an input without a gradient: a cut where values change with it, none of that name where they do not."""
    assert_same_again(call, x)
    one, other = (torch.cat([part.flatten() for part in _tensors(call(value))]) for value in (x, x.roll(1, 0) + 1))
    return CUT if one.shape == other.shape and bool((one != other).any()) else ""


def _tensors(result: Any) -> list[Tensor]:
    return [part for part in (result if isinstance(result, tuple | list) else [result]) if isinstance(part, Tensor)]


def assert_no_parameter_is_cut_off(module: RemoteObject, x: Tensor) -> None:
    """Check that a parameter without any gradient of ``module(x)`` has no influence on it either.

    For networks that are too large to move every parameter. The module must be in eval mode and in general position.
    """
    before = _first(module(x))
    weights = torch.randn(before.shape, generator=generator(341))
    select = 0 if isinstance(module(x), tuple | list) else None
    _, gradients = module.grad(x, wrt=(0,), cotangent=weights, select=select, parameters=True)
    dead = [name for name, gradient in gradients.items() if gradient is None or not gradient.any()]
    if not dead:
        return
    places = module.parameters_by_name()
    module.set_parameters({name: places[name] + 0.1 for name in dead if name in places})
    after = _first(module(x))
    module.set_parameters({name: places[name] for name in dead if name in places})
    assert_same_again(module, x)
    if after.shape != before.shape or not torch.allclose(after, before, rtol=1e-3, atol=1e-5 * float(before.abs().max())):
        fail("a parameter has an influence on the result but gets no gradient", mistake=CUT)


def _first(result: Any) -> Tensor:
    return _part(result, 0 if isinstance(result, tuple | list) else None)


def assert_alone_in_train_mode(
    candidate: Candidate, module: RemoteObject, methods: Sequence[str], x: Tensor, others: Tensor
) -> None:
    """Check that in train mode, too, the first sample's result is the same whatever the other samples of its batch are.

    The random state is the same both times, so that dropout may draw; batch statistics show. ``others`` is shaped like ``x``.
    What every pass in train mode changes, such as the estimate of a spectral norm, is not a matter of the batch.
    """
    module.method("train")()
    try:
        for method in methods:
            call = module.method(method)
            alone, among = (_first_rows(candidate, call, batch) for batch in (x, torch.cat([x[:1], others[1:]])))
            try:
                assert_close(among, alone, rtol=1e-3)
            except CheckFailed:
                again = _first_rows(candidate, call, x)
                if _farthest(among, alone) <= 2 * _farthest(again, alone):
                    continue
                fail(
                    "in train mode the result of a sample changes with the other samples of its batch",
                    mistake="samples_meet_in_train_mode",
                )
    finally:
        module.method("eval")()


def _farthest(parts: list[Tensor], others: list[Tensor]) -> float:
    """The largest difference."""
    return max(float((part - other).abs().max()) for part, other in zip(parts, others, strict=True))


def _first_rows(candidate: Candidate, call: RemoteFunction, batch: Tensor) -> list[Tensor]:
    candidate.seed(331)
    result = call(batch)
    parts = result if isinstance(result, tuple | list) else [result]
    for part in parts:
        assert_true(isinstance(part, Tensor) and part.ndim > 0, "the result is not made of batches")
        assert_shape(part, (len(batch), *part.shape[1:]))
    return [part[:1] for part in parts]
