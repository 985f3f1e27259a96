"""Latent diffusion: scaling a trained autoencoder's latents for a diffusion model, and back."""

import math
from typing import Protocol

from torch import Tensor


class Autoencoder(Protocol):
    """What the functions below need of a VAE."""

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Data ``(B, ...)`` to mean and log-variance of the posterior, shaped like latents."""
        ...

    def decode(self, z: Tensor) -> Tensor:
        """Latents ``(B, ...)`` to data."""
        ...


def latent_scale(latents: Tensor) -> float:
    """The factor that brings latents to unit standard deviation.

        scale = 1 / std,    std over all elements: batch, channels and positions together

    Args:
        latents: latents of many data, shape ``(N, ...)``, not all equal. The number of elements is
            large, so that it does not matter whether the variance divides by it or by one less.

    Returns:
        One number (a Python float or a 0-dimensional tensor).

    Source: Rombach et al. 2022, appendix G (D2.3, D2.4).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def encode_scaled(vae: Autoencoder, x: Tensor, scale: float | Tensor) -> Tensor:
    """Encode data to the latents that a diffusion model is trained on.

        z = scale * mu    with (mu, logvar) = vae.encode(x)

    The posterior mean is used: nothing is drawn.

    Args:
        vae: an autoencoder; ``vae.encode(x)`` returns ``(mu, logvar)``.
        x: data, shape ``(B, ...)``.
        scale: a number, or a 0-dimensional tensor in the dtype of ``x``.

    Returns:
        Scaled latents, shape and dtype of ``mu``; differentiable in ``x``.

    Source: Rombach et al. 2022, appendix G (D2.3, D2.4).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def decode_scaled(vae: Autoencoder, z: Tensor, scale: float | Tensor) -> Tensor:
    """Decode latents that a diffusion model has produced: undo the scale, then decode.

        x = vae.decode(z / scale)

    Args:
        vae: an autoencoder; ``vae.decode(z)`` returns data.
        z: scaled latents, shape ``(B, ...)``.
        scale: the number that `encode_scaled` multiplied by, or a 0-dimensional tensor in the dtype of ``z``.

    Returns:
        What the decoder returns; differentiable in ``z``.

    Source: Rombach et al. 2022, appendix G (D2.3, D2.4).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def compute_ratio(pixel_shape: tuple[int, ...], latent_shape: tuple[int, ...]) -> float:
    """How many times more numbers an image has than its latent.

    Args:
        pixel_shape: the shape of one image without batch axis, for example ``(3, 256, 256)``.
        latent_shape: the shape of one latent without batch axis; it may have another number of axes.

    Returns:
        The ratio of the numbers of elements, a float that is not rounded.

    Source: exercise 14.9.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
