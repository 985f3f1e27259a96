"""Wrong beliefs about distances between distributions and about scores of samples."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

Formula = Callable[..., float]
Table = dict[str, Formula | float]
concepts = reference("gan", "concepts")


# -- point_masses ----------------------------------------------------------------------------------------------


@probe("point_masses")
def observe_point_masses(candidate: Candidate, record: Record) -> None:
    """Both signs, near and far."""
    for theta in (0.4, -1.5, 3.0):
        record_entries(record, f"{theta}", candidate.point_masses.answer(theta=theta))


@misconception(
    "point_masses",
    belief="the Wasserstein distance is signed",
    hint="Your distance is negative for a point on the left. Can a distance be negative, and what does that do to "
    "its slope?",
)
def signed_distance() -> Table:
    """No absolute value."""
    return concepts.point_masses() | {"wasserstein": lambda theta: theta, "wasserstein_slope": 1.0}


@misconception(
    "point_masses",
    belief="the Wasserstein distance is squared",
    hint="Which power of the distance does the transport cost of Wasserstein-1 use?",
)
def squared_transport_cost() -> Table:
    """Wasserstein-2, squared."""
    return concepts.point_masses() | {
        "wasserstein": lambda theta: theta**2, "wasserstein_slope": lambda theta: 2 * theta,
    }  # fmt: skip


@misconception(
    "point_masses",
    belief="every divergence of distributions that do not overlap is infinite",
    hint="The Jensen-Shannon divergence compares with the mixture of both. Can the ratio to this mixture be "
    "infinite?",
)
def infinite_jensen_shannon() -> Table:
    """JS infinite."""
    return concepts.point_masses() | {"js": math.inf}


@misconception(
    "point_masses",
    belief="the Jensen-Shannon divergence falls as the points come closer",
    hint="Move theta a little. Do the two point masses overlap more than before?",
)
def jensen_shannon_with_a_slope() -> Table:
    """A slope where there is none."""
    return concepts.point_masses() | {"js_slope": lambda theta: math.copysign(1.0, theta)}


@misconception(
    "point_masses",
    belief="the divergence of two points is zero, because nothing overlaps",
    hint="Where the data have mass the model has none. What does log(p/q) say there?",
)
def divergence_of_disjoint_points_zero() -> Table:
    """KL zero."""
    return concepts.point_masses() | {"kl": 0.0}


# -- critic_supremum -------------------------------------------------------------------------------------------


@probe("critic_supremum")
def observe_critic_supremum(candidate: Candidate, record: Record) -> None:
    """Several slopes and both signs."""
    for theta, k in ((0.4, 1.0), (-1.5, 2.0), (3.0, 0.5)):
        record_entries(record, f"{theta} {k}", candidate.critic_supremum.answer(theta=theta, k=k))


@misconception(
    "critic_supremum",
    belief="the supremum is the Wasserstein distance, whatever the constant",
    hint="Multiply a critic by ten. What happens to its slope, and to the difference of the two averages?",
)
def lipschitz_constant_ignored() -> Formula:
    """Leave k out."""
    return lambda theta, k: abs(theta)


@misconception(
    "critic_supremum",
    belief="without a bound on its values a critic reaches infinity",
    hint="A critic's values may be as large as they like. How far can they differ between two points at a given "
    "distance?",
)
def supremum_taken_for_infinite() -> Formula:
    """Infinity."""
    return lambda theta, k: math.inf


@misconception(
    "critic_supremum",
    belief="the critic's slope points in a fixed direction",
    hint="Your supremum is negative for one side. Which critic would do better there?",
)
def slope_of_one_sign_only() -> Formula:
    """No absolute value."""
    return lambda theta, k: -k * theta


@misconception(
    "critic_supremum",
    belief="a larger constant makes the constraint stricter",
    hint="Does a larger Lipschitz constant allow more functions or fewer? What does that do to a supremum?",
)
def divided_by_the_constant() -> Formula:
    """Divide."""
    return lambda theta, k: abs(theta) / k if k else math.inf


@misconception(
    "critic_supremum",
    belief="the Lipschitz constant bounds the critic's values",
    hint="Your supremum does not depend on how far apart the points are. What does a Lipschitz constant bound: "
    "values, or slopes?",
)
def values_bounded_instead_of_slopes() -> Formula:
    """Values between -k and k."""
    return lambda theta, k: 2 * k


# -- metric_blind_spots ----------------------------------------------------------------------------------------


@probe("metric_blind_spots")
def observe_metric_blind_spots(candidate: Candidate, record: Record) -> None:
    """Two numbers of classes."""
    for classes in (3, 10):
        record_entries(record, f"{classes} classes", candidate.metric_blind_spots.answer(num_classes=classes))


@misconception(
    "metric_blind_spots",
    belief="the inception score notices that images repeat",
    hint="The score sees class probabilities only. Do those of one image per class differ from those of the data "
    "themselves?",
)
def repetition_noticed_by_the_inception_score() -> Table:
    """Score one for repeated images."""
    return concepts.metric_blind_spots() | {"is_one_image_per_class": 1.0}


@misconception(
    "metric_blind_spots",
    belief="the inception score is a logarithm",
    hint="Is the inception score the average divergence, or something computed from it?",
)
def exponential_forgotten() -> Table:
    """The divergence itself."""
    return concepts.metric_blind_spots() | {
        "is_one_image_per_class": lambda num_classes: math.log(num_classes), "is_one_class": 0.0,
    }  # fmt: skip


@misconception(
    "metric_blind_spots",
    belief="confident predictions of one class score high",
    hint="Every prediction is certain and the average prediction is the same. How far is each from the average?",
)
def confidence_alone_rewarded() -> Table:
    """Full score for one class."""
    return concepts.metric_blind_spots() | {"is_one_class": lambda num_classes: num_classes}


@misconception(
    "metric_blind_spots",
    belief="the Fréchet distance tells all distributions apart",
    hint="Which two properties of the features enter the formula? What if they agree?",
)
def frechet_distance_sees_everything() -> Table:
    """A positive distance."""
    return concepts.metric_blind_spots() | {"fid_same_moments": math.inf}


@misconception(
    "metric_blind_spots",
    belief="scores are normalised to one",
    hint="How large is the exponential of a divergence that can reach the logarithm of the number of classes?",
)
def score_normalised_by_the_classes() -> Table:
    """Score divided by the number of classes."""
    return concepts.metric_blind_spots() | {
        "is_one_image_per_class": 1.0, "is_one_class": lambda num_classes: 1 / num_classes,
    }  # fmt: skip
