"""Wrong beliefs about divergences of Gaussians."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

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


misconception(
    "kl_isotropic", name="order_of_the_gaussians_reversed", belief="a divergence is symmetric, so either order will do",
    replace=[("sigma2 / sigma1", "sigma1 / sigma2"), ("d * sigma1**2", "d * sigma2**2"), ("2 * sigma2**2", "2 * sigma1**2")],
    hint="Under which of the two Gaussians is the expectation taken, and whose variance stands in the denominator then?",
)  # fmt: skip

misconception(
    "kl_isotropic", name="dimensions_counted_once", belief="the formula of one dimension holds in d dimensions",
    replace=[("d * math.log", "math.log"), ("(d * sigma1**2", "(sigma1**2"), ("d / 2", "1 / 2")],
    hint="Your formula is right for d = 1. How many coordinates contribute to the logarithm and to the variances?",
)  # fmt: skip

misconception(
    "kl_isotropic", name="distance_counted_in_every_dimension", belief="every coordinate contributes the whole distance",
    replace=("distance**2", "d * distance**2"),
    hint="Your mean term grows with d. Is `distance` the distance along one coordinate or of the whole vectors?",
)  # fmt: skip

misconception(
    "kl_isotropic", name="logarithm_of_variances_not_halved",
    belief="the logarithm is that of the variances without the factor one half",
    replace=("math.log(sigma2 / sigma1)", "math.log(sigma2**2 / sigma1**2)"),
    hint="Check your logarithm for equal means: how does log(sigma²) relate to log(sigma), and which factor stood before it?",
)  # fmt: skip

misconception(
    "kl_isotropic", name="sigma_read_as_variance", belief="sigma is a variance",
    replace=[("math.log(sigma2 / sigma1)", "math.log(sigma2 / sigma1) / 2"), ("sigma1**2", "sigma1"), ("sigma2**2", "sigma2")],
    hint="Are sigma1 and sigma2 variances or standard deviations here, and what follows for the quotient with the distance?",
)  # fmt: skip

misconception(
    "kl_isotropic", name="constant_dropped", belief="constants do not matter", replace=(" - d / 2", ""),
    hint="What does your formula give for two equal Gaussians, and what should it give?",
)  # fmt: skip


# -- kl_equal_widths -------------------------------------------------------------------------------------------


@probe("kl_equal_widths")
def observe_kl_equal_widths(candidate: Candidate, record: Record) -> None:
    """Two cases, and the limits."""
    for distance, sigma in ((1.3, 0.7), (2.0, 3.0)):
        record_entries(record, f"{distance} {sigma}", candidate.kl_equal_widths.answer(distance=distance, sigma=sigma))


misconception(
    "kl_equal_widths", name="one_half_dropped", belief="the divergence is the squared distance in units of the variance",
    replace=("(2 * sigma**2)", "sigma**2"),
    hint="Where does the exponent of a Gaussian density carry a factor one half, and did it survive?",
)  # fmt: skip

misconception(
    "kl_equal_widths", name="distance_not_squared", belief="the divergence is proportional to the distance",
    replace=[("distance**2", "distance"), ("sigma**2", "sigma")],
    hint="Double the distance of the means. By which factor does the exponent of a Gaussian change?",
)  # fmt: skip

misconception(
    "kl_equal_widths", name="sigma_not_squared", belief="sigma is a variance", replace=("sigma**2", "sigma"),
    hint="Give the means and sigma a unit, metres say. Is your value free of units?",
)  # fmt: skip

misconception(
    "kl_equal_widths", name="limits_swapped", belief="wide Gaussians are further apart",
    replace=[('"narrow": math.inf', '"narrow": 0.0'), ('"wide": 0.0', '"wide": math.inf')],
    hint="Draw two Gaussians at a fixed distance, once very narrow and once very wide. In which picture could you tell a "
    "sample of one from a sample of the other?",
)  # fmt: skip

misconception(
    "kl_equal_widths", name="narrow_limit_taken_for_ln_two",
    belief="a divergence is bounded, like the Jensen-Shannon divergence", replace=("math.inf", "math.log(2)"),
    hint="How large is the average log-ratio of two densities that hardly overlap? Is there a bound for it?",
)  # fmt: skip
