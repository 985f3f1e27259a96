"""Right answers for losses.py sample by sample."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def _mean(values: list[Tensor]) -> Tensor:
    return sum(values[1:], values[0]) / len(values)


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """A loop over each batch."""
    return -_mean([logsigmoid(x) for x in real_logits]) - _mean([logsigmoid(-x) for x in fake_logits])


def generator_loss_saturating(fake_logits: Tensor) -> Tensor:
    """log(1 - sigmoid(x)) is log sigmoid(x) - x."""
    return _mean([logsigmoid(x) - x for x in fake_logits])


def generator_loss_nonsaturating(fake_logits: Tensor) -> Tensor:
    """A loop over the batch."""
    return _mean([-logsigmoid(x) for x in fake_logits])


def hinge_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """A loop over pairs."""
    losses = []
    for r, f in zip(real, fake, strict=True):
        short = 1 - r.mean()
        over = 1 + f.mean()
        losses.append(0.5 * (short.relu() + over.relu()))
    return torch.stack(losses)


def hinge_generator_loss(fake: Tensor) -> Tensor:
    """A loop over samples."""
    return torch.stack([-(sample.sum() / sample.numel()) for sample in fake])


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """A loop over each batch."""
    return _mean(list(fake)) - _mean(list(real))


def gradient_penalty(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, eps: Tensor | None = None
) -> Tensor:
    """One call of the critic per sample, with a small guard under the root."""
    penalties = []
    for b in range(real.shape[0]):
        e = torch.rand(()).to(real.dtype) if eps is None else eps[b]
        point = (fake[b] + e * (real[b] - fake[b])).detach()[None].requires_grad_()
        (gradient,) = torch.autograd.grad(critic(point).squeeze(), point, create_graph=True)
        penalties.append(((gradient**2).sum().add(1e-12).sqrt() - 1) ** 2)
    return torch.stack(penalties).mean()
