"""Visible checks of latent.py."""

import torch
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_true, check


@check("latent_scale", points=1, title="latents of standard deviation 4")
def test_latent_scale_known_value(candidate: Candidate) -> None:
    """Half of the latents are 7 and half are -1: around their mean 3 the standard deviation is 4."""
    latents = torch.tensor([7.0, -1.0]).repeat(3000).reshape(500, 3, 2, 2)
    assert_close(candidate.latent_scale(latents), 0.25, rtol=1e-3)


@check("encode_scaled", points=1, title="an encoder that halves")
def test_encode_scaled_known_value(candidate: Candidate) -> None:
    """The mean of x = (2, -6) is (1, -3), and with scale 0.25 the result is (0.25, -0.75)."""

    def encode(x: Tensor) -> tuple[Tensor, Tensor]:
        return 0.5 * x, torch.ones_like(x)

    vae = candidate.object(encode=encode)
    assert_close(
        candidate.encode_scaled(vae, torch.tensor([[2.0, -6.0]]), 0.25), torch.tensor([[0.25, -0.75]])
    )


@check("decode_scaled", points=1, title="a decoder that squares")
def test_decode_scaled_known_value(candidate: Candidate) -> None:
    """With scale 0.25 the latent (0.5, -0.75) is really (2, -3), which this decoder maps to (4, 9)."""
    seen = []

    def decode(z: Tensor) -> Tensor:
        seen.append(z)
        return z**2

    vae = candidate.object(decode=decode)
    image = candidate.decode_scaled(vae, torch.tensor([[0.5, -0.75]]), 0.25)
    assert_true(len(seen) > 0, "the decoder was not asked")
    assert_close(seen[0], torch.tensor([[2.0, -3.0]]), what="the latent that the decoder saw")
    assert_close(image, torch.tensor([[4.0, 9.0]]))


@check("compute_ratio", points=0.5, title="the 48-fold reduction of latent diffusion")
def test_compute_ratio_known_value(candidate: Candidate) -> None:
    """196 608 numbers in an image of 256 x 256 pixels, 4096 in a latent of 4 x 32 x 32."""
    assert_close(candidate.compute_ratio((3, 256, 256), (4, 32, 32)), 48.0)
