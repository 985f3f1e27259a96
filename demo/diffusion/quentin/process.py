"""Right answers for process.py: sample by sample, and the posterior by adding precisions or directly from eps."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn


def _stack(rows: list[Tensor]) -> Tensor:
    return torch.stack(rows)


def q_sample(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """One sample at a time."""
    rows = []
    for b in range(x_start.shape[0]):
        a = alphas_cumprod[t[b]].item()
        rows.append(math.sqrt(a) * x_start[b] + math.sqrt(1 - a) * noise[b])
    return _stack(rows)


def score_from_noise(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """By definition: minus (x_t - mean) over the variance, at x_0 = 0."""
    alpha_bar = alphas_cumprod.index_select(0, t).view([len(t)] + [1] * (noise.dim() - 1))
    x_t = q_sample(torch.zeros_like(noise), t, noise, alphas_cumprod)
    return -(x_t - 0) / (1 - alpha_bar)


def predict_start_from_noise(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """One sample at a time."""
    pairs = zip(x_t, noise, alphas_cumprod[t].tolist(), strict=True)
    return _stack([(x - (1 - a) ** 0.5 * e) * a**-0.5 for x, e, a in pairs])


def denoising_loss(
    denoise_fn: Callable[..., Tensor], x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """The squared norm over the number of elements."""
    residual = (denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t, y=None) - noise).reshape(-1)
    return torch.einsum("i,i->", residual, residual) / residual.numel()


class GaussianDiffusion(nn.Module):
    """Keeps nothing but betas, in double precision, and computes everything when it is needed."""

    betas: Tensor

    def __init__(self, betas: Tensor) -> None:
        """Register the betas."""
        super().__init__()
        self.register_buffer("betas", betas.clone().double())

    def _levels(self, t: Tensor, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """beta_t, alpha_bar_t and alpha_bar_{t-1} of each sample."""
        bars = torch.cumprod(1 - self.betas, 0)
        before = torch.nn.functional.pad(bars, (1, -1), value=1.0)
        shape = (-1,) + (1,) * (x.dim() - 1)
        return self.betas[t].view(shape), bars[t].view(shape), before[t].view(shape)

    def q_posterior(self, x_start: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Precision-weighted means of two Gaussians; at t = 0 the first has no width."""
        beta, _, before = self._levels(t, x_t)
        width = 1 - before
        total = width * (1 - beta) + beta
        mean = (beta * before.sqrt() * x_start + width * (1 - beta).sqrt() * x_t) / total
        variance = width * beta / total
        log_variance = torch.where(variance > 0, variance, torch.full_like(variance, 1e-30)).log()
        return mean.to(x_t.dtype), variance.to(x_t.dtype), log_variance.to(x_t.dtype)

    def p_mean_variance(
        self, denoise_fn: Callable[..., Tensor], x_t: Tensor, t: Tensor, y: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The mean directly from the predicted noise."""
        predicted = denoise_fn(x_t, t) if y is None else denoise_fn(x_t, t, y)
        beta, bar, _ = self._levels(t, x_t)
        mean = (x_t - beta * predicted / torch.sqrt(1 - bar)) / torch.sqrt(1 - beta)
        _, variance, log_variance = self.q_posterior(x_t, x_t, t)
        return mean.to(x_t.dtype), variance, log_variance

    def p_sample(
        self,
        denoise_fn: Callable[..., Tensor],
        x_t: Tensor,
        t: Tensor,
        y: Tensor | None = None,
        noise: Tensor | None = None,
    ) -> Tensor:
        """Loop over the batch; nothing is added at t = 0."""
        mean, variance, _ = self.p_mean_variance(denoise_fn, x_t, t, y)
        rows = []
        for b, step in enumerate(t.tolist()):
            row = mean[b]
            if step > 0:
                fresh = torch.randn(row.shape, dtype=row.dtype) if noise is None else noise[b]
                row = row + math.sqrt(variance[b].item()) * fresh
            rows.append(row)
        return torch.stack(rows)

    def p_sample_loop(
        self,
        denoise_fn: Callable[..., Tensor],
        shape: tuple[int, ...],
        y: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Draw all the noise at once, before the loop."""
        steps = len(self.betas)
        draws = torch.randn((steps + 1, *shape), generator=generator)
        x = draws[steps]
        for i in reversed(range(steps)):
            x = self.p_sample(denoise_fn, x, torch.full((shape[0],), i), y, draws[i])
        return x
