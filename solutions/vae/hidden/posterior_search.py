"""The search for the noise behind an image that some decoder made, whatever its architecture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

NODES, CORRECTIONS = 11, 4
"""All but some in a thousand of a right network's images are found. Every node of the grid is an image to decode."""


@dataclass
class Posterior:
    """A diagonal Gaussian over two latents, and what a decoder makes of a grid over four of its standard deviations."""

    decode: Callable
    """Maps latents `(N, 2)` to images `(N, ...)`, each by itself."""
    mean: Tensor
    std: Tensor
    grid: Tensor
    images: Tensor
    """`(G, pixels)`, decoded from the grid."""
    slopes: Tensor
    """`(G, pixels, 2)`, how they change with the noise."""

    @classmethod
    def of(cls, decode: Callable, mean: Tensor, std: Tensor) -> Posterior:
        """The Gaussian with this mean `(2,)` and these standard deviations `(2,)`."""
        axis = torch.linspace(-4, 4, NODES)
        grid = torch.cartesian_prod(axis, axis)
        images = decode(mean + std * grid).flatten(1)
        slopes = torch.gradient(images.view(NODES, NODES, -1), spacing=(axis, axis), dim=(0, 1))
        return cls(decode, mean, std, grid, images, torch.stack(slopes, -1).flatten(0, 1))

    def decoded(self, eps: Tensor) -> Tensor:
        """What the decoder makes of noise `(B, 2)`: `(B, pixels)`."""
        return self.decode(self.mean + self.std * eps).flatten(1)

    def recover_noise(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Find the noise `eps` that gives each of the images `(B, ...)`.

        The nearest point of the grid, corrected by Gauss-Newton with the grid's slopes.

        Returns:
            `eps`, `(B, 2)`, and the error that remains relative to how much images vary over the grid, `(B,)`.
        """
        flat = images.flatten(1)
        nearest = torch.cdist(flat, self.images).argmin(1)
        inverse = torch.linalg.pinv(self.slopes[nearest])
        eps, current = self.grid[nearest], self.images[nearest]
        misfit = torch.linalg.vector_norm(current - flat, dim=1)
        for _ in range(CORRECTIONS):
            tried = eps + (inverse @ (flat - current).unsqueeze(2)).squeeze(2)
            current = self.decoded(tried)
            error = torch.linalg.vector_norm(current - flat, dim=1)
            eps, misfit = tried.where((error < misfit)[:, None], eps), torch.minimum(error, misfit)
        return eps, misfit / torch.linalg.vector_norm(self.images.std(0))
