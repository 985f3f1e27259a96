"""Hidden checks of latent.py."""

import math
from typing import NamedTuple

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check, load_beside
from autograder.checks.strategies import made, normal, one_of, whole

toys = load_beside(__file__, "toys")

WIDE = toys.WideVAE()
SHAPES = [(1, 3), (4, 2), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (2, 3, 1, 2, 2)]
SCALES = [0.18215, 0.5, 1.7, 4.0]


class Case(NamedTuple):
    """Data or latents, and the scale as a number or a tensor."""

    x: Tensor
    scale: float | Tensor


def cases() -> st.SearchStrategy[Case]:
    """Batches of both precisions."""
    dtypes = st.sampled_from([torch.float32, torch.float64])
    scales = st.sampled_from(SCALES)
    return made(make_case, st.sampled_from(SHAPES), st.integers(0, 2**20), dtypes, scales, st.booleans())


def make_case(
    shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64, scale: float = 0.5, tensor: bool = False
) -> Case:
    """Fill the tensor from a seed."""
    return Case(normal(shape, seed, dtype), torch.tensor(scale, dtype=dtype) if tensor else scale)


def encoded(case: Case) -> Tensor:
    """What encode_scaled must return."""
    return WIDE.encode(case.x.double())[0].mul(float(case.scale)).to(case.x.dtype)


def decoded(case: Case) -> Tensor:
    """What decode_scaled must return."""
    return WIDE.decode(case.x.double() * (1 / float(case.scale))).to(case.x.dtype)


# -- latent_scale ------------------------------------------------------------------------------------------


def clouds(seed: int, shape: tuple[int, ...] = (125, 4, 3, 3), spread: float = 1.0) -> Tensor:
    """Latents whose channels (or columns) have means and widths of their own."""
    means = torch.linspace(-2, 3, shape[1]).double().reshape(1, -1, *[1] * (len(shape) - 2))
    return spread * (normal(shape, seed) * (1 + 0.3 * means.abs()) + means)


@check("latent_scale", points=1.25, title="is one over the standard deviation of all elements")
def test_latent_scale_value(candidate: Candidate) -> None:
    """The result differs from 1 / std, taken over batch, channels and positions together."""
    for seed, shape, spread in ((1, (125, 4, 3, 3), 1.0), (2, (1000, 5), 3.5), (3, (90, 4, 13), 0.2)):
        latents = clouds(seed, shape, spread)
        expected = 1 / float(np.std(latents.numpy()))
        assert_close(candidate.latent_scale(latents), expected, rtol=1e-3, what="the scale")


@check("latent_scale", points=0.25, title="latents times scale have unit standard deviation", kind="law")
def test_latent_scale_normalises(candidate: Candidate) -> None:
    """After multiplying by the scale, the standard deviation of the latents is not 1."""
    latents = clouds(4, spread=0.7).float()
    scale = float(candidate.latent_scale(latents))
    assert_close(float((latents * scale).std()), 1.0, rtol=1e-3, what="the standard deviation")


@check("latent_scale", points=0.25, title="shifting changes nothing, stretching divides", kind="law")
def test_latent_scale_affine(candidate: Candidate) -> None:
    """Adding a constant to the latents must leave the scale alone, tripling them must divide it by three."""
    latents = clouds(5)
    scale = float(candidate.latent_scale(latents))
    assert_close(candidate.latent_scale(latents + 10), scale, rtol=1e-3, what="the scale of shifted latents")
    stretched = candidate.latent_scale(-3 * latents)
    assert_close(stretched, scale / 3, rtol=1e-3, what="the scale of stretched latents")


@check("latent_scale", points=0.25, title="very small and very large latents", kind="extreme")
def test_latent_scale_extremes(candidate: Candidate) -> None:
    """The scale of very small or very large latents is not 1 / std."""
    for spread in (1e-4, 1e5):
        latents = clouds(6, spread=spread).float()
        expected = 1 / float(np.std(latents.double().numpy()))
        assert_close(candidate.latent_scale(latents), expected, rtol=1e-3, atol=0.0, what="the scale")


@check("latent_scale", points=0.25, title="is a single number", kind="shape")
def test_latent_scale_is_scalar(candidate: Candidate) -> None:
    """The result is not one number for all channels."""
    for shape in ((2000, 2), (500, 2, 2, 2), (250, 2, 2, 2, 2)):
        latents = clouds(7, shape)
        expected = 1 / float(np.std(latents.numpy()))
        assert_close(candidate.latent_scale(latents), expected, rtol=1e-3, what="the scale")


