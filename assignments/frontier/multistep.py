"""Training all noise levels evenly: velocity prediction and min-SNR weights."""

from torch import Tensor


def v_prediction_target(x_start: Tensor, noise: Tensor, t: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """What a network predicts under v-prediction.

        v = sqrt(alpha_bar_t) noise - sqrt(1 - alpha_bar_t) x_0

    Together with x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) noise this rotates (x_0, noise).

    Args:
        x_start: x_0, shape ``(B, ...)`` with one to four trailing dimensions.
        noise: the noise inside x_t, shaped like ``x_start``.
        t: timesteps, shape ``(B,)``, int64, one per sample.
        alphas_cumprod: alpha_bar, shape ``(T,)``, dtype of ``x_start``.

    Returns:
        v, shape and dtype of ``x_start``; differentiable in ``x_start`` and ``noise``.

    Source: Salimans and Ho 2022, "Progressive Distillation", section 4 (D2.4).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def min_snr_weight(t: Tensor, alphas_cumprod: Tensor, gamma: float = 5.0) -> Tensor:
    """Loss weights of a noise-predicting network that keep almost clean timesteps from dominating.

        weight = min(SNR, gamma) / SNR,    SNR = alpha_bar_t / (1 - alpha_bar_t)

    Args:
        t: timesteps, shape ``(B,)``, int64, one per sample.
        alphas_cumprod: alpha_bar, shape ``(T,)``, values strictly between 0 and 1.
        gamma: the signal-to-noise ratio above which the weight falls below 1.

    Returns:
        Weights in (0, 1], shape ``(B,)``, dtype of ``alphas_cumprod``.

    Source: Hang et al. 2023, "Efficient Diffusion Training via Min-SNR Weighting", section 3.4 (D2.4).
    """
    # YOUR CODE HERE
    raise NotImplementedError()
