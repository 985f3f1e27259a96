"""The search for the noise behind an image that some decoder made, whatever its architecture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

NODES, CORRECTIONS = 11, 4
"""Every node of the grid is an image to decode."""
STARTS, REFINEMENTS, STEP = 4, 6, 0.02
"""Where a decoder bends much between nodes, images not yet found are looked for from several, with slopes of their own."""
KNOWN = 64
"""Images of known noise, that tell a decoder in which nothing is found from images that it has not made."""
FOUND, SOME = 0.02, 0.3
"""The relative error of an image that counts as found, and the share that must be found for the others to be worth more."""


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
        eps, misfit = self._corrected(flat)
        lost = misfit > FOUND * self._scale
        if bool(lost.any()) and bool(lost.float().mean() < 1 - SOME):
            eps[lost], misfit[lost] = self._refined(flat[lost])
        return eps, misfit / self._scale

    def finds_its_own(self) -> bool:
        """Whether a search of one start finds the noise behind nine of ten images decoded from standard normal noise."""
        drawn = torch.randn((KNOWN, 2), generator=torch.Generator().manual_seed(KNOWN))
        _, misfit = self._corrected(self.decoded(drawn))
        return bool((misfit < FOUND * self._scale).float().mean() > 0.9)

    @property
    def _scale(self) -> Tensor:
        """How much images vary over the grid."""
        return torch.linalg.vector_norm(self.images.std(0))

    def _corrected(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        """The noise at the nearest nodes of images `(B, pixels)`, corrected with the grid's slopes, and its error."""
        nearest = torch.cdist(flat, self.images).argmin(1)
        inverse = torch.linalg.pinv(self.slopes[nearest])
        eps, current = self.grid[nearest], self.images[nearest]
        misfit = torch.linalg.vector_norm(current - flat, dim=1)
        for _ in range(CORRECTIONS):
            tried = eps + (inverse @ (flat - current).unsqueeze(2)).squeeze(2)
            current = self.decoded(tried)
            error = torch.linalg.vector_norm(current - flat, dim=1)
            eps, misfit = tried.where((error < misfit)[:, None], eps), torch.minimum(error, misfit)
        return eps, misfit

    def _refined(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        """The best noise for each image `(B, pixels)` from several nodes, and its error."""
        nearest = torch.cdist(flat, self.images).topk(STARTS, largest=False).indices.flatten()
        target = flat.repeat_interleave(STARTS, 0)
        eps, current = self.grid[nearest], self.images[nearest]
        misfit = torch.linalg.vector_norm(current - target, dim=1)
        for _ in range(REFINEMENTS):
            beside = torch.cat([eps + STEP * axis for axis in torch.eye(2)])
            slopes = (self.decoded(beside).view(2, *current.shape) - current) / STEP
            step = (torch.linalg.pinv(slopes.movedim(0, -1)) @ (target - current).unsqueeze(2)).squeeze(2)
            for length in (1.0, 0.3):
                tried = eps + length * step
                images = self.decoded(tried)
                error = torch.linalg.vector_norm(images - target, dim=1)
                better = error < misfit
                eps, current = tried.where(better[:, None], eps), images.where(better[:, None], current)
                misfit = torch.minimum(error, misfit)
        best = misfit.view(-1, STARTS).argmin(1) + STARTS * torch.arange(len(flat))
        return eps[best], misfit[best]
