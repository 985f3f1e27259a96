"""The variance-preserving SDE: the DDPM in continuous time.

Forward in time, for t from 0 (data) to 1 (noise), with beta growing linearly:

    dx = -1/2 beta(t) x dt + sqrt(beta(t)) dw,    beta(t) = beta_min + t (beta_max - beta_min)
"""

import torch
from torch import Tensor


def marginal(x0: Tensor, t: Tensor, beta_min: float = 0.1, beta_max: float = 20.0) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of x_t given x_0.

        B(t) = integral of beta(s) ds from 0 to t
        q(x_t | x_0) = N(exp(-B(t) / 2) x_0, (1 - exp(-B(t))) I)

    Args:
        x0: clean data, shape ``(B, ...)`` with one to four trailing dimensions.
        t: times in [0, 1], shape ``(B,)``, one per sample, dtype of ``x0``.
        beta_min: beta(0).
        beta_max: beta(1), larger than ``beta_min``.

    Returns:
        ``(mean, std)``: the mean is shaped like ``x0`` and differentiable in it, the standard deviation
        has shape ``(B, 1, ...)``, ready to multiply noise shaped like ``x0``; both in the dtype of ``x0``.
        At t = 0 they are ``x0`` and 0.

    Source: Song et al. 2021, "Score-Based Generative Modeling through SDEs", appendix B (14.31).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def reverse_step(
    x: Tensor,
    score: Tensor,
    t: Tensor,
    dt: float,
    noise: Tensor,
    beta_min: float = 0.1,
    beta_max: float = 20.0,
) -> Tensor:
    """One Euler-Maruyama step of the reverse-time SDE, from time t back to t - dt.

    The forward SDE has drift f(x, t) = -1/2 beta(t) x and diffusion coefficient g(t) = sqrt(beta(t)).
    Time-reversed, it is

        dx = (f(x, t) - g(t)^2 score(x, t)) dt + g(t) dw    with dt running backwards

    Take one explicit step of size ``dt`` against the direction of time, with beta evaluated at ``t``. The
    fresh noise enters with the variance that the Wiener process gains over a time ``dt``.

    Args:
        x: the state at time t, shape ``(B, ...)`` with one to four trailing dimensions.
        score: the score of the marginal at ``x`` and ``t``, shaped like ``x``.
        t: times in [0, 1], shape ``(B,)``, one per sample, dtype of ``x``.
        dt: the step size, a positive number.
        noise: standard normal noise, shaped like ``x``. It is given: nothing is drawn here.
        beta_min: beta(0).
        beta_max: beta(1).

    Returns:
        The state at time t - dt, shape and dtype of ``x``; differentiable in ``x``, ``score`` and ``noise``.

    Source: Anderson 1982; Song et al. 2021, equation 6 (14.31).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def probability_flow_step(
    x: Tensor, score: Tensor, t: Tensor, dt: float, beta_min: float = 0.1, beta_max: float = 20.0
) -> Tensor:
    """One Euler step of the probability-flow ODE, from time t back to t - dt.

    The ODE moves samples deterministically and has the same marginals as the SDE at every time:

        dx/dt = f(x, t) - 1/2 g(t)^2 score(x, t),    f(x, t) = -1/2 beta(t) x,    g(t)^2 = beta(t)

    Take one explicit step of size ``dt`` against the direction of time, with beta evaluated at ``t``.

    Args:
        x: the state at time t, shape ``(B, ...)`` with one to four trailing dimensions.
        score: the score of the marginal at ``x`` and ``t``, shaped like ``x``.
        t: times in [0, 1], shape ``(B,)``, one per sample, dtype of ``x``.
        dt: the step size, a positive number.
        beta_min: beta(0).
        beta_max: beta(1).

    Returns:
        The state at time t - dt, shape and dtype of ``x``; differentiable in ``x`` and ``score``.

    Source: Song et al. 2021, equation 13 (14.31).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def discretize(num_timesteps: int, beta_min: float = 0.1, beta_max: float = 20.0) -> Tensor:
    """The noise variances of a DDPM with T steps that approaches this SDE as T grows.

        beta_i = beta((i + 1) / T) / T    for i = 0, 1, ..., T - 1

    so that step i of the DDPM covers the time from i / T to (i + 1) / T.

    Args:
        num_timesteps: T, larger than ``beta_max`` (otherwise the last beta would exceed 1).
        beta_min: beta(0).
        beta_max: beta(1).

    Returns:
        Noise variances, shape ``(T,)``; like all schedules float64.

    Source: Song et al. 2021, section 3.4 and appendix B (14.31).
    """
    # YOUR CODE HERE
    raise NotImplementedError()
