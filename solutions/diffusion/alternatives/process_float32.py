"""Right answers for process.py in the style of common libraries: many float32 buffers, no gradients in sampling."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from schedule import extract
from torch import Tensor, nn


def q_sample(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Look up the square roots."""
    return (
        extract(torch.sqrt(alphas_cumprod), t, x_start.shape) * x_start
        + extract(torch.sqrt(1.0 - alphas_cumprod), t, x_start.shape) * noise
    )


def score_from_noise(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Look up the reciprocal."""
    return extract(-torch.rsqrt(1 - alphas_cumprod), t, noise.shape) * noise


def predict_start_from_noise(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """The form with reciprocals."""
    return (
        extract(torch.sqrt(1.0 / alphas_cumprod), t, x_t.shape) * x_t
        - extract(torch.sqrt(1.0 / alphas_cumprod - 1), t, x_t.shape) * noise
    )


def denoising_loss(
    denoise_fn: Callable[..., Tensor], x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """Leave the mean to torch."""
    x_noisy = q_sample(x_start=x_start, t=t, noise=noise, alphas_cumprod=alphas_cumprod)
    return F.mse_loss(denoise_fn(x_noisy, t), noise)


class GaussianDiffusion(nn.Module):
    """All tables computed in double precision with NumPy and stored in single precision."""

    def __init__(self, betas: Tensor) -> None:
        """Register one buffer per table."""
        super().__init__()
        betas = betas.numpy()
        alphas = 1.0 - betas
        cumulative = np.cumprod(alphas)
        previous = np.append(1.0, cumulative[:-1])
        variance = betas * (1.0 - previous) / (1.0 - cumulative)
        log_variance = np.log(np.append(variance[1], variance[1:])) if len(betas) > 1 else np.log(betas)
        tables = {
            "betas": betas,
            "sqrt_recip_alphas_cumprod": np.sqrt(1.0 / cumulative),
            "sqrt_recipm1_alphas_cumprod": np.sqrt(1.0 / cumulative - 1),
            "posterior_variance": variance,
            "posterior_log_variance_clipped": log_variance,
            "posterior_mean_coef1": betas * np.sqrt(previous) / (1.0 - cumulative),
            "posterior_mean_coef2": (1.0 - previous) * np.sqrt(alphas) / (1.0 - cumulative),
        }
        for name, table in tables.items():
            self.register_buffer(name, torch.tensor(table, dtype=torch.float32), persistent=False)

    def _take(self, name: str, t: Tensor, x: Tensor) -> Tensor:
        return extract(getattr(self, name), t, x.shape).to(x)

    def q_posterior(self, x_start: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Two coefficients from the tables; the variances are spread over the full shape."""
        mean = self._take("posterior_mean_coef1", t, x_t) * x_start + self._take("posterior_mean_coef2", t, x_t) * x_t
        variance = self._take("posterior_variance", t, x_t).expand_as(x_t)
        return mean, variance, self._take("posterior_log_variance_clipped", t, x_t).expand_as(x_t)

    def p_mean_variance(
        self, denoise_fn: Callable[..., Tensor], x_t: Tensor, t: Tensor, y: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Through x_0 with tables of its own."""
        eps = denoise_fn(x_t, t, y=y)
        x_recon = (
            self._take("sqrt_recip_alphas_cumprod", t, x_t) * x_t
            - self._take("sqrt_recipm1_alphas_cumprod", t, x_t) * eps
        )
        return self.q_posterior(x_start=x_recon, x_t=x_t, t=t)

    @torch.inference_mode()
    def p_sample(
        self,
        denoise_fn: Callable[..., Tensor],
        x_t: Tensor,
        t: Tensor,
        y: Tensor | None = None,
        noise: Tensor | None = None,
    ) -> Tensor:
        """Mask the noise where t is 0."""
        mean, _, log_variance = self.p_mean_variance(denoise_fn, x_t=x_t, t=t, y=y)
        noise = torch.randn_like(x_t) if noise is None else noise
        nonzero = (1 - (t == 0).float()).reshape(t.shape[0], *((1,) * (x_t.ndim - 1)))
        return mean + nonzero.to(x_t) * (0.5 * log_variance).exp() * noise

    @torch.no_grad()
    def p_sample_loop(
        self,
        denoise_fn: Callable[..., Tensor],
        shape: tuple[int, ...],
        y: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """No noise is drawn for the last step; `empty().normal_()` draws the rest."""
        img = torch.empty(shape, device=self.betas.device).normal_(generator=generator)
        for i in range(self.betas.shape[0] - 1, -1, -1):
            noise = torch.zeros_like(img) if i == 0 else torch.empty_like(img).normal_(generator=generator)
            t = torch.tensor([i] * shape[0], device=img.device)
            img = self.p_sample(denoise_fn, img, t, y=y, noise=noise)
        return img
