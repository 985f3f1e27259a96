"""Wrong beliefs about feature statistics and the inception score, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

metrics = reference("gan", "metrics")

FEATURES = torch.tensor(
    [[1.2, -0.4, 3.0], [0.3, 0.8, -1.0], [-2.0, 1.5, 0.6], [0.9, 2.2, 1.1], [2.5, -1.0, 0.2]]
)
SQUARE = torch.tensor([[1.0, 4.0], [2.5, -1.5]])
PROBS = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.25, 0.6, 0.15], [0.3, 0.3, 0.4]])
SPARSE = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]])

Pair = tuple[Tensor, Tensor]


def centred(features: Tensor) -> Tensor:
    """Deviations from the mean."""
    return features - features.mean(0)


# -- feature_statistics ------------------------------------------------------------------------------------


@probe("feature_statistics")
def observe_feature_statistics(candidate: Candidate, record: Record) -> None:
    """More samples than features, as many, fewer; double precision; gradients."""
    record("tall", candidate.feature_statistics, FEATURES)
    record("square", candidate.feature_statistics, SQUARE)
    record("wide", candidate.feature_statistics, FEATURES[:2])
    record("double", candidate.feature_statistics, FEATURES.double())
    record.grad("gradient of the mean", candidate.feature_statistics, FEATURES, wrt=(0,), select=0)
    record.grad("gradient of the covariance", candidate.feature_statistics, FEATURES, wrt=(0,), select=1)


@misconception(
    "feature_statistics",
    belief="a covariance is a mean of products",
    hint="Your covariance is too small, by a factor that approaches 1 for many samples. By which number does the "
    "unbiased covariance divide?",
)
def divided_by_the_number_of_samples(features: Tensor) -> Pair:
    """N for N - 1."""
    x = centred(features)
    return features.mean(0), x.T @ x / len(features)


@misconception(
    "feature_statistics",
    belief="rows are variables",
    hint="Your covariance has one row per sample. Which dimension of the features are the variables in?",
)
def covariance_between_samples(features: Tensor) -> Pair:
    """torch.cov without transposing."""
    return features.mean(0), torch.cov(features)


@misconception(
    "feature_statistics",
    belief="the second moment is the covariance",
    hint="Adding a constant to all features changes your covariance. What must be subtracted before the products "
    "are taken?",
)
def mean_not_subtracted(features: Tensor) -> Pair:
    """E[x x']."""
    return features.mean(0), features.T @ features / (len(features) - 1)


@misconception(
    "feature_statistics",
    belief="the variances are enough",
    hint="Your covariance is zero off the diagonal. Do features that vary together not matter?",
)
def variances_on_a_diagonal(features: Tensor) -> Pair:
    """A diagonal matrix."""
    return features.mean(0), torch.diag(features.var(0))


@misconception(
    "feature_statistics",
    belief="the variances are a vector",
    hint="Your second result has one number per feature. Which shape has a covariance?",
)
def vector_of_variances(features: Tensor) -> Pair:
    """Variances only."""
    return features.mean(0), features.var(0)


@misconception(
    "feature_statistics",
    belief="the correlation is the covariance",
    hint="The diagonal of your matrix is 1. Should the spread of a feature not show in its variance?",
)
def correlation_matrix(features: Tensor) -> Pair:
    """Normalised by the deviations."""
    return features.mean(0), torch.corrcoef(features.T)


@misconception(
    "feature_statistics",
    belief="the mean is taken over the features",
    hint="Your mean has one number per sample. Which dimension counts the samples?",
)
def mean_of_every_sample(features: Tensor) -> Pair:
    """mean(1)."""
    x = centred(features)
    return features.mean(1), x.T @ x / (len(features) - 1)


# -- inception_score ---------------------------------------------------------------------------------------


@probe("inception_score")
def observe_inception_score(candidate: Candidate, record: Record) -> None:
    """Samples that differ, samples that agree, a single one, zeros, gradients."""
    record("samples", candidate.inception_score, PROBS)
    record("three samples", candidate.inception_score, PROBS[:3])
    record("equal samples", candidate.inception_score, PROBS[:1].repeat(3, 1))
    record("zeros", candidate.inception_score, SPARSE)
    record("double", candidate.inception_score, PROBS.double())
    record.grad("gradient", candidate.inception_score, PROBS, wrt=(0,))


def divergences(probs: Tensor, marginal: Tensor) -> Tensor:
    """KL(p_n || marginal)."""
    return (torch.xlogy(probs, probs) - torch.xlogy(probs, marginal)).sum(1)


@misconception(
    "inception_score",
    belief="the score is the mean divergence",
    hint="Samples that all look the same get a score of 0 from you. What turns a mean divergence into the score?",
)
def exponential_forgotten(probs: Tensor) -> Tensor:
    """Without exp."""
    return divergences(probs, probs.mean(0)).mean()


@misconception(
    "inception_score",
    belief="scores of the samples are averaged",
    hint="Your score is a little too large for varied samples. In which order come the mean over samples and the "
    "exponential?",
)
def mean_of_exponentials(probs: Tensor) -> Tensor:
    """exp, then mean."""
    return divergences(probs, probs.mean(0)).exp().mean()


@misconception(
    "inception_score",
    belief="samples are compared with the even distribution",
    hint="Confident samples of a single class score high with your function. With which distribution should they "
    "be compared?",
)
def compared_with_the_even_distribution(probs: Tensor) -> Tensor:
    """Uniform marginal."""
    even = torch.full_like(probs[0], 1 / probs.shape[1])
    return divergences(probs, even).mean().exp()


@misconception(
    "inception_score",
    belief="the average comes first in the divergence",
    hint="Your score is infinite if a sample excludes a class. In KL(p_n || p_bar), whose probabilities weigh the "
    "logarithms?",
)
def divergence_the_other_way_round(probs: Tensor) -> Tensor:
    """KL(p_bar || p_n)."""
    marginal = probs.mean(0)
    return (torch.xlogy(marginal, marginal) - torch.xlogy(marginal, probs)).sum(1).mean().exp()


@misconception(
    "inception_score",
    belief="only confidence matters",
    hint="Equal samples do not get a score of 1 from you. Where does the diversity of the samples enter?",
)
def confidence_only(probs: Tensor) -> Tensor:
    """exp of minus the mean entropy."""
    return torch.xlogy(probs, probs).sum(1).mean().exp()


@misconception(
    "inception_score",
    belief="0 log 0 takes care of itself",
    hint="Your score is not a number when a probability is zero. What is 0 times log 0 in floating point, and what "
    "should it be?",
)
def score_is_nan_at_zeros(probs: Tensor) -> Tensor:
    """0 * log(0)."""
    return (probs * (probs / probs.mean(0)).log()).sum(1).mean().exp()


@misconception(
    "inception_score",
    belief="the marginal is an average over classes",
    hint="Your p_bar is 1 / K for every sample. Over which dimension does one average to learn how often each "
    "class occurs?",
)
def averaged_over_the_classes(probs: Tensor) -> Tensor:
    """mean(1), and a mean over everything."""
    marginal = probs.mean(1, keepdim=True)
    return (torch.xlogy(probs, probs) - torch.xlogy(probs, marginal)).mean().exp()
