"""Hidden checks of GaussianDiffusion in process.py: the schedule it keeps, and q_posterior.

Buffers may be kept in float32, and everything may be computed from them, so comparisons allow for single precision
throughout.
"""

import math
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_finite, assert_shape, assert_true, check, fail
from autograder.checks.strategies import generator, made, uniform, whole

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (2, 3, 1, 2, 2)]
RTOL = 1e-4


class Pair(NamedTuple):
    """A schedule, clean and noisy data (independent of each other), one timestep per sample."""

    betas: Tensor
    x_start: Tensor
    x_t: Tensor
    t: Tensor


def pairs() -> st.SearchStrategy[Pair]:
    """Float32 data of one to four trailing dimensions; unordered schedules of 2 to 9 steps."""
    return made(make_pair, st.sampled_from(SHAPES), st.integers(0, 2**20))


def make_pair(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float32) -> Pair:
    """Draw a case; betas lie between 0.05 and 0.35, so that nothing cancels in single precision."""
    random, length = generator(seed), whole(seed, 2, 9)
    betas = 0.05 + 0.3 * torch.rand(length, generator=random, dtype=torch.float64)
    t = torch.randperm(max(length, shape[0]), generator=random)[: shape[0]] % length
    x_start, x_t = torch.randn(2, *shape, generator=random, dtype=torch.float64).to(dtype)
    return Pair(betas, x_start, x_t, t)


def bayes(case: Pair) -> tuple[Tensor, Tensor]:
    """Means and variances of q(x_{t-1} | x_t, x_0), ``(B, ...)``, by multiplying two Gaussians in x_{t-1}.

    The prior is q(x_{t-1} | x_0); the likelihood q(x_t | x_{t-1}), read as a Gaussian in x_{t-1}, has mean
    x_t / sqrt(alpha_t) and variance beta_t / alpha_t. Precisions add, and so do precision-weighted means. At t = 0
    the prior is a point.
    """
    products = [math.prod(1 - beta for beta in case.betas[:step].tolist()) for step in case.t.tolist()]
    shape = (-1, *[1] * (case.x_t.ndim - 1))
    signal, beta = torch.tensor(products, dtype=torch.float64).reshape(shape), case.betas[case.t].reshape(shape)
    point = signal == 1
    prior, likelihood = 1 / (1 - signal).masked_fill(point, 1.0), (1 - beta) / beta
    weighted = prior * signal.sqrt() * case.x_start + likelihood * case.x_t / (1 - beta).sqrt()
    mean = torch.where(point, case.x_start.double(), weighted / (prior + likelihood))
    variance = (1 / (prior + likelihood)).masked_fill(point, 0.0).expand(mean.shape)
    return mean.to(case.x_t.dtype), variance.to(case.x_t.dtype)


