"""The same answers with SymPy: derivatives and determinants by algebra."""

from __future__ import annotations

import sympy

x, s1, s2, x_a, x_b, k, c = sympy.symbols("x s1 s2 x_a x_b k c", real=True)
log_q0, steps, d, scale = sympy.symbols("log_q0 steps d scale", real=True)


def exponential_log_density() -> sympy.Expr:
    """Base density times the derivative of the inverse, then the logarithm."""
    z = sympy.log(x)
    return sympy.log(sympy.exp(-(z**2) / 2) / sympy.sqrt(2 * sympy.pi) * sympy.diff(z, x))


def coupling_jacobian() -> list[list[sympy.Expr]]:
    """By differentiation."""
    y = sympy.Matrix([x_a, x_b * sympy.exp(k * x_a) + c * x_a])
    return y.jacobian([x_a, x_b]).tolist()


def coupling_log_dets() -> dict[str, sympy.Expr]:
    """From the determinant."""
    volume = sympy.diag(1, 1, sympy.exp(s1), sympy.exp(s2)).det()
    return {"forward": sympy.log(volume), "inverse": sympy.log(1 / volume), "volume": volume}


def determinant_costs() -> dict[str, sympy.Integer]:
    """As integers of SymPy."""
    return {"general": sympy.Integer(3), "triangular": sympy.Integer(1), "entries": sympy.Integer(2)}


def stacked_scalings() -> sympy.Expr:
    """Half the logarithm of the square."""
    return log_q0 - steps * d * sympy.log(scale**2) / 2
