"""Short answers about compute in latent space, continuous time and consistency.

Every function takes no arguments and returns its answer. Where a formula is asked for, return a function of all named
quantities (such as ``lambda beta, t: …``) or a SymPy expression in symbols of these names. Formulas are evaluated with
plain numbers, so use ``math`` or NumPy in functions; an entry of a table may also be a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Formula = Callable[..., float]


def latent_savings() -> dict[str, float]:
    """How much smaller is the work in latent space? (14.9)

    Images of shape (3, 512, 512) are encoded to latents of shape (4, 64, 64).

    Returns a dict of three ratios, pixel space over latent space:

    - ``"elements"``: numbers that one sample consists of;
    - ``"positions"``: spatial positions, to which the cost of a convolution with given channels is proportional;
    - ``"attention"``: pairs of positions, to which the cost of full self-attention is proportional.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def constant_rate_marginal() -> dict[str, Formula]:
    """The marginal of the variance-preserving SDE with a constant rate (14.31).

    dx = -beta/2 x dt + sqrt(beta) dW, started at x_0 at time 0.

    Returns a dict of two formulas in the quantities ``beta`` and ``t``:

    - ``"mean_factor"``: E[x_t | x_0] = mean_factor * x_0;
    - ``"variance"``: the variance of each coordinate of x_t given x_0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def reverse_drifts() -> dict[str, Formula]:
    """Two ways back in time (14.31).

    Both lead back along the marginals of dx = -beta/2 x dt + sqrt(beta) dW, and are written as dx = drift dt
    (+ sqrt(beta) dW for the stochastic one) with time running backwards, dt < 0.

    Returns a dict of two formulas in the quantities ``x``, ``score`` (of the marginal at x) and ``beta``:

    - ``"sde"``: the drift of the reverse-time SDE;
    - ``"ode"``: the drift of the probability-flow ODE.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def small_step_limit() -> dict[str, Formula]:
    """From a DDPM step to the SDE (14.31).

    One DDPM step with beta_t = ``beta`` * dt is x_{t+dt} = sqrt(1 - beta dt) x_t + sqrt(beta dt) noise. For dt -> 0 the
    expected change of x is drift * dt and the variance of the change is diffusion**2 * dt, up to higher orders.

    Returns a dict of the formulas ``"drift"`` and ``"diffusion"`` (positive), in the quantities ``beta`` and ``x``.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def consistency_ends() -> dict[str, Formula | float]:
    """What the two coefficients of a consistency function are at both ends (14.32).

    ``consistency.c_skip`` and ``consistency.c_out`` are functions of time with parameters ``sigma_data`` > 0 and t_min.

    Returns a dict of four entries, numbers or formulas in the quantity ``sigma_data``:

    - ``"skip_at_start"`` and ``"out_at_start"``: the values of c_skip and c_out at t = t_min;
    - ``"skip_far_away"`` and ``"out_far_away"``: their limits as t goes to infinity.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
