"""A tiny variational autoencoder that notes how it is used, for checks of training loops.

Its decoder looks only at latent coordinates whose posterior is so narrow that the draw hardly shows. Losses are
therefore known beforehand, while a coordinate that the decoder ignores gives a lively divergence.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Normal

NARROW = -18.5
"""Log-variance of the coordinates that are decoded: a standard deviation of 1e-4."""


class ToyVAE(nn.Module):
    """Linear encoder and decoder over ``num_pixels`` pixels; parameters follow from ``seed``.

    ``train_forwards``, ``eval_forwards`` and ``gradient_forwards`` count the encoder's passes in train mode, in eval
    mode, and with gradients recorded; ``drawn`` has the standardised noise in the last
    coordinate of all that was decoded.
    """

    def __init__(self, num_pixels: int = 4, latent_dim: int = 3, seed: int = 0, stale: float | None = None) -> None:
        """Draw the parameters from a generator of their own; ``stale`` fills their gradients beforehand."""
        super().__init__()
        self.offset: Tensor
        generator = torch.Generator().manual_seed(seed)
        self.num_pixels = num_pixels
        self.decoded = latent_dim - 1
        self.mean = nn.Parameter(0.4 * torch.randn(num_pixels, latent_dim, generator=generator))
        self.spread = nn.Parameter(0.1 * torch.randn(num_pixels, latent_dim, generator=generator))
        self.picture = nn.Parameter(0.4 * torch.randn(self.decoded, num_pixels, generator=generator))
        offset = torch.full((latent_dim,), NARROW)
        offset[-1] = -1.0
        self.register_buffer("offset", offset)
        self.train_forwards = self.eval_forwards = self.gradient_forwards = 0
        self.encoded = torch.zeros(0, latent_dim), torch.zeros(0, latent_dim)
        self.drawn: list[Tensor] = []
        if stale is not None:
            for parameter in self.parameters():
                parameter.grad = torch.full_like(parameter, stale)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log-variances, ``(B, L)`` each."""
        self.train_forwards += int(self.training)
        self.eval_forwards += int(not self.training)
        self.gradient_forwards += int(torch.is_grad_enabled())
        flat = x.flatten(1)
        self.encoded = flat @ self.mean, flat @ self.spread + self.offset
        return self.encoded

    def decode(self, z: Tensor) -> Tensor:
        """Images ``(B, 1, 1, num_pixels)`` of all latent coordinates but the last."""
        mean, logvar = (value[:, -1].detach() for value in self.encoded)
        if len(z) == len(mean):
            self.drawn.append((z[:, -1].detach() - mean) * (-logvar / 2).exp())
        return (z[:, : self.decoded] @ self.picture).view(-1, 1, 1, self.num_pixels)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, draw, decode."""
        mean, logvar = self.encode(x)
        posterior = Normal(mean, (logvar / 2).exp(), validate_args=False)
        return self.decode(posterior.rsample()), mean, logvar
