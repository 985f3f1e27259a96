"""Visible checks of model.py: shapes, known values and what belongs together."""

import math

import torch

from autograder.checks import Candidate, RemoteObject, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import normal


def pictures(number: int, channels: int, seed: int = 0) -> torch.Tensor:
    """Random 32 x 32 images."""
    return normal((number, channels, 32, 32), seed, torch.float32)


def unpack(result: object, names: tuple[str, ...]) -> list:
    """The parts of a result that should be a tuple."""
    whole = isinstance(result, tuple | list) and len(result) == len(names)
    assert_true(whole, f"the result is not ({', '.join(names)})")
    return list(result)


def assert_forward_returns_the_posterior_of_encode(vae: RemoteObject, x: torch.Tensor) -> None:
    """Both depend on the image and forward passes on what encode computes."""
    vae.eval()
    posterior = unpack(vae.encode(x), ("mu", "logvar"))
    for value in posterior[:1]:
        varies = isinstance(value, torch.Tensor) and bool((value[1:] != value[:1]).any())
        assert_true(varies, "encode does not depend on the image")
    assert_close(unpack(vae(x), ("x_hat", "mu", "logvar"))[1:], posterior, what="(mu, logvar)")


@check("reparameterize", points=0.75, title="has the known values")
def test_reparameterize_has_known_values(candidate: Candidate) -> None:
    """mu + sigma * eps with sigma = exp(logvar / 2) comes out different."""
    mu = torch.tensor([[1.0, -1.0], [0.0, 2.0]])
    logvar = torch.tensor([[0.0, math.log(4.0)], [math.log(9.0), 0.0]])
    eps = torch.tensor([[2.0, 1.0], [-1.0, 0.0]])
    assert_close(candidate.reparameterize(mu, logvar, eps), torch.tensor([[3.0, 1.0], [-3.0, 2.0]]))


@check("reparameterize", points=0.25, title="draws a latent shaped like mu", kind="shape")
def test_reparameterize_draws_a_latent_shaped_like_mu(candidate: Candidate) -> None:
    """Without eps the result does not have the shape and dtype of mu."""
    assert_shape(candidate.reparameterize(torch.zeros(3, 4), torch.zeros(3, 4)), (3, 4), torch.float32)


@check("Encoder", points=0.5, title="maps images to 16 means and 16 log-variances", kind="shape")
def test_encoder_returns_mean_and_logvar(candidate: Candidate) -> None:
    """The result is not (mu, logvar), each of shape (B, 16)."""
    mu, logvar = unpack(candidate.Encoder()(pictures(2, 1)), ("mu", "logvar"))
    assert_shape(mu, (2, 16), torch.float32, what="mu")
    assert_shape(logvar, (2, 16), torch.float32, what="logvar")


@check("Encoder", points=0.5, title="respects latent_dim and in_channels", kind="shape")
def test_encoder_respects_its_arguments(candidate: Candidate) -> None:
    """Encoder(latent_dim=5, in_channels=3) does not map (B, 3, 32, 32) to (B, 5) twice."""
    mu, logvar = unpack(candidate.Encoder(latent_dim=5, in_channels=3)(pictures(3, 3)), ("mu", "logvar"))
    assert_shape(mu, (3, 5), what="mu")
    assert_shape(logvar, (3, 5), what="logvar")


@check("Decoder", points=0.5, title="maps latents to images", kind="shape")
def test_decoder_returns_images(candidate: Candidate) -> None:
    """The result does not have shape (B, 1, 32, 32)."""
    assert_shape(candidate.Decoder()(normal((2, 16), 0, torch.float32)), (2, 1, 32, 32), torch.float32)


@check("Decoder", points=0.25, title="respects latent_dim and out_channels", kind="shape")
def test_decoder_respects_its_arguments(candidate: Candidate) -> None:
    """Decoder(latent_dim=5, out_channels=3) does not map (B, 5) to (B, 3, 32, 32)."""
    decoder = candidate.Decoder(latent_dim=5, out_channels=3)
    assert_shape(decoder(normal((3, 5), 0, torch.float32)), (3, 3, 32, 32))


