"""Wrong beliefs about Fréchet distances, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

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


misconception(
    "fid_mean_term", name="distance_not_squared", belief="a distance is not squared",
    replace=("np.sum(np.square(mu1 - mu2))", "np.sqrt(np.sum(np.square(mu1 - mu2)))"),
    hint="Moving the means twice as far apart doubles your value. How should a squared distance react?",
)  # fmt: skip

misconception(
    "fid_mean_term", name="averaged_over_the_features", belief="the squared differences are averaged over the features",
    replace=("np.sum(", "np.mean("),
    hint="Your value is too small by the number of features. Does a Euclidean norm contain a sum or a mean?",
)  # fmt: skip

misconception(
    "fid_mean_term", name="absolute_differences_summed", belief="the distance adds up absolute differences",
    replace=("np.square(", "np.abs("),
    hint="Your value is the distance along the axes. Which norm does the formula use?",
)  # fmt: skip

misconception(
    "fid_mean_term", name="square_of_the_summed_differences", belief="the square may be taken after the sum",
    replace=("np.sum(np.square(mu1 - mu2))", "np.square(np.sum(mu1 - mu2))"),
    hint="Differences of opposite sign cancel in your value. At which point do you square: before or after adding up?",
)  # fmt: skip

misconception(
    "fid_mean_term", name="difference_of_squared_norms", belief="the squared norms are subtracted",
    replace=("np.sum(np.square(mu1 - mu2))", "np.sum(np.square(mu1)) - np.sum(np.square(mu2))"),
    hint="Exchanging the two means flips the sign of your value. Can a distance be negative, and what exactly is squared in "
    "it?",
)  # fmt: skip

misconception(
    "fid_mean_term", name="squared_differences_not_summed", belief="the distance is kept per feature",
    replace=("np.sum(np.square(mu1 - mu2))", "np.square(mu1 - mu2)"),
    hint="One number per feature comes back. How many distances are there between two points?",
)  # fmt: skip


# -- fid_diagonal ----------------------------------------------------------------------------------------------


@probe("fid_diagonal")
def observe_fid_diagonal(candidate: Candidate, record: Record) -> None:
    """Everything different, then only the means, then only the variances."""
    record("generic", candidate.fid_diagonal, MEAN_1, VAR_1, MEAN_2, VAR_2)
    record("means", candidate.fid_diagonal, MEAN_1, VAR_1, MEAN_2, VAR_1)
    record("variances", candidate.fid_diagonal, MEAN_1, VAR_1, MEAN_1, VAR_2)


misconception(
    "fid_diagonal", name="variances_read_as_standard_deviations", belief="var1 and var2 are standard deviations",
    replace=("np.sqrt(var1) - np.sqrt(var2)", "var1 - var2"),
    hint="Your value is right when the variances agree, and otherwise not. Is the matrix root of a diagonal covariance still "
    "to be taken, or do you treat the arguments as if it had been?",
)  # fmt: skip

misconception(
    "fid_diagonal", name="root_of_the_product_left_out", belief="the cross term is the product of the covariances",
    replace=("np.square(np.sqrt(var1) - np.sqrt(var2))", "var1 + var2 - 2 * var1 * var2"),
    hint="The distance from a Gaussian to itself is not zero in your version, unless its variances are 1. Which function of "
    "the product of the covariances enters the trace?",
)  # fmt: skip

misconception(
    "fid_diagonal", name="cross_term_counted_once", belief="the cross term is counted once",
    replace=("np.square(np.sqrt(var1) - np.sqrt(var2))", "var1 + var2 - np.sqrt(var1 * var2)"),
    hint="How far is a Gaussian from itself in your version, and how often must the cross term be taken off for that to be "
    "zero?",
)  # fmt: skip

misconception(
    "fid_diagonal", name="means_not_compared", belief="only the covariances are compared",
    replace=("fid_mean_term(mu1, mu2) + ", ""),
    hint="Two Gaussians of the same shape in different places have distance zero in your version. Which term sees where they "
    "are?",
)  # fmt: skip

misconception(
    "fid_diagonal", name="variances_not_compared", belief="only the means are compared",
    replace=(" + np.sum(np.square(np.sqrt(var1) - np.sqrt(var2)))", ""),
    hint="Your value does not depend on the variances. Would it notice a generator that has collapsed to its mean?",
)  # fmt: skip

misconception(
    "fid_diagonal", name="frechet_distance_not_squared", belief="the distance is the root of the formula",
    replace=(
        "fid_mean_term(mu1, mu2) + np.sum(np.square(np.sqrt(var1) - np.sqrt(var2)))",
        "np.sqrt(fid_mean_term(mu1, mu2) + np.sum(np.square(np.sqrt(var1) - np.sqrt(var2))))",
    ),
    hint="Moving the means twice as far apart should make the value four times as large if the variances agree. Is FID "
    "reported as a distance or as its square?",
)  # fmt: skip

misconception(
    "fid_diagonal", name="variances_subtracted", belief="the variances enter with their difference",
    replace=("np.square(np.sqrt(var1) - np.sqrt(var2))", "var1 - var2"),
    hint="Making one Gaussian wider and making it narrower change your value in opposite directions. Can a distance fall "
    "below the mean term?",
)  # fmt: skip

misconception(
    "fid_diagonal", name="length_of_the_mean_shift_not_squared", belief="the first term is the distance of the means",
    replace=("fid_mean_term(mu1, mu2)", "np.sqrt(fid_mean_term(mu1, mu2))"),
    hint="Move one mean twice as far, with equal variances: by which factor does the squared distance grow, and by which "
    "does yours?",
)  # fmt: skip
