"""Wrong beliefs about feature statistics and the inception score, with the behaviour they lead to."""

import torch

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

FEATURES = torch.tensor(
    [[1.2, -0.4, 3.0], [0.3, 0.8, -1.0], [-2.0, 1.5, 0.6], [0.9, 2.2, 1.1], [2.5, -1.0, 0.2]]
)
SQUARE = torch.tensor([[1.0, 4.0], [2.5, -1.5]])
PROBS = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.25, 0.6, 0.15], [0.3, 0.3, 0.4]])
SPARSE = torch.tensor([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]])


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


misconception(
    "feature_statistics", name="divided_by_the_number_of_samples", belief="a covariance is a mean of products",
    replace=("(len(features) - 1)", "len(features)"),
    hint="Your covariance is too small, by a factor that approaches 1 for many samples. By which number does the unbiased "
    "covariance divide?",
)  # fmt: skip

misconception(
    "feature_statistics", name="covariance_between_samples", belief="rows are variables",
    replace=("centred.T @ centred / (len(features) - 1)", "torch.cov(features)"),
    hint="Your covariance has one row per sample. Which dimension of the features are the variables in?",
)  # fmt: skip

misconception(
    "feature_statistics", name="mean_not_subtracted", belief="the second moment is the covariance",
    replace=("centred = features - mean", "centred = features"),
    hint="Adding a constant to all features changes your covariance. What must be subtracted before the products are taken?",
)  # fmt: skip

misconception(
    "feature_statistics", name="variances_on_a_diagonal", belief="the variances are enough",
    replace=("centred.T @ centred / (len(features) - 1)", "torch.diag(features.var(0))"),
    hint="Your covariance is zero off the diagonal. Do features that vary together not matter?",
)  # fmt: skip

misconception(
    "feature_statistics", name="vector_of_variances", belief="the variances are a vector",
    replace=("centred.T @ centred / (len(features) - 1)", "features.var(0)"),
    hint="Your second result has one number per feature. Which shape has a covariance?",
)  # fmt: skip

misconception(
    "feature_statistics", name="correlation_matrix", belief="the correlation is the covariance",
    replace=("centred.T @ centred / (len(features) - 1)", "torch.corrcoef(features.T)"),
    hint="The diagonal of your matrix is 1. Should the spread of a feature not show in its variance?",
)  # fmt: skip

misconception(
    "feature_statistics", name="mean_of_every_sample", belief="the mean is taken over the features",
    replace=("return mean,", "return features.mean(1),"),
    hint="Your mean has one number per sample. Which dimension counts the samples?",
)  # fmt: skip


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


misconception(
    "inception_score", name="exponential_forgotten", belief="the score is the mean divergence", replace=(".exp()", ""),
    hint="Samples that all look the same get a score of 0 from you. What turns a mean divergence into the score?",
)  # fmt: skip

misconception(
    "inception_score", name="mean_of_exponentials", belief="scores of the samples are averaged",
    replace=(".mean().exp()", ".exp().mean()"),
    hint="Your score is a little too large for varied samples. In which order come the mean over samples and the exponential?",
)  # fmt: skip

misconception(
    "inception_score", name="compared_with_the_even_distribution", belief="samples are compared with the even distribution",
    replace=("marginal = probs.mean(0)", "marginal = torch.full_like(probs[0], 1 / probs.shape[1])"),
    hint="Confident samples of a single class score high with your function. With which distribution should they be compared?",
)  # fmt: skip

misconception(
    "inception_score", name="divergence_the_other_way_round", belief="the average comes first in the divergence",
    replace=(
        "torch.xlogy(probs, probs) - torch.xlogy(probs, marginal)",
        "torch.xlogy(marginal, marginal) - torch.xlogy(marginal, probs)",
    ),
    hint="Your score is infinite if a sample excludes a class. In KL(p_n || p_bar), whose probabilities weigh the logarithms?",
)  # fmt: skip

misconception(
    "inception_score", name="marginal_summed", belief="p_bar adds up the predictions of all samples",
    replace=("probs.mean(0)", "probs.sum(0)"),
    hint="The more samples, the smaller your score, and it can fall below 1. Do the entries of your p_bar add up to one?",
)  # fmt: skip

misconception(
    "inception_score", name="confidence_only", belief="only confidence matters",
    replace=(" - torch.xlogy(probs, marginal)", ""),
    hint="Equal samples do not get a score of 1 from you. Where does the diversity of the samples enter?",
)  # fmt: skip

misconception(
    "inception_score", name="score_is_nan_at_zeros", belief="0 log 0 takes care of itself",
    replace=("(torch.xlogy(probs, probs) - torch.xlogy(probs, marginal))", "(probs * (probs / marginal).log())"),
    hint="Your score is not a number when a probability is zero. What is 0 times log 0 in floating point, and what should it "
    "be?",
)  # fmt: skip

misconception(
    "inception_score", name="averaged_over_the_classes", belief="the marginal is an average over classes",
    replace=[("probs.mean(0)", "probs.mean(1, keepdim=True)"), (".sum(1)", ".mean(1)")],
    hint="Your p_bar is 1 / K for every sample. Over which dimension does one average to learn how often each class occurs?",
)  # fmt: skip


@misconception(
    "inception_score", belief="the score measures how many classes there are",
    hint="Your score depends on the average of all predictions alone. Where does it show whether single samples are clear?",
)  # fmt: skip
def variety_only(probs: torch.Tensor) -> torch.Tensor:
    """The exponential of the entropy of the average."""
    return torch.special.entr(probs.mean(0)).sum().exp()


@misconception(
    "inception_score", belief="the score is an entropy of the predictions",
    hint="Your score is small for clear samples and large for vague ones. Which sign has the entropy of a prediction in the "
    "divergence, and where is the average prediction?",
)  # fmt: skip
def vagueness(probs: torch.Tensor) -> torch.Tensor:
    """The exponential of the mean entropy."""
    return torch.special.entr(probs).sum(1).mean().exp()
