"""Wrong beliefs about Fréchet distances, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

Array = NDArray[np.float64]
Record = Callable[..., None]

MEAN_1, MEAN_2 = np.array([0.5, -1.0, 2.0]), np.array([1.7, 0.4, 1.5])
VAR_1, VAR_2 = np.array([1.0, 0.25, 3.0]), np.array([0.6, 2.0, 1.5])


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
    hint="Exchanging the two means flips the sign of your value. Can a distance be negative, and what exactly is "
    "squared in it?",
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
    hint="Your value is right when the variances agree, and otherwise not. Is the matrix root of a diagonal "
    "covariance still to be taken, or do you treat the arguments as if it had been?",
)
def variances_read_as_standard_deviations(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Compare the variances as if they were widths."""
    return np.sum(np.square(mu1 - mu2)) + np.sum(np.square(var1 - var2))


@misconception(
    "fid_diagonal",
    belief="the cross term is the product of the covariances",
    hint="The distance from a Gaussian to itself is not zero in your version, unless its variances are 1. Which "
    "function of the product of the covariances enters the trace?",
)
def root_of_the_product_left_out(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Forget the root."""
    return np.sum(np.square(mu1 - mu2)) + np.sum(var1 + var2 - 2 * var1 * var2)


@misconception(
    "fid_diagonal",
    belief="the cross term is counted once",
    hint="How far is a Gaussian from itself in your version, and how often must the cross term be taken off for "
    "that to be zero?",
)
def cross_term_counted_once(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Leave the factor 2 out."""
    return np.sum(np.square(mu1 - mu2)) + np.sum(var1 + var2 - np.sqrt(var1 * var2))


@misconception(
    "fid_diagonal",
    belief="only the covariances are compared",
    hint="Two Gaussians of the same shape in different places have distance zero in your version. Which term "
    "sees where they are?",
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
    hint="Moving the means twice as far apart should make the value four times as large if the variances agree. "
    "Is FID reported as a distance or as its square?",
)
def frechet_distance_not_squared(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Take the root at the end."""
    return np.sqrt(np.sum(np.square(mu1 - mu2)) + np.sum(np.square(np.sqrt(var1) - np.sqrt(var2))))


@misconception(
    "fid_diagonal",
    belief="the variances enter with their difference",
    hint="Making one Gaussian wider and making it narrower change your value in opposite directions. Can a "
    "distance fall below the mean term?",
)
def variances_subtracted(mu1: Array, var1: Array, mu2: Array, var2: Array) -> float:
    """Use the difference of the traces."""
    return np.sum(np.square(mu1 - mu2)) + np.sum(var1 - var2)
