"""The same answers as SymPy expressions, derived rather than remembered."""

from __future__ import annotations

import sympy

alpha_bar, beta, beta1, beta2 = sympy.symbols("alpha_bar beta beta1 beta2", positive=True)
x_t, x_0, w = sympy.symbols("x_t x_0 w", real=True)


def marginal_coefficients() -> dict[str, sympy.Expr]:
    """As powers."""
    signal, noise = alpha_bar ** sympy.Rational(1, 2), (1 - alpha_bar) ** sympy.Rational(1, 2)
    return {"signal": signal, "noise": noise, "snr": (signal / noise) ** 2}


def two_step_marginal() -> dict[str, sympy.Expr]:
    """Step by step."""
    return {"mean_factor": sympy.sqrt(1 - beta1) * sympy.sqrt(1 - beta2), "variance": (1 - beta2) * beta1 + beta2}


def reverse_mean_coefficients() -> dict[str, sympy.Expr]:
    """From the posterior mean at the predicted clean data."""
    noise = sympy.Symbol("noise", real=True)
    before = alpha_bar / (1 - beta)
    clean = (x_t - sympy.sqrt(1 - alpha_bar) * noise) / sympy.sqrt(alpha_bar)
    mean = (sympy.sqrt(before) * beta * clean + sympy.sqrt(1 - beta) * (1 - before) * x_t) / (1 - alpha_bar)
    return {"x_t": sympy.diff(mean, x_t), "noise": sympy.diff(mean, noise)}


def score() -> dict[str, sympy.Expr]:
    """By differentiating the exponent."""
    deviation = x_t - sympy.sqrt(alpha_bar) * x_0
    exponent = -(deviation**2) / (2 * (1 - alpha_bar))
    return {"score": sympy.diff(exponent, x_t), "noise": deviation / sympy.sqrt(1 - alpha_bar)}


def guidance_weights() -> dict[str, sympy.Expr]:
    """By collecting terms."""
    conditional, unconditional = sympy.symbols("conditional unconditional")
    guided = sympy.expand(unconditional + w * (conditional - unconditional))
    return {"conditional": guided.coeff(conditional), "unconditional": guided.coeff(unconditional), "power": w}


def guidance_regimes() -> dict[str, str]:
    """With other capitals and spaces."""
    return {
        "W = 0": "Unconditional", "W = 1": "Conditional", "W = 3": "Sharpened", "Diversity": "Falls",
        "label_agreement": "Rises",
    }  # fmt: skip
