"""Whether a density in the plane is one, and how well it fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

LogProb = Callable[[Tensor], Tensor]
BOUND = 6.0
CELLS = (256, 512)
_ROWS = 40_000


@dataclass(frozen=True, slots=True)
class FlowDensity:
    """What a normalising flow says of points.

    Attributes:
        integral: of the density over the square; 1 for a density that lies inside.
        integral_error: standard error of that number.
        nll: mean negative log-density of the hidden points, in nats; means nothing if the integral is not 1.
        of_hidden: the log-densities of these points, ``(n,)``, float64.
    """

    integral: float
    integral_error: float
    nll: float
    of_hidden: Tensor


@torch.no_grad()
def score_density(
    log_prob: LogProb, hidden: Tensor, generator: torch.Generator, bound: float = BOUND, tolerance: float = 0.003
) -> FlowDensity:
    r"""The integral of a model's density over [-bound, bound]^2, and its negative log-likelihood on hidden points.

    $$\int e^{\log p(x)} dx \approx a \sum_c \tfrac12 \big(p(u_c) + p(v_c)\big), \qquad -\frac1n \sum_b \log p(x_b)$$

    The square has 256 x 256 cells of area a; u and v are two uniform points in each (stratified sampling), whose differences
    give the standard error. Where that exceeds the tolerance, cells are halved once. A regular grid would be more exact and
    could be told from data: the points are drawn at random and asked for in one random order with the hidden ones, so that a
    model which is generous only to data must be so everywhere.

    Args:
        log_prob: points ``(b, 2)`` to log-densities ``(b,)``.
        hidden: ``(n, 2)``, float.
        generator: draws points and their order.
        bound: half the side of the square. What lies outside is missing from the integral.
        tolerance: the standard error that is small enough.

    Returns:
        nan or inf where a log-density is nan or too large; log-densities of -inf are zero density.

    Source:
        the change of variables makes a density: Dinh, Sohl-Dickstein and Bengio 2017, equation 2. Stratified sampling: Owen,
        *Monte Carlo theory, methods and examples*, section 10.
    """
    for cells in CELLS:
        cell_points = _stratified(cells, bound, hidden, generator)
        points = torch.cat([hidden, cell_points])
        log_density = _in_random_order(log_prob, points, generator)
        area = (2 * bound / cells) ** 2
        density = log_density[len(hidden) :].exp().view(2, -1)
        error = (0.5 * area * (density[0] - density[1]).square().sum().sqrt()).item()
        if not error > tolerance:
            break
    integral = (area * density.mean(dim=0).sum()).item()
    of_hidden = log_density[: len(hidden)]
    return FlowDensity(integral, error, -of_hidden.mean().item(), of_hidden)


def _stratified(cells: int, bound: float, like: Tensor, generator: torch.Generator) -> Tensor:
    """Two points in each of ``cells`` squared cells, ``(2 * cells**2, 2)``: all first ones, then all second ones."""
    where = torch.arange(cells, device=like.device, dtype=like.dtype)
    corners = torch.cartesian_prod(where, where)
    inside = torch.rand(2, cells**2, 2, generator=generator, device=generator.device).to(like)
    return ((corners + inside) * (2 * bound / cells) - bound).flatten(0, 1)


def _in_random_order(log_prob: LogProb, points: Tensor, generator: torch.Generator) -> Tensor:
    """Log-densities of all points, float64, asked for in few requests in which nothing tells them apart."""
    order = torch.randperm(len(points), generator=generator, device=generator.device).to(points.device)
    answers = torch.cat([log_prob(some).double() for some in points[order].split(_ROWS)])
    return torch.zeros_like(answers).index_copy_(0, order, answers)
