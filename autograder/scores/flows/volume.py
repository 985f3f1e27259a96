"""Whether a density is that of a flow: of the map to latents that is said to make it."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

Forward = Callable[[Tensor], Tensor]
STEP = 3e-3
_FINITE = 0.9


def volume_residual(forward: Forward, points: Tensor, log_density: Tensor, generator: torch.Generator) -> float:
    r"""How far a log-density in the plane is from the change of variables by a map, in nats: the median over points.

    $$\log p(x) = a - b\,|f(x)|^2 + \log\left|\det \frac{df}{dx}\right|$$

    The derivative is taken here, by central differences of what ``forward`` returns: nothing that is said about volumes is
    believed. a and b are fitted, so that a base density with a wrong constant or a wrong width is still one; whether the
    whole is normalised is for its integral to say. A density from elsewhere (a mixture, a kernel estimate) beside a map that
    does not make it leaves a residual of the order of the difference between the two.

    Args:
        forward: points ``(b, 2)`` to latents ``(b, 2)``; it is asked once, in random order.
        points: ``(n, 2)``, where the density is not negligible.
        log_density: ``(n,)``, what the model said of them, asked for among others.
        generator: draws the order and the size of the steps.

    Returns:
        inf where more than a tenth of the points cannot be judged, because something is not finite or the map is flat.

    Source:
        Dinh, Sohl-Dickstein and Bengio 2017, equation 2.
    """
    count = len(points)
    steps = STEP * (0.5 + torch.rand(count, 1, generator=generator, device=generator.device)).to(points)
    along = torch.eye(2).to(points)
    moved = [points, *(points + sign * steps * axis for axis in along for sign in (1, -1))]
    latents = _in_random_order(forward, torch.cat(moved), generator).view(5, count, 2)
    widths = torch.stack([moved[1][:, 0] - moved[2][:, 0], moved[3][:, 1] - moved[4][:, 1]], dim=1).double()
    across, up = (latents[1] - latents[2]) / widths[:, :1], (latents[3] - latents[4]) / widths[:, 1:]
    volume = (across[:, 0] * up[:, 1] - across[:, 1] * up[:, 0]).abs().log()
    wanted = log_density.double() - volume.to(log_density.device)
    return _distance_to_base(latents[0].to(wanted.device), wanted)


def _distance_to_base(latents: Tensor, wanted: Tensor) -> float:
    """The median distance of values from a function of the latents' length, fitted twice: the second time without the worst."""
    features = torch.stack([torch.ones_like(wanted), latents.square().sum(dim=1)], dim=1)
    known = wanted.isfinite() & features.isfinite().all(dim=1)
    if known.double().mean() < _FINITE:
        return math.inf
    features, wanted = features[known], wanted[known]
    left = wanted
    near = torch.ones_like(wanted, dtype=torch.bool)
    for _ in range(2):
        fit = torch.linalg.lstsq(features[near], wanted[near, None]).solution
        left = (wanted - (features @ fit)[:, 0]).abs()
        near = left <= left.quantile(_FINITE)
    return left.median().item()


def _in_random_order(forward: Forward, points: Tensor, generator: torch.Generator) -> Tensor:
    """What a function returns for points, float64, in their order; it gets them in another one."""
    order = torch.randperm(len(points), generator=generator, device=generator.device).to(points.device)
    answers = forward(points[order]).double()
    return torch.zeros_like(answers).index_copy_(0, order.to(answers.device), answers)
