"""Looks inside candidate autoencoders whose architecture is unknown: random parameters, latents found from images.

A student's network may be built in any way, so that checks cannot know what it computes. They can give it
parameters in general position, and find which latent its own decoder turns into a given image.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.candidate import RemoteObject


def shake(module: RemoteObject, seed: int = 0, scale: float = 1.0) -> RemoteObject:
    """Move all parameters away from their initial values and put the module into eval mode.

    Afterwards nothing is zero, equal or small by construction, whatever the initialisation was. Weights of linear and
    convolutional layers get Gaussian noise that keeps activations near one; ``scale`` multiplies every parameter.
    """
    generator = torch.Generator().manual_seed(seed)
    moved = {}
    for name, value in module.parameters_by_name().items():
        spread = value[0].numel() ** -0.5 if value.ndim > 1 else 0.1
        noise = torch.randn(value.shape, generator=generator, dtype=torch.float32).to(value.dtype)
        moved[name] = scale * (value + spread * noise)
    module.set_parameters(moved)
    module.eval()
    return module


def recover_latents(
    decode: Callable[[Tensor], Tensor], images: Tensor, mean: Tensor, std: Tensor, iterations: int = 8
) -> tuple[Tensor, Tensor]:
    """Find the two-dimensional latents that ``decode`` turns into ``images``.

    Gauss-Newton from the best point of a grid over ``mean`` plus or minus four ``std``, in units of ``std``.

    Args:
        decode: maps latents ``(N, 2)`` to images ``(N, ...)``, each by itself.
        images: ``(B, ...)``.
        mean: ``(B, 2)``, where each latent is expected.
        std: ``(B, 2)``, how far from there.
        iterations: Gauss-Newton steps.

    Returns:
        ``(eps, misfit)``: the latents as multiples of ``std`` away from ``mean``, ``(B, 2)``, and the remaining
        error of each image relative to how much images vary over the grid, ``(B,)``.
    """
    axis = torch.linspace(-4, 4, 9)
    eps = torch.cartesian_prod(axis, axis).expand(len(images), -1, 2)
    best, misfit, variation = _closest(decode, images, mean, std, eps)
    sizes = torch.tensor([1.0, 0.5, 0.2, 0.05])[:, None]
    for _ in range(iterations):
        step = _gauss_newton_step(decode, images, mean, std, best)
        tried = torch.cat([best[:, None], best[:, None] + sizes * step[:, None]], 1)
        best, misfit, _ = _closest(decode, images, mean, std, tried)
    return best, misfit / variation.clamp_min(1e-12)


def _decode(decode: Callable[[Tensor], Tensor], mean: Tensor, std: Tensor, eps: Tensor) -> Tensor:
    """Images ``(B, N, P)`` of the latents ``mean + std * eps`` with ``eps`` of shape ``(B, N, 2)``."""
    latents = mean[:, None] + std[:, None] * eps
    return decode(latents.flatten(0, 1)).flatten(1).unflatten(0, eps.shape[:2])


def _closest(
    decode: Callable[[Tensor], Tensor], images: Tensor, mean: Tensor, std: Tensor, eps: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The best of several guesses per image, its error, and the spread of the guesses' images."""
    decoded = _decode(decode, mean, std, eps)
    errors = torch.linalg.vector_norm(decoded - images.flatten(1)[:, None], dim=2)
    misfit, index = errors.min(dim=1)
    spread = torch.linalg.vector_norm(decoded.std(dim=1), dim=1)
    return eps[torch.arange(len(eps)), index], misfit, spread


def _gauss_newton_step(
    decode: Callable[[Tensor], Tensor], images: Tensor, mean: Tensor, std: Tensor, eps: Tensor
) -> Tensor:
    width = 0.01
    shifts = width * torch.cat([torch.zeros(1, 2), torch.eye(2), -torch.eye(2)])
    decoded = _decode(decode, mean, std, eps[:, None] + shifts)
    jacobian = (decoded[:, 1:3] - decoded[:, 3:5]).transpose(1, 2) / (2 * width)
    residual = (images.flatten(1) - decoded[:, 0]).unsqueeze(2)
    return (torch.linalg.pinv(jacobian) @ residual).squeeze(2)
