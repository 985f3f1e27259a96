"""The diffusion process: adding noise in closed form, and taking it away step by step."""

from collections.abc import Callable

import torch
from schedule import alphas_cumprod as cumulative_alphas
from schedule import extract
from torch import Tensor, nn

DenoiseFn = Callable[..., Tensor]
"""``denoise_fn(x, t, y=None)``: noisy data ``(B, ...)`` and int64 timesteps ``(B,)`` to noise."""


def q_sample(x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Jump from clean data to step t of the forward process.

        x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) noise

    Args:
        x_start: x_0, shape ``(B, ...)`` with one to four trailing dimensions.
        t: timesteps, shape ``(B,)``, int64, one per sample.
        noise: standard normal noise, shaped like ``x_start``. It is given: nothing is drawn here.
        alphas_cumprod: alpha_bar, shape ``(T,)``, dtype of ``x_start``.

    Returns:
        x_t, shape and dtype of ``x_start``; differentiable in ``x_start`` and ``noise``.

    Source: Ho et al. 2020, equation 4 (D2.3, E6, 14.7, 14.14).
    """
    alpha_bar = extract(alphas_cumprod, t, x_start.shape)
    return alpha_bar.sqrt() * x_start + (1 - alpha_bar).sqrt() * noise


def score_from_noise(noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """The score of the forward marginal at the point that the noise leads to.

    With x_t = q_sample(x_0, t, noise), this is the gradient of log q(x_t | x_0) with respect to x_t,
    where q(x_t | x_0) = N(sqrt(alpha_bar_t) x_0, (1 - alpha_bar_t) I), written in terms of the noise alone.

    Args:
        noise: the noise inside x_t, shape ``(B, ...)`` with one to four trailing dimensions.
        t: timesteps, shape ``(B,)``, int64.
        alphas_cumprod: alpha_bar, shape ``(T,)``, dtype of ``noise``.

    Returns:
        The score, shape and dtype of ``noise``; differentiable in ``noise``.

    Source: exercise 14.16.
    """
    return -noise / (1 - extract(alphas_cumprod, t, noise.shape)).sqrt()


def predict_start_from_noise(x_t: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Recover clean data from noisy data and the noise inside it: the inverse of `q_sample`.

    The result is not clipped to any range of pixel values.

    Args:
        x_t: noisy data, shape ``(B, ...)`` with one to four trailing dimensions.
        t: timesteps, shape ``(B,)``, int64.
        noise: the noise (true or predicted), shaped like ``x_t``.
        alphas_cumprod: alpha_bar, shape ``(T,)``, dtype of ``x_t``.

    Returns:
        x_0, shape and dtype of ``x_t``; differentiable in ``x_t`` and ``noise``.

    Source: Ho et al. 2020, section 3.2 (14.15).
    """
    alpha_bar = extract(alphas_cumprod, t, x_t.shape)
    return (x_t - (1 - alpha_bar).sqrt() * noise) / alpha_bar.sqrt()


