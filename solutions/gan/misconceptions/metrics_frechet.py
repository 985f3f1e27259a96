"""Wrong beliefs about the Fréchet distance, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

metrics = reference("gan", "metrics")

MU1, MU2 = torch.tensor([0.5, -1.0]).double(), torch.tensor([2.0, 0.25]).double()
COV1 = torch.tensor([[2.0, 0.9], [0.9, 1.5]]).double()
COV2 = torch.tensor([[0.7, -0.4], [-0.4, 3.0]]).double()
TURNED = torch.tensor([[1.5, -0.9], [-0.9, 2.0]]).double()
LINE1, LINE2 = (
    torch.tensor([[4.0, 2.0], [2.0, 1.0]]).double(),
    torch.tensor([[1.0, 0.0], [0.0, 0.0]]).double(),
)


@probe("frechet_distance")
def observe_frechet_distance(candidate: Candidate, record: Record) -> None:
    """Full, diagonal, equal, turned and singular covariances, with and without a distance of the means."""
    record("full", candidate.frechet_distance, MU1, COV1, MU2, COV2)
    record("one mean", candidate.frechet_distance, MU1, COV1, MU1, COV2)
    record("one covariance", candidate.frechet_distance, MU1, COV1, MU2, COV1)
    record("diagonal", candidate.frechet_distance, MU1, torch.eye(2).double(), MU1, torch.diag(MU2))
    record("turned", candidate.frechet_distance, MU1, COV1, MU2, TURNED)
    record("singular", candidate.frechet_distance, MU1, LINE1, MU2, LINE2)
    record("no spread", candidate.frechet_distance, MU1, COV1, MU2, torch.zeros(2, 2).double())


def means(mu1: Tensor, mu2: Tensor) -> Tensor:
    """Squared distance of the means."""
    return (mu1 - mu2).square().sum()


def root(cov: Tensor) -> Tensor:
    """The symmetric square root."""
    values, vectors = torch.linalg.eigh(cov)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


misconception(
    "frechet_distance", name="root_of_every_entry", belief="the root of a matrix is the root of its entries",
    replace=("2 * eigenvalues.sqrt().sum()", "2 * (cov1 @ cov2).sqrt().trace()"),
    hint="Your distance is right for diagonal covariances only, and not a number if they have negative entries. What does the "
    "exponent 1/2 mean for a matrix?",
)  # fmt: skip

misconception(
    "frechet_distance", name="diagonal_entries_only", belief="only the variances count",
    replace=("2 * eigenvalues.sqrt().sum()", "2 * (cov1.diagonal() * cov2.diagonal()).sqrt().sum()"),
    hint="Your distance is zero for two ellipses that differ in their direction alone when the variances agree. Where do the "
    "entries off the diagonal enter?",
)  # fmt: skip

misconception(
    "frechet_distance", name="norm_of_the_means_not_squared", belief="the distance of the means is not squared",
    replace=("(mu1 - mu2).square().sum()", "(mu1 - mu2).square().sum().sqrt()"),
    hint="Your distance is right where the means agree. Does the formula contain the norm of their difference or its square?",
)  # fmt: skip


@misconception(
    "frechet_distance",
    belief="the final result is a root",
    hint="Your result is the root of the right one. Is the quantity that papers report as FID squared or not?",
)
def root_of_the_whole(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> Tensor:
    """The Wasserstein distance itself."""
    return metrics.frechet_distance(mu1, cov1, mu2, cov2).clamp(min=0).sqrt()


@misconception(
    "frechet_distance",
    belief="roots of both covariances can be multiplied one by one",
    hint="Your distance is right for covariances that commute, and too large for ellipses in different directions. "
    "Is (cov1 cov2)^(1/2) the product of the two roots?",
)
def product_of_the_roots(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> Tensor:
    """trace(root1 root2)."""
    return means(mu1, mu2) + torch.trace(cov1 + cov2) - 2 * torch.trace(root(cov1) @ root(cov2))


misconception(
    "frechet_distance", name="first_covariance_in_the_mixed_term_only", belief="the mixed term is a root of one covariance",
    replace=("root @ cov2 @ root", "root @ cov1 @ root"),
    hint="The term with the root does not change with the second covariance. Which two matrices are multiplied before the "
    "root is taken?",
)  # fmt: skip

misconception(
    "frechet_distance", name="mixed_term_counted_once", belief="the mixed term enters once",
    replace=("2 * eigenvalues", "eigenvalues"),
    hint="Your distance of a Gaussian from itself is the trace of its covariance. Which factor stands in front of the root?",
)  # fmt: skip

misconception(
    "frechet_distance", name="frobenius_distance_of_covariances", belief="the covariance term is the distance of the matrices",
    replace=("cov1.trace() + cov2.trace() - 2 * eigenvalues.sqrt().sum()", "(cov1 - cov2).square().sum()"),
    hint="Your distance grows with the square of the covariances. Which norm did you compute, and what does the formula say?",
)  # fmt: skip


@misconception(
    "frechet_distance",
    belief="covariances can be factorised by Cholesky whatever they are",
    hint="Your distance is right for regular covariances and off for singular ones. What did you add to their "
    "diagonals, and how much does it change a distance between lines?",
)
def diagonal_made_regular(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> Tensor:
    """A ridge that makes everything regular."""
    ridge = 1e-3 * torch.eye(len(cov1), dtype=cov1.dtype)
    return metrics.frechet_distance(mu1, cov1 + ridge, mu2, cov2 + ridge)


@misconception(
    "frechet_distance",
    belief="a product of symmetric matrices is symmetric",
    hint="Your distance is right where cov1 cov2 is symmetric, and wrong elsewhere. What does your function for the "
    "eigenvalues take for granted?",
)
def product_taken_for_symmetric(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> Tensor:
    """Eigenvalues of one triangle of the product."""
    eigenvalues = torch.linalg.eigvalsh(cov1 @ cov2).clamp(min=0)
    return means(mu1, mu2) + cov1.trace() + cov2.trace() - 2 * eigenvalues.sqrt().sum()


@misconception(
    "frechet_distance",
    belief="singular values are eigenvalues",
    hint="Your distance is right where cov1 cov2 is symmetric, and wrong elsewhere. For which matrices are singular values "
    "and eigenvalues the same?",
)
def singular_values_of_the_product(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> Tensor:
    """Singular values in place of eigenvalues."""
    return means(mu1, mu2) + cov1.trace() + cov2.trace() - 2 * torch.linalg.svdvals(cov1 @ cov2).sqrt().sum()


@misconception(
    "frechet_distance",
    belief="* multiplies matrices",
    hint="Your distance is right for diagonal covariances only. Which product of two matrices does your operator compute?",
)
def product_entry_by_entry(mu1: Tensor, cov1: Tensor, mu2: Tensor, cov2: Tensor) -> Tensor:
    """The matrix root of the wrong product."""
    return means(mu1, mu2) + cov1.trace() + cov2.trace() - 2 * root(cov1 * cov2).trace()
