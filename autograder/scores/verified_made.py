"""The likelihood of an autoregressive model that has not seen what it predicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.scores.batches import random_bits, rows_of_a_request

Logits = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class VerifiedNll:
    """Negative log-likelihoods in nats per image, both of the same images.

    Attributes:
        verified: each conditional was asked for with nothing but its prefix.
        plain: one pass over the whole images.
        leak: verified minus plain; what the model gains from pixels that it should not see, zero up to rounding for an honest
            one.
    """

    verified: float
    plain: float
    leak: float


@torch.no_grad()
def verified_nll(logits: Logits, images: Tensor, generator: torch.Generator) -> VerifiedNll:
    r"""The negative log-likelihood of binary images, every conditional of which was asked for separately.

    $$-\frac1n \sum_b \sum_{i=1}^{D} \log p(x_{bi} \mid x_{b1}, \dots, x_{b,i-1})$$

    For conditional i the model gets the true pixels before i, and random bits from i on; of its logits only column i is read.
    One request holds each image once, and requests go in ascending order of i, since a longer prefix of an image reveals the
    pixel that a shorter one asks for. The plain pass, which reveals all, comes last. So take a worker that has not seen these
    images, and score others (``plain_nll``) afterwards.

    Args:
        logits: rows ``(n, D)`` of zeros and ones to logits ``(n, D)``; sigmoid of column i is the probability of a one.
        images: ``(n, D)``, float, zeros and ones. There are D requests of n rows each: with D = 784, thirty images are enough.
        generator: draws the random bits.

    Returns:
        nan where a logit was nan; inf where a pixel was given no probability at all.

    Source:
        Germain et al. 2015, equation 2; `solutions/autoregressive/likelihood.py`.
    """
    rows = images.flatten(1)
    total = torch.zeros(len(rows), dtype=torch.float64, device=rows.device)
    for i in range(rows.shape[1]):
        asked = torch.cat([rows[:, :i], random_bits(rows[:, i:], generator)], dim=1)
        total += _surprise(logits(asked)[:, i], rows[:, i])
    verified = total.mean().item()
    plain = plain_nll(logits, images)
    return VerifiedNll(verified, plain, verified - plain)


@torch.no_grad()
def plain_nll(logits: Logits, images: Tensor) -> float:
    """The mean negative log-likelihood of binary images ``(n, D)`` in nats, from one pass: nothing keeps a model from cheating.

    A request holds at most 1000 images. Shapes and what comes back are as for :func:`verified_nll`.
    """
    rows = images.flatten(1)
    surprises = [_surprise(logits(some), some).sum(dim=1) for some in rows.split(rows_of_a_request(rows))]
    return torch.cat(surprises).mean().item()


def _surprise(logit: Tensor, bit: Tensor) -> Tensor:
    """-log p(bit), also where a logit is infinite: a product with zero would be nan."""
    return F.softplus((1 - 2 * bit.double()) * logit.double())
