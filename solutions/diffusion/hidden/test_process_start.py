"""Hidden checks of predict_start_from_noise and denoising_loss in process.py."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check, load_beside
from autograder.checks.strategies import generator, made, number, whole

toys = load_beside(__file__, "toys")

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (2, 3, 1, 2, 2), (2, 2, 2, 2, 2)]


class Noised(NamedTuple):
    """Data (clean or noisy), noise, one timestep per sample and a schedule, in the order of the arguments."""

    x: Tensor
    t: Tensor
    noise: Tensor
    alphas_cumprod: Tensor


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
    return Noised(x.to(dtype), t, noise.to(dtype), (1 - betas).cumprod(0).to(dtype))


def coefficients(case: Noised) -> tuple[Tensor, Tensor]:
    """sqrt(alpha_bar) and sqrt(1 - alpha_bar) of each sample in float64, ready to multiply the data."""
    rows = [float(case.alphas_cumprod[step]) for step in case.t.tolist()]
    shape = (len(rows), *[1] * (case.x.ndim - 1))
    signal = torch.tensor([math.sqrt(row) for row in rows], dtype=torch.float64)
    deviation = torch.tensor([math.sqrt(1 - row) for row in rows], dtype=torch.float64)
    return signal.reshape(shape), deviation.reshape(shape)


denoise = toys.Neighbours()
"""A noise predictor that depends on the data, on the timestep and on neighbouring elements."""


def assert_untouched(seen: Observation, arguments: Sequence[Tensor | None]) -> None:
    """The call left its arguments and the global random state alone."""
    for after, before in zip(seen.args, arguments, strict=True):
        if isinstance(before, Tensor):
            assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


# -- predict_start_from_noise ------------------------------------------------------------------------------


@check("predict_start_from_noise", points=0.75, title="solves the forward marginal for x_0")
@given(case=noised())
def test_predict_start_from_noise_solves(candidate: Candidate, case: Noised) -> None:
    """Noising the result again with the same noise does not lead back to x_t for some sample."""
    signal, deviation = coefficients(case)
    expected = (case.x.double() - deviation * case.noise) / signal
    assert_close(candidate.predict_start_from_noise(*case), expected.to(case.x.dtype), what="x_0")


@check("predict_start_from_noise", points=0.5, title="recovers the data that the noise was added to")
def test_predict_start_from_noise_recovers_data(candidate: Candidate) -> None:
    """Data of any size, far outside [-1, 1] too, must come back from x_t and its noise."""
    case = make_noised((4, 3, 2), 21, torch.float64)
    x_start = 20 * case.x
    signal, deviation = coefficients(case)
    x_t = signal * x_start + deviation * case.noise
    actual = candidate.predict_start_from_noise(x_t, case.t, case.noise, case.alphas_cumprod)
    assert_close(actual, x_start, rtol=1e-4, dtype=False, what="x_0")


@check("predict_start_from_noise", points=0.5, title="its gradient reaches x_t and the noise", kind="gradient")
def test_predict_start_from_noise_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to x_t and noise are not the two coefficients."""
    case = make_noised((3, 2, 2), 22, torch.float64)
    weights = make_noised((3, 2, 2), 23, torch.float64).x
    by_x, by_noise = candidate.predict_start_from_noise.grad(*case, wrt=(0, 2), cotangent=weights)
    signal, deviation = coefficients(case)
    assert_close(by_x, weights / signal, rtol=1e-4, what="the gradient of x_t")
    assert_close(by_noise, -weights * deviation / signal, rtol=1e-4, what="the gradient of noise")


