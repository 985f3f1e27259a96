"""Hidden checks of metrics.py: the Fréchet distance of Gaussians with full covariances."""

import math
from typing import NamedTuple

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_true, check
from autograder.checks.strategies import DTYPES, made, normal, number, seeds, uniform


class Gaussians(NamedTuple):
    """The arguments of frechet_distance, in their order."""

    mu1: Tensor
    cov1: Tensor
    mu2: Tensor
    cov2: Tensor

    def swapped(self) -> "Gaussians":
        """The same two in the other order."""
        return Gaussians(self.mu2, self.cov2, self.mu1, self.cov1)

    def mapped(self, a: Tensor, shift: Tensor) -> "Gaussians":
        """Both after the map x -> A x + shift."""
        mu1, cov1, mu2, cov2 = self
        return Gaussians(a @ mu1 + shift, a @ cov1 @ a.T, a @ mu2 + shift, a @ cov2 @ a.T)

    def cast(self, dtype: torch.dtype) -> "Gaussians":
        """The same in another dtype."""
        return Gaussians(*(part.to(dtype) for part in self))


def gaussians() -> st.SearchStrategy[Gaussians]:
    """Two Gaussians whose covariances have nothing to do with each other."""
    return made(make_gaussians, st.sampled_from([2, 3, 4, 5]), seeds())


def make_gaussians(size: int, seed: int, rank: int | None = None) -> Gaussians:
    """Draw means and covariances; ``rank`` makes the covariances singular, the missing directions different."""
    parts = []
    for n in range(2):
        factor = normal((size, size if rank is None else rank), seed + 2 * n)
        ridge = 0.3 * torch.eye(size, dtype=torch.float64) if rank is None else 0.0
        parts += [normal((size,), seed + 2 * n + 1), factor @ factor.T + ridge]
    return Gaussians(*parts)


def distance(case: Gaussians) -> float:
    """The definition with SciPy's matrix square root; needs regular covariances."""
    mu1, cov1, mu2, cov2 = (part.double().numpy() for part in case)
    return float(((mu1 - mu2) ** 2).sum() + np.trace(cov1 + cov2 - 2 * sqrtm(cov1 @ cov2)).real)


def distance_by_singular_values(case: Gaussians) -> float:
    """By factors of the covariances: the trace of the root is the sum of the singular values of root1 root2."""
    mu1, cov1, mu2, cov2 = case
    roots = []
    for cov in (cov1, cov2):
        left, values, _ = torch.linalg.svd(cov)
        roots.append(left * values.sqrt())
    overlap = torch.linalg.svdvals(roots[0].T @ roots[1]).sum()
    return float((mu1 - mu2).square().sum() + cov1.trace() + cov2.trace() - 2 * overlap)


def assert_distance(actual: object, expected: float, precision: float = 1e-5) -> None:
    """A real number; small eigenvalues of a product are known to the root of the machine precision only."""
    assert_true(not isinstance(actual, complex), "the distance is a complex number")
    assert_true(not (isinstance(actual, Tensor) and actual.is_complex()), "the distance is a complex number")
    assert_close(actual, expected, rtol=precision, atol=precision)


@check("frechet_distance", points=1.5, title="equals the definition with a matrix square root")
@given(case=gaussians())
def test_frechet_distance_matches_scipy(candidate: Candidate, case: Gaussians) -> None:
    """For full covariances the distance is wrong."""
    assert_distance(candidate.frechet_distance(*case), distance(case))


@check("frechet_distance", points=0.75, title="singular covariances", kind="extreme")
def test_frechet_distance_singular(candidate: Candidate) -> None:
    """If covariances do not have full rank, or are zero, the distance is wrong, complex or not finite."""
    case, zero = make_gaussians(5, 10, rank=2), torch.zeros(5, 5, dtype=torch.float64)
    assert_distance(candidate.frechet_distance(*case), distance_by_singular_values(case), 1e-4)
    u, v = normal((3,), 12), normal((3,), 13)
    lines = Gaussians(u, torch.outer(u, u), v, torch.outer(v, v))
    expected = float((u - v).square().sum() + u @ u + v @ v - 2 * (u @ v).abs())
    assert_distance(candidate.frechet_distance(*lines), expected, 1e-4)
    expected = float((case.mu1 - case.mu2).square().sum() + case.cov1.trace())
    assert_distance(candidate.frechet_distance(case.mu1, case.cov1, case.mu2, zero), expected, 1e-4)


