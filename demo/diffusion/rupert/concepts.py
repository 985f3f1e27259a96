"""Short answers about the forward process, the reverse mean, the score and guidance.

Every function takes no arguments and returns its answer. Where a formula is asked for, return a function of all named
quantities (such as ``lambda beta, alpha_bar: …``) or a SymPy expression in symbols of these names. Formulas are
evaluated with plain numbers, so use ``math`` or NumPy in functions; an entry of a table may also be a constant.
Capitals and hyphens in words do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Formula = Callable[..., float]


def marginal_coefficients() -> dict[str, Formula]:
    """The closed form of q(x_t | x_0) (14.7).

    Returns a dict of three formulas in the quantity ``alpha_bar`` (the cumulative product at step t):

    - ``"signal"`` and ``"noise"``: the factors of x_0 and of standard normal noise in x_t;
    - ``"snr"``: the signal-to-noise ratio, signal power over noise variance, for data of unit variance.
    """
    return {
        "signal": lambda alpha_bar: math.sqrt(alpha_bar),
        "noise": lambda alpha_bar: math.sqrt(1 - alpha_bar),
        "snr": lambda alpha_bar: alpha_bar / (1 - alpha_bar),
    }


def two_step_marginal() -> dict[str, Formula]:
    """Two steps of the forward process, by hand (14.14).

    Each step is x_s = sqrt(1 - beta_s) x_{s-1} + sqrt(beta_s) noise, with fresh standard normal noise.

    Returns a dict of two formulas in the quantities ``beta1`` and ``beta2``:

    - ``"mean_factor"``: E[x_2 | x_0] = mean_factor * x_0;
    - ``"variance"``: the variance of each coordinate of x_2 given x_0.
    """
    return {
        "mean_factor": lambda beta1, beta2: math.sqrt((1 - beta1) * (1 - beta2)),
        "variance": lambda beta1, beta2: 1 - (1 - beta1) * (1 - beta2),
    }


def reverse_mean_coefficients() -> dict[str, Formula]:
    """The mean of a reverse step in terms of the predicted noise (14.15).

    The mean of p(x_{t-1} | x_t), obtained by inserting the predicted x_0 into the mean of q(x_{t-1} | x_t, x_0), is a
    linear combination of x_t and of the predicted noise.

    Returns a dict of two formulas in the quantities ``beta`` (of step t) and ``alpha_bar`` (at step t):

    - ``"x_t"``: the coefficient of x_t;
    - ``"noise"``: the coefficient of the predicted noise, with its sign.
    """
    return {
        "x_t": lambda beta, alpha_bar: 1 / math.sqrt(1 - beta),
        "noise": lambda beta, alpha_bar: -beta / math.sqrt((1 - beta) * (1 - alpha_bar)),
    }


def score() -> dict[str, Formula]:
    """The score of q(x_t | x_0) with respect to x_t, in one dimension (14.16).

    Returns a dict of two formulas in the quantities ``x_t``, ``x_0`` and ``alpha_bar``:

    - ``"score"``: the derivative of log q(x_t | x_0) with respect to x_t;
    - ``"noise"``: the noise with which x_0 was turned into x_t.
    """
    def noise(x_t: float, x_0: float, alpha_bar: float) -> float:
        return (x_t - math.sqrt(alpha_bar) * x_0) / math.sqrt(1 - alpha_bar)

    def gradient(x_t: float, x_0: float, alpha_bar: float) -> float:
        return -noise(x_t, x_0, alpha_bar) / math.sqrt(1 - alpha_bar)

    return {"score": gradient, "noise": noise}


def guidance_weights() -> dict[str, Formula]:
    """Classifier-free guidance as a weighted sum (14.8).

    ``guidance.guided_noise`` is a weighted sum of the conditional and the unconditional noise prediction. If both were
    exact, the guided score would be that of a density proportional to p(x) p(y | x)^power.

    Returns a dict of three formulas in the quantity ``w``: the weights ``"conditional"`` and ``"unconditional"``, and
    ``"power"``.
    """
    return {
        "conditional": lambda w: w,
        "unconditional": lambda w: 1 - w,
        "power": lambda w: w,
    }


def guidance_regimes() -> dict[str, str]:
    """What does the guidance scale w trade off, in the convention of ``guidance.guided_noise``? (14.8)

    Returns a dict of five words:

    - ``"w = 0"``, ``"w = 1"`` and ``"w = 3"``: what is sampled from: ``"unconditional"`` (labels have no effect),
      ``"conditional"`` (the plain conditional model) or ``"sharpened"`` (the label counts more than in the
      conditional model);
    - ``"diversity"`` and ``"label agreement"``: what happens to the diversity of samples of a class, and to how
      clearly they belong to it, when w grows from 1 to 7: ``"rises"`` or ``"falls"``.
    """
    return {
        "w = 0": "unconditional", "w = 1": "conditional", "w = 3": "sharpened",
        "diversity": "falls", "label agreement": "rises",
    }  # fmt: skip
