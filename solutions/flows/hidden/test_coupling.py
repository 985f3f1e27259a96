"""Hidden checks of coupling.py: the two functions."""

import math
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import DTYPES, made, normal, number, uniform


class Coupled(NamedTuple):
    """Coordinates, log-scales and shifts of one shape."""

    x: Tensor
    s: Tensor
    t: Tensor


def couplings() -> st.SearchStrategy[Coupled]:
    """Batches of 1 to 5 samples with 1 to 5 coordinates."""
    shapes = [(1, 1), (1, 3), (3, 1), (2, 2), (3, 3), (2, 5), (5, 4)]
    return made(make_coupled, st.sampled_from(shapes), st.integers(0, 2**20), st.sampled_from(DTYPES))


def make_coupled(shape: tuple[int, int], seed: int, dtype: torch.dtype = torch.float64) -> Coupled:
    """Everything of size one."""
    return Coupled(*(normal(shape, seed + k, dtype) for k in range(3)))


def transformed(case: Coupled) -> Tensor:
    """The formula, with another exponential."""
    return case.t + case.x * torch.pow(torch.tensor(torch.e, dtype=case.x.dtype), case.s)


def assert_untouched(seen: Observation, arguments: tuple[Tensor, ...]) -> None:
    """The call left its arguments and the global random state alone."""
    for after, before in zip(seen.args, arguments, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


# -- coupling_forward --------------------------------------------------------------------------------------


@check("coupling_forward", points=1.25, title="scales, shifts, and adds up the log-scales")
@given(case=couplings())
def test_coupling_forward_formula(candidate: Candidate, case: Coupled) -> None:
    """y_b differs from x_b * exp(s) + t, or log_det from the sum of s over the coordinates."""
    y_b, log_det = candidate.coupling_forward(*case)
    assert_close(y_b, transformed(case), what="y_b")
    added = torch.stack([row.sum() for row in case.s])
    assert_close(log_det, added, atol=1e-4 if case.s.dtype is torch.float32 else 1e-9, what="log_det")


@check("coupling_forward", points=0.75, title="log_det is the log-determinant of its own Jacobian")
def test_coupling_forward_jacobian(candidate: Candidate) -> None:
    """log_det differs from the log of the product of the derivatives dy_b / dx_b that autograd finds."""
    case = make_coupled((4, 3), 51)
    (slopes,) = candidate.coupling_forward.grad(*case, wrt=(0,), select=0)
    assert_shape(slopes, (4, 3), what="the derivative of y_b")
    assert_true(slopes.std() > 0.01, "the derivative of y_b is the same everywhere")
    _, log_det = candidate.coupling_forward(*case)
    assert_close(log_det, slopes.prod(dim=1).abs().log(), rtol=1e-6, what="log_det")


@check("coupling_forward", points=0.5, title="gradients reach the log-scales and the shifts", kind="gradient")
def test_coupling_forward_gradients(candidate: Candidate) -> None:
    """The derivative of y_b or log_det with respect to s or t is wrong or missing."""
    case = make_coupled((3, 2), 52)
    weights = normal((3, 2), 53)
    of_s, of_t = candidate.coupling_forward.grad(*case, wrt=(1, 2), cotangent=weights, select=0)
    assert_close(of_s, weights * case.x * case.s.exp(), rtol=1e-5, what="the gradient of s through y_b")
    assert_close(of_t, weights, what="the gradient of t through y_b")
    (of_s,) = candidate.coupling_forward.grad(*case, wrt=(1,), cotangent=weights[:, 0].contiguous(), select=1)
    assert_close(of_s, weights[:, :1].expand(3, 2), what="the gradient of s through log_det")


@check(
    "coupling_forward", points=0.25, title="determinants too small or too large for a float", kind="extreme"
)
def test_coupling_forward_extremes(candidate: Candidate) -> None:
    """With many coordinates the determinant under- or overflows, but its logarithm must not; no log-scale is cut off."""
    size = number(57, 3.5, 5)
    s = torch.stack([torch.full((300,), -size), torch.full((300,), size)])
    _, log_det = candidate.coupling_forward(torch.ones(2, 300), s, torch.zeros(2, 300))
    assert_close(log_det, torch.tensor([-300 * size, 300 * size]), what="log_det")
    large = number(58, 12, 20)
    y_b, log_det = candidate.coupling_forward(torch.ones(1, 1), torch.full((1, 1), large), torch.zeros(1, 1))
    assert_close(y_b, torch.full((1, 1), math.exp(large)), what="y_b")
    assert_close(log_det, torch.tensor([large]), what="log_det")


@check("coupling_forward", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_coupling_forward_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_coupled((2, 3), 54, torch.float32)
    seen = candidate.coupling_forward.observe(*case)
    assert_untouched(seen, case)
    assert_shape(seen.value[0], (2, 3), what="y_b")


@check("coupling_forward", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_coupling_forward_precision(candidate: Candidate) -> None:
    """With float64 inputs a result is not float64, or not that precise."""
    case = make_coupled((3, 2), 55)
    y_b, log_det = candidate.coupling_forward(*case)
    assert_close(y_b, transformed(case), rtol=1e-12, atol=1e-13, what="y_b")
    assert_close(log_det, case.s[:, 0] + case.s[:, 1], rtol=1e-12, atol=1e-13, what="log_det")


@check("coupling_forward", points=0.25, title="treats every sample on its own", kind="law")
def test_coupling_forward_batch_independence(candidate: Candidate) -> None:
    """The result of a sample changed with the other samples of its batch."""
    case = make_coupled((5, 3), 56)
    y_b, log_det = candidate.coupling_forward(*case)
    part, part_det = candidate.coupling_forward(*(value[1:3].contiguous() for value in case))
    assert_shape(y_b, (5, 3), what="y_b")
    assert_shape(log_det, (5,), what="log_det")
    assert_true(y_b.std(0).min() > 0, "all samples have the same y_b")
    assert_close([part, part_det], [y_b[1:3], log_det[1:3]], what="the results of a part of the batch")


# -- coupling_inverse --------------------------------------------------------------------------------------


@check("coupling_inverse", points=1.25, title="undoes the transformation")
@given(case=couplings())
def test_coupling_inverse_undoes(candidate: Candidate, case: Coupled) -> None:
    """The result for y_b = x_b * exp(s) + t is not x_b."""
    limits = {"rtol": 1e-3, "atol": 1e-4} if case.x.dtype is torch.float32 else {"rtol": 1e-6, "atol": 1e-8}
    assert_close(candidate.coupling_inverse(transformed(case), case.s, case.t), case.x, **limits)


@check("coupling_inverse", points=0.5, title="gradients reach all inputs", kind="gradient")
def test_coupling_inverse_gradients(candidate: Candidate) -> None:
    """The derivative with respect to y_b, s or t is wrong or missing."""
    case = make_coupled((3, 2), 61)
    weights = normal((3, 2), 62)
    of_y, of_s, of_t = candidate.coupling_inverse.grad(*case, wrt=(0, 1, 2), cotangent=weights)
    shrunk = weights / case.s.exp()
    assert_close(of_y, shrunk, rtol=1e-5, what="the gradient of y_b")
    assert_close(of_s, shrunk * (case.t - case.x), rtol=1e-5, what="the gradient of s")
    assert_close(of_t, -shrunk, rtol=1e-5, what="the gradient of t")


@check("coupling_inverse", points=0.25, title="large log-scales", kind="extreme")
def test_coupling_inverse_extremes(candidate: Candidate) -> None:
    """With log-scales of 30 and -30 the result is wrong."""
    y_b, t = uniform((1, 2), 66, 3.0, 8.0, torch.float32), uniform((1, 2), 67, 0.5, 1.5, torch.float32)
    s = torch.tensor([[30.0, -30.0]])
    expected = (y_b - t) * torch.tensor([[9.357623e-14, 1.0686475e13]])
    assert_close(candidate.coupling_inverse(y_b, s, t), expected, rtol=1e-4, atol=0.0)


@check("coupling_inverse", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_coupling_inverse_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_coupled((2, 3), 63, torch.float32)
    seen = candidate.coupling_inverse.observe(*case)
    assert_untouched(seen, case)
    assert_shape(seen.value, (2, 3), what="x_b")


@check("coupling_inverse", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_coupling_inverse_precision(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_coupled((3, 2), 64)
    assert_close(candidate.coupling_inverse(*case), (case.x - case.t) / case.s.exp(), rtol=1e-12, atol=1e-13)


@check("coupling_inverse", points=0.25, title="treats every sample on its own", kind="law")
def test_coupling_inverse_batch_independence(candidate: Candidate) -> None:
    """The result of a sample changed with the other samples of its batch."""
    case = make_coupled((5, 3), 65)
    whole = candidate.coupling_inverse(*case)
    assert_shape(whole, (5, 3))
    assert_true(whole.std(0).min() > 0, "all samples have the same result")
    part = candidate.coupling_inverse(*(value[1:3].contiguous() for value in case))
    assert_close(part, whole[1:3], what="the results of a part of the batch")
