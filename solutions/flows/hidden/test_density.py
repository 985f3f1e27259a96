"""Hidden checks of density.py: affine maps and chains of maps."""

import math
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Normal

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import DTYPES, made, normal, number, uniform


class Affine(NamedTuple):
    """Points, scales of both signs, shifts."""

    x: Tensor
    a: Tensor
    b: Tensor


def affine_maps() -> st.SearchStrategy[Affine]:
    """Batches of 1 to 5 points in 1 to 5 dimensions."""
    shapes = [(1, 1), (1, 3), (3, 1), (2, 2), (3, 3), (2, 5), (5, 4)]
    return made(make_affine, st.sampled_from(shapes), st.integers(0, 2**20), st.sampled_from(DTYPES))


def make_affine(shape: tuple[int, int], seed: int, dtype: torch.dtype = torch.float64) -> Affine:
    """Scales between 0.3 and 3 in size, of either sign; no point is so far out that its density would underflow."""
    sign = torch.where(normal(shape[1:], seed + 1) > 0, 1, -1)
    a = (sign * uniform(shape[1:], seed + 2, 0.3, 3.0)).to(dtype)
    b = normal(shape[1:], seed + 3, dtype)
    return Affine((a * normal(shape, seed, dtype, 1.5) + b).mul(1000).round().div(1000), a, b)


def affine_oracle(case: Affine) -> Tensor:
    """The distribution of a z + b, as torch knows it."""
    return Normal(case.b.double(), case.a.double().abs()).log_prob(case.x.double()).sum(1).to(case.x.dtype)


class Steps(NamedTuple):
    """The density at the start and the log-determinants of all steps."""

    log_q0: Tensor
    log_dets: Tensor


def flows() -> st.SearchStrategy[Steps]:
    """One to five steps, one to five samples; often as many steps as samples."""
    shapes = [(1, 1), (2, 1), (1, 3), (2, 2), (3, 3), (5, 2), (3, 5), (5, 5)]
    return made(make_steps, st.sampled_from(shapes), st.integers(0, 2**20), st.sampled_from(DTYPES))


def make_steps(shape: tuple[int, int], seed: int, dtype: torch.dtype = torch.float64) -> Steps:
    """``(S, B)`` log-determinants of either sign."""
    return Steps(normal(shape[1:], seed, dtype, 2.0) - 3, normal(shape, seed + 1, dtype))


def steps_oracle(case: Steps) -> Tensor:
    """Sample by sample and step by step."""
    values = case.log_q0.tolist()
    for row in case.log_dets.tolist():
        values = [value - log_det for value, log_det in zip(values, row, strict=True)]
    return torch.tensor(values, dtype=case.log_q0.dtype)


