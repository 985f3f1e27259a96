"""The same answers as SymPy expressions."""

from __future__ import annotations

import sympy

p_data, p_g, share, k, num_classes = sympy.symbols("p_data p_g share k num_classes", positive=True)
theta = sympy.Symbol("theta", real=True)
HALF = sympy.Rational(1, 2)


def equilibrium() -> dict[str, sympy.Expr]:
    """All from one half."""
    return {
        "discriminator": HALF, "logit": sympy.log(HALF / (1 - HALF)), "discriminator_loss": -2 * sympy.log(HALF),
        "saturating": sympy.log(1 - HALF), "nonsaturating": -sympy.log(HALF),
    }  # fmt: skip


def unbalanced_discriminator() -> sympy.Expr:
    """Solve for the stationary point."""
    d = sympy.Symbol("d", positive=True)
    slope = share * p_data / d - (1 - share) * p_g / (1 - d)
    return sympy.solve(slope, d)[0]


def game_values() -> dict[str, sympy.Expr]:
    """In terms of logarithms."""
    return {
        "minimum": -sympy.log(4), "jsd_at_minimum": sympy.S.Zero, "supremum": sympy.S.Zero,
        "jsd_at_supremum": sympy.log(2),
    }  # fmt: skip


def point_masses() -> dict[str, sympy.Expr]:
    """Slopes by differentiation."""
    distance = sympy.Abs(theta)
    return {
        "wasserstein": distance, "wasserstein_slope": sympy.diff(distance, theta),
        "js": sympy.log(2), "js_slope": sympy.diff(sympy.log(2), theta), "kl": sympy.oo,
    }  # fmt: skip


def critic_supremum() -> sympy.Expr:
    """A root of a square."""
    return k * sympy.sqrt(theta**2)


def metric_blind_spots() -> dict[str, sympy.Expr]:
    """The exponential of the entropy of the average."""
    return {
        "is_one_image_per_class": sympy.exp(sympy.log(num_classes)), "is_one_class": sympy.S.One,
        "fid_same_moments": sympy.Integer(0),
    }  # fmt: skip
