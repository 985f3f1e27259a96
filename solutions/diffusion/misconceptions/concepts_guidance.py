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


misconception(
    "score", name="score_pointing_away_from_the_mean", belief="the score points away from the mean",
    replace=("return -noise", "return noise"),
    hint="The score points uphill in log-density. On which side of x_t is the mean?",
)  # fmt: skip

misconception(
    "score", name="score_taken_for_minus_the_noise", belief="the score is the noise with a minus sign",
    replace=("return -noise(x_t, x_0, alpha_bar) / math.sqrt(1 - alpha_bar)", "return -noise(x_t, x_0, alpha_bar)"),
    hint="For little noise the density is narrow and steep. Does your score grow as alpha_bar approaches one?",
)  # fmt: skip

misconception(
    "score", name="mean_not_shrunk", belief="the mean of x_t is x_0", replace=("math.sqrt(alpha_bar) * x_0", "x_0"),
    hint="Where is the mean of x_t when almost everything is noise?",
)  # fmt: skip

misconception(
    "score", name="score_of_the_prior", belief="the score of the data at every step is that of a standard normal",
    replace=("-noise(x_t, x_0, alpha_bar) / math.sqrt(1 - alpha_bar)", "-x_t"),
    hint="Your score does not depend on x_0. Is the density conditional on x_0 or not?",
)  # fmt: skip


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


misconception(
    "guidance_weights", name="other_convention_of_the_scale",
    belief="the guided prediction is (1 + w) conditional minus w unconditional",
    replace=[
        ('"conditional": lambda w: w', '"conditional": lambda w: 1 + w'),
        ("1 - w", "-w"),
        ('"power": lambda w: w', '"power": lambda w: 1 + w'),
    ],
    hint="There are two conventions for the scale. In the one of this assignment, which w gives the plain conditional "
    "prediction?",
)  # fmt: skip


@misconception(
    "guidance_weights",
    belief="the weights are swapped",
    hint="At w = 0 labels should have no effect. Which prediction is left in your sum?",
)
def weights_swapped() -> Table:
    """Swap the two."""
    return concepts.guidance_weights() | {"conditional": lambda w: 1 - w, "unconditional": lambda w: w}


misconception(
    "guidance_weights", name="weights_not_adding_up_to_one", belief="guidance adds a multiple of the conditional prediction",
    replace=("1 - w", "1.0"),
    hint="If both predictions are equal, the guided one should equal them. What do your weights add up to?",
)  # fmt: skip

misconception(
    "guidance_weights", name="power_larger_by_one", belief="the classifier counts once more than w says",
    replace=('"power": lambda w: w', '"power": lambda w: 1 + w'),
    hint="Write the conditional score as the unconditional one plus that of the classifier, and insert it. How often does the "
    "classifier's appear?",
)  # fmt: skip


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


misconception(
    "guidance_regimes", name="scales_of_the_other_convention", belief="w = 0 is the plain conditional model",
    replace=('"w = 0": "unconditional", "w = 1": "conditional"', '"w = 0": "conditional", "w = 1": "sharpened"'),
    hint="That is another convention for the scale. Insert w = 0 into the formula of this assignment: which prediction is "
    "left?",
)  # fmt: skip

misconception(
    "guidance_regimes", name="guidance_taken_for_a_gain_in_diversity", belief="stronger guidance makes samples more diverse",
    replace=('"falls"', '"rises"'),
    hint="The implied density is multiplied by a power of the classifier. What happens to a density when a factor is raised "
    "to a high power?",
)  # fmt: skip

misconception(
    "guidance_regimes", name="trade_turned_around", belief="guidance trades agreement with the label for diversity",
    replace=('"diversity": "falls", "label agreement": "rises"', '"diversity": "rises", "label agreement": "falls"'),
    hint="Look at samples of one class at w = 1 and w = 7. In which row are there more doubtful digits?",
)  # fmt: skip

misconception(
    "guidance_regimes", name="every_positive_scale_conditional", belief="any positive scale samples from the conditional model",
    replace=('"sharpened"', '"conditional"'),
    hint="At w = 3 the conditional prediction has weight three and the unconditional one minus two. Is that the conditional "
    "model?",
)  # fmt: skip

misconception(
    "guidance_regimes", name="scale_one_taken_for_sharpened", belief="w = 1 is already beyond the conditional model",
    replace=('"w = 1": "conditional"', '"w = 1": "sharpened"'),
    hint="Insert w = 1 into the formula. What remains of the unconditional prediction?",
)  # fmt: skip
