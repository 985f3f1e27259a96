"""The same answers with SymPy: limits, series and solved equations."""

from __future__ import annotations

import sympy

beta, t, sigma_data, dt = sympy.symbols("beta t sigma_data dt", positive=True)
x, score = sympy.symbols("x score", real=True)


def latent_savings() -> dict[str, sympy.Expr]:
    """As exact numbers."""
    side = sympy.Rational(512, 64)
    return {"elements": side**2 * sympy.Rational(3, 4), "positions": side**2, "attention": side**4}


def constant_rate_marginal() -> dict[str, sympy.Expr]:
    """From the limit of a power."""
    decay = sympy.exp(-beta * t)
    return {"mean_factor": sympy.sqrt(decay), "variance": 1 - decay}


def reverse_drifts() -> dict[str, sympy.Expr]:
    """The forward drift minus the squared diffusion times the score."""
    drift, diffusion = -beta * x / 2, sympy.sqrt(beta)
    return {"sde": drift - diffusion**2 * score, "ode": drift - diffusion**2 * score / 2}


def small_step_limit() -> dict[str, sympy.Expr]:
    """By differentiation at zero."""
    return {"drift": sympy.diff(sympy.sqrt(1 - beta * dt) * x, dt).subs(dt, 0), "diffusion": sympy.sqrt(beta)}


def consistency_ends() -> dict[str, sympy.Expr]:
    """By taking limits of the two formulas."""
    t_min = sympy.Rational(2, 1000)
    skip = sigma_data**2 / ((t - t_min) ** 2 + sigma_data**2)
    out = sigma_data * (t - t_min) / sympy.sqrt(sigma_data**2 + t**2)
    return {
        "skip_at_start": skip.subs(t, t_min), "out_at_start": out.subs(t, t_min),
        "skip_far_away": sympy.limit(skip, t, sympy.oo), "out_far_away": sympy.limit(out, t, sympy.oo),
    }  # fmt: skip
