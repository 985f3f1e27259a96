"""Wrong beliefs about compute in latent space, continuous time and consistency."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

Table = dict[str, Callable[..., float] | float]
concepts = reference("frontier", "concepts")


# -- latent_savings --------------------------------------------------------------------------------------------


@probe("latent_savings")
def observe_latent_savings(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "ratio", candidate.latent_savings.answer())


@misconception(
    "latent_savings",
    belief="only the resolution counts",
    hint="A latent has another number of channels than an image. Does your ratio of elements know?",
)
def channels_forgotten() -> Table:
    """64 elements."""
    return concepts.latent_savings() | {"elements": 64.0}


@misconception(
    "latent_savings",
    belief="downsampling by 8 saves a factor of 8",
    hint="In how many directions is the image made smaller?",
)
def one_direction_counted() -> Table:
    """8 and 64."""
    return {"elements": 6.0, "positions": 8.0, "attention": 64.0}


@misconception(
    "latent_savings",
    belief="all costs shrink by the same factor",
    hint="Self-attention compares every position with every other. How does the number of pairs grow with that of "
    "positions?",
)
def attention_taken_for_linear() -> Table:
    """One factor for all."""
    return concepts.latent_savings() | {"positions": 48.0, "attention": 48.0}


@misconception(
    "latent_savings",
    belief="attention saves no more than convolution",
    hint="How many pairs do n positions have?",
)
def pairs_taken_for_positions() -> Table:
    """Positions instead of pairs."""
    return concepts.latent_savings() | {"attention": 64.0}


@misconception(
    "latent_savings",
    belief="the ratio is latents over pixels",
    hint="Your ratios are below one. Which space stands in the numerator?",
)
def ratio_turned_around() -> Table:
    """Reciprocals."""
    return {key: 1 / value for key, value in concepts.latent_savings().items()}


# -- constant_rate_marginal ------------------------------------------------------------------------------------


@probe("constant_rate_marginal")
def observe_constant_rate_marginal(candidate: Candidate, record: Record) -> None:
    """Slow and fast."""
    for beta, t in ((0.4, 1.5), (3.0, 0.7)):
        record_entries(record, f"{beta} {t}", candidate.constant_rate_marginal.answer(beta=beta, t=t))


@misconception(
    "constant_rate_marginal",
    belief="the mean decays at rate beta",
    hint="Which rate stands in front of x in the drift?",
)
def mean_decays_twice_as_fast() -> Table:
    """No half."""
    return concepts.constant_rate_marginal() | {"mean_factor": lambda beta, t: math.exp(-beta * t)}


@misconception(
    "constant_rate_marginal",
    belief="the variance grows linearly, as for Brownian motion",
    hint="What is the variance after a very long time? Which term of the equation pulls back?",
)
def variance_grows_without_bound() -> Table:
    """beta t."""
    return concepts.constant_rate_marginal() | {"variance": lambda beta, t: beta * t}


@misconception(
    "constant_rate_marginal",
    belief="the variance is one minus the factor of the mean",
    hint="For data of unit variance, what should the squared factor of the mean and the variance of the noise add "
    "up to?",
)
def variance_from_the_mean_itself() -> Table:
    """No square."""
    return concepts.constant_rate_marginal() | {"variance": lambda beta, t: 1 - math.exp(-beta * t / 2)}


@misconception(
    "constant_rate_marginal",
    belief="a standard deviation is asked for",
    hint="Your value is the root of the one asked for. Variance or standard deviation?",
)
def standard_deviation_for_variance() -> Table:
    """Root."""
    return concepts.constant_rate_marginal() | {"variance": lambda beta, t: math.sqrt(1 - math.exp(-beta * t))}


@misconception(
    "constant_rate_marginal",
    belief="the mean shrinks linearly in time",
    hint="Your mean factor becomes negative after some time. What does an equation dx = -c x dt do to x?",
)
def mean_shrinks_linearly() -> Table:
    """First order only."""
    return concepts.constant_rate_marginal() | {"mean_factor": lambda beta, t: 1 - beta * t / 2}
