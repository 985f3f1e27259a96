"""Consistency models: from any noise level to clean data in one evaluation.

Noisy data are x_t = x_0 + t * noise for t in [t_min, t_max]: t is the standard deviation of the noise.
"""

from collections.abc import Callable

import torch
from torch import Tensor

TimeFunction = Callable[[Tensor, Tensor], Tensor]
"""``f(x, t)``: noisy data ``(B, ...)`` and times ``(B,)`` to something shaped like ``x``."""


def c_skip(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """The weight of the input in a consistency function: 1 at t_min, 0 for large t.

        c_skip(t) = sigma_data^2 / ((t - t_min)^2 + sigma_data^2)

    Args:
        t: times, shape ``(B,)``, at least ``t_min``.
        sigma_data: standard deviation of the data.
        t_min: the smallest time, where trajectories start.

    Returns:
        Shape and dtype of ``t``; differentiable in ``t``.

    Source: Song et al. 2023, "Consistency Models", appendix C (14.32).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def c_out(t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002) -> Tensor:
    """The weight of the network in a consistency function: 0 at t_min, sigma_data for large t.

        c_out(t) = sigma_data (t - t_min) / sqrt(sigma_data^2 + t^2)

    Args:
        t: times, shape ``(B,)``, at least ``t_min``.
        sigma_data: standard deviation of the data.
        t_min: the smallest time, where trajectories start.

    Returns:
        Shape and dtype of ``t``; differentiable in ``t``.

    Source: Song et al. 2023, appendix C (14.32).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def consistency_function(
    network: TimeFunction, x: Tensor, t: Tensor, sigma_data: float = 0.5, t_min: float = 0.002
) -> Tensor:
    """A network turned into a map that is the identity at t_min, whatever the network says.

        f(x, t) = c_skip(t) x + c_out(t) network(x, t)

    Args:
        network: called as ``network(x, t)`` with ``x`` and ``t`` unchanged; its result is shaped like ``x``.
        x: noisy data, shape ``(B, ...)`` with one to four trailing dimensions.
        t: times, shape ``(B,)``, one per sample, dtype of ``x``.
        sigma_data: standard deviation of the data, for `c_skip` and `c_out`.
        t_min: the smallest time, for `c_skip` and `c_out`.

    Returns:
        Shape and dtype of ``x``; differentiable in ``x`` and in the network's parameters.

    Source: Song et al. 2023, equation 5 (14.32).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def distillation_loss(
    student: TimeFunction,
    ema_student: TimeFunction,
    teacher_step: Callable[[Tensor, Tensor, Tensor], Tensor],
    x: Tensor,
    t_hi: Tensor,
    t_lo: Tensor,
) -> Tensor:
    """Teach two neighbours on a trajectory of the teacher to have the same destination.

    From x at time t_hi the teacher takes one step along its probability-flow ODE to time t_lo. The student at
    the first point is compared with its slowly moving average at the second, by the mean over all elements of
    the squared difference of

        student(x, t_hi)    and    ema_student(teacher_step(x, t_hi, t_lo), t_lo)

    The second is the target: no gradient flows through it.

    Args:
        student: the consistency function being trained, called as ``student(x, t)``.
        ema_student: the same with averaged parameters, called as ``ema_student(x, t)``.
        teacher_step: called as ``teacher_step(x, t_hi, t_lo)``, returns data shaped like ``x``.
        x: noisy data at time t_hi, shape ``(B, ...)`` with one to four trailing dimensions.
        t_hi: the later times, shape ``(B,)``, dtype of ``x``.
        t_lo: the earlier times, shape ``(B,)``, dtype of ``x``.

    Returns:
        A scalar (0-dimensional tensor) in the dtype of ``x``; differentiable through ``student`` only.

    Source: Song et al. 2023, equation 7 with the squared distance and unit weights (14.32).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def one_step_sample(
    network: TimeFunction,
    shape: tuple[int, ...],
    t_max: float = 80.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Sample in one step: the consistency function of pure noise at t_max.

    Draws x from N(0, t_max^2 I) and maps it to data with the default ``sigma_data`` and ``t_min``. The network is
    called once, with ``t`` of shape ``(B,)`` filled with ``t_max``.

    Args:
        network: called as ``network(x, t)``; its result is shaped like ``x``.
        shape: the shape ``(B, ...)`` of the result.
        t_max: the largest time.
        generator: source of all random numbers; with it the result is reproducible and the global
            random state is left alone. None draws from the global state.

    Returns:
        Samples of the given shape, in torch's default dtype.

    Source: Song et al. 2023, algorithm 1 with one step (14.32).
    """
    # YOUR CODE HERE
    raise NotImplementedError()
