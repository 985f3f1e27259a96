"""Right answers for process.py that compute in single precision wherever that is allowed."""

from collections.abc import Callable

import torch
from schedule import alphas_cumprod as running_product
from schedule import extract
from torch import Tensor, nn


def q_sample(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Powers of one half."""
    a = extract(alphas_cumprod, t, x_start.shape)
    return torch.addcmul(a**0.5 * x_start, (1 - a) ** 0.5, noise)


def score_from_noise(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Through the logarithm of the variance."""
    return noise.neg() * torch.exp(-0.5 * torch.log1p(-extract(alphas_cumprod, t, noise.shape)))


def predict_start_from_noise(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Subtract the noise, then rescale."""
    only_noise = q_sample(torch.zeros_like(x_t), t, noise, alphas_cumprod)
    return (x_t - only_noise) * extract(alphas_cumprod, t, x_t.shape).rsqrt()


def denoising_loss(
    denoise_fn: Callable[..., Tensor], x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Means per sample first, then over the batch."""
    predicted = denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t, None)
    return ((predicted - noise) ** 2).flatten(1).mean(dim=1).mean()


class GaussianDiffusion(nn.Module):
    """Betas rounded to float32 first; the rest follows from them."""

    def __init__(self, betas: Tensor) -> None:
        """Register betas and their products."""
        super().__init__()
        self.register_buffer("beta", betas.float())
        self.register_buffer("bar", running_product(self.beta))

    def q_posterior(self, x_start: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Everything from three looked-up numbers."""
        beta, bar = (extract(values, t, x_t.shape).to(x_t.dtype) for values in (self.beta, self.bar))
        first = (t == 0).view(beta.shape)
        before = torch.where(first, torch.ones_like(bar), bar / (1 - beta))
        mean = (before.sqrt() * beta * x_start + (1 - beta).sqrt() * (1 - before) * x_t) / (1 - bar)
        mean = torch.where(first, x_start, mean)
        variance = (1 - before) / (1 - bar) * beta
        return mean, variance, torch.log(variance.clamp(min=1e-20))

    def p_mean_variance(
        self, denoise_fn: Callable[..., Tensor], x_t: Tensor, t: Tensor, y: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The posterior at the implied x_0."""
        x_start = predict_start_from_noise(x_t, t, denoise_fn(x_t, t, y), self.bar.to(x_t))
        return self.q_posterior(x_start, x_t, t)

    def p_sample(
        self,
        denoise_fn: Callable[..., Tensor],
        x_t: Tensor,
        t: Tensor,
        y: Tensor | None = None,
        noise: Tensor | None = None,
    ) -> Tensor:
        """Let torch.normal draw when no noise is given."""
        mean, variance, _ = self.p_mean_variance(denoise_fn, x_t, t, y)
        deviation = variance.sqrt().expand_as(mean)
        return torch.normal(mean, deviation) if noise is None else torch.addcmul(mean, deviation, noise)

    def p_sample_loop(
        self,
        denoise_fn: Callable[..., Tensor],
        shape: tuple[int, ...],
        y: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Asks for float32 numbers by name, noise first and x after it."""
        x = torch.randn(*shape, generator=generator)
        t = torch.full(shape[:1], len(self.beta) - 1, dtype=torch.long)
        while t[0] >= 0:
            x = self.p_sample(denoise_fn, x, t, y, noise=torch.randn(*shape, generator=generator))
            t = t - 1
        return x
