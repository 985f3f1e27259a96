"""Hidden checks of ddim_timesteps and ddim_step in ddim.py."""

import math
from fractions import Fraction
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_draws_afresh, assert_shape, assert_true, check
from autograder.checks.strategies import generator, made, number, one_of, whole

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (2, 3, 1, 2, 2)]
ETAS = [0.0, 0.3, 0.7, 1.0]


class Step(NamedTuple):
    """The arguments of ddim_step, in their order."""

    x_t: Tensor
    eps: Tensor
    alpha_bar_t: Tensor
    alpha_bar_prev: Tensor
    eta: float
    noise: Tensor


def steps() -> st.SearchStrategy[Step]:
    """Float32 steps; one noise level for all, or one per sample."""
    return made(
        make_step, st.sampled_from(SHAPES), st.integers(0, 2**20), st.sampled_from(ETAS), st.booleans()
    )


def make_step(
    shape: tuple[int, ...], seed: int, eta: float, per_sample: bool, dtype: torch.dtype = torch.float32
) -> Step:
    """Draw a step from alpha_bar in [0.05, 0.8] to one that is larger, below 0.98."""
    random = generator(seed)
    x_t, eps, noise = torch.randn(3, *shape, generator=random, dtype=torch.float64).to(dtype)
    low, high = torch.rand(2, shape[0], generator=random, dtype=torch.float64)
    low = 0.05 + 0.75 * low
    high = low + (0.98 - low) * (0.1 + 0.9 * high)
    levels = (shape[0], *[1] * (len(shape) - 1)) if per_sample else ()
    low, high = (low, high) if per_sample else (low[0], high[0])
    return Step(x_t, eps, low.to(dtype).reshape(levels), high.to(dtype).reshape(levels), eta, noise)


def formula(step: Step) -> Tensor:
    """The step in float64, written as a mean in x_0 and eps plus noise."""
    now, then = step.alpha_bar_t.double(), step.alpha_bar_prev.double()
    variance = step.eta**2 * (1 - then) * (then - now) / (then * (1 - now))
    x_start = (step.x_t.double() - torch.sqrt(1 - now) * step.eps) / torch.sqrt(now)
    mean = torch.sqrt(then) * x_start + torch.sqrt(1 - then - variance) * step.eps
    return (mean + torch.sqrt(variance) * step.noise).to(step.x_t.dtype)


# -- ddim_timesteps ----------------------------------------------------------------------------------------


def uneven(seed: int) -> tuple[int, int]:
    """A schedule's length and a prime number of steps that does not divide it, nor leaves one.

    k T / S is then whole for k = 0 only: however it is computed, its floor is the right one.
    """
    count = one_of(seed, (5, 7, 11, 13))
    return count * whole(seed + 1, 2, 12) + whole(seed + 2, 2, count - 1), count


@check("ddim_timesteps", points=1, title="equals floor(k T / S), from late to early")
def test_ddim_timesteps_floor(candidate: Candidate) -> None:
    """Some timestep differs from floor(k T / S), or they are not in descending order."""
    step, few = whole(1, 2, 9), whole(2, 4, 20)
    long = 2 * whole(6, 550, 950)
    for length, count in [(1000, 50), (long, 60), (step * few, few), uneven(10), uneven(20), (5 * few, 2 * few)]:
        expected = [math.floor(Fraction(k * length, count)) for k in reversed(range(count))]
        actual = candidate.ddim_timesteps(length, count)
        assert_close(actual, torch.tensor(expected), dtype=False, what="the timesteps")


@check("ddim_timesteps", points=0.25, title="is an int64 vector", kind="dtype")
def test_ddim_timesteps_dtype(candidate: Candidate) -> None:
    """The result is not an int64 tensor of S values, or the random state or a global setting was changed."""
    step = whole(3, 3, 30)
    expected = torch.tensor([4 * step, 3 * step, 2 * step, step, 0])
    seen = candidate.ddim_timesteps.observe(5 * step, 5)
    assert_true(not seen.rng_used, "the global random state or a global setting was changed")
    assert_close(seen.value, expected, what="the timesteps")


@check("ddim_timesteps", points=0.25, title="all steps, and a single one", kind="law")
def test_ddim_timesteps_ends(candidate: Candidate) -> None:
    """With S = T every timestep must be visited, with S = 1 only the first."""
    length = whole(4, 4, 40)
    assert_close(candidate.ddim_timesteps(length, length), torch.arange(length - 1, -1, -1), dtype=False)
    assert_close(candidate.ddim_timesteps(length, 1), torch.tensor([0]), dtype=False)


