"""Right answers for losses.py with binary cross-entropy on labels and the gradient penalty as it is often written."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Labels of ones and zeros."""
    bce = nn.BCEWithLogitsLoss()
    return bce(real_logits, torch.ones_like(real_logits)) + bce(fake_logits, torch.zeros_like(fake_logits))


def generator_loss_saturating(fake_logits: Tensor) -> Tensor:
    """Minus the cross-entropy with label 0."""
    return -nn.functional.binary_cross_entropy_with_logits(fake_logits, torch.zeros_like(fake_logits))


def generator_loss_nonsaturating(fake_logits: Tensor) -> Tensor:
    """The cross-entropy with label 1."""
    return nn.BCEWithLogitsLoss()(fake_logits, torch.ones_like(fake_logits))


def hinge_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Averages over a tuple of dimensions."""
    real = torch.mean(real, dim=tuple(range(1, real.ndim)))
    fake = torch.mean(fake, dim=tuple(range(1, fake.ndim)))
    return (torch.clamp(1.0 - real, min=0) + torch.clamp(1.0 + fake, min=0)) / 2


def hinge_generator_loss(fake: Tensor) -> Tensor:
    """Averages over a tuple of dimensions."""
    return fake.mean(dim=tuple(range(1, fake.ndim))).neg()


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """With the signs the other way round."""
    return -(real.mean() - fake.mean())


def gradient_penalty(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, eps: Tensor | None = None
) -> Tensor:
    """With ones as weights of the scores."""
    batch = real.size(0)
    if eps is None:
        eps = torch.rand([batch] + [1] * (real.dim() - 1)).to(real)
    interpolated = eps * real.detach() + (1 - eps) * fake.detach()
    interpolated.requires_grad_(True)
    scores = critic(interpolated)
    gradients = torch.autograd.grad(
        outputs=scores,
        inputs=interpolated,
        grad_outputs=torch.ones_like(scores),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    return ((gradients.reshape(batch, -1).norm(2, dim=1) - 1) ** 2).mean()
