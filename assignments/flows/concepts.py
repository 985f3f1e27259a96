"""Short answers about changes of variables.

Every function takes no arguments and returns its answer. Where a formula is asked for, return a function of all named
quantities (such as ``lambda s1, s2: …``) or a SymPy expression in symbols of these names. Formulas are evaluated with
plain numbers, so use ``math`` or NumPy in functions; an entry of a table may also be a constant. Numbers may be given
exactly or with at least five digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Formula = Callable[..., float]


def exponential_log_density() -> Formula:
    """Log-density of x = exp(z) for a standard normal z (14.3).

    Returns a formula for log p(x), in nats, in the quantity ``x`` > 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def coupling_jacobian() -> Callable[..., list[list[float]]]:
    """The Jacobian of a coupling layer in two dimensions (14.17).

    The layer maps (x_a, x_b) to y_a = x_a, y_b = x_b exp(s(x_a)) + t(x_a), with s(x_a) = ``k`` x_a and
    t(x_a) = ``c`` x_a.

    Returns its Jacobian as a list of two rows, [[∂y_a/∂x_a, ∂y_a/∂x_b], [∂y_b/∂x_a, ∂y_b/∂x_b]]. Its entries are
    formulas in the quantities ``x_a``, ``x_b``, ``k`` and ``c``, or constants; one function that returns the whole
    list is right, too.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def coupling_log_dets() -> dict[str, Formula]:
    """Log-determinants of a coupling layer that transforms two coordinates (14.17).

    The layer is y_b = x_b * exp(s) + t elementwise, with s = (``s1``, ``s2``).

    Returns a dict of three formulas in the quantities ``s1`` and ``s2``:

    - ``"forward"``: log|det| of the Jacobian of x -> y;
    - ``"inverse"``: log|det| of the Jacobian of y -> x;
    - ``"volume"``: the factor by which x -> y changes the volume of a small box.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def determinant_costs() -> dict[str, int]:
    """How does the work grow with the number of dimensions D? (14.3)

    Returns a dict of three whole numbers, the powers of D:

    - ``"general"``: operations for the determinant of a general D x D matrix by LU decomposition;
    - ``"triangular"``: operations for the determinant of a triangular D x D matrix;
    - ``"entries"``: numbers to be stored for a general D x D Jacobian.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def stacked_scalings() -> Formula:
    """Log-density after several steps (H3).

    A point z_0 in ``d`` dimensions has log-density ``log_q0`` under q_0. Each of ``steps`` steps multiplies all
    coordinates by ``scale``, which is not 0 and may be negative.

    Returns a formula for the log-density of the transformed point under the distribution after the last step, in the
    quantities ``log_q0``, ``steps``, ``d`` and ``scale``.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
