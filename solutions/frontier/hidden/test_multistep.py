"""Hidden checks of multistep.py."""

import math
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import generator, made, normal, number, whole

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (2, 3, 1, 2, 2), (2, 2, 2, 2, 2)]


class Noised(NamedTuple):
    """The arguments of v_prediction_target, in their order."""

    x_start: Tensor
    noise: Tensor
    t: Tensor
    alphas_cumprod: Tensor

    def angles(self) -> Tensor:
        """phi with cos(phi) = sqrt(alpha_bar) and sin(phi) = sqrt(1 - alpha_bar), shaped to broadcast."""
        angles = [math.acos(math.sqrt(float(self.alphas_cumprod[step]))) for step in self.t.tolist()]
        return torch.tensor(angles, dtype=torch.float64).reshape(-1, *[1] * (self.x_start.ndim - 1))


def noised() -> st.SearchStrategy[Noised]:
    """Batches of both precisions; schedules of 2 to 12 steps."""
    dtypes = st.sampled_from([torch.float32, torch.float64])
    return made(make_noised, st.sampled_from(SHAPES), st.integers(0, 2**20), dtypes)


def make_noised(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64) -> Noised:
    """Fill the tensors from a seed; alpha_bar stays above 0.03."""
    random, length = generator(seed), whole(seed, 2, 12)
    t = torch.randperm(max(length, shape[0]), generator=random)[: shape[0]] % length
    x_start, noise = (normal(shape, seed + k, dtype) for k in (1, 2))
    return Noised(x_start, noise, t, alpha_bars(length, random).to(dtype))


def alpha_bars(length: int, random: torch.Generator) -> Tensor:
    """A schedule with uneven steps."""
    return (0.99 - 0.24 * torch.rand(length, generator=random, dtype=torch.float64)).cumprod(0)


def velocity(case: Noised) -> Tensor:
    """How fast x_t moves with the angle phi, by differentiating cos(phi) x_0 + sin(phi) noise."""
    phi = case.angles().expand(case.x_start.shape).clone().requires_grad_()
    path = torch.cos(phi) * case.x_start.double() + torch.sin(phi) * case.noise.double()
    return torch.autograd.grad(path.sum(), phi)[0].to(case.x_start.dtype)


# -- v_prediction_target -----------------------------------------------------------------------------------


@check("v_prediction_target", points=1, title="is the velocity along the circle from data to noise")
@given(case=noised())
def test_v_prediction_target_is_velocity(candidate: Candidate, case: Noised) -> None:
    """The result differs from the derivative of x_t with respect to the angle between signal and noise."""
    assert_close(candidate.v_prediction_target(*case), velocity(case), what="v")


@check("v_prediction_target", points=0.5, title="x_t and v are a rotation of data and noise", kind="law")
def test_v_prediction_target_rotation(candidate: Candidate) -> None:
    """Data and noise cannot be got back from x_t and v by rotating back, or lengths have changed."""
    case = make_noised((4, 3), 31)
    v = candidate.v_prediction_target(*case)
    assert_shape(v, (4, 3), what="v")
    cos, sin = torch.cos(case.angles()), torch.sin(case.angles())
    x_t = cos * case.x_start + sin * case.noise
    assert_close(x_t**2 + v**2, case.x_start**2 + case.noise**2, what="the squared length")
    assert_close(cos * x_t - sin * v, case.x_start, what="the data found from x_t and v")
    assert_close(sin * x_t + cos * v, case.noise, what="the noise found from x_t and v")


