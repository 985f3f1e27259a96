"""Wrong beliefs about the diagnostics of a generative model, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from autograder.candidate import Candidate
from autograder.diagnosis import misconception, probe
from numpy.typing import NDArray

Array = NDArray[np.float64]
Record = Callable[..., None]

MEAN_1, MEAN_2 = np.array([0.5, -1.0, 2.0]), np.array([1.7, 0.4, 1.5])
VAR_1, VAR_2 = np.array([1.0, 0.25, 3.0]), np.array([0.6, 2.0, 1.5])
SAMPLES = np.array([[1.0, -2.0, 0.5], [3.5, 0.5, 0.25], [0.0, 4.0, -1.0], [2.0, 1.0, 2.5]])
LOSSES = np.array([4.0, 1.5, 0.75, 2.25, 3.0, 5.5])
TIMESTEPS = np.array([3, 1, 3, 0, 1, 3])


# -- fid_mean_term ---------------------------------------------------------------------------------------------


@probe("fid_mean_term")
def observe_fid_mean_term(candidate: Candidate, record: Record) -> None:
    """Vectors of three and of one element."""
    record("generic", candidate.fid_mean_term, MEAN_1, MEAN_2)
    record("exchanged", candidate.fid_mean_term, MEAN_2, MEAN_1)
    record("one feature", candidate.fid_mean_term, MEAN_1[:1], MEAN_2[:1])


@misconception(
    "fid_mean_term",
    belief="a distance is not squared",
    hint="Moving the means twice as far apart doubles your value. How should a squared distance react?",
)
def distance_not_squared(mu1: Array, mu2: Array) -> float:
    """Take the root."""
    return np.sqrt(np.sum(np.square(mu1 - mu2)))


@misconception(
    "fid_mean_term",
    belief="the squared differences are averaged over the features",
    hint="Your value is too small by the number of features. Does a Euclidean norm contain a sum or a mean?",
)
def averaged_over_the_features(mu1: Array, mu2: Array) -> float:
    """Mean in place of sum."""
    return np.mean(np.square(mu1 - mu2))


@misconception(
    "fid_mean_term",
    belief="the distance adds up absolute differences",
    hint="Your value is the distance along the axes. Which norm does the formula use?",
)
def absolute_differences_summed(mu1: Array, mu2: Array) -> float:
    """Use the 1-norm."""
    return np.sum(np.abs(mu1 - mu2))


@misconception(
    "fid_mean_term",
    belief="the square may be taken after the sum",
    hint="Differences of opposite sign cancel in your value. At which point do you square: before or after adding up?",
)
def square_of_the_summed_differences(mu1: Array, mu2: Array) -> float:
    """Add up first."""
    return np.square(np.sum(mu1 - mu2))


@misconception(
    "fid_mean_term",
    belief="the squared norms are subtracted",
    hint="Exchanging the two means flips the sign of your value. Can a distance be negative, and what exactly is squared in it?",
)
def difference_of_squared_norms(mu1: Array, mu2: Array) -> float:
    """Square first, subtract later."""
    return np.sum(np.square(mu1)) - np.sum(np.square(mu2))


@misconception(
    "fid_mean_term",
    belief="the distance is kept per feature",
    hint="One number per feature comes back. How many distances are there between two points?",
)
def squared_differences_not_summed(mu1: Array, mu2: Array) -> Array:
    """Leave the sum out."""
    return np.square(mu1 - mu2)


# -- fid_diagonal ----------------------------------------------------------------------------------------------


@probe("fid_diagonal")
def observe_fid_diagonal(candidate: Candidate, record: Record) -> None:
    """Everything different, then only the means, then only the variances."""
    record("generic", candidate.fid_diagonal, MEAN_1, VAR_1, MEAN_2, VAR_2)
    record("means", candidate.fid_diagonal, MEAN_1, VAR_1, MEAN_2, VAR_1)
    record("variances", candidate.fid_diagonal, MEAN_1, VAR_1, MEAN_1, VAR_2)


@misconception(
    "fid_diagonal",
    belief="var1 and var2 are standard deviations",
    hint="Your value is right when the variances agree, and otherwise not. Is the matrix root of a diagonal covariance still to be "
    "taken, or do you treat the arguments as if it had been?",
)
def variances_read_as_standard_deviations(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Compare the variances as if they were widths."""
    return np.sum(np.square(mu1 - mu2)) + np.sum(np.square(var1 - var2))