@check("frechet_distance", points=0.5, title="adds up over independent features")
def test_frechet_distance_of_blocks(candidate: Candidate) -> None:
    """If features fall into independent groups, the distance is not the sum of the distances of the groups."""
    one, other = make_gaussians(2, 21), make_gaussians(3, 22)
    joined = Gaussians(
        torch.cat([one.mu1, other.mu1]), torch.block_diag(one.cov1, other.cov1),
        torch.cat([one.mu2, other.mu2]), torch.block_diag(one.cov2, other.cov2),
    )  # fmt: skip
    assert_distance(candidate.frechet_distance(*joined), distance(one) + distance(other))


@check("frechet_distance", points=0.5, title="does not depend on the coordinate system", kind="law")
def test_frechet_distance_invariance(candidate: Candidate) -> None:
    """Moving or rotating both Gaussians changes the distance, or making them twice as large does not quadruple it."""
    case = make_gaussians(3, 31)
    rotation, _ = torch.linalg.qr(normal((3, 3), 32))
    shift = torch.tensor([5.0, -3.0, 20.0]) + uniform((3,), 33, -1.0, 1.0)
    expected = distance(case)
    assert_distance(candidate.frechet_distance(*case.mapped(rotation, shift)), expected)
    assert_distance(candidate.frechet_distance(*case.mapped(2 * rotation, shift)), 4 * expected)


@check("frechet_distance", points=0.25, title="is the same in both directions", kind="law")
def test_frechet_distance_symmetry(candidate: Candidate) -> None:
    """The distance from the second Gaussian to the first is another one, or it is not positive."""
    case = make_gaussians(3, 41)
    there, back = candidate.frechet_distance(*case), candidate.frechet_distance(*case.swapped())
    assert_distance(there, distance_by_singular_values(case))
    assert_distance(back, float(there))


@check("frechet_distance", points=0.25, title="one wide direction against another", kind="law")
def test_frechet_distance_crossed_ellipses(candidate: Candidate) -> None:
    """Ellipses that differ in their direction alone have a distance that grows with the angle between them."""
    width = number(71, 2.5, 3.5)
    wide = torch.diag(torch.tensor([width**2, 1.0], dtype=torch.float64))
    zero, last = torch.zeros(2, dtype=torch.float64), 0.0
    for angle in (number(72, 0.25, 0.35), number(73, 0.7, 0.9), math.pi / 2):
        turn = torch.tensor(
            [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
        ).double()
        actual = candidate.frechet_distance(zero, wide, zero, turn @ wide @ turn.T)
        assert_distance(actual, float(actual))
        assert_true(float(actual) > last + 0.1, "the distance does not grow with the angle")
        last = float(actual)
    assert_distance(last, 2 * (width - 1) ** 2)


@check("frechet_distance", points=0.5, title="float32 and float64", kind="dtype")
def test_frechet_distance_dtypes(candidate: Candidate) -> None:
    """In one of the precisions the distance is not a real number, or not accurate."""
    case = make_gaussians(4, 51)
    for dtype in DTYPES:
        assert_distance(candidate.frechet_distance(*case.cast(dtype)), distance(case), 1e-3)


@check("frechet_distance", points=0.25, title="leaves its inputs alone", kind="purity")
def test_frechet_distance_pure(candidate: Candidate) -> None:
    """An input was modified, randomness was used, or a global setting changed."""
    case = make_gaussians(3, 61)
    seen = candidate.frechet_distance.observe(*case)
    for after, before in zip(seen.args, case, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_distance(seen.value, distance(case))
