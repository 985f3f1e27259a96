"""Wrong beliefs about spread and about losses by timestep, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

Array = NDArray[np.float64]
Record = Callable[..., None]

SAMPLES = np.array([[1.0, -2.0, 0.5], [3.5, 0.5, 0.25], [0.0, 4.0, -1.0], [2.0, 1.0, 2.5]])
LOSSES = np.array([4.0, 1.5, 0.75, 2.25, 3.0, 5.5])
TIMESTEPS = np.array([3, 1, 3, 0, 1, 3])


# -- sample_variance -------------------------------------------------------------------------------------------


@probe("sample_variance")
def observe_sample_variance(candidate: Candidate, record: Record) -> None:
    """A generic set, its start, and a collapsed one."""
    record("generic", candidate.sample_variance, SAMPLES)
    record("square", candidate.sample_variance, SAMPLES[:3])
    record("collapsed", candidate.sample_variance, np.repeat(SAMPLES[:1], 4, axis=0))


@misconception(
    "sample_variance",
    belief="a variance is always divided by N - 1",
    hint="Your value is too large by the factor N / (N - 1). Is the population variance of these samples asked "
    "for, or an estimate for the distribution behind them?",
)
def unbiased_variance(samples: Array) -> Array:
    """Divide by N - 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sum(np.square(samples - samples.mean(axis=0)), axis=0) / np.float64(len(samples) - 1)


@misconception(
    "sample_variance",
    belief="spread is the standard deviation",
    hint="Scaling the samples by 2 makes your value twice as large. What should happen to a variance?",
)
def standard_deviation(samples: Array) -> Array:
    """Take the root."""
    return np.std(samples, axis=0)


@misconception(
    "sample_variance",
    belief="axis 1 runs over the samples",
    hint="You return one number per sample. Along which axis do the samples lie, and what should the result be "
    "indexed by?",
)
def variance_within_each_sample(samples: Array) -> Array:
    """Use the wrong axis."""
    return np.var(samples, axis=1)


@misconception(
    "sample_variance",
    belief="one variance for the whole array",
    hint="A single number comes back, and for a collapsed generator it is not zero. Which differences does it "
    "measure: those between samples or those between coordinates?",
)
def one_variance_for_everything(samples: Array) -> Array:
    """Forget the axis."""
    return np.var(samples)


@misconception(
    "sample_variance",
    belief="the variance is the mean of the squares",
    hint="Shifting all samples by a constant changes your value. Should it?",
)
def mean_square_without_centring(samples: Array) -> Array:
    """Forget to subtract the mean."""
    return np.mean(np.square(samples), axis=0)


@misconception(
    "sample_variance",
    belief="deviations are averaged without squaring",
    hint="Scaling the samples by 2 makes your value twice as large, and it differs from the standard deviation "
    "too. What is done to each deviation before averaging?",
)
def mean_absolute_deviation(samples: Array) -> Array:
    """Average absolute deviations."""
    return np.mean(np.abs(samples - samples.mean(axis=0)), axis=0)


# -- loss_by_timestep ------------------------------------------------------------------------------------------


@probe("loss_by_timestep")
def observe_loss_by_timestep(candidate: Candidate, record: Record) -> None:
    """Repeated timesteps, timesteps without losses, one loss for each."""
    record("gaps", candidate.loss_by_timestep, LOSSES, TIMESTEPS, 6)
    record("unsorted", candidate.loss_by_timestep, LOSSES[:4], np.array([2, 0, 3, 1]), 4)
    record("one timestep", candidate.loss_by_timestep, LOSSES[:2], np.array([0, 0]), 1)


def _totals(losses: Array, t: Array, num_timesteps: int) -> tuple[Array, Array]:
    totals = np.bincount(t, weights=losses, minlength=num_timesteps)
    return totals, np.bincount(t, minlength=num_timesteps)


@misconception(
    "loss_by_timestep",
    belief="no loss means a loss of zero",
    hint="Timesteps that were never visited look like the best ones in your result. How can a reader tell 'no "
    "data' from 'no error'?",
)
def zero_where_none_fell(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Divide by at least one."""
    totals, counts = _totals(losses, t, num_timesteps)
    return totals / np.maximum(counts, 1)


@misconception(
    "loss_by_timestep",
    belief="losses of the same timestep are added up",
    hint="Timesteps that occur more often have larger values in your result. Is the total or the mean of their "
    "losses asked for?",
)
def losses_summed_per_timestep(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Leave the division out."""
    totals, counts = _totals(losses, t, num_timesteps)
    return np.where(counts > 0, totals, np.nan)


@misconception(
    "loss_by_timestep",
    belief="the mean divides by the number of all losses",
    hint="The entries of your result add up to the mean of all losses. By how many losses should each entry be "
    "divided?",
)
def divided_by_all_losses(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Divide by N."""
    totals, counts = _totals(losses, t, num_timesteps)
    return np.where(counts > 0, totals / len(losses), np.nan)


@misconception(
    "loss_by_timestep",
    belief="out[t] = losses keeps every loss",
    hint="Where a timestep occurs several times, your result holds one of its losses. What does an assignment "
    "through an index array do with repeated indices?",
)
def last_loss_kept(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Overwrite earlier losses."""
    means = np.full(num_timesteps, np.nan)
    means[t] = losses
    return means


@misconception(
    "loss_by_timestep",
    belief="out[t] += losses adds every loss",
    hint="Where a timestep occurs several times, your mean is too small. How often does an in-place addition "
    "through an index array touch an index that occurs twice?",
)
def repeated_timesteps_added_once(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Lose repeated indices in a buffered addition."""
    totals = np.zeros(num_timesteps)
    totals[t] += losses
    counts = np.bincount(t, minlength=num_timesteps)
    return np.where(counts > 0, totals / np.maximum(counts, 1), np.nan)


@misconception(
    "loss_by_timestep",
    belief="timesteps count from one",
    hint="Your curve is shifted by one timestep. Which timestep does entry 0 of the result belong to?",
)
def timesteps_counted_from_one(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Shift the result by one."""
    totals, counts = _totals(losses, t, num_timesteps)
    with np.errstate(invalid="ignore"):
        means = totals / counts
    return np.concatenate([means[1:], [np.nan]])


@misconception(
    "loss_by_timestep",
    belief="timesteps without a loss are left out of the result",
    hint="Your result has fewer entries than there are timesteps. How would you then know which entry belongs to "
    "which timestep?",
)
def empty_timesteps_dropped(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Keep only what was visited."""
    return np.array([losses[t == timestep].mean() for timestep in np.unique(t)])
