"""The same answers with SymPy expressions and American spelling."""

from __future__ import annotations

import sympy

i, n, num_inputs = sympy.symbols("i n num_inputs", positive=True, integer=True)


def density_kinds() -> dict[str, str]:
    """In capitals."""
    return {name: "Explicit" if name != "GAN" else "Implicit" for name in likelihood_access()}


def likelihood_access() -> dict[str, str]:
    """With hyphens, American spelling and lower-case names."""
    return {
        "pixelcnn": "exact", "realnvp": "exact", "GAN": "none", "vae": "bound", "ddpm": "bound",
        "Energy based model": "unnormalized",
    }  # fmt: skip


def table_sizes() -> dict[str, sympy.Expr]:
    """A geometric sum, left as a sum."""
    k = sympy.Symbol("k", integer=True)
    return {"conditional": sympy.Pow(2, i) / 2, "all": sympy.Sum(2 ** (k - 1), (k, 1, n))}


def network_passes() -> dict[str, sympy.Expr]:
    """Both as expressions."""
    return {"log_prob": sympy.Integer(1), "sample": num_inputs}