@check("v_prediction_target", points=0.5, title="its gradient reaches data and noise", kind="gradient")
def test_v_prediction_target_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to x_start and noise are not the two coefficients."""
    case, weights = make_noised((3, 2, 2), 32), normal((3, 2, 2), 33)
    by_start, by_noise = candidate.v_prediction_target.grad(*case, wrt=(0, 1), cotangent=weights)
    assert_close(by_start, -torch.sin(case.angles()) * weights, rtol=1e-4, what="the gradient of x_start")
    assert_close(by_noise, torch.cos(case.angles()) * weights, rtol=1e-4, what="the gradient of noise")


@check("v_prediction_target", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_v_prediction_target_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_noised((3, 2), 34)
    assert_close(candidate.v_prediction_target(*case), velocity(case), rtol=1e-10, atol=1e-12, what="v")


@check(
    "v_prediction_target", points=0.25, title="depends on its inputs alone, and spares them", kind="purity"
)
def test_v_prediction_target_pure(candidate: Candidate) -> None:
    """An input was modified, or noise was drawn although it is given."""
    case = make_noised((2, 3, 2), 35, torch.float32)
    seen = candidate.v_prediction_target.observe(*case)
    for after, before in zip(seen.args, case, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (2, 3, 2), what="v")


@check("v_prediction_target", points=0.25, title="almost clean and almost destroyed data", kind="extreme")
def test_v_prediction_target_extremes(candidate: Candidate) -> None:
    """Where alpha_bar is close to 1, v must be close to the noise; where it is close to 0, to minus the data."""
    case = make_noised((2, 4), 36)
    alphas_cumprod = torch.tensor([1 - 1e-9, 1e-12], dtype=torch.float64)
    v = candidate.v_prediction_target(case.x_start, case.noise, torch.tensor([0, 1]), alphas_cumprod)
    assert_close(v, torch.stack([case.noise[0], -case.x_start[1]]), atol=1e-3, what="v")


# -- min_snr_weight ----------------------------------------------------------------------------------------


class Weighing(NamedTuple):
    """The arguments of min_snr_weight, in their order; the last is left out where the default is meant."""

    t: Tensor
    alphas_cumprod: Tensor
    gamma: float | None

    def arguments(self) -> tuple:
        """What to call with."""
        return self[:2] if self.gamma is None else tuple(self)


def weighings() -> st.SearchStrategy[Weighing]:
    """Both precisions, one to six timesteps, gamma from 0.5 to 20."""
    dtypes = st.sampled_from([torch.float32, torch.float64])
    gammas = st.sampled_from([None, 5.0, 0.5, 1, 2.5, 20.0])
    return made(make_weighing, st.integers(1, 6), st.integers(0, 2**20), dtypes, gammas)


def make_weighing(
    count: int, seed: int, dtype: torch.dtype = torch.float64, gamma: float | None = None
) -> Weighing:
    """Signal-to-noise ratios from about 100 down to 0.05."""
    random = generator(seed)
    t = torch.randperm(12, generator=random)[:count]
    return Weighing(t, alpha_bars(12, random).to(dtype), gamma)


def weights(case: Weighing) -> Tensor:
    """One where noise prevails, gamma over the ratio where it does not, with plain numbers."""
    gamma = 5.0 if case.gamma is None else case.gamma
    ratios = [a / (1 - a) for a in case.alphas_cumprod.double()[case.t].tolist()]
    values = [1.0 if ratio <= gamma else gamma / ratio for ratio in ratios]
    return torch.tensor(values, dtype=torch.float64).to(case.alphas_cumprod.dtype)


@check("min_snr_weight", points=1, title="is min(SNR, gamma) / SNR")
@given(case=weighings())
def test_min_snr_weight_formula(candidate: Candidate, case: Weighing) -> None:
    """Some weight differs from min(SNR, gamma) / SNR at its timestep."""
    assert_close(candidate.min_snr_weight(*case.arguments()), weights(case), what="the vector of weights")


@check("min_snr_weight", points=0.25, title="no timestep counts more than gamma", kind="law")
def test_min_snr_weight_caps(candidate: Candidate) -> None:
    """Weight times ratio must be the ratio itself, cut off at gamma; with a huge gamma nothing is cut off."""
    case = make_weighing(6, 41)
    ratio = (case.alphas_cumprod / (1 - case.alphas_cumprod))[case.t]
    capped = candidate.min_snr_weight(case.t, case.alphas_cumprod, 2.0)
    assert_shape(capped, (6,), what="the vector of weights")
    assert_close(capped * ratio, ratio.clamp(max=2.0), what="the weights of errors of the data")
    assert_close(
        candidate.min_snr_weight(case.t, case.alphas_cumprod, 1e6),
        torch.ones(6).double(),
        what="the vector of weights",
    )


@check("min_snr_weight", points=0.25, title="almost clean and almost destroyed data", kind="extreme")
def test_min_snr_weight_extremes(candidate: Candidate) -> None:
    """Where alpha_bar is close to 0 the weight must be 1; where it is close to 1 it must be tiny, and finite."""
    alphas_cumprod = torch.tensor([1e-12, 1 - 2**-30], dtype=torch.float64)
    for gamma in (5, number(45, 2, 9)):
        actual = candidate.min_snr_weight(torch.tensor([1, 0]), alphas_cumprod, gamma)
        expected = torch.tensor([gamma / (2**30 - 1), 1.0], dtype=torch.float64)
        assert_close(actual, expected, rtol=1e-6, atol=0.0, what="the vector of weights")


@check("min_snr_weight", points=0.25, title="no weight depends on the other timesteps", kind="law")
def test_min_snr_weight_batch_independence(candidate: Candidate) -> None:
    """The weight of a timestep changed with the others of its batch."""
    case = make_weighing(5, 42)
    whole = candidate.min_snr_weight(*case.arguments())
    single = candidate.min_snr_weight(case.t[3:4], case.alphas_cumprod)
    assert_shape(whole, (5,), what="the vector of weights")
    assert_close(single, whole[3:4], what="the weight of one timestep")


@check("min_snr_weight", points=0.25, title="computes in the dtype of the schedule", kind="dtype")
def test_min_snr_weight_dtype(candidate: Candidate) -> None:
    """With a float64 schedule the weights are not float64, or not that precise."""
    case = make_weighing(6, 43)
    assert_close(
        candidate.min_snr_weight(*case.arguments()),
        weights(case),
        rtol=1e-10,
        atol=1e-12,
        what="the vector of weights",
    )


@check("min_snr_weight", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_min_snr_weight_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_weighing(4, 44, torch.float32)
    seen = candidate.min_snr_weight.observe(*case.arguments())
    for after, before in zip(seen.args, case[:2], strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (4,), what="the vector of weights")