def three(value: object, shape: tuple[int, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, variance and log-variance, the last two spread over the shape of the mean."""
    if not isinstance(value, tuple | list) or len(value) != 3:
        fail("the result is not (mean, variance, log_variance_clipped)")
    mean, *others = value
    assert_shape(mean, shape, what="the mean")
    for other in others:
        if not isinstance(other, Tensor) or other.ndim not in (0, len(shape)):
            fail("variance and log-variance must be tensors that broadcast against the mean")
        if any(size not in (1, full) for size, full in zip(other.shape, shape, strict=False)):
            fail("variance and log-variance must broadcast against the mean")
    return mean, others[0].expand(shape), others[1].expand(shape)


def five_betas() -> Tensor:
    """A schedule of five steps in no particular order."""
    return uniform((5,), 47, 0.05, 0.35)


def each_step(betas: Tensor) -> Pair:
    """One sample for every timestep of a schedule."""
    return make_pair((len(betas), 2), 40)._replace(betas=betas, t=torch.arange(len(betas)))


@check("GaussianDiffusion", points=1.5, title="q_posterior: the mean follows from Bayes' rule")
@given(case=pairs())
def test_posterior_mean_follows_from_bayes(candidate: Candidate, case: Pair) -> None:
    """The mean of q(x_{t-1} | x_t, x_0) is not that of the product of q(x_{t-1} | x_0) and q(x_t | x_{t-1})."""
    diffusion = candidate.GaussianDiffusion(case.betas)
    mean, _, _ = three(diffusion.q_posterior(case.x_start, case.x_t, case.t), tuple(case.x_t.shape))
    assert_close(mean, bayes(case)[0], rtol=RTOL, dtype=False, what="the mean")


@check("GaussianDiffusion", points=1.25, title="q_posterior: the variance follows from Bayes' rule")
def test_posterior_variance_follows_from_bayes(candidate: Candidate) -> None:
    """The variance of q(x_{t-1} | x_t, x_0) is wrong at some timestep; at t = 0 it must be 0."""
    for case in (each_step(five_betas()), make_pair((4, 2, 3), 41), make_pair((2, 3, 3, 3), 42)):
        diffusion = candidate.GaussianDiffusion(case.betas)
        shape = tuple(case.x_t.shape)
        _, variance, _ = three(diffusion.q_posterior(case.x_start, case.x_t, case.t), shape)
        assert_close(variance, bayes(case)[1], rtol=RTOL, dtype=False, what="the variance")


@check("GaussianDiffusion", points=0.5, title="q_posterior: the log-variance fits, and is finite", kind="law")
def test_posterior_log_variance(candidate: Candidate) -> None:
    """The third result is not the logarithm of the variance, or it is not finite at t = 0."""
    case = each_step(five_betas())
    result = candidate.GaussianDiffusion(case.betas).q_posterior(case.x_start, case.x_t, case.t)
    _, variance, log_variance = three(result, (5, 2))
    assert_finite(log_variance, what="the log-variance")
    accepted = [torch.log(bayes(case)[1][1:].double()), torch.log(variance[1:].double())]
    # A variance that is wrong has been charged already; its logarithm may still be right.
    expected = accepted[1] if torch.isfinite(accepted[1]).all() and accepted[1].std() > 0.01 else accepted[0]
    assert_close(log_variance[1:].double(), expected, rtol=1e-3, what="the log-variance")


@check("GaussianDiffusion", points=0.25, title="the schedule is kept in buffers, not in parameters", kind="law")
def test_schedule_in_buffers(candidate: Candidate) -> None:
    """The schedule is trainable, or it does not move with the module."""
    betas = five_betas()
    diffusion = candidate.GaussianDiffusion(betas)
    assert_true(not diffusion.parameter_shapes(), "the module has parameters")
    sizes = [buffer.numel() for buffer in diffusion.buffers_by_name().values()]
    assert_true(any(size >= len(betas) for size in sizes), "no buffer holds the schedule")
    case = make_pair((5, 2), 45)._replace(betas=betas, t=torch.arange(5))
    other = candidate.GaussianDiffusion(betas.flip(0))
    other.set_parameters(diffusion.buffers_by_name())
    expected, found = (three(one.p_mean_variance(_silent, case.x_t, case.t), (5, 2)) for one in (diffusion, other))
    for what, wanted, got in zip(("mean", "variance", "log-variance"), expected, found, strict=True):
        assert_close(got, wanted, rtol=RTOL, what=f"the {what} by a module that was given the buffers of another one")


@check("GaussianDiffusion", points=0.25, title="results have the dtype of x_t, samples the default dtype", kind="dtype")
def test_posterior_dtype(candidate: Candidate) -> None:
    """Some result of q_posterior does not have the dtype of x_t, or the samples do not have torch's default."""
    betas = five_betas()
    diffusion = candidate.GaussianDiffusion(betas)
    for dtype in (torch.float32, torch.float64):
        case = make_pair((3, 2), 43, dtype)._replace(betas=betas, t=torch.tensor([4, 1, 2]))
        result = diffusion.q_posterior(case.x_start, case.x_t, case.t)
        three(result, (3, 2))
        assert_true(all(part.dtype == dtype for part in result), f"some result is not {dtype} although x_t is")
        assert_close(result[0], bayes(case)[0], rtol=RTOL, what="the mean")
    assert_shape(diffusion.p_sample_loop(_silent, (2, 3)), (2, 3), torch.float32)


def _silent(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
    """A network that predicts no noise."""
    return torch.zeros_like(x)


@check("GaussianDiffusion", points=0.25, title="schedules of one and of a thousand steps", kind="extreme")
def test_posterior_short_and_long_schedules(candidate: Candidate) -> None:
    """A schedule of one step, or the usual one of a thousand, gives a wrong or infinite posterior."""
    usual = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
    for betas, t in ((uniform((1,), 48, 0.2, 0.4), [0, 0, 0]), (usual, [0, 10, whole(49, 100, 900), 999])):
        case = make_pair((len(t), 3), 44)._replace(betas=betas, t=torch.tensor(t))
        result = candidate.GaussianDiffusion(betas).q_posterior(case.x_start, case.x_t, case.t)
        mean, variance, log_variance = three(result, (len(t), 3))
        expected_mean, expected_variance = bayes(case)
        # 1 - alpha_bar is about 1e-3 at t = 10: single precision leaves four digits of it.
        assert_close(mean, expected_mean, rtol=5e-3, dtype=False, what="the mean")
        assert_close(variance, expected_variance, rtol=5e-3, dtype=False, what="the variance")
        assert_finite(log_variance, what="the log-variance")
        later = torch.tensor(t) > 0
        assert_close(log_variance[later], expected_variance[later].log(), rtol=1e-2, dtype=False, what="the log-variance")


@check("GaussianDiffusion", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_posterior_pure(candidate: Candidate) -> None:
    """An input was modified, or making the process or q_posterior used the random state."""
    case = make_pair((3, 2, 2), 45)
    building = candidate.GaussianDiffusion.observe(case.betas)
    assert_close(building.args[0], case.betas, rtol=0, atol=0, what="betas after the call")
    assert_true(not building.rng_used, "making the process used the global random state")
    seen = building.value.q_posterior.observe(case.x_start, case.x_t, case.t)
    for after, before in zip(seen.args, (case.x_start, case.x_t, case.t), strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    three(seen.value, (3, 2, 2))


@check("GaussianDiffusion", points=0.25, title="q_posterior: gradients reach both images", kind="gradient")
def test_posterior_gradient(candidate: Candidate) -> None:
    """The mean is linear in x_0 and x_t; a derivative differs from the coefficient, or is missing."""
    case = make_pair((4, 3), 46)._replace(betas=five_betas(), t=torch.tensor([4, 2, 1, 3]))
    x_start, x_t = case.x_start.clone().requires_grad_(), case.x_t.clone().requires_grad_()
    expected = torch.autograd.grad(bayes(case._replace(x_start=x_start, x_t=x_t))[0].sum(), (x_start, x_t))
    diffusion = candidate.GaussianDiffusion(case.betas)
    gradients = diffusion.q_posterior.grad(case.x_start, case.x_t, case.t, wrt=(0, 1), select=0)
    for actual, right, name in zip(gradients, expected, ("x_start", "x_t"), strict=True):
        assert_close(actual, right, rtol=RTOL, what=f"the gradient of {name}")
