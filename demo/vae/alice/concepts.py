"""The same answers as SymPy expressions."""

from __future__ import annotations

import sympy

distance, sigma, sigma1, sigma2, d = sympy.symbols("distance sigma sigma1 sigma2 d", positive=True)
joint0, joint1, q1, fraction, n = sympy.symbols("joint0 joint1 q1 fraction n", positive=True)


def kl_isotropic() -> sympy.Expr:
    """Through the ratio of variances."""
    ratio = (sigma1 / sigma2) ** 2
    return (d * (ratio - 1 - sympy.log(ratio)) + (distance / sigma2) ** 2) / 2


def kl_equal_widths() -> dict[str, sympy.Expr]:
    """With limits taken by SymPy."""
    value = kl_isotropic().subs({sigma1: sigma, sigma2: sigma, d: 1})
    return {
        "value": value, "narrow": sympy.limit(value, sigma, 0, "+"), "wide": sympy.limit(value, sigma, sympy.oo),
    }  # fmt: skip


def elbo_gap() -> sympy.Expr:
    """The divergence of q from the posterior."""
    p1 = joint1 / (joint0 + joint1)
    return q1 * sympy.log(q1 / p1) + (1 - q1) * sympy.log((1 - q1) / (1 - p1))


def tight_posterior() -> sympy.Expr:
    """A sigmoid of log-odds."""
    return 1 / (1 + sympy.exp(-sympy.log(joint1 / joint0)))


def prior_sampling_error() -> dict[str, sympy.Expr]:
    """As powers."""
    return {"relative_bias": sympy.S.Zero, "relative_std": ((1 / fraction - 1) / n) ** sympy.Rational(1, 2)}


def collapsed_posterior() -> dict[str, sympy.Expr | str]:
    """As exact integers."""
    return {"mean": sympy.Integer(0), "std": sympy.Integer(1), "kl": sympy.Integer(0), "decoder": "Autoregressive"}
