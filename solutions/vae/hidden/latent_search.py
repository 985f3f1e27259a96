"""Finds which latent a decoder of unknown architecture turns into a given image."""

from collections.abc import Callable

import torch
from torch import Tensor


def recover_noise(decode: Callable, images: Tensor, mean: Tensor, std: Tensor) -> tuple[Tensor, Tensor]:
    """Find the noise `eps` for which `decode(mean + std * eps)` gives each of the images.

    The nearest point of a grid over four standard deviations, corrected twice by Gauss-Newton with the grid's slopes.

    Args:
        decode: maps latents `(N, 2)` to images `(N, ...)`, each by itself.
        images: `(B, ...)`, all of one posterior.
        mean: `(2,)`, its mean.
        std: `(2,)`, its standard deviations.

    Returns:
        `eps`, `(B, 2)`, and the error that remains relative to how much images vary over the grid, `(B,)`.
    """
    axis = torch.linspace(-4, 4, 19)
    grid = torch.cartesian_prod(axis, axis)
    flat = images.flatten(1)
    decoded = decode(mean + std * grid).flatten(1)
    slopes = torch.gradient(decoded.view(19, 19, -1), spacing=(axis, axis), dim=(0, 1))
    nearest = torch.cdist(flat, decoded).argmin(1)
    inverse = torch.linalg.pinv(torch.stack(slopes, -1).flatten(0, 1)[nearest])
    eps, current = grid[nearest], decoded[nearest]
    misfit = torch.linalg.vector_norm(current - flat, dim=1)
    for _ in range(2):
        tried = eps + (inverse @ (flat - current).unsqueeze(2)).squeeze(2)
        current = decode(mean + std * tried).flatten(1)
        error = torch.linalg.vector_norm(current - flat, dim=1)
        eps, misfit = tried.where((error < misfit)[:, None], eps), torch.minimum(error, misfit)
    return eps, misfit / torch.linalg.vector_norm(decoded.std(0))