@check("VAE", points=0.5, title="returns reconstruction, mean and log-variance", kind="shape")
def test_vae_returns_reconstruction_and_posterior(candidate: Candidate) -> None:
    """VAE() or VAE(latent_dim=4, in_channels=3) does not return (x_hat, mu, logvar) of the right shapes."""
    names = ("x_hat", "mu", "logvar")
    for options, channels, latent in (({}, 1, 16), ({"latent_dim": 4, "in_channels": 3}, 3, 4)):
        result = unpack(candidate.VAE(**options)(pictures(2, channels)), names)
        for name, value, shape in zip(names, result, ((channels, 32, 32), (latent,), (latent,)), strict=True):
            assert_shape(value, (2, *shape), torch.float32, what=name)


@check("VAE", points=0.75, title="returns the posterior that encode computes", kind="law", methods=("forward",))
def test_vae_returns_the_posterior_of_encode(candidate: Candidate) -> None:
    """The forward pass in eval mode does not return the mu and logvar of encode(x)."""
    assert_forward_returns_the_posterior_of_encode(candidate.VAE(latent_dim=4), pictures(2, 1))


@check("VAE", points=0.25, title="samples images", kind="shape")
def test_vae_samples_images(candidate: Candidate) -> None:
    """sample(3) does not return three images."""
    assert_shape(candidate.VAE(latent_dim=4, in_channels=3).sample(3), (3, 3, 32, 32))


@check("MLPVAE", points=0.5, title="keeps the interface of VAE for images of any shape", kind="shape")
def test_mlpvae_keeps_the_interface_for_any_image_shape(candidate: Candidate) -> None:
    """A shape that forward, encode, decode or sample returns is wrong."""
    for options, image, latent in (({}, (1, 28, 28), 16), ({"image_shape": (2, 3, 5), "latent_dim": 4}, (2, 3, 5), 4)):
        vae = candidate.MLPVAE(**options)
        x_hat, mu, logvar = unpack(vae(normal((2, *image), 0, torch.float32)), ("x_hat", "mu", "logvar"))
        for name, value, shape in (("x_hat", x_hat, image), ("mu", mu, (latent,)), ("logvar", logvar, (latent,))):
            assert_shape(value, (2, *shape), torch.float32, what=name)
        assert_shape(vae.decode(mu), (2, *image), what="the decoded image")
        assert_shape(vae.sample(3), (3, *image), what="the sample")


@check("MLPVAE", points=0.25, title="returns the posterior that encode computes", kind="law", methods=("forward",))
def test_mlpvae_returns_the_posterior_of_encode(candidate: Candidate) -> None:
    """The forward pass in eval mode does not return the mu and logvar of encode(x)."""
    vae = candidate.MLPVAE(latent_dim=3, image_shape=(1, 4, 4), hidden=16)
    assert_forward_returns_the_posterior_of_encode(vae, normal((3, 1, 4, 4), 0, torch.float32))


def flattener(candidate: Candidate, power: int) -> RemoteObject:
    """An autoencoder of 2 x 2 images: the mean is the image itself, decoding raises it to a power."""
    return candidate.object(
        encode=lambda x: (x.flatten(1), torch.ones(len(x), 4)),
        decode=lambda z: z.view(-1, 1, 2, 2) ** power,
    )


@check("interpolate", points=0.75, title="starts and ends at the decoded means")
def test_interpolate_includes_both_ends(candidate: Candidate) -> None:
    """The first or last image of a line is not the decoded latent mean of its end."""
    vae = flattener(candidate, power=2)
    x_a, x_b = torch.arange(8.0).view(2, 1, 2, 2), -torch.ones(2, 1, 2, 2)
    line = candidate.interpolate(vae, x_a, x_b, steps=4)
    assert_shape(line, (2, 4, 1, 2, 2), torch.float32)
    assert_close(line[:, 0], x_a**2, what="the first image")
    assert_close(line[:, -1], x_b**2, what="the last image")


@check("interpolate", points=0.25, title="makes ten images unless told otherwise", kind="shape")
def test_interpolate_makes_ten_images_by_default(candidate: Candidate) -> None:
    """Without steps the result does not have shape (B, 10, C, H, W)."""
    vae = flattener(candidate, power=1)
    assert_shape(candidate.interpolate(vae, torch.zeros(3, 1, 2, 2), torch.ones(3, 1, 2, 2)), (3, 10, 1, 2, 2))