def assert_untouched(seen: Observation, arguments: tuple[Tensor, ...]) -> None:
    """The call left its arguments and the global random state alone."""
    for after, before in zip(seen.args, arguments, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


# -- affine_log_prob ---------------------------------------------------------------------------------------


@check("affine_log_prob", points=2, title="equals the normal distribution with mean b and deviation |a|")
@given(case=affine_maps())
def test_affine_log_prob_matches_distribution(candidate: Candidate, case: Affine) -> None:
    """The value differs from the log-density of N(b, a^2), summed over the dimensions of each point."""
    assert_close(candidate.affine_log_prob(*case), affine_oracle(case))


@check("affine_log_prob", points=0.75, title="the density integrates to one", kind="law")
def test_affine_log_prob_integral(candidate: Candidate) -> None:
    """The integral of the density over the plane is not 1, or the density is not largest at b."""
    a, b = uniform((2,), 16, 0.5, 1.3) * torch.tensor([1, -1]), uniform((2,), 17, -1.0, 1.0)
    axis = torch.arange(-9, 9, 0.2).double()
    grid = torch.cartesian_prod(axis, axis)
    density = candidate.affine_log_prob(grid, a, b)
    assert_shape(density, (len(grid),))
    assert_close(density.exp().sum() * 0.04, torch.tensor(1.0).double(), rtol=1e-3, what="the integral")
    assert_close(grid[density.argmax()], b, atol=0.11, what="the mode")


@check(
    "affine_log_prob",
    points=0.75,
    title="gradients reach the point, the scale and the shift",
    kind="gradient",
)
def test_affine_log_prob_gradients(candidate: Candidate) -> None:
    """The derivative with respect to x, a or b is wrong or missing."""
    case = make_affine((4, 3), 11)
    weights = normal((4, 1), 19)
    of_x, of_a, of_b = candidate.affine_log_prob.grad(*case, wrt=(0, 1, 2), cotangent=weights.squeeze(1))
    z = (case.x - case.b) / case.a
    assert_close(of_x, -weights * z / case.a, rtol=1e-5, what="the gradient of x")
    assert_close(of_a, (weights * (z.square() - 1) / case.a).sum(0), rtol=1e-5, what="the gradient of a")
    assert_close(of_b, (weights * z / case.a).sum(0), rtol=1e-5, what="the gradient of b")


@check("affine_log_prob", points=0.5, title="many dimensions, tiny and huge scales", kind="extreme")
def test_affine_log_prob_extremes(candidate: Candidate) -> None:
    """With many dimensions the determinant under- or overflows, but its logarithm must not."""
    for scale in (1e-5, number(18, 2, 50), 1e4):
        a, b = torch.full((400,), -scale), torch.zeros(400)
        x = torch.stack([torch.zeros(400), torch.full((400,), scale)])
        at_mode = -400 * (0.5 * math.log(2 * math.pi) + math.log(scale))
        assert_close(candidate.affine_log_prob(x, a, b), torch.tensor([at_mode, at_mode - 200]))


@check("affine_log_prob", points=0.25, title="a mirrored normal has the same density", kind="law")
def test_affine_log_prob_mirrored(candidate: Candidate) -> None:
    """Changing the sign of a scale changed the density."""
    case = make_affine((4, 3), 12)
    straight = candidate.affine_log_prob(case.x, case.a.abs(), case.b)
    assert_shape(straight, (4,))
    assert_true(straight.std() > 0.01, "the result does not depend on x")
    assert_close(
        candidate.affine_log_prob(case.x, -case.a.abs(), case.b), straight, what="the mirrored density"
    )


@check("affine_log_prob", points=0.25, title="treats every point on its own", kind="law")
def test_affine_log_prob_batch_independence(candidate: Candidate) -> None:
    """The value of a point changed with the other points of its batch."""
    case = make_affine((5, 3), 13)
    whole = candidate.affine_log_prob(*case)
    part = candidate.affine_log_prob(case.x[1:3].contiguous(), case.a, case.b)
    assert_close(whole[1:3], affine_oracle(case)[1:3])
    assert_close(part, whole[1:3], what="the values of a part of the batch")


@check("affine_log_prob", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_affine_log_prob_precision(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_affine((3, 2), 14)
    assert_close(candidate.affine_log_prob(*case), affine_oracle(case), rtol=1e-11, atol=1e-13)


@check("affine_log_prob", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_affine_log_prob_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_affine((3, 2), 15, torch.float32)
    seen = candidate.affine_log_prob.observe(*case)
    assert_untouched(seen, case)
    assert_shape(seen.value, (3,))


# -- flow_log_prob -----------------------------------------------------------------------------------------


@check("flow_log_prob", points=1.5, title="takes the log-determinant of every step off")
@given(case=flows())
def test_flow_log_prob_step_by_step(candidate: Candidate, case: Steps) -> None:
    """The value differs from the initial log-density minus the log-determinants of all the sample's steps."""
    assert_close(candidate.flow_log_prob(*case), steps_oracle(case))


@check("flow_log_prob", points=1, title="a chain of affine maps leads to a known normal distribution")
def test_flow_log_prob_affine_chain(candidate: Candidate, rng: torch.Generator) -> None:
    """After scaling and shifting a standard normal, the density is not that of the resulting normal."""
    z = torch.randn(6, generator=rng, dtype=torch.float64)
    scales, shifts = [number(24, 0.4, 0.6), -3.0, number(25, 0.6, 0.8), 1.9], [1.0, 0.2, -2.0, 0.0]
    log_q0 = Normal(0.0, 1.0).log_prob(z)
    mean, deviation = 0.0, 1.0
    for scale, shift in zip(scales, shifts, strict=True):
        z = scale * z + shift
        mean, deviation = scale * mean + shift, abs(scale) * deviation
    log_dets = torch.tensor(scales).double().abs().log().unsqueeze(1).expand(4, 6).contiguous()
    assert_close(candidate.flow_log_prob(log_q0, log_dets), Normal(mean, deviation).log_prob(z), rtol=1e-6)


@check("flow_log_prob", points=0.5, title="the density after nonlinear steps integrates to one", kind="law")
def test_flow_log_prob_integral(candidate: Candidate) -> None:
    """The density at the end of nonlinear steps does not integrate to 1."""
    z, slope, bend = torch.linspace(-6, 6, 1201, dtype=torch.float64), number(26, 0.4, 0.6), number(27, 0.5, 1.5)
    first = torch.sinh(slope * z)
    log_dets = torch.stack([(torch.cosh(slope * z) * slope).log(), (1 + 3 * bend * first**2).log()])
    end = first + bend * first**3
    log_prob = candidate.flow_log_prob(Normal(0.0, 1.0).log_prob(z), log_dets)
    assert_shape(log_prob, (1201,))
    integral = torch.trapezoid(log_prob.exp(), end)
    assert_close(integral, torch.tensor(1.0).double(), rtol=1e-3, what="the integral")


@check("flow_log_prob", points=0.5, title="gradients reach the density and every step", kind="gradient")
def test_flow_log_prob_gradients(candidate: Candidate) -> None:
    """The derivative with respect to log_q0 or log_dets is wrong or missing."""
    weights = normal((3,), 28)
    of_q0, of_dets = candidate.flow_log_prob.grad(*make_steps((2, 3), 21), wrt=(0, 1), cotangent=weights)
    assert_close(of_q0, weights, what="the gradient of log_q0")
    assert_close(of_dets, -weights.expand(2, 3), what="the gradient of log_dets")


@check("flow_log_prob", points=0.25, title="one step, one sample", kind="shape")
def test_flow_log_prob_smallest(candidate: Candidate) -> None:
    """For log_dets of shape (1, 1) the result is not of shape (1,)."""
    log_q0, log_det = normal((1,), 29, torch.float32), normal((1, 1), 30, torch.float32)
    assert_close(candidate.flow_log_prob(log_q0, log_det), log_q0 - log_det[0])


@check("flow_log_prob", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_flow_log_prob_precision(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_steps((4, 3), 22)
    assert_close(candidate.flow_log_prob(*case), steps_oracle(case), rtol=1e-12, atol=1e-13)


@check("flow_log_prob", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_flow_log_prob_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_steps((2, 3), 23, torch.float32)
    seen = candidate.flow_log_prob.observe(*case)
    assert_untouched(seen, case)
    assert_shape(seen.value, (3,))
