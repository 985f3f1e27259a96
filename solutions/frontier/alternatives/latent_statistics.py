"""Right answers for latent.py: the variance by its definition, tensors where numbers would do."""

from typing import Any

import torch
from torch import Tensor


def latent_scale(latents: Tensor) -> Tensor:
    """A 0-dimensional tensor: the reciprocal root of the mean squared deviation."""
    centred = latents - latents.mean()
    return (centred * centred).mean().rsqrt()


def encode_scaled(vae: Any, x: Tensor, scale: float | Tensor) -> Tensor:
    """The scale as a tensor, the encoder's output by index."""
    latents = vae.encode(x)[0]
    return latents.mul(torch.as_tensor(scale, dtype=latents.dtype))


def decode_scaled(vae: Any, z: Tensor, scale: float | Tensor) -> Tensor:
    """Divide by a tensor of the shape of z."""
    return vae.decode(torch.div(z, torch.ones_like(z) * scale))


def compute_ratio(pixel_shape: tuple[int, ...], latent_shape: tuple[int, ...]) -> float:
    """Sizes know their number of elements."""
    return torch.Size(pixel_shape).numel() / torch.Size(latent_shape).numel()
