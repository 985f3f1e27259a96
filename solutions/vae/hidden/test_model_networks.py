"""Hidden checks of model.py: encoders, decoders and the autoencoders made of them."""

from pathlib import Path

import torch

from autograder.candidate import Candidate, RemoteObject
from autograder.checks import assert_shape, assert_true, check
from autograder.course import load_file

laws = load_file(Path(__file__).with_name("autoencoder_laws.py"), "autograder_checks.vae.hidden.autoencoder_laws")

SMALL = (2, 3, 4)
"""Images of the small MLPVAE: neither square nor of one channel."""


def make_vae(candidate: Candidate) -> RemoteObject:
    """A convolutional autoencoder with two latent coordinates, in general position."""
    candidate.seed(0)
    return laws.shake(candidate.VAE(latent_dim=2), 1)


def make_mlpvae(candidate: Candidate) -> RemoteObject:
    """A fully connected autoencoder with two latent coordinates, in general position."""
    candidate.seed(0)
    return laws.shake(candidate.MLPVAE(latent_dim=2, image_shape=SMALL, hidden=24), 1)


@check("Encoder", points=0.75, title="gives every image a posterior of its own")
def test_encoder_gives_every_image_its_own_posterior(candidate: Candidate) -> None:
    """Some coordinate of mu or logvar is the same for every image, or the same as another coordinate."""
    encoder = laws.shake(candidate.Encoder(latent_dim=5, in_channels=2))
    mu, logvar = laws.pair(encoder(laws.noise(4, 2, 32, 32)), 4, 5)
    columns = torch.cat([mu, logvar], 1)
    assert_true(bool((columns.std(0) > 1e-5 * columns.abs().max()).all()), "a coordinate does not depend on the image")
    gaps = (columns[:, :, None] - columns[:, None, :]).abs().amax(0) + torch.eye(10)
    assert_true(bool((gaps > 1e-6).all()), "two coordinates of mu and logvar are the same")


@check("Encoder", points=0.5, title="sees the whole image", kind="gradient")
def test_encoder_sees_the_whole_image(candidate: Candidate) -> None:
    """Some region of the image has no influence on mu or logvar, or gradients do not get through."""
    encoder = laws.shake(candidate.Encoder(latent_dim=4, in_channels=2), 2)
    laws.assert_sees_the_whole_image(encoder, laws.noise(2, 2, 32, 32), 4)


@check("Encoder", points=0.25, title="leaves mean and log-variance unconstrained", kind="law")
def test_encoder_leaves_its_outputs_unconstrained(candidate: Candidate) -> None:
    """Over many random weights mu has only one sign, or logvar is never negative."""
    # Forty coordinates of random sign: one sign alone by accident in fewer than one of 1e11 cases.
    mu, logvar = laws.pair(laws.shake(candidate.Encoder(latent_dim=40), 3)(laws.noise(2, 1, 32, 32)), 2, 40)
    assert_true(bool((mu < 0).any()) and bool((mu > 0).any()), "mu has only one sign")
    assert_true(bool((logvar < 0).any()), "logvar is never negative, so the variance is never below one")


@check("Encoder", points=0.25, title="treats every image by itself in eval mode", kind="purity")
def test_encoder_treats_every_image_by_itself(candidate: Candidate) -> None:
    """In eval mode the posterior of an image is random or changes with the other images."""
    encoder = laws.shake(candidate.Encoder(latent_dim=4), 4)
    laws.assert_alone(encoder, laws.noise(3, 1, 32, 32))


@check("Encoder", points=0.25, title="registers all its parameters", kind="law")
def test_encoder_registers_all_its_parameters(candidate: Candidate) -> None:
    """A second encoder that loads the state dict computes something else."""
    inputs = {"__call__": laws.noise(2, 1, 32, 32)}
    laws.assert_same_after_loading(lambda: candidate.Encoder(latent_dim=4), candidate, inputs)


@check("Decoder", points=0.75, title="gives every latent an image of its own")
def test_decoder_gives_every_latent_its_own_image(candidate: Candidate) -> None:
    """There are pixels that do not depend on the latent, or all pixels of an image are equal."""
    decoder = laws.shake(candidate.Decoder(latent_dim=5, out_channels=2))
    images = decoder(laws.noise(4, 5))
    assert_shape(images, (4, 2, 32, 32), torch.float32)
    laws.assert_every_pixel_varies(images)


