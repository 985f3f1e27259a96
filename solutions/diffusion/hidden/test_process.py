"""Hidden checks of q_sample and score_from_noise in process.py."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Normal

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import generator, made, normal, uniform, whole

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (2, 3, 1, 2, 2), (2, 2, 2, 2, 2)]


class Noised(NamedTuple):
    """Clean data, noise, one timestep per sample and a schedule; ``x`` and ``noise`` are independent."""

    x: Tensor
    noise: Tensor
    t: Tensor
    alphas_cumprod: Tensor

    def alpha_bar(self, b: int) -> float:
        """The cumulative alpha of sample b."""
        return float(self.alphas_cumprod[int(self.t[b])])


def noised() -> st.SearchStrategy[Noised]:
    """Float32 batches of one to four trailing dimensions; schedules of 2 to 12 steps."""
    return made(make_noised, st.sampled_from(SHAPES), st.integers(0, 2**20))


def mixed_timesteps(length: int, batch: int, random: torch.Generator) -> Tensor:
    """Timesteps of which no two samples have the same, as far as there are enough of them."""
    return torch.randperm(max(length, batch), generator=random)[:batch] % length


def make_noised(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float32) -> Noised:
    """Draw a case; betas are unordered, and the signal never vanishes (alpha_bar > 0.03)."""
    random, length = generator(seed), whole(seed, 2, 12)
    betas = 0.01 + 0.24 * torch.rand(length, generator=random, dtype=torch.float64)
    t = mixed_timesteps(length, shape[0], random)
    x, noise = torch.randn(2, *shape, generator=random, dtype=torch.float64).mul(1.5)
    return Noised(x.to(dtype), noise.to(dtype), t, (1 - betas).cumprod(0).to(dtype))


def per_sample(case: Noised, function: Callable[[Tensor, Tensor, float], Tensor]) -> Tensor:
    """Stack ``function(x, noise, alpha_bar)`` over the samples of a batch, in float64."""
    rows = [
        function(case.x[b].double(), case.noise[b].double(), case.alpha_bar(b)) for b in range(len(case.t))
    ]
    return torch.stack(rows).to(case.x.dtype)


def noisy(x: Tensor, noise: Tensor, alpha_bar: float) -> Tensor:
    """The forward marginal of one sample."""
    return math.sqrt(alpha_bar) * x + math.sqrt(1 - alpha_bar) * noise


def score(case: Noised) -> Tensor:
    """The score by differentiating the log-density of the forward marginal at the x_t of every sample."""
    x_t = per_sample(case, noisy).double().requires_grad_()
    alpha_bar = case.alphas_cumprod.double()[case.t].reshape(-1, *[1] * (case.x.ndim - 1))
    marginal = Normal(alpha_bar.sqrt() * case.x, (1 - alpha_bar).sqrt(), validate_args=False)
    return torch.autograd.grad(marginal.log_prob(x_t).sum(), x_t)[0].to(case.x.dtype)


# -- q_sample ----------------------------------------------------------------------------------------------


@check("q_sample", points=1.25, title="equals the closed form, sample by sample")
@given(case=noised())
def test_q_sample_closed_form(candidate: Candidate, case: Noised) -> None:
    """x_t differs from sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) noise for some sample."""
    x_t = candidate.q_sample(case.x, case.t, case.noise, case.alphas_cumprod)
    assert_close(x_t, per_sample(case, noisy), what="x_t")


@check("q_sample", points=0.5, title="has the moments of many small steps", kind="law")
def test_q_sample_composes_steps(candidate: Candidate) -> None:
    """Jumping to step t must have the mean and variance of adding beta after beta, one step at a time."""
    betas = uniform((4,), 7, 0.1, 0.4)
    scale, variance, scales, deviations = 1.0, 0.0, [], []
    for beta in betas.tolist():
        scale, variance = scale * math.sqrt(1 - beta), (1 - beta) * variance + beta
        scales.append(scale)
        deviations.append(math.sqrt(variance))
    t, ones, zeros = torch.arange(4), torch.ones(4, 1).double(), torch.zeros(4, 1).double()
    alphas_cumprod = (1 - betas).cumprod(0)
    signal = candidate.q_sample(ones, t, zeros, alphas_cumprod)
    noise = candidate.q_sample(zeros, t, ones, alphas_cumprod)
    assert_close(signal[:, 0], torch.tensor(scales, dtype=torch.float64), rtol=1e-4, what="the share of the signal")
    assert_close(noise[:, 0], torch.tensor(deviations, dtype=torch.float64), rtol=1e-4, what="the share of the noise")


@check("q_sample", points=0.5, title="its gradient reaches data and noise", kind="gradient")
def test_q_sample_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to x_start and noise are not the two coefficients."""
    case = make_noised((3, 2, 2), 5, torch.float64)
    weights = make_noised((3, 2, 2), 6, torch.float64).x
    by_x, by_noise = candidate.q_sample.grad(*_q_arguments(case), wrt=(0, 2), cotangent=weights)
    alpha_bar = case.alphas_cumprod[case.t].reshape(3, 1, 1)
    assert_close(by_x, alpha_bar.sqrt() * weights, rtol=1e-4, what="the gradient of x_start")
    assert_close(by_noise, (1 - alpha_bar).sqrt() * weights, rtol=1e-4, what="the gradient of noise")


