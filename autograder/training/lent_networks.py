"""Networks of ours that a student's step of training calls and differentiates, and never holds.

The worker has stand-ins that ask for values and slopes; the parameters, their gradients and the optimiser stay here. What a
step can decide is how much each call's gradient counts, by the gradient of its loss with respect to what the network returned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from autograder.training.beside import Unusable, checked_parts

CALLS = 16
"""How often a step may call a network or ask for its gradient, plus one.

The stand-ins number gradients from 1, in their order, and 0 stands for what earlier steps left.
"""
_SAME = 1e-3


class Lent:
    """One network with its optimiser.

    Attributes:
        network: trained here, on its device.
    """

    def __init__(self, network: nn.Module, optimizer: torch.optim.Optimizer, shape: Sequence[int], most: int) -> None:
        """Lend a network that takes inputs ``(n, *shape)``, n <= ``most``."""
        self.network, self._optimizer = network, optimizer
        self._parameters = list(network.parameters())
        self._shape, self._numbers, self._most = tuple(shape), math.prod(shape), most
        self._calls: list[tuple[Tensor, Tensor]] = []
        self._gradients: list[list[Tensor] | None] = [None]
        self._slopes: list[Tensor] = []
        self._behind: Lent | None = None
        self._foreign = False

    @property
    def kept(self) -> bool:
        """Whether steps have left gradients that nobody has zeroed."""
        return self._gradients[0] is not None

    def feeds(self, other: Lent) -> None:
        """Take no other slopes at outputs than those that ``other`` has at them."""
        self._behind = other

    def begin(self) -> None:
        """Forget the calls of the step before."""
        self._calls.clear()
        del self._gradients[1:]
        self._slopes.clear()

    def ask(self, x: Tensor, training: bool) -> Tensor:
        """What the network returns; a callback of the worker's stand-in."""
        if len(self._calls) + 1 >= CALLS:
            raise ValueError(f"one step calls the network more than {CALLS - 1} times")
        if not x.dtype.is_floating_point or x.ndim < 1 or not 1 <= len(x) <= self._most or x[0].numel() != self._numbers:
            raise ValueError(f"the network takes floats of shape (B, {', '.join(map(str, self._shape))}), got {tuple(x.shape)}")
        x = x.detach().to(self._parameters[0]).reshape(len(x), *self._shape).requires_grad_()
        with torch.enable_grad():
            out = self.network.train(bool(training))(x)
        self._calls.append((x, out))
        return out.detach().cpu()

    def ask_back(self, number: int, blame: Tensor, wanted: bool) -> Tensor:
        """The slope at the input of a call, given that at its output; a callback of the worker's stand-in.

        It is ``wanted`` where the input comes from another network.
        """
        if not 1 <= number <= len(self._calls) or len(self._gradients) >= CALLS:
            raise ValueError("no such call")
        x, out = self._calls[number - 1]
        blame = blame.to(out).reshape(out.shape)
        self._foreign |= self._behind is not None and not self._behind.gave(blame)
        slope, *gradients = torch.autograd.grad(out, [x, *self._parameters], blame, retain_graph=True)
        self._gradients.append(gradients)
        if wanted:
            self._slopes.append(slope)
        return slope.cpu()

    def gave(self, slope: Tensor) -> bool:
        """Whether ``slope`` has been given at a call's input or a part of it, or at all calls together."""
        parts = [part for one in self._slopes for part in one.split(len(slope)) if len(part) == len(slope)]
        return bool(parts) and any(_same(one, slope) for one in (*parts, torch.stack(parts).sum(0)))

    def step(self, shares: object) -> None:
        """Take the steps that the worker's optimiser noted, each by its gradients' shares.

        Raises:
            Unusable: the slopes at its outputs were not those of the network behind it, or there are no such shares.
        """
        if self._foreign:
            raise Unusable("the generator is to learn from the discriminator's slope at its images, and from nothing else")
        for share in checked_parts(shares, min(len(shares), 2) if type(shares) is list else 1, "the optimiser's steps"):
            if share is not None:  # without a gradient an optimiser leaves everything as it is
                for parameter, gradient in zip(self._parameters, self._gradient(share), strict=True):
                    parameter.grad = gradient
                self._optimizer.step()

    def keep(self, shares: object) -> None:
        """Keep the gradients that the step has left."""
        self._gradients[0] = None if shares is None else self._gradient(shares)

    def _gradient(self, shares: object) -> list[Tensor]:
        """Gradients of the parameters, each call's with its share."""
        if not isinstance(shares, Tensor) or shares.shape != (CALLS,) or not shares.dtype.is_floating_point:
            raise Unusable("the gradients of the step are not those of its calls")
        total = [torch.zeros_like(parameter) for parameter in self._parameters]
        for share, gradients in zip(shares.tolist(), self._gradients, strict=False):
            for sum_of, gradient in zip(total, gradients or (), strict=False):
                sum_of += share * gradient
        return total


def _same(one: Tensor, other: Tensor) -> bool:
    if not one.isfinite().all():
        return not other.isfinite().all()
    return bool((one - other).abs().max() <= _SAME * one.abs().max())
