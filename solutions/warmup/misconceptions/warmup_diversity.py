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


misconception(
    "sample_variance", name="standard_deviation", belief="spread is the standard deviation", replace=("np.var(", "np.std("),
    hint="Scaling the samples by 2 makes your value twice as large. What should happen to a variance?",
)  # fmt: skip

misconception(
    "sample_variance", name="variance_within_each_sample", belief="axis 1 runs over the samples", replace=("axis=0", "axis=1"),
    hint="You return one number per sample. Along which axis do the samples lie, and what should the result be indexed by?",
)  # fmt: skip

misconception(
    "sample_variance", name="one_variance_for_everything", belief="one variance for the whole array", replace=(", axis=0", ""),
    hint="A single number comes back, and for a collapsed generator it is not zero. Which differences does it measure: those "
    "between samples or those between coordinates?",
)  # fmt: skip

misconception(
    "sample_variance", name="mean_square_without_centring", belief="the variance is the mean of the squares",
    replace=("np.var(samples, axis=0)", "np.mean(np.square(samples), axis=0)"),
    hint="Shifting all samples by a constant changes your value. Should it?",
)  # fmt: skip

misconception(
    "sample_variance", name="mean_absolute_deviation", belief="deviations are averaged without squaring",
    replace=("np.var(samples, axis=0)", "np.mean(np.abs(samples - samples.mean(axis=0)), axis=0)"),
    hint="Scaling the samples by 2 makes your value twice as large, and it differs from the standard deviation too. What is "
    "done to each deviation before averaging?",
)  # fmt: skip


# -- loss_by_timestep ------------------------------------------------------------------------------------------


@probe("loss_by_timestep")
def observe_loss_by_timestep(candidate: Candidate, record: Record) -> None:
    """Repeated timesteps, timesteps without losses, one loss for each."""
    record("gaps", candidate.loss_by_timestep, LOSSES, TIMESTEPS, 6)
    record("unsorted", candidate.loss_by_timestep, LOSSES[:4], np.array([2, 0, 3, 1]), 4)
    record("one timestep", candidate.loss_by_timestep, LOSSES[:2], np.array([0, 0]), 1)


misconception(
    "loss_by_timestep", name="zero_where_none_fell", belief="no loss means a loss of zero",
    replace=("totals / counts", "totals / np.maximum(counts, 1)"),
    hint="Timesteps that were never visited look like the best ones in your result. How can a reader tell 'no data' from 'no "
    "error'?",
)  # fmt: skip

misconception(
    "loss_by_timestep", name="losses_summed_per_timestep", belief="losses of the same timestep are added up",
    replace=("return totals / counts", "return np.where(counts > 0, totals, np.nan)"),
    hint="Timesteps that occur more often have larger values in your result. Is the total or the mean of their losses asked "
    "for?",
)  # fmt: skip

misconception(
    "loss_by_timestep", name="divided_by_all_losses", belief="the mean divides by the number of all losses",
    replace=("return totals / counts", "return np.where(counts > 0, totals / len(losses), np.nan)"),
    hint="The entries of your result add up to the mean of all losses. By how many losses should each entry be divided?",
)  # fmt: skip


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


misconception(
    "loss_by_timestep", name="timesteps_counted_from_one", belief="timesteps count from one",
    replace=("return totals / counts", "return np.concatenate([(totals / counts)[1:], [np.nan]])"),
    hint="Your curve is shifted by one timestep. Which timestep does entry 0 of the result belong to?",
)  # fmt: skip


@misconception(
    "loss_by_timestep",
    belief="timesteps without a loss are left out of the result",
    hint="Your result has fewer entries than there are timesteps. How would you then know which entry belongs to "
    "which timestep?",
)
def empty_timesteps_dropped(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Keep only what was visited."""
    return np.array([losses[t == timestep].mean() for timestep in np.unique(t)])


@misconception(
    "sample_variance", belief="there is one mean to subtract",
    hint="You subtract one mean of all numbers. Do coordinates that lie around different values not have means of their own?",
)  # fmt: skip
def mean_of_all_coordinates_subtracted(samples: Array) -> Array:
    """Squared distances from the mean of everything."""
    return np.mean((samples - np.mean(samples)) ** 2, axis=0)