@check("Decoder", points=0.5, title="reaches any real value", kind="law")
def test_decoder_reaches_any_real_value(candidate: Candidate) -> None:
    """However large the weights, the image is confined to an interval; a Gaussian mean is not."""
    images = laws.shake(candidate.Decoder(latent_dim=3), 1, scale=6.0)(4 * laws.noise(2, 3))
    assert_shape(images, (2, 1, 32, 32))
    laws.assert_any_real(images)


@check("Decoder", points=0.5, title="uses every latent coordinate", kind="gradient")
def test_decoder_uses_every_latent_coordinate(candidate: Candidate) -> None:
    """Some latent coordinate has no influence on the image, or gradients do not get through."""
    decoder = laws.shake(candidate.Decoder(latent_dim=7), 2)
    laws.assert_uses_every_latent(decoder, laws.noise(2, 7))


@check("Decoder", points=0.25, title="treats every latent by itself in eval mode", kind="purity")
def test_decoder_treats_every_latent_by_itself(candidate: Candidate) -> None:
    """In eval mode the image of a latent is random or changes with the other latents."""
    laws.assert_alone(laws.shake(candidate.Decoder(latent_dim=4), 3), laws.noise(3, 4))


@check("Decoder", points=0.25, title="registers all its parameters", kind="law")
def test_decoder_registers_all_its_parameters(candidate: Candidate) -> None:
    """A second decoder that loads the state dict computes something else."""
    laws.assert_same_after_loading(lambda: candidate.Decoder(latent_dim=4), candidate, {"__call__": laws.noise(2, 4)})


@check("VAE", points=1.25, title="reconstructs from a draw of the posterior")
def test_vae_reconstructs_from_a_draw_of_the_posterior(candidate: Candidate) -> None:
    """x_hat is not what decode makes of mu + sigma * noise, with fresh noise for every image and coordinate."""
    laws.assert_reconstructs_a_draw(candidate, make_vae(candidate), (1, 32, 32))


@check("VAE", points=0.5, title="draws a latent in train and in eval mode", kind="random")
def test_vae_draws_a_latent_in_both_modes(candidate: Candidate) -> None:
    """Two forward passes of the same images give the same reconstructions in one of the modes."""
    laws.assert_draws_every_time(make_vae(candidate), laws.noise(2, 1, 32, 32))


@check("VAE", points=0.75, title="samples by decoding draws from the prior")
def test_vae_samples_the_prior(candidate: Candidate) -> None:
    """A sample is not what decode makes of standard normal noise."""
    laws.assert_samples_the_prior(candidate, make_vae(candidate), 12)


@check("VAE", points=0.5, title="samples reproducibly with a generator", kind="random")
def test_vae_samples_reproducibly_with_a_generator(candidate: Candidate) -> None:
    """The generator does not decide the sample, or the global random state is used beside it."""
    laws.assert_sampling_is_reproducible(candidate, make_vae(candidate))


@check("VAE", points=0.5, title="sends gradients of the reconstruction to the encoder", kind="gradient")
def test_vae_sends_gradients_to_the_encoder(candidate: Candidate) -> None:
    """The gradient of x_hat stops at the latent, at its mean or at its variance."""
    laws.assert_gradients_reach_the_encoder(make_vae(candidate), laws.noise(2, 1, 32, 32))


@check("VAE", points=0.25, title="encodes and decodes sample by sample in eval mode", kind="purity")
def test_vae_encodes_and_decodes_sample_by_sample(candidate: Candidate) -> None:
    """In eval mode encode or decode is random or mixes the samples of a batch."""
    vae = make_vae(candidate)
    laws.assert_alone(vae.encode, laws.noise(3, 1, 32, 32))
    laws.assert_alone(vae.decode, laws.noise(3, 2))


@check("VAE", points=0.25, title="decodes to any real value", kind="law")
def test_vae_decodes_to_any_real_value(candidate: Candidate) -> None:
    """However large the weights, decoded images are confined to an interval; a Gaussian mean is not."""
    images = laws.shake(candidate.VAE(latent_dim=2), 2, scale=6.0).decode(4 * laws.noise(2, 2))
    assert_shape(images, (2, 1, 32, 32))
    laws.assert_any_real(images)


@check("VAE", points=0.5, title="keeps all its parameters in the state dict", kind="law")
def test_vae_keeps_all_its_parameters_in_the_state_dict(candidate: Candidate) -> None:
    """A second VAE that loads the state dict encodes or decodes differently."""
    inputs = {"encode": laws.noise(2, 1, 32, 32), "decode": laws.noise(2, 2)}
    laws.assert_same_after_loading(lambda: candidate.VAE(latent_dim=2), candidate, inputs)