@check("q_sample", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_q_sample_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise, or a long schedule is cut off."""
    case = make_noised((3, 2), 8, torch.float64)
    assert_close(candidate.q_sample(*_q_arguments(case)), per_sample(case, noisy), rtol=1e-10, atol=1e-12)
    length = 2 * whole(9, 550, 950)
    alphas_cumprod = torch.linspace(0.999, 0.001, length, dtype=torch.float64)
    t = torch.tensor([length - 1, whole(11, 260, 990), 0])
    signal = alphas_cumprod[t].reshape(3, 1)
    expected = signal.sqrt() * case.x + (1 - signal).sqrt() * case.noise
    assert_close(candidate.q_sample(case.x, t, case.noise, alphas_cumprod), expected, rtol=1e-9, atol=1e-12)


@check("q_sample", points=0.25, title="depends on nothing but its inputs, and leaves them alone", kind="purity")
def test_q_sample_pure(candidate: Candidate) -> None:
    """An input was modified, or noise was drawn although it is given."""
    case = make_noised((2, 3, 2), 9)
    seen = candidate.q_sample.observe(*_q_arguments(case))
    assert_untouched(seen, _q_arguments(case))
    assert_shape(seen.value, (2, 3, 2))


@check("q_sample", points=0.25, title="almost clean and almost destroyed data", kind="extreme")
def test_q_sample_extremes(candidate: Candidate) -> None:
    """Where alpha_bar is close to 1 or to 0, x_t must be close to the data or to the noise, and finite."""
    alphas_cumprod = torch.tensor([1 - 1e-9, 1e-12], dtype=torch.float64)
    case = make_noised((2, 4), 10, torch.float64)
    x_t = candidate.q_sample(case.x, torch.tensor([0, 1]), case.noise, alphas_cumprod)
    assert_close(x_t, torch.stack([case.x[0], case.noise[1]]), atol=1e-3, what="x_t")


def _q_arguments(case: Noised) -> tuple[Tensor, ...]:
    return case.x, case.t, case.noise, case.alphas_cumprod


def assert_untouched(seen: Observation, arguments: Sequence[Tensor]) -> None:
    """The call left its arguments and the global random state alone."""
    for after, before in zip(seen.args, arguments, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


# -- score_from_noise --------------------------------------------------------------------------------------


@check("score_from_noise", points=1.5, title="is the gradient of the log-density")
@given(case=noised())
def test_score_from_noise_matches_autograd(candidate: Candidate, case: Noised) -> None:
    """The result differs from the derivative of log q(x_t | x_0) at the x_t that the noise leads to."""
    actual = candidate.score_from_noise(case.noise, case.t, case.alphas_cumprod)
    assert_close(actual, score(case), what="the score")


@check("score_from_noise", points=0.5, title="its gradient reaches the noise", kind="gradient")
def test_score_from_noise_gradient(candidate: Candidate) -> None:
    """The derivative with respect to the noise is not the coefficient in front of it."""
    case = make_noised((3, 2, 2), 11, torch.float64)
    weights = make_noised((3, 2, 2), 12, torch.float64).x
    (gradient,) = candidate.score_from_noise.grad(*_score_arguments(case), wrt=(0,), cotangent=weights)
    deviation = (1 - case.alphas_cumprod[case.t]).sqrt().reshape(3, 1, 1)
    assert_close(gradient, -weights / deviation, rtol=1e-4, what="the gradient of noise")


@check("score_from_noise", points=0.25, title="treats every sample on its own", kind="law")
def test_score_from_noise_batch_independence(candidate: Candidate) -> None:
    """The score of a sample changed with the other samples of its batch."""
    case = make_noised((4, 4), 16)
    whole = candidate.score_from_noise(*_score_arguments(case))
    half = candidate.score_from_noise(case.noise[2:], case.t[2:], case.alphas_cumprod)
    assert_shape(whole, (4, 4))
    assert_true(whole.std(0).min() > 0, "all samples have the same score")
    assert_close(whole[2:], half, what="the score in the whole batch")


@check("score_from_noise", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_score_from_noise_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_noised((3, 2), 13, torch.float64)
    actual = candidate.score_from_noise(*_score_arguments(case))
    assert_close(actual, score(case), rtol=1e-9, atol=1e-11)


@check("score_from_noise", points=0.25, title="depends on nothing but its inputs, and leaves them alone", kind="purity")
def test_score_from_noise_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_noised((2, 3, 2), 14)
    seen = candidate.score_from_noise.observe(*_score_arguments(case))
    assert_untouched(seen, _score_arguments(case))
    assert_shape(seen.value, (2, 3, 2))


@check("score_from_noise", points=0.25, title="almost clean and almost destroyed data", kind="extreme")
def test_score_from_noise_extremes(candidate: Candidate) -> None:
    """Where alpha_bar is close to 1 the score is very large; where it is close to 0 it is minus the noise."""
    alphas_cumprod = torch.tensor([1 - 2**-20, 1e-12], dtype=torch.float64)
    noise = normal((1, 2), 15).expand(2, 2).clone()
    expected = torch.stack([-noise[0] * 2**10, -noise[1]])
    actual = candidate.score_from_noise(noise, torch.tensor([0, 1]), alphas_cumprod)
    assert_close(actual, expected, rtol=1e-4, atol=0.0, dtype=False, what="the score")


def _score_arguments(case: Noised) -> tuple[Tensor, ...]:
    return case.noise, case.t, case.alphas_cumprod