@check("ddim_timesteps", points=0.25, title="no rounding error shifts a step", kind="extreme")
def test_ddim_timesteps_exact(candidate: Candidate) -> None:
    """Where k T / S is a whole number or just below one, floating point lands on the wrong side."""
    most = whole(5, 500, 999)
    for length, count in [(1000, 38), (1000, 242), (1000, 244), (1000, 999), (most + 1, most)]:
        expected = [k * length // count for k in reversed(range(count))]
        assert_close(candidate.ddim_timesteps(length, count), torch.tensor(expected), dtype=False)


# -- ddim_step ---------------------------------------------------------------------------------------------


@check("ddim_step", points=1.25, title="equals the formula, sample by sample")
@given(step=steps())
def test_ddim_step_formula(candidate: Candidate, step: Step) -> None:
    """x_prev is not sqrt(alpha_bar_prev) x_0 + sqrt(1 - alpha_bar_prev - sigma^2) eps + sigma noise."""
    assert_close(candidate.ddim_step(*step), formula(step), what="x_prev")


@check("ddim_step", points=0.5, title="with eta = 1 it is a step of the DDPM")
def test_ddim_step_is_posterior_for_eta_one(candidate: Candidate) -> None:
    """With eta = 1, mean and noise differ from those of q(x_prev | x_t, x_0), found by Bayes' rule."""
    step = make_step((3, 4), 51, 1.0, per_sample=True, dtype=torch.float64)
    now, then = step.alpha_bar_t, step.alpha_bar_prev
    x_start = (step.x_t - (1 - now).sqrt() * step.eps) / now.sqrt()
    # In x_prev: the prior N(sqrt(then) x_0, 1 - then) times a likelihood of mean x_t / sqrt(ratio).
    ratio = now / then
    prior, likelihood = 1 / (1 - then), ratio / (1 - ratio)
    mean = (prior * then.sqrt() * x_start + likelihood * step.x_t / ratio.sqrt()) / (prior + likelihood)
    expected = mean + step.noise / (prior + likelihood).sqrt()
    assert_close(candidate.ddim_step(*step), expected, rtol=1e-4, dtype=False, what="x_prev")


@check("ddim_step", points=0.25, title="keeps the noise level of the marginal", kind="law")
def test_ddim_step_keeps_marginal(candidate: Candidate) -> None:
    """With the true noise as eps, what is left of it and the fresh noise must add up to variance 1 - alpha_bar_prev."""
    now = torch.tensor(number(59, 0.2, 0.4), dtype=torch.float64)
    then = torch.tensor(number(60, 0.6, 0.8), dtype=torch.float64)
    zero, one = torch.zeros(1, 2, dtype=torch.float64), torch.ones(1, 2, dtype=torch.float64)
    for eta in (0.0, 0.5, 1.0):
        # x_t consists of noise alone, so x_0 = 0.
        old = candidate.ddim_step((1 - now).sqrt() * one, one, now, then, eta, zero)
        fresh = candidate.ddim_step(zero, zero, now, then, eta, one)
        assert_shape(old, (1, 2))
        assert_shape(fresh, (1, 2))
        assert_close(old**2 + fresh**2, (1 - then) * one, rtol=1e-4, dtype=False, what="the variance")


@check("ddim_step", points=0.25, title="draws its own noise when none is given", kind="random")
def test_ddim_step_draws_noise(candidate: Candidate) -> None:
    """With eta > 0 and no noise given, what is added is not fresh noise of the right size at every call."""
    step = make_step((500, 2, 3), 52, 0.8, per_sample=False)
    candidate.seed(53)
    drawn = candidate.ddim_step(*step[:5])
    base = candidate.ddim_step(*step[:5], noise=torch.zeros_like(step.noise))
    moved = candidate.ddim_step(*step[:5], noise=torch.ones_like(step.noise))
    for result in (drawn, base, moved):
        assert_shape(result, (500, 2, 3))
    assert_true((moved - base).min() > 0.01, "noise has no effect although eta > 0")
    z = ((drawn - base) / (moved - base)).double()
    # 3000 values: each bound is broken by chance with probability below 1e-8 (Chernoff).
    bound = 6.5 / z.numel() ** 0.5
    assert_true(abs(z.mean()) < bound, "the drawn noise is not centred")
    assert_true(abs((z**2).mean() - 1) < bound * 2**0.5, "the drawn noise has the wrong size")
    assert_true(abs((z[1:] * z[:-1]).mean()) < 1.01 * bound, "the drawn noise is not independent")
    assert_true(abs((z[:, :, 1:] * z[:, :, :-1]).mean()) < 1.3 * bound, "the drawn noise is not independent")
    few = make_step((4, 3), 52, 0.8, per_sample=False)
    assert_draws_afresh(candidate, lambda: candidate.ddim_step(*few[:5]), "the noise")


@check("ddim_step", points=0.25, title="with eta = 0 it is deterministic", kind="law")
def test_ddim_step_deterministic(candidate: Candidate) -> None:
    """With eta = 0 the result changed with the noise, or the step is not the formula's."""
    step = make_step((3, 2), 54, 0.0, per_sample=False)
    expected = formula(step)
    assert_close(candidate.ddim_step(*step), expected, what="x_prev with noise given")
    assert_close(candidate.ddim_step(*step[:4]), expected, what="x_prev with defaults")


@check("ddim_step", points=0.25, title="its gradient reaches x_t and eps", kind="gradient")
def test_ddim_step_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to x_t and eps are not the two coefficients."""
    step = make_step((3, 2, 2), 55, 0.5, per_sample=True, dtype=torch.float64)
    weights = make_step((3, 2, 2), 56, 0.5, per_sample=True, dtype=torch.float64).x_t
    leaves = [step.x_t.clone().requires_grad_(), step.eps.clone().requires_grad_()]
    expected = torch.autograd.grad(formula(step._replace(x_t=leaves[0], eps=leaves[1])), leaves, weights)
    actual = candidate.ddim_step.grad(*step, wrt=(0, 1), cotangent=weights)
    for got, right, name in zip(actual, expected, ("x_t", "eps"), strict=True):
        assert_close(got, right, rtol=1e-4, what=f"the gradient of {name}")


@check("ddim_step", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_ddim_step_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    step = make_step((3, 2), 57, 0.6, per_sample=True, dtype=torch.float64)
    assert_close(candidate.ddim_step(*step), formula(step), rtol=1e-9, atol=1e-11)


@check("ddim_step", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_ddim_step_pure(candidate: Candidate) -> None:
    """An input was modified, or noise was drawn although it is given."""
    step = make_step((2, 3), 58, 0.6, per_sample=True)
    seen = candidate.ddim_step.observe(*step)
    for after, before in zip(seen.args, step, strict=True):
        if isinstance(before, Tensor):
            assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used although noise is given")
    assert_shape(seen.value, (2, 3))
