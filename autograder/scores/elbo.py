"""The evidence lower bound of an autoencoder, with the grader's own noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.scores.batches import rows_of_a_request, standard_normal

Encode = Callable[[Tensor], tuple[Tensor, Tensor]]
Decode = Callable[[Tensor], Tensor]
ACTIVE_VARIANCE = 0.01


@dataclass(frozen=True, slots=True)
class Elbo:
    """Means over images.

    Attributes:
        negative_elbo: the sum of the next two, in nats up to a constant.
        reconstruction: squared error, summed over pixels and channels.
        kl: divergence of the posterior from the standard normal prior, summed over latent coordinates, in nats.
        active_units: latent coordinates that depend on the image.
    """

    negative_elbo: float
    reconstruction: float
    kl: float
    active_units: int


@torch.no_grad()
def score_elbo(encode: Encode, decode: Decode, images: Tensor, generator: torch.Generator) -> Elbo:
    r"""The negative evidence lower bound of a variational autoencoder.

    $$-\mathrm{ELBO} = \frac1n \sum_b \Big[\|\hat x_b - x_b\|^2 + \tfrac12 \sum_i
      \big(\mu_{bi}^2 + \sigma_{bi}^2 - \log\sigma_{bi}^2 - 1\big)\Big], \qquad
      \hat x_b = \mathrm{decode}(\mu_b + \sigma_b\, \epsilon_b)$$

    This is the loss of the course for beta = 1: squared error without a factor 1/2, which is a Gaussian likelihood of variance
    1/2 up to a constant, and the divergence in nats. It bounds the description length of images that the model has not seen, so
    it cannot be made small by what crosses in z: that costs as many nats. The noise is drawn here, and ``decode`` gets z alone;
    ask two workers that do not know of each other, or a posterior of tiny variance must pay for itself.

    All latents are encoded before the first is decoded. A unit is active if the variance of its posterior mean over the images
    exceeds 0.01 (Burda, Grosse and Salakhutdinov 2016, section 5.2).

    Args:
        encode: images to the posterior's mean and logarithm of the variance, each ``(b, ...)`` of the same shape.
        decode: z of that shape to images.
        images: ``(n, C, H, W)``, float in [0, 1], n >= 1. A request holds at most 1000 of them, and 20 MB.
        generator: draws the noise.

    Returns:
        nan or inf where anything that came back was not finite. One draw of z for each image.

    Source:
        Kingma and Welling 2014, equation 10; `solutions/vae/losses.py`.
    """
    rows = rows_of_a_request(images)
    posteriors = [encode(some) for some in images.split(rows)]
    mu, logvar = (torch.cat(parts) for parts in zip(*posteriors, strict=True))
    z = mu + (0.5 * logvar).exp() * standard_normal(mu, generator)
    errors = [_squared_error(decode(some_z), some) for some_z, some in zip(z.split(rows), images.split(rows), strict=True)]
    reconstruction = torch.cat(errors).mean().item()
    kl = _gaussian_kl(mu.double(), logvar.double()).mean().item()
    return Elbo(reconstruction + kl, reconstruction, kl, _active_units(mu.double()))


def _squared_error(decoded: Tensor, images: Tensor) -> Tensor:
    return (decoded.double() - images.double()).square().flatten(1).sum(dim=1)


def _gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    return 0.5 * (mu.square() + logvar.exp() - logvar - 1).flatten(1).sum(dim=1)


def _active_units(mu: Tensor) -> int:
    variance = mu.flatten(1).var(dim=0, correction=0)
    return int((variance > ACTIVE_VARIANCE).sum().item())
