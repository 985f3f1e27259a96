"""Wrong beliefs about scores and guidance."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

Table = dict[str, Callable[..., float]]
concepts = reference("diffusion", "concepts")


# -- score -----------------------------------------------------------------------------------------------------


@probe("score")
def observe_score(candidate: Candidate, record: Record) -> None:
    """Two points."""
    for x_t, x_0, alpha_bar in ((0.9, 0.5, 0.6), (-1.1, 0.7, 0.2)):
        record_entries(record, f"{x_t} {x_0}", candidate.score.answer(x_t=x_t, x_0=x_0, alpha_bar=alpha_bar))


@misconception(
    "score",
    belief="the score points away from the mean",
    hint="The score points uphill in log-density. On which side of x_t is the mean?",
)
def score_pointing_away_from_the_mean() -> Table:
    """Opposite sign."""
    right = concepts.score()
    return right | {"score": lambda **given: -right["score"](**given)}


@misconception(
    "score",
    belief="the score is the noise with a minus sign",
    hint="For little noise the density is narrow and steep. Does your score grow as alpha_bar approaches one?",
)
def score_taken_for_minus_the_noise() -> Table:
    """No scale."""
    right = concepts.score()
    return right | {"score": lambda **given: -right["noise"](**given)}


@misconception(
    "score",
    belief="the mean of x_t is x_0",
    hint="Where is the mean of x_t when almost everything is noise?",
)
def mean_not_shrunk() -> Table:
    """No sqrt(alpha_bar)."""
    return {
        "score": lambda x_t, x_0, alpha_bar: -(x_t - x_0) / (1 - alpha_bar),
        "noise": lambda x_t, x_0, alpha_bar: (x_t - x_0) / math.sqrt(1 - alpha_bar),
    }


@misconception(
    "score",
    belief="the score of the data at every step is that of a standard normal",
    hint="Your score does not depend on x_0. Is the density conditional on x_0 or not?",
)
def score_of_the_prior() -> Table:
    """-x."""
    return concepts.score() | {"score": lambda x_t, x_0, alpha_bar: -x_t}


@misconception(
    "score",
    belief="noise is divided by its variance",
    hint="Your noise does not have unit variance. By what is a Gaussian deviation divided to standardise it?",
)
def noise_divided_by_the_variance() -> Table:
    """Variance instead of standard deviation."""
    return concepts.score() | {
        "noise": lambda x_t, x_0, alpha_bar: (x_t - math.sqrt(alpha_bar) * x_0) / (1 - alpha_bar)
    }


# -- guidance_weights ------------------------------------------------------------------------------------------


@probe("guidance_weights")
def observe_guidance_weights(candidate: Candidate, record: Record) -> None:
    """Below and above one."""
    for w in (0.0, 0.5, 3.0):
        record_entries(record, f"w={w}", candidate.guidance_weights.answer(w=w))


@misconception(
    "guidance_weights",
    belief="the guided prediction is (1 + w) conditional minus w unconditional",
    hint="There are two conventions for the scale. In the one of this assignment, which w gives the plain "
    "conditional prediction?",
)
def other_convention_of_the_scale() -> Table:
    """The convention in which w = 0 is conditional."""
    return {"conditional": lambda w: 1 + w, "unconditional": lambda w: -w, "power": lambda w: 1 + w}


@misconception(
    "guidance_weights",
    belief="the weights are swapped",
    hint="At w = 0 labels should have no effect. Which prediction is left in your sum?",
)
def weights_swapped() -> Table:
    """Swap the two."""
    return concepts.guidance_weights() | {"conditional": lambda w: 1 - w, "unconditional": lambda w: w}


@misconception(
    "guidance_weights",
    belief="guidance adds a multiple of the conditional prediction",
    hint="If both predictions are equal, the guided one should equal them. What do your weights add up to?",
)
def weights_not_adding_up_to_one() -> Table:
    """Unconditional plus w times conditional."""
    return concepts.guidance_weights() | {"unconditional": lambda w: 1.0}


@misconception(
    "guidance_weights",
    belief="the classifier counts once more than w says",
    hint="Write the conditional score as the unconditional one plus that of the classifier, and insert it. How "
    "often does the classifier's appear?",
)
def power_larger_by_one() -> Table:
    """1 + w."""
    return concepts.guidance_weights() | {"power": lambda w: 1 + w}


@misconception(
    "guidance_weights",
    belief="the weights are those of an average",
    hint="Should guidance stay between the two predictions, or may it go beyond the conditional one?",
)
def predictions_averaged() -> Table:
    """A convex combination."""
    return concepts.guidance_weights() | {
        "conditional": lambda w: w / (1 + w), "unconditional": lambda w: 1 / (1 + w),
    }  # fmt: skip


# -- guidance_regimes ------------------------------------------------------------------------------------------


@probe("guidance_regimes")
def observe_guidance_regimes(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "guidance", candidate.guidance_regimes.answer())


@misconception(
    "guidance_regimes",
    belief="w = 0 is the plain conditional model",
    hint="That is another convention for the scale. Insert w = 0 into the formula of this assignment: which "
    "prediction is left?",
)
def scales_of_the_other_convention() -> dict[str, str]:
    """Shift by one."""
    return concepts.guidance_regimes() | {"w = 0": "conditional", "w = 1": "sharpened"}


@misconception(
    "guidance_regimes",
    belief="stronger guidance makes samples more diverse",
    hint="The implied density is multiplied by a power of the classifier. What happens to a density when a factor "
    "is raised to a high power?",
)
def guidance_taken_for_a_gain_in_diversity() -> dict[str, str]:
    """Diversity rises."""
    return concepts.guidance_regimes() | {"diversity": "rises"}


@misconception(
    "guidance_regimes",
    belief="guidance trades agreement with the label for diversity",
    hint="Look at samples of one class at w = 1 and w = 7. In which row are there more doubtful digits?",
)
def trade_turned_around() -> dict[str, str]:
    """Both the other way round."""
    return concepts.guidance_regimes() | {"diversity": "rises", "label agreement": "falls"}


@misconception(
    "guidance_regimes",
    belief="any positive scale samples from the conditional model",
    hint="At w = 3 the conditional prediction has weight three and the unconditional one minus two. Is that the "
    "conditional model?",
)
def every_positive_scale_conditional() -> dict[str, str]:
    """No sharpening."""
    return concepts.guidance_regimes() | {"w = 3": "conditional"}


@misconception(
    "guidance_regimes",
    belief="w = 1 is already beyond the conditional model",
    hint="Insert w = 1 into the formula. What remains of the unconditional prediction?",
)
def scale_one_taken_for_sharpened() -> dict[str, str]:
    """Sharpened from one on."""
    return concepts.guidance_regimes() | {"w = 1": "sharpened"}