@check("latent_scale", points=0.25, title="leaves the latents as they are", kind="purity")
def test_latent_scale_pure(candidate: Candidate) -> None:
    """The latents were modified, or the random state or a global setting was changed."""
    latents = clouds(8).float()
    seen = candidate.latent_scale.observe(latents)
    assert_close(seen.args[0], latents, rtol=0, atol=0, what="the latents after the call")
    assert_true(not seen.rng_used, "the global random state was used")


# -- encode_scaled -----------------------------------------------------------------------------------------


@check("encode_scaled", points=1.25, title="is the posterior mean times the scale")
@given(case=cases())
def test_encode_scaled_value(candidate: Candidate, case: Case) -> None:
    """The result differs from scale times the mean that the encoder gives."""
    actual = candidate.encode_scaled(candidate.toy("WideVAE"), *case)
    assert_close(actual, encoded(case), what="the scaled latent")


@check("encode_scaled", points=0.5, title="draws nothing", kind="random")
def test_encode_scaled_deterministic(candidate: Candidate) -> None:
    """The random state was used, or the log-variance has an influence on the latents."""
    results = []
    for logvar in (-30.0, 3.0):

        def wide(x: Tensor, logvar: float = logvar) -> tuple[Tensor, Tensor]:
            return 2 * x, torch.full_like(x, logvar)

        seen = candidate.encode_scaled.observe(candidate.object(encode=wide), normal((2, 3), 11), 0.4)
        assert_shape(seen.value, (2, 3), what="the scaled latent")
        assert_true(not seen.rng_used, "the global random state was used")
        results.append(seen.value)
    assert_close(results[1], results[0], what="the latents of a wider posterior")


@check("encode_scaled", points=0.25, title="shows the encoder the data as they are", kind="law")
def test_encode_scaled_shows_data(candidate: Candidate) -> None:
    """What the encoder was shown is not x."""
    x, seen = normal((2, 1, 3, 3), 12), []

    def watched(x: Tensor) -> tuple[Tensor, Tensor]:
        seen.append(x.detach().clone())
        return x, x

    latents = candidate.encode_scaled(candidate.object(encode=watched), x, 0.3)
    assert_true(len(seen) > 0, "the encoder was not asked")
    assert_close(torch.cat(seen), x, what="the data that the encoder saw")
    assert_shape(latents, (2, 1, 3, 3), what="the scaled latent")


@check("encode_scaled", points=0.5, title="its gradient passes through the encoder", kind="gradient")
def test_encode_scaled_gradient(candidate: Candidate) -> None:
    """The derivative with respect to x is not scale times the encoder's."""
    x, weights = normal((3, 2), 13), normal((3, 4), 14)
    vae = candidate.object(encode=WIDE.encode)
    (gradient,) = candidate.encode_scaled.grad(vae, x, 1.6, wrt=(1,), cotangent=weights)
    expected = 1.6 * (weights[:, :2] * torch.cos(x) + weights[:, 2:] * 2 * x)
    assert_close(gradient, expected, rtol=1e-4, what="the gradient of x")