def denoising_loss(
    denoise_fn: DenoiseFn, x_start: Tensor, t: Tensor, noise: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """The simplified training objective: how well is the noise inside x_t predicted?

        mean over all elements of (noise - denoise_fn(x_t, t))^2,    x_t = q_sample(x_0, t, noise)

    Args:
        denoise_fn: the noise predictor, called as ``denoise_fn(x_t, t)``.
        x_start: x_0, shape ``(B, ...)`` with one to four trailing dimensions.
        t: timesteps, shape ``(B,)``, int64; handed on as they are.
        noise: standard normal noise, shaped like ``x_start``. It is given: nothing is drawn here.
        alphas_cumprod: alpha_bar, shape ``(T,)``, dtype of ``x_start``.

    Returns:
        A scalar (0-dimensional tensor) with the dtype of ``x_start``; differentiable through
        ``denoise_fn``, in its parameters as in ``x_start`` and ``noise``.

    Source: Ho et al. 2020, equation 14 (E7, T8).
    """
    predicted = denoise_fn(q_sample(x_start, t, noise, alphas_cumprod), t)
    return (noise - predicted).square().mean()


class GaussianDiffusion(nn.Module):
    """The reverse process of a DDPM for a fixed noise schedule.

    The schedule has no trainable parameters: everything computed from the betas is stored in buffers,
    so that it follows the module to another device. Results have the dtype of ``x_t``, whatever
    precision (float32 or float64) the buffers are kept in.

    Source: Ho et al. 2020, sections 2 and 3 (D2.3, 14.15, 14.26).
    """

    def __init__(self, betas: Tensor) -> None:
        """Precompute what the other methods look up.

        Args:
            betas: noise variances in (0, 1), shape ``(T,)`` with T >= 1, float64.
        """
        super().__init__()
        alpha_bar = cumulative_alphas(betas)
        alpha_bar_prev = torch.cat([alpha_bar.new_ones(1), alpha_bar[:-1]])
        variance = betas * (1 - alpha_bar_prev) / (1 - alpha_bar)
        self.register_buffer("betas", betas)
        self.register_buffer("alphas_cumprod", alpha_bar)
        self.register_buffer("weight_of_start", betas * alpha_bar_prev.sqrt() / (1 - alpha_bar))
        self.register_buffer("weight_of_x_t", (1 - betas).sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar))
        self.register_buffer("posterior_variance", variance)
        self.register_buffer("posterior_log_variance_clipped", variance.clamp(min=1e-20).log())

    def q_posterior(self, x_start: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The Gaussian q(x_{t-1} | x_t, x_0): where did x_t come from, if it started at x_0?

            mean     = (a_t x_0 + b_t x_t) / (1 - alpha_bar_t)
            a_t      = beta_t sqrt(alpha_bar_{t-1})
            b_t      = sqrt(alpha_t) (1 - alpha_bar_{t-1})
            variance = beta_t (1 - alpha_bar_{t-1}) / (1 - alpha_bar_t)

        with alpha_bar_{-1} = 1: at t = 0 the mean is x_0 and the variance is 0.

        Args:
            x_start: x_0, shape ``(B, ...)``.
            x_t: noisy data, shaped like ``x_start``.
            t: timesteps, shape ``(B,)``, int64; they may differ within a batch.

        Returns:
            ``(mean, variance, log_variance_clipped)`` in the dtype of ``x_t``. The mean is shaped like
            ``x_t``; the other two broadcast against it (``(B, 1, ...)`` or its full shape). The last is
            the logarithm of the variance, except at t = 0, where it is some finite number.

        Source: Ho et al. 2020, equations 6 and 7 (14.15).
        """
        weight_of_start, weight_of_x_t, variance, log_variance = (
            extract(values, t, x_t.shape).to(x_t.dtype)
            for values in (
                self.weight_of_start,
                self.weight_of_x_t,
                self.posterior_variance,
                self.posterior_log_variance_clipped,
            )
        )
        return weight_of_start * x_start + weight_of_x_t * x_t, variance, log_variance

    def p_mean_variance(
        self, denoise_fn: DenoiseFn, x_t: Tensor, t: Tensor, y: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The model's Gaussian p(x_{t-1} | x_t): the posterior at the x_0 that the predicted noise implies.

        Nothing is clipped, and the variance is the one of `q_posterior`, not beta_t.

        Args:
            denoise_fn: the noise predictor, called as ``denoise_fn(x_t, t, y)``.
            x_t: noisy data, shape ``(B, ...)``.
            t: timesteps, shape ``(B,)``, int64; they may differ within a batch.
            y: class labels or None, handed on to ``denoise_fn``.

        Returns:
            ``(mean, variance, log_variance_clipped)`` as in `q_posterior`.

        Source: Ho et al. 2020, section 3.2 (14.15).
        """
        noise = denoise_fn(x_t, t, y)
        x_start = predict_start_from_noise(x_t, t, noise, self.alphas_cumprod.to(x_t.dtype))
        return self.q_posterior(x_start, x_t, t)

    def p_sample(
        self,
        denoise_fn: DenoiseFn,
        x_t: Tensor,
        t: Tensor,
        y: Tensor | None = None,
        noise: Tensor | None = None,
    ) -> Tensor:
        """One step back: draw x_{t-1} from the Gaussian of `p_mean_variance`.

        The noise enters with the standard deviation of that Gaussian; samples at t = 0 get none.

        Args:
            denoise_fn: the noise predictor, called as ``denoise_fn(x_t, t, y)``.
            x_t: noisy data, shape ``(B, ...)``.
            t: timesteps, shape ``(B,)``, int64; they may differ within a batch.
            y: class labels or None, handed on to ``denoise_fn``.
            noise: standard normal noise shaped like ``x_t``; None draws it from the global random state.

        Returns:
            x_{t-1}, shape and dtype of ``x_t``.

        Source: Ho et al. 2020, algorithm 2 (D2.3).
        """
        mean, variance, _ = self.p_mean_variance(denoise_fn, x_t, t, y)
        if noise is None:
            noise = torch.randn_like(x_t)
        return mean + variance * noise

    def p_sample_loop(
        self,
        denoise_fn: DenoiseFn,
        shape: tuple[int, ...],
        y: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Ancestral sampling: from pure noise x_T through t = T - 1, ..., 0 to new data.

        Args:
            denoise_fn: the noise predictor, called once per step with ``t`` as int64 ``(B,)``.
            shape: the shape ``(B, ...)`` of the result.
            y: class labels or None, handed on to ``denoise_fn`` in every step.
            generator: source of all random numbers; with it the result is reproducible and the global
                random state is left alone. None draws from the global state.

        Returns:
            Samples of the given shape, in torch's default dtype, on the device of the buffers.

        Source: Ho et al. 2020, algorithm 2 (D2.3, 14.26).
        """
        device = self.betas.device
        x = torch.randn(shape, generator=generator, device=device)
        for step in range(len(self.betas)):
            t = torch.full((shape[0],), step, dtype=torch.int64, device=device)
            noise = torch.randn(shape, generator=generator, device=device)
            x = self.p_sample(denoise_fn, x, t, y, noise)
        return x
