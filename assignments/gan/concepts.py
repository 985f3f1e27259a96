"""Short answers about the game, its value, and the distances that it minimises.

Every function takes no arguments and returns its answer. Where a formula is asked for, return a function of all named
quantities (such as ``lambda p_data, p_g: …``) or a SymPy expression in symbols of these names. Formulas are evaluated
with plain numbers, so use ``math`` or NumPy in functions; an entry of a table may also be a constant. Numbers may be
given exactly or with at least five digits; infinity is ``math.inf``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Formula = Callable[..., float]


def equilibrium() -> dict[str, float]:
    """What does an optimal discriminator say, and what are the losses, when p_g equals p_data everywhere? (14.4)

    Returns a dict of five numbers:

    - ``"discriminator"``: its output, a probability;
    - ``"logit"``: the same as a logit;
    - ``"discriminator_loss"``: -(E log D(real) + E log(1 - D(fake)));
    - ``"saturating"``: the generator loss E log(1 - D(fake));
    - ``"nonsaturating"``: the generator loss -E log D(fake).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def unbalanced_discriminator() -> Formula:
    """The best discriminator if real and generated samples are not equally frequent (14.13).

    A fraction ``share`` of what the discriminator sees is drawn from p_data, the rest from p_g, and it maximises its
    expected log-likelihood of the labels. What does it answer at a point where the two densities are ``p_data`` and
    ``p_g``?

    Returns a formula for its output (the probability of "real") in the quantities ``p_data``, ``p_g`` and ``share``.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def game_values() -> dict[str, float]:
    """How small and how large can V(D*, G) be, over all generators? (14.13, 14.20)

    V(D, G) = E_data log D + E_g log(1 - D), natural logarithms, and D* is optimal for the given G.

    Returns a dict of four numbers:

    - ``"minimum"`` and ``"jsd_at_minimum"``: the smallest value, and the Jensen-Shannon divergence there;
    - ``"supremum"`` and ``"jsd_at_supremum"``: the largest value, reached when the supports are disjoint, and the
      Jensen-Shannon divergence there.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def point_masses() -> dict[str, Formula | float]:
    """Two point masses on the real line, one at 0 (the data) and one at ``theta`` (the model), theta ≠ 0 (14.18).

    Returns a dict of five entries in the quantity ``theta``, which may be negative; divergences in nats:

    - ``"wasserstein"`` and ``"js"``: Wasserstein-1 distance and Jensen-Shannon divergence;
    - ``"kl"``: the divergence KL(data ‖ model);
    - ``"wasserstein_slope"`` and ``"js_slope"``: the derivatives of the first two with respect to theta.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def critic_supremum() -> Formula:
    """Why the Lipschitz constraint has to be there: what a critic can reach (14.18).

    Returns a formula for the supremum of E_data f - E_model f over all functions f with Lipschitz constant at most
    ``k`` >= 0, for the point masses at 0 (data) and ``theta`` (model), in the quantities ``theta`` and ``k``.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def metric_blind_spots() -> dict[str, Formula | float]:
    """Scores of three generators that are not good (14.10).

    The data have ``num_classes`` classes of equal size; a classifier recognises every class with certainty.

    Returns a dict of three entries in the quantity ``num_classes``:

    - ``"is_one_image_per_class"``: inception score of a generator that always produces one of ``num_classes`` fixed
      images, one from each class, all equally often;
    - ``"is_one_class"``: inception score of a generator that produces many different images of one class only;
    - ``"fid_same_moments"``: Fréchet distance (FID) of a generator whose features have the mean and covariance of the
      data's features, but another distribution.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
