"""Wrong beliefs about compute in latent space, continuous time and consistency."""

from __future__ import annotations

from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

Table = dict[str, Callable[..., float] | float]


# -- latent_savings --------------------------------------------------------------------------------------------


@probe("latent_savings")
def observe_latent_savings(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "ratio", candidate.latent_savings.answer())


misconception(
    "latent_savings", name="channels_forgotten", belief="only the resolution counts",
    replace=("positions * 3 / 4", "positions"),
    hint="A latent has another number of channels than an image. Does your ratio of elements know?",
)  # fmt: skip


@misconception(
    "latent_savings",
    belief="downsampling by 8 saves a factor of 8",
    hint="In how many directions is the image made smaller?",
)
def one_direction_counted() -> Table:
    """8 and 64."""
    return {"elements": 6.0, "positions": 8.0, "attention": 64.0}


misconception(
    "latent_savings", name="attention_taken_for_linear", belief="all costs shrink by the same factor",
    replace=[('"positions": positions', '"positions": positions * 3 / 4'), ("positions**2", "positions * 3 / 4")],
    hint="Self-attention compares every position with every other. How does the number of pairs grow with that of positions?",
)  # fmt: skip

misconception(
    "latent_savings", name="pairs_taken_for_positions", belief="attention saves no more than convolution",
    replace=("positions**2", "positions"),
    hint="How many pairs do n positions have?",
)  # fmt: skip

misconception(
    "latent_savings", name="ratio_turned_around", belief="the ratio is latents over pixels",
    replace=[("(512 * 512) / (64 * 64)", "(64 * 64) / (512 * 512)"), ("3 / 4", "4 / 3")],
    hint="Your ratios are below one. Which space stands in the numerator?",
)  # fmt: skip


# -- constant_rate_marginal ------------------------------------------------------------------------------------


@probe("constant_rate_marginal")
def observe_constant_rate_marginal(candidate: Candidate, record: Record) -> None:
    """Slow and fast."""
    for beta, t in ((0.4, 1.5), (3.0, 0.7)):
        record_entries(record, f"{beta} {t}", candidate.constant_rate_marginal.answer(beta=beta, t=t))


misconception(
    "constant_rate_marginal", name="mean_decays_twice_as_fast", belief="the mean decays at rate beta",
    replace=("-beta * t / 2", "-beta * t"),
    hint="Which rate stands in front of x in the drift?",
)  # fmt: skip

misconception(
    "constant_rate_marginal", name="variance_grows_without_bound", belief="the variance grows linearly, as for Brownian motion",
    replace=("1 - math.exp(-beta * t)", "beta * t"),
    hint="What is the variance after a very long time? Which term of the equation pulls back?",
)  # fmt: skip

misconception(
    "constant_rate_marginal", name="variance_from_the_mean_itself", belief="the variance is one minus the factor of the mean",
    replace=("1 - math.exp(-beta * t)", "1 - math.exp(-beta * t / 2)"),
    hint="For data of unit variance, what should the squared factor of the mean and the variance of the noise add up to?",
)  # fmt: skip

misconception(
    "constant_rate_marginal", name="standard_deviation_for_variance", belief="a standard deviation is asked for",
    replace=("1 - math.exp(-beta * t)", "math.sqrt(1 - math.exp(-beta * t))"),
    hint="Your value is the root of the one asked for. Variance or standard deviation?",
)  # fmt: skip

misconception(
    "constant_rate_marginal", name="mean_shrinks_linearly", belief="the mean shrinks linearly in time",
    replace=("math.exp(-beta * t / 2)", "1 - beta * t / 2"),
    hint="Your mean factor becomes negative after some time. What does an equation dx = -c x dt do to x?",
)  # fmt: skip
