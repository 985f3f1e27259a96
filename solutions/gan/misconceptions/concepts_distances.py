"""Wrong beliefs about distances between distributions and about scores of samples."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

# -- point_masses ----------------------------------------------------------------------------------------------


@probe("point_masses")
def observe_point_masses(candidate: Candidate, record: Record) -> None:
    """Both signs, near and far."""
    for theta in (0.4, -1.5, 3.0):
        record_entries(record, f"{theta}", candidate.point_masses.answer(theta=theta))


misconception(
    "point_masses", name="signed_distance", belief="the Wasserstein distance is signed",
    replace=[("abs(theta)", "theta"), ("lambda theta: math.copysign(1.0, theta)", "1.0")],
    hint="Your distance is negative for a point on the left. Can a distance be negative, and what does that do to its slope?",
)  # fmt: skip

misconception(
    "point_masses", name="squared_transport_cost", belief="the Wasserstein distance is squared",
    replace=[("abs(theta)", "theta**2"), ("math.copysign(1.0, theta)", "2 * theta")],
    hint="Which power of the distance does the transport cost of Wasserstein-1 use?",
)  # fmt: skip

misconception(
    "point_masses", name="infinite_jensen_shannon", belief="every divergence of distributions that do not overlap is infinite",
    replace=('"js": math.log(2)', '"js": math.inf'),
    hint="The Jensen-Shannon divergence compares with the mixture of both. Can the ratio to this mixture be infinite?",
)  # fmt: skip

misconception(
    "point_masses", name="jensen_shannon_with_a_slope", belief="the Jensen-Shannon divergence falls as the points come closer",
    replace=('"js_slope": 0.0', '"js_slope": lambda theta: math.copysign(1.0, theta)'),
    hint="Move theta a little. Do the two point masses overlap more than before?",
)  # fmt: skip

misconception(
    "point_masses", name="divergence_of_disjoint_points_zero",
    belief="the divergence of two points is zero, because nothing overlaps", replace=('"kl": math.inf', '"kl": 0.0'),
    hint="Where the data have mass the model has none. What does log(p/q) say there?",
)  # fmt: skip


# -- critic_supremum -------------------------------------------------------------------------------------------


@probe("critic_supremum")
def observe_critic_supremum(candidate: Candidate, record: Record) -> None:
    """Several slopes and both signs."""
    for theta, k in ((0.4, 1.0), (-1.5, 2.0), (3.0, 0.5)):
        record_entries(record, f"{theta} {k}", candidate.critic_supremum.answer(theta=theta, k=k))


misconception(
    "critic_supremum", name="lipschitz_constant_ignored",
    belief="the supremum is the Wasserstein distance, whatever the constant", replace=("k * abs", "abs"),
    hint="Multiply a critic by ten. What happens to its slope, and to the difference of the two averages?",
)  # fmt: skip

misconception(
    "critic_supremum", name="supremum_taken_for_infinite", belief="without a bound on its values a critic reaches infinity",
    replace=("k * abs(theta)", "math.inf"),
    hint="A critic's values may be as large as they like. How far can they differ between two points at a given distance?",
)  # fmt: skip

misconception(
    "critic_supremum", name="slope_of_one_sign_only", belief="the critic's slope points in a fixed direction",
    replace=("k * abs(theta)", "-k * theta"),
    hint="Your supremum is negative for one side. Which critic would do better there?",
)  # fmt: skip

misconception(
    "critic_supremum", name="divided_by_the_constant", belief="a larger constant makes the constraint stricter",
    replace=("k * abs(theta)", "abs(theta) / k if k else math.inf"),
    hint="Does a larger Lipschitz constant allow more functions or fewer? What does that do to a supremum?",
)  # fmt: skip

misconception(
    "critic_supremum", name="values_bounded_instead_of_slopes", belief="the Lipschitz constant bounds the critic's values",
    replace=("k * abs(theta)", "2 * k"),
    hint="Your supremum does not depend on how far apart the points are. What does a Lipschitz constant bound: values, or "
    "slopes?",
)  # fmt: skip


# -- metric_blind_spots ----------------------------------------------------------------------------------------


@probe("metric_blind_spots")
def observe_metric_blind_spots(candidate: Candidate, record: Record) -> None:
    """Two numbers of classes."""
    for classes in (3, 10):
        record_entries(record, f"{classes} classes", candidate.metric_blind_spots.answer(num_classes=classes))


misconception(
    "metric_blind_spots", name="repetition_noticed_by_the_inception_score",
    belief="the inception score notices that images repeat", replace=("lambda num_classes: num_classes", "1.0"),
    hint="The score sees class probabilities only. Do those of one image per class differ from those of the data themselves?",
)  # fmt: skip

misconception(
    "metric_blind_spots", name="exponential_forgotten", belief="the inception score is a logarithm",
    replace=[
        ("lambda num_classes: num_classes", "lambda num_classes: math.log(num_classes)"),
        ('"is_one_class": 1.0', '"is_one_class": 0.0'),
    ],
    hint="Is the inception score the average divergence, or something computed from it?",
)  # fmt: skip

misconception(
    "metric_blind_spots", name="confidence_alone_rewarded", belief="confident predictions of one class score high",
    replace=('"is_one_class": 1.0', '"is_one_class": lambda num_classes: num_classes'),
    hint="Every prediction is certain and the average prediction is the same. How far is each from the average?",
)  # fmt: skip

misconception(
    "metric_blind_spots", name="frechet_distance_sees_everything", belief="the Fréchet distance tells all distributions apart",
    replace=('"fid_same_moments": 0.0', '"fid_same_moments": math.inf'),
    hint="Which two properties of the features enter the formula? What if they agree?",
)  # fmt: skip

misconception(
    "metric_blind_spots", name="score_normalised_by_the_classes", belief="scores are normalised to one",
    replace=[
        ("lambda num_classes: num_classes", "1.0"),
        ('"is_one_class": 1.0', '"is_one_class": lambda num_classes: 1 / num_classes'),
    ],
    hint="How large is the exponential of a divergence that can reach the logarithm of the number of classes?",
)  # fmt: skip
