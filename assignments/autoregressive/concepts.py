"""Short answers about densities and the chain rule.

Every function takes no arguments and returns its answer. Capitals and hyphens in words do not matter. Where a formula
is asked for, return a function of the named quantities (such as ``lambda num_inputs: …``) or a SymPy expression in
symbols of these names. Formulas are evaluated with plain numbers; an entry of a table may also be a constant.
"""

from __future__ import annotations

from collections.abc import Callable


def density_kinds() -> dict[str, str]:
    """Sort six models into explicit-density and implicit-density models (14.1).

    A model is *explicit* if it comes with a formula for p(x), however hard it is to evaluate: up to a constant that is
    not known, or as an integral over latent variables. It is *implicit* if it is defined by a procedure that draws
    samples and by nothing else.

    Returns a dict with the keys ``"PixelCNN"``, ``"RealNVP"``, ``"GAN"``, ``"VAE"``, ``"DDPM"`` and
    ``"energy-based model"``; values ``"explicit"`` or ``"implicit"``.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def likelihood_access() -> dict[str, str]:
    """What does one evaluation of each trained model give for log p(x)? (14.1)

    Returns a dict with the keys of ``density_kinds``. Each value is one of four words:

    - ``"exact"``: the value itself, normalised;
    - ``"bound"``: a variational lower bound, or an unbiased estimate of one;
    - ``"unnormalised"``: the value up to a constant that is the same for all x and not known;
    - ``"none"``: nothing of the kind.

    "DDPM" is the Markov chain of discrete timesteps, "energy-based model" is p(x) ∝ exp(-E(x)) with a free network E.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def table_sizes() -> dict[str, Callable[..., float]]:
    """How many free numbers does the chain rule need for binary variables without further assumptions? (H1)

    p(x_1, …, x_n) is a product of conditionals p(x_i | x_1, …, x_{i-1}), i = 1, …, n, each stored as a table. A table
    that gives a probability for x_i = 1 need not store the one for x_i = 0.

    Returns a dict of two formulas, both in the quantities ``i`` and ``n``:

    - ``"conditional"``: free numbers in the table of conditional ``i``;
    - ``"all"``: free numbers in all ``n`` tables together.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def network_passes() -> dict[str, Callable[..., float] | int]:
    """How often must MADE's network be evaluated, one batch per evaluation? (H1)

    The distribution has ``num_inputs`` variables, the network has the usual masks and one ordering, and conditionals
    are not cached.

    Returns a dict of two entries, numbers or formulas in the quantity ``num_inputs``:

    - ``"log_prob"``: evaluations for the log-probability of a batch of given vectors;
    - ``"sample"``: evaluations for drawing a batch of new ones.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
