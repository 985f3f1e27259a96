"""Right answers for losses.py with stable exponentials written by hand and with function transforms."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import grad, vmap


def _log_sigmoid(x: Tensor) -> Tensor:
    return -torch.logaddexp(torch.zeros_like(x), -x)


def _log_one_minus_sigmoid(x: Tensor) -> Tensor:
    return -(x.clamp(min=0) + torch.log1p(torch.exp(-x.abs())))


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Sums divided by sizes."""
    real = _log_sigmoid(real_logits).sum() / real_logits.numel()
    fake = _log_sigmoid(-fake_logits).sum() / fake_logits.numel()
    return -(real + fake)


def generator_loss_saturating(fake_logits: Tensor) -> Tensor:
    """By hand."""
    return _log_sigmoid(-fake_logits).mean()


def generator_loss_nonsaturating(fake_logits: Tensor) -> Tensor:
    """By hand."""
    return torch.log1p(torch.exp(-fake_logits.abs())).mean() + torch.relu(-fake_logits).mean()


def hinge_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Every sample by a mapped function."""

    def one(r: Tensor, f: Tensor) -> Tensor:
        zero = torch.zeros((), dtype=r.dtype)
        return 0.5 * torch.maximum(1 - r.mean(), zero) + 0.5 * torch.maximum(1 + f.mean(), zero)

    return vmap(one)(real, fake)


def hinge_generator_loss(fake: Tensor) -> Tensor:
    """A matrix product with weights."""
    flat = fake.reshape(fake.shape[0], -1)
    return flat @ torch.full((flat.shape[1],), -1 / flat.shape[1], dtype=fake.dtype)


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Both means in one product."""
    weights = torch.cat([torch.full_like(real, -1 / len(real)), torch.full_like(fake, 1 / len(fake))])
    return weights @ torch.cat([real, fake])


def gradient_penalty(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, eps: Tensor | None = None
) -> Tensor:
    """Per-sample gradients by transforms."""
    if eps is None:
        eps = torch.empty(len(real), dtype=real.dtype).uniform_().view(-1, *[1] * (real.ndim - 1))
    with torch.no_grad():
        points = torch.lerp(fake, real, eps.expand_as(real))
    gradients = vmap(grad(lambda point: critic(point.unsqueeze(0)).sum()))(points)
    norms = gradients.pow(2).flatten(start_dim=1).sum(-1).sqrt()
    return torch.nn.functional.mse_loss(norms, torch.ones_like(norms))