@check("MLPVAE", points=0.75, title="reconstructs from a draw of the posterior")
def test_mlpvae_reconstructs_from_a_draw_of_the_posterior(candidate: Candidate) -> None:
    """x_hat is not what decode makes of mu + sigma * noise, with fresh noise for every image and coordinate."""
    laws.assert_reconstructs_a_draw(candidate, make_mlpvae(candidate), SMALL)


@check("MLPVAE", points=0.25, title="draws a latent in train and in eval mode", kind="random")
def test_mlpvae_draws_a_latent_in_both_modes(candidate: Candidate) -> None:
    """Two forward passes of the same images give the same reconstructions in one of the modes."""
    laws.assert_draws_every_time(make_mlpvae(candidate), laws.noise(2, *SMALL))


@check("MLPVAE", points=0.5, title="samples by decoding draws from the prior")
def test_mlpvae_samples_the_prior(candidate: Candidate) -> None:
    """A sample is not what decode makes of standard normal noise."""
    laws.assert_samples_the_prior(candidate, make_mlpvae(candidate), 60)


@check("MLPVAE", points=0.25, title="samples reproducibly with a generator", kind="random")
def test_mlpvae_samples_reproducibly_with_a_generator(candidate: Candidate) -> None:
    """The generator does not decide the sample, or the global random state is used beside it."""
    laws.assert_sampling_is_reproducible(candidate, make_mlpvae(candidate))


@check("MLPVAE", points=0.25, title="sends gradients of the reconstruction to the encoder", kind="gradient")
def test_mlpvae_sends_gradients_to_the_encoder(candidate: Candidate) -> None:
    """The gradient of x_hat stops at the latent, at its mean or at its variance."""
    laws.assert_gradients_reach_the_encoder(make_mlpvae(candidate), laws.noise(2, *SMALL))


@check("MLPVAE", points=0.25, title="encodes and decodes sample by sample in eval mode", kind="purity")
def test_mlpvae_encodes_and_decodes_sample_by_sample(candidate: Candidate) -> None:
    """In eval mode encode or decode is random or mixes the samples of a batch."""
    vae = make_mlpvae(candidate)
    laws.assert_alone(vae.encode, laws.noise(3, *SMALL))
    laws.assert_alone(vae.decode, laws.noise(3, 2))


@check("MLPVAE", points=0.25, title="decodes to any real value", kind="law")
def test_mlpvae_decodes_to_any_real_value(candidate: Candidate) -> None:
    """However large the weights, decoded images are confined to an interval; a Gaussian mean is not."""
    vae = laws.shake(candidate.MLPVAE(latent_dim=2, image_shape=SMALL, hidden=24), 2, scale=6.0)
    images = vae.decode(4 * laws.noise(4, 2))
    assert_shape(images, (4, *SMALL))
    laws.assert_any_real(images)


@check("MLPVAE", points=0.25, title="is as wide as hidden says", kind="law")
def test_mlpvae_is_as_wide_as_hidden_says(candidate: Candidate) -> None:
    """The number of parameters does not follow the width of the hidden layers."""
    makes = [candidate.MLPVAE(latent_dim=2, image_shape=SMALL, hidden=hidden) for hidden in (8, 16, 32)]
    counts = [sum(value.numel() for value in vae.parameters_by_name().values()) for vae in makes]
    assert_true(counts[0] < counts[1] < counts[2], "the number of parameters does not grow with hidden")


@check("MLPVAE", points=0.5, title="uses every pixel and every latent coordinate")
def test_mlpvae_uses_every_pixel_and_latent(candidate: Candidate) -> None:
    """Some pixel or latent coordinate has no influence, or some decoded pixel never changes."""
    vae = laws.shake(candidate.MLPVAE(latent_dim=3, image_shape=SMALL, hidden=24), 4)
    images = vae.decode(laws.noise(4, 3))
    assert_shape(images, (4, *SMALL))
    laws.assert_every_pixel_varies(images)
    laws.assert_uses_every_latent(vae.decode, laws.noise(4, 3))
    (gradient,) = vae.encode.grad(laws.noise(4, *SMALL), wrt=(0,), select=0)
    assert_true(gradient is not None and bool((gradient != 0).any(0).all()), "some pixel does not influence mu")
