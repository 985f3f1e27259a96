"""Wrong beliefs about divergences of Gaussians."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

Formula = Callable[..., float]


# -- kl_isotropic ----------------------------------------------------------------------------------------------


@probe("kl_isotropic")
def observe_kl_isotropic(candidate: Candidate, record: Record) -> None:
    """Generic values, one dimension, equal means, equal widths."""
    for name, quantities in {
        "generic": (1.3, 0.7, 1.9, 3), "line": (0.8, 1.7, 0.6, 1), "means": (0.0, 0.5, 1.2, 2),
        "widths": (2.0, 1.5, 1.5, 4),
    }.items():  # fmt: skip
        named = dict(zip(("distance", "sigma1", "sigma2", "d"), quantities, strict=True))
        record_entries(record, name, candidate.kl_isotropic.answer(**named))


@misconception(
    "kl_isotropic",
    belief="a divergence is symmetric, so either order will do",
    hint="Under which of the two Gaussians is the expectation taken, and whose variance stands in the denominator "
    "then?",
)
def order_of_the_gaussians_reversed() -> Formula:
    """Compute KL(N2 || N1)."""
    return lambda distance, sigma1, sigma2, d: (
        d * math.log(sigma1 / sigma2) + (d * sigma2**2 + distance**2) / (2 * sigma1**2) - d / 2
    )


@misconception(
    "kl_isotropic",
    belief="the formula of one dimension holds in d dimensions",
    hint="Your formula is right for d = 1. How many coordinates contribute to the logarithm and to the variances?",
)
def dimensions_counted_once() -> Formula:
    """Leave d out."""
    return lambda distance, sigma1, sigma2, d: (
        math.log(sigma2 / sigma1) + (sigma1**2 + distance**2) / (2 * sigma2**2) - 1 / 2
    )


@misconception(
    "kl_isotropic",
    belief="every coordinate contributes the whole distance",
    hint="Your mean term grows with d. Is `distance` the distance along one coordinate or of the whole vectors?",
)
def distance_counted_in_every_dimension() -> Formula:
    """Multiply the mean term by d."""
    return lambda distance, sigma1, sigma2, d: d * (
        math.log(sigma2 / sigma1) + (sigma1**2 + distance**2) / (2 * sigma2**2) - 1 / 2
    )


@misconception(
    "kl_isotropic",
    belief="the logarithm is that of the variances without the factor one half",
    hint="Check your logarithm for equal means: how does log(sigma²) relate to log(sigma), and which factor stood "
    "before it?",
)
def logarithm_of_variances_not_halved() -> Formula:
    """Count the logarithm twice."""
    return lambda distance, sigma1, sigma2, d: (
        d * math.log(sigma2**2 / sigma1**2) + (d * sigma1**2 + distance**2) / (2 * sigma2**2) - d / 2
    )


@misconception(
    "kl_isotropic",
    belief="sigma is a variance",
    hint="Are sigma1 and sigma2 variances or standard deviations here, and what follows for the quotient with the "
    "distance?",
)
def sigma_read_as_variance() -> Formula:
    """Do not square."""
    return lambda distance, sigma1, sigma2, d: (
        d * math.log(sigma2 / sigma1) / 2 + (d * sigma1 + distance**2) / (2 * sigma2) - d / 2
    )


@misconception(
    "kl_isotropic",
    belief="constants do not matter",
    hint="What does your formula give for two equal Gaussians, and what should it give?",
)
def constant_dropped() -> Formula:
    """Forget -d/2."""
    return lambda distance, sigma1, sigma2, d: (
        d * math.log(sigma2 / sigma1) + (d * sigma1**2 + distance**2) / (2 * sigma2**2)
    )


# -- kl_equal_widths -------------------------------------------------------------------------------------------


@probe("kl_equal_widths")
def observe_kl_equal_widths(candidate: Candidate, record: Record) -> None:
    """Two cases, and the limits."""
    for distance, sigma in ((1.3, 0.7), (2.0, 3.0)):
        record_entries(record, f"{distance} {sigma}", candidate.kl_equal_widths.answer(distance=distance, sigma=sigma))


@misconception(
    "kl_equal_widths",
    belief="the divergence is the squared distance in units of the variance",
    hint="Where does the exponent of a Gaussian density carry a factor one half, and did it survive?",
)
def one_half_dropped() -> dict[str, Formula | float]:
    """Leave the 2 out."""
    return {"value": lambda distance, sigma: distance**2 / sigma**2, "narrow": math.inf, "wide": 0.0}


@misconception(
    "kl_equal_widths",
    belief="the divergence is proportional to the distance",
    hint="Double the distance of the means. By which factor does the exponent of a Gaussian change?",
)
def distance_not_squared() -> dict[str, Formula | float]:
    """Use the distance in units of sigma."""
    return {"value": lambda distance, sigma: distance / (2 * sigma), "narrow": math.inf, "wide": 0.0}


@misconception(
    "kl_equal_widths",
    belief="sigma is a variance",
    hint="Give the means and sigma a unit, metres say. Is your value free of units?",
)
def sigma_not_squared() -> dict[str, Formula | float]:
    """Divide by 2 sigma."""
    return {"value": lambda distance, sigma: distance**2 / (2 * sigma), "narrow": math.inf, "wide": 0.0}


@misconception(
    "kl_equal_widths",
    belief="wide Gaussians are further apart",
    hint="Draw two Gaussians at a fixed distance, once very narrow and once very wide. In which picture could you "
    "tell a sample of one from a sample of the other?",
)
def limits_swapped() -> dict[str, Formula | float]:
    """Swap the limits."""
    return {"value": lambda distance, sigma: distance**2 / (2 * sigma**2), "narrow": 0.0, "wide": math.inf}


@misconception(
    "kl_equal_widths",
    belief="a divergence is bounded, like the Jensen-Shannon divergence",
    hint="How large is the average log-ratio of two densities that hardly overlap? Is there a bound for it?",
)
def narrow_limit_taken_for_ln_two() -> dict[str, Formula | float]:
    """Bound the divergence."""
    return {"value": lambda distance, sigma: distance**2 / (2 * sigma**2), "narrow": math.log(2), "wide": 0.0}
