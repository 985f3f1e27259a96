"""Short answers about divergences, bounds and what can go wrong with them.

Every function takes no arguments and returns its answer. Where a formula is asked for, return a function of all named
quantities (such as ``lambda distance, sigma: …``) or a SymPy expression in symbols of these names. Formulas are
evaluated with plain numbers, so use ``math`` or NumPy in functions; an entry of a table may also be a constant. Numbers
may be given exactly or with at least five digits; infinity is ``math.inf``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Formula = Callable[..., float]


def kl_isotropic() -> Formula:
    """KL(N(mu1, sigma1² I) ‖ N(mu2, sigma2² I)) in d dimensions, in nats (14.12).

    Returns a formula in the quantities ``distance`` (the Euclidean distance of the means), ``sigma1`` and ``sigma2``
    (standard deviations) and ``d``.
    """
    return lambda distance, sigma1, sigma2, d: (
        d * math.log(sigma2 / sigma1) + (d * sigma1**2 + distance**2) / (2 * sigma2**2) - d / 2
    )


def kl_equal_widths() -> dict[str, Formula | float]:
    """The divergence of two Gaussians with the same variance sigma² I, means a ``distance`` apart (14.19).

    Returns a dict of three entries, in the quantities ``distance`` and ``sigma``:

    - ``"value"``: the divergence in nats;
    - ``"narrow"``: its limit as sigma goes to 0 while the distance stays fixed and positive;
    - ``"wide"``: its limit as sigma goes to infinity.
    """
    return {"value": lambda distance, sigma: distance**2 / (2 * sigma**2), "narrow": math.inf, "wide": 0.0}


def elbo_gap() -> Formula:
    """How far is the ELBO below log p(x)? (14.11)

    A model has one latent bit z. For one observed x, ``joint0`` = p(x, z = 0) and ``joint1`` = p(x, z = 1) are known,
    positive, and need not add up to one. The approximate posterior is q(z = 1 | x) = ``q1``, strictly between 0 and 1.

    Returns a formula for log p(x) minus the ELBO, in nats, in the quantities ``joint0``, ``joint1`` and ``q1``.
    """
    def gap(joint0: float, joint1: float, q1: float) -> float:
        elbo = (1 - q1) * math.log(joint0 / (1 - q1)) + q1 * math.log(joint1 / q1)
        return math.log(joint0 + joint1) - elbo

    return gap


def tight_posterior() -> Formula:
    """For which q(z = 1 | x) is the ELBO of ``elbo_gap`` equal to log p(x)? (14.11)

    Returns a formula in the quantities ``joint0`` and ``joint1``.
    """
    return lambda joint0, joint1: joint1 / (joint0 + joint1)


def prior_sampling_error() -> dict[str, Formula | float]:
    """Estimating p(x) with z drawn from the prior (14.2).

    For a given x, a ``fraction`` of all prior draws lies where p(x | z) has one and the same positive value; everywhere
    else p(x | z) is practically zero. p(x) is estimated by the average of p(x | z) over ``n`` independent prior draws.

    Returns a dict of two entries, in the quantities ``fraction`` and ``n``:

    - ``"relative_bias"``: (expected value of the estimate - p(x)) / p(x);
    - ``"relative_std"``: standard deviation of the estimate, divided by p(x).
    """
    return {"relative_bias": 0.0, "relative_std": lambda fraction, n: math.sqrt((1 - fraction) / (fraction * n))}


def collapsed_posterior() -> dict[str, float | str]:
    """What does a VAE with standard normal prior look like whose posterior has collapsed completely? (14.6)

    Returns a dict of four entries:

    - ``"mean"`` and ``"std"``: mean and standard deviation of each coordinate of q(z | x);
    - ``"kl"``: KL(q(z | x) ‖ p(z)) in nats;
    - ``"decoder"``: which of two decoders makes this more likely, all else being equal: ``"factorised"`` (pixels are
      independent given z) or ``"autoregressive"`` (every pixel sees z and all pixels before it).
    """
    return {"mean": 0.0, "std": 1.0, "kl": 0.0, "decoder": "autoregressive"}