@check("predict_start_from_noise", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_predict_start_from_noise_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise, or is cut off where hardly any signal is left."""
    case = make_noised((3, 2), 24, torch.float64)
    signal, deviation = coefficients(case)
    expected = (case.x - deviation * case.noise) / signal
    assert_close(candidate.predict_start_from_noise(*case), expected, rtol=1e-9, atol=1e-11)
    # The ends of the linear and of the cosine schedule of a thousand steps.
    faint = torch.tensor([number(25, 3e-5, 5e-5, digits=7), 2.4e-9], dtype=torch.float64)
    signal = faint.reshape(2, 1)
    expected = (case.x[:2] - (1 - signal).sqrt() * case.noise[:2]) / signal.sqrt()
    actual = candidate.predict_start_from_noise(case.x[:2], torch.tensor([0, 1]), case.noise[:2], faint)
    assert_close(actual, expected, rtol=1e-6, atol=0.0)


@check("predict_start_from_noise", points=0.25, title="depends on nothing but its inputs", kind="purity")
def test_predict_start_from_noise_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_noised((2, 3, 2), 25)
    seen = candidate.predict_start_from_noise.observe(*case)
    assert_untouched(seen, case)
    assert_shape(seen.value, (2, 3, 2))


# -- denoising_loss ----------------------------------------------------------------------------------------


def true_loss(case: Noised) -> Tensor:
    """The objective for `denoise`, differentiable in float64."""
    signal, deviation = coefficients(case)
    predicted = denoise(signal * case.x.double() + deviation * case.noise.double(), case.t)
    errors = (case.noise.double() - predicted).flatten()
    return errors @ errors / errors.numel()


@check("denoising_loss", points=1.25, title="is the mean squared error of the predicted noise")
@given(case=noised())
def test_denoising_loss_is_mean_squared_error(candidate: Candidate, case: Noised) -> None:
    """The loss differs from the mean, over all elements, of the squared error at x_t."""
    expected = true_loss(case).to(case.x.dtype)
    loss = candidate.denoising_loss(candidate.toy("Neighbours"), *case)
    assert_close(loss, expected, scalar=True, what="the loss")


@check("denoising_loss", points=0.5, title="shows the network x_t and the timesteps", kind="law")
def test_denoising_loss_what_the_network_sees(candidate: Candidate) -> None:
    """The network was not called with the noisy data and the int64 timesteps as they were given."""
    case, calls = make_noised((3, 2, 2), 31), []

    def recording(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        calls.append((x.detach().clone(), t.detach().clone() if isinstance(t, Tensor) else t))
        return torch.zeros_like(x)

    candidate.denoising_loss(recording, *case)
    assert_true(len(calls) > 0, "the network was never called")
    signal, deviation = coefficients(case)
    assert_close(calls[0][0], (signal * case.x + deviation * case.noise).float(), what="the data that the network saw")
    assert_close(calls[0][1], case.t, what="the timesteps that the network saw")


@check("denoising_loss", points=0.5, title="its gradient passes through the network", kind="gradient")
def test_denoising_loss_gradient(candidate: Candidate) -> None:
    """The derivative with respect to the data, which runs through the network, is wrong or missing."""
    case = make_noised((3, 4), 32, torch.float64)
    x, noise = case.x.clone().requires_grad_(), case.noise.clone().requires_grad_()
    expected = torch.autograd.grad(true_loss(case._replace(x=x, noise=noise)), (x, noise))
    by_x, by_noise = candidate.denoising_loss.grad(denoise, *case, wrt=(1, 3))
    assert_close(by_x, expected[0], rtol=1e-4, what="the gradient of x_start")
    assert_close(by_noise, expected[1], rtol=1e-4, what="the gradient of noise")


@check("denoising_loss", points=0.25, title="a 0-dimensional tensor in the dtype of the data", kind="dtype")
def test_denoising_loss_dtype(candidate: Candidate) -> None:
    """With float64 inputs the loss is not a float64 scalar, or not that precise."""
    case = make_noised((3, 2), 33, torch.float64)
    assert_close(candidate.denoising_loss(denoise, *case), true_loss(case), rtol=1e-9, atol=0.0)


@check("denoising_loss", points=0.25, title="uses the noise it is given", kind="purity")
def test_denoising_loss_pure(candidate: Candidate) -> None:
    """An input was modified, or noise was drawn although it is given."""
    case = make_noised((2, 3, 2), 34)
    seen = candidate.denoising_loss.observe(denoise, *case)
    assert_untouched(seen, (None, *case))
    assert_close(seen.value, true_loss(case).float(), what="the loss")


@check("denoising_loss", points=0.25, title="does not grow with the size of the batch or the image", kind="law")
def test_denoising_loss_mean_over_everything(candidate: Candidate) -> None:
    """The loss changed when the same batch was repeated, or when each image was tiled."""
    case = make_noised((2, 3), 35)
    doubled = Noised(case.x.tile(2, 2), case.t.tile(2), case.noise.tile(2, 2), case.alphas_cumprod)
    expected = true_loss(case).float()
    assert_close(candidate.denoising_loss(denoise, *doubled), expected, what="the loss of the repeated batch")