@check("encode_scaled", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_encode_scaled_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_case((3, 2), 15, scale=0.18215)
    actual = candidate.encode_scaled(candidate.object(encode=WIDE.encode), *case)
    assert_close(actual, encoded(case), rtol=1e-10, atol=1e-12, what="the scaled latent")


@check("encode_scaled", points=0.25, title="leaves data and latents as they are", kind="purity")
def test_encode_scaled_pure(candidate: Candidate) -> None:
    """An input was modified, or the result is not scale times the mean."""
    x = normal((2, 3), 16, torch.float32)
    vae = candidate.object(encode=lambda x: (x, x))
    seen = candidate.encode_scaled.observe(vae, x, 3.0)
    assert_close(seen.args[1], x, rtol=0, atol=0, what="x after the call")
    assert_close(seen.value, 3 * x, what="the scaled latent")


# -- decode_scaled -----------------------------------------------------------------------------------------


@check("decode_scaled", points=1.25, title="decodes the latents divided by the scale")
@given(case=cases())
def test_decode_scaled_value(candidate: Candidate, case: Case) -> None:
    """The result differs from what the decoder says about z / scale."""
    actual = candidate.decode_scaled(candidate.toy("WideVAE"), *case)
    assert_close(actual, decoded(case), what="the decoded image")


@check("decode_scaled", points=0.5, title="undoes the scale of the encoder", kind="law")
def test_decode_scaled_undoes_scale(candidate: Candidate) -> None:
    """For an autoencoder without loss, scaled latents do not come back as the data they were made of."""
    x = normal((2, 3, 2, 2), 21)
    vae = candidate.object(decode=lambda z: 0.5 * (z - 1))
    for scale in (0.25, 8.0):
        actual = candidate.decode_scaled(vae, scale * (2 * x + 1), scale)
        assert_close(actual, x, what="the decoded image")


@check("decode_scaled", points=0.25, title="leaves the decoder's output alone", kind="law")
def test_decode_scaled_output(candidate: Candidate) -> None:
    """The decoder's output was changed, or the decoder was shown something else than z / scale."""
    seen = []

    def wide(z: Tensor) -> Tensor:
        seen.append(z.detach().clone())
        return torch.cat([900 * z - 300, z], dim=1)

    scale = one_of(26, (2.0, 4.0, 8.0))
    z = whole(27, 2, 40) / 8 * torch.tensor([[-1.0, 0.5], [2.0, 0.0]])
    image = candidate.decode_scaled(candidate.object(decode=wide), scale * z, scale)
    assert_close(image, torch.cat([900 * z - 300, z], dim=1), atol=1e-4, what="the decoded image")
    assert_true(len(seen) > 0, "the decoder was not asked")
    assert_close(torch.cat(seen), z, what="the latents that the decoder saw")


@check("decode_scaled", points=0.5, title="its gradient passes through the decoder", kind="gradient")
def test_decode_scaled_gradient(candidate: Candidate) -> None:
    """The derivative with respect to z is not the decoder's, divided by the scale."""
    z, weights = normal((3, 2), 22), normal((3, 4), 23)
    vae = candidate.object(decode=WIDE.decode)
    (gradient,) = candidate.decode_scaled.grad(vae, z, 1.6, wrt=(1,), cotangent=weights)
    expected = (weights[:, :2] + weights[:, 2:]) / torch.cosh(z / 1.6) ** 2 / 1.6
    assert_close(gradient, expected, rtol=1e-4, what="the gradient of z")


@check("decode_scaled", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_decode_scaled_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_case((3, 2), 24, scale=0.18215)
    actual = candidate.decode_scaled(candidate.object(decode=WIDE.decode), *case)
    assert_close(actual, decoded(case), rtol=1e-10, atol=1e-12, what="the decoded image")


@check("decode_scaled", points=0.25, title="leaves the latents as they are", kind="purity")
def test_decode_scaled_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_case((2, 3), 25, torch.float32, 0.7)
    seen = candidate.decode_scaled.observe(candidate.object(decode=WIDE.decode), *case)
    assert_close(seen.args[1], case.x, rtol=0, atol=0, what="z after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (2, 6), what="the decoded image")


# -- compute_ratio -----------------------------------------------------------------------------------------


@check("compute_ratio", points=0.75, title="is the ratio of the numbers of elements")
def test_compute_ratio_value(candidate: Candidate) -> None:
    """The result differs from the number of pixel values over the number of latent values."""
    side, wide, depth = whole(31, 2, 9), whole(32, 40, 99), whole(33, 2, 9)
    cases = [
        ((1, 8 * side, 8 * side), (8, side, side)), ((3, 8 * side, 8 * wide), (4, side, wide)),
        ((3, 10, wide), (depth, 2, 9)),
    ]  # fmt: skip
    for pixels, latent in cases:
        expected = math.exp(sum(map(math.log, pixels)) - sum(map(math.log, latent)))
        assert_close(candidate.compute_ratio(pixels, latent), expected, rtol=1e-6, what="the ratio")


@check("compute_ratio", points=0.25, title="is not rounded", kind="law")
def test_compute_ratio_fraction(candidate: Candidate) -> None:
    """A ratio that is not a whole number, or less than one, came out rounded."""
    odd, size = 2 * whole(34, 2, 20) + 1, whole(35, 5, 40)
    assert_close(candidate.compute_ratio((3, odd, odd), (2, 4, 4)), 3 * odd**2 / 32, what="the ratio")
    assert_close(candidate.compute_ratio((1, 2, 2), (size,)), 4 / size, what="the ratio")


@check("compute_ratio", points=0.25, title="latents with another number of axes", kind="shape")
def test_compute_ratio_axes(candidate: Candidate) -> None:
    """Vectors as latents, or video, are not counted right."""
    side, frames = 4 * whole(36, 5, 40), whole(37, 5, 40)
    assert_close(candidate.compute_ratio((1, side, side), (16,)), side**2 / 16, what="the ratio")
    assert_close(candidate.compute_ratio((3, frames, 64, 64), (4, 8, 8)), 48.0 * frames, what="the ratio")


@check("compute_ratio", points=0.25, title="very many pixels", kind="extreme")
def test_compute_ratio_large(candidate: Candidate) -> None:
    """Numbers of elements beyond 32 bits overflow, or the random state or a global setting was changed."""
    side = whole(38, 6000, 9000)
    seen = candidate.compute_ratio.observe((3, 8 * side, 8 * side), (4, side, side))
    assert_true(not seen.rng_used, "the global random state or a global setting was changed")
    assert_close(seen.value, 48.0, what="the ratio")
