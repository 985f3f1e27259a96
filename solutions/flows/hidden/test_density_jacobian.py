"""Hidden checks of density.py: numerical_log_det, on maps whose determinants are known by formula."""

import math

import torch
from torch import Tensor

from autograder.checks import Candidate, RemoteObject, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import normal, number, uniform, whole


def planar(candidate: Candidate, dim: int, seed: int, x: Tensor, along: float) -> tuple[RemoteObject, Tensor]:
    """A planar map and its log-determinants at the points x; ``along`` is the product of its two directions."""
    w = torch.nn.functional.normalize(normal((dim,), seed + 1, x.dtype), dim=0)
    u = normal((dim,), seed, x.dtype)
    u = u + (along - w @ u) * w
    log_det = (1 + (w @ u) / torch.cosh(x @ w) ** 2).abs().log()
    return candidate.toy("PlanarMap", u=u, w=w), log_det


def chained_log_det(x: Tensor) -> Tensor:
    """Of the toy ChainedMap."""
    return torch.cosh(x[:, 0]).log() + x[:, :-1].sum(1)


@check("numerical_log_det", points=2, title="agrees with the determinant lemma on planar maps")
def test_numerical_log_det_planar(candidate: Candidate, rng: torch.Generator) -> None:
    """For a map whose Jacobian is a rank-one change of the identity, the log-determinant is wrong."""
    # Determinants are above 1, or below -0.4 where the two directions point against each other: |w . x| < 0.6 then.
    cases = [
        (torch.randn(3, 2, generator=rng, dtype=torch.float64), number(45, 0.5, 3)),
        (uniform((2, 4), 46, -0.3, 0.3, torch.float32), -number(47, 2, 4)),
        (torch.randn(3, 3, generator=rng, dtype=torch.float64), number(48, 0.5, 3)),
    ]
    for x, along in cases:
        dim, dtype = x.shape[1], x.dtype
        f, expected = planar(candidate, dim, 30 + dim, x, along)
        assert_close(
            candidate.numerical_log_det(f, x), expected, rtol=1e-3 if dtype is torch.float32 else 1e-5
        )


@check("numerical_log_det", points=1, title="agrees with the product of the diagonal of triangular Jacobians")
def test_numerical_log_det_chained(candidate: Candidate) -> None:
    """For a map whose coordinates are scaled by their predecessors, the log-determinant is wrong."""
    f, x = candidate.toy("ChainedMap"), normal((3, 4), 41)
    assert_close(candidate.numerical_log_det(f, x), chained_log_det(x), rtol=1e-5)


@check("numerical_log_det", points=0.5, title="takes the absolute value of negative determinants", kind="law")
def test_numerical_log_det_orientation(candidate: Candidate) -> None:
    """Exchanging two coordinates of the result changed the log-determinant."""
    x = torch.stack([uniform((3,), 49, 1.5, 4.0), uniform((3,), 50, -3.0, 3.0)], dim=1)
    straight = candidate.numerical_log_det(candidate.toy("PolarMap"), x)
    flipped = candidate.numerical_log_det(candidate.toy("PolarMap", flipped=True), x)
    assert_close(straight, x[:, 0].log(), what="the log-determinant")
    assert_close(flipped, x[:, 0].log(), what="the log-determinant after exchanging two coordinates")


@check(
    "numerical_log_det", points=0.5, title="determinants too small or too large for a float", kind="extreme"
)
def test_numerical_log_det_extremes(candidate: Candidate) -> None:
    """Where the determinant under- or overflows, its logarithm is not finite or wrong."""
    x, shift = normal((2, 24), 51), whole(52, 1, 23)
    for scale in (1e-20, 1e20):
        f = candidate.toy("LinearMap", matrix=scale * torch.eye(24, dtype=torch.float64).roll(shift, 0))
        expected = torch.full((2,), 24 * math.log(scale), dtype=torch.float64)
        assert_close(candidate.numerical_log_det(f, x), expected, rtol=1e-5)


@check(
    "numerical_log_det", points=0.25, title="one dimension, and more samples than dimensions", kind="shape"
)
def test_numerical_log_det_one_dimension(candidate: Candidate) -> None:
    """In one dimension the log-determinant is not log|f'(x)| at each of the points."""
    x = torch.cat([normal((3, 1), 53, torch.float32), torch.zeros(1, 1)])
    log_det = candidate.numerical_log_det(candidate.toy("ChainedMap"), x)
    assert_close(log_det, torch.cosh(x[:, 0]).log(), what="the log-determinant")


@check("numerical_log_det", points=0.25, title="treats every point on its own", kind="law")
def test_numerical_log_det_batch_independence(candidate: Candidate) -> None:
    """The value at a point changed with the other points of the batch."""
    f, x = candidate.toy("ChainedMap"), normal((4, 3), 42)
    together = candidate.numerical_log_det(f, x)
    assert_shape(together, (4,))
    assert_true(together.std() > 1e-4, "the result does not depend on x")
    assert_close(
        candidate.numerical_log_det(f, x[2:3].contiguous()), together[2:3], what="the value of a single point"
    )


@check("numerical_log_det", points=0.25, title="is as precise as the dtype of x", kind="dtype")
def test_numerical_log_det_precision(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or less precise than automatic differentiation is."""
    f, x = candidate.toy("ChainedMap"), normal((2, 5), 43)
    assert_close(candidate.numerical_log_det(f, x), chained_log_det(x), rtol=1e-10, atol=1e-11)


@check("numerical_log_det", points=0.25, title="leaves the points as they are", kind="purity")
def test_numerical_log_det_pure(candidate: Candidate) -> None:
    """The points were modified, or the random state or a global setting was changed."""
    x = normal((2, 3), 44, torch.float32)
    seen = candidate.numerical_log_det.observe(candidate.toy("ChainedMap"), x)
    assert_close(seen.args[1], x, rtol=0, atol=0, what="x after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (2,))