@misconception(
    "fid_diagonal",
    belief="the cross term is the product of the covariances",
    hint="The distance from a Gaussian to itself is not zero in your version, unless its variances are 1. Which function of "
    "the product of the covariances enters the trace?",
)
def root_of_the_product_left_out(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Forget the root."""
    return np.sum(np.square(mu1 - mu2)) + np.sum(var1 + var2 - 2 * var1 * var2)


@misconception(
    "fid_diagonal",
    belief="the cross term is counted once",
    hint="How far is a Gaussian from itself in your version, and how often must the cross term be taken off for that to be zero?",
)
def cross_term_counted_once(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Leave the factor 2 out."""
    return np.sum(np.square(mu1 - mu2)) + np.sum(var1 + var2 - np.sqrt(var1 * var2))


@misconception(
    "fid_diagonal",
    belief="only the covariances are compared",
    hint="Two Gaussians of the same shape in different places have distance zero in your version. Which term sees where they are?",
)
def means_not_compared(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Leave the mean term out."""
    return np.sum(np.square(np.sqrt(var1) - np.sqrt(var2)))


@misconception(
    "fid_diagonal",
    belief="only the means are compared",
    hint="Your value does not depend on the variances. Would it notice a generator that has collapsed to its mean?",
)
def variances_not_compared(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Return the mean term only."""
    return np.sum(np.square(mu1 - mu2))


@misconception(
    "fid_diagonal",
    belief="the distance is the root of the formula",
    hint="Moving the means twice as far apart should make the value four times as large if the variances agree. Is FID reported as a "
    "distance or as its square?",
)
def frechet_distance_not_squared(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Take the root at the end."""
    return np.sqrt(np.sum(np.square(mu1 - mu2)) + np.sum(np.square(np.sqrt(var1) - np.sqrt(var2))))


@misconception(
    "fid_diagonal",
    belief="the variances enter with their difference",
    hint="Making one Gaussian wider and making it narrower change your value in opposite directions. Can a distance fall "
    "below the mean term?",
)
def variances_subtracted(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Use the difference of the traces."""
    return np.sum(np.square(mu1 - mu2)) + np.sum(var1 - var2)


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
    hint="Your value is too large by the factor N / (N - 1). Is the population variance of these samples asked for, or "
    "an estimate for the distribution behind them?",
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
    hint="You return one number per sample. Along which axis do the samples lie, and what should the result be indexed by?",
)
def variance_within_each_sample(samples: Array) -> Array:
    """Use the wrong axis."""
    return np.var(samples, axis=1)


@misconception(
    "sample_variance",
    belief="one variance for the whole array",
    hint="A single number comes back, and for a collapsed generator it is not zero. Which differences does it measure: those between "
    "samples or those between coordinates?",
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
    hint="Scaling the samples by 2 makes your value twice as large, and it differs from the standard deviation too. What is done "
    "to each deviation before averaging?",
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
    hint="Timesteps that were never visited look like the best ones in your result. How can a reader tell 'no data' from 'no error'?",
)
def zero_where_none_fell(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Divide by at least one."""
    totals, counts = _totals(losses, t, num_timesteps)
    return totals / np.maximum(counts, 1)


@misconception(
    "loss_by_timestep",
    belief="losses of the same timestep are added up",
    hint="Timesteps that occur more often have larger values in your result. Is the total or the mean of their losses asked for?",
)
def losses_summed_per_timestep(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Leave the division out."""
    totals, counts = _totals(losses, t, num_timesteps)
    return np.where(counts > 0, totals, np.nan)


@misconception(
    "loss_by_timestep",
    belief="the mean divides by the number of all losses",
    hint="The entries of your result add up to the mean of all losses. By how many losses should each entry be divided?",
)
def divided_by_all_losses(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Divide by N."""
    totals, counts = _totals(losses, t, num_timesteps)
    return np.where(counts > 0, totals / len(losses), np.nan)


@misconception(
    "loss_by_timestep",
    belief="out[t] = losses keeps every loss",
    hint="Where a timestep occurs several times, your result holds one of its losses. What does an assignment through an index array do with "
    "repeated indices?",
)
def last_loss_kept(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Overwrite earlier losses."""
    means = np.full(num_timesteps, np.nan)
    means[t] = losses
    return means


@misconception(
    "loss_by_timestep",
    belief="out[t] += losses adds every loss",
    hint="Where a timestep occurs several times, your mean is too small. How often does an in-place addition through an index array "
    "touch an index that occurs twice?",
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
    hint="Your result has fewer entries than there are timesteps. How would you then know which entry belongs to which timestep?",
)
def empty_timesteps_dropped(losses: Array, t: Array, num_timesteps: int) -> Array:
    """Keep only what was visited."""
    return np.array([losses[t == timestep].mean() for timestep in np.unique(t)])
