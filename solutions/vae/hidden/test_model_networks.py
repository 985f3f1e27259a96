"""Hidden checks of model.py: encoders, decoders and the autoencoders made of them."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import (
    Candidate,
    RemoteObject,
    assert_gradients_are_slopes,
    assert_no_parameter_is_cut_off,
    assert_sets_no_seed,
    assert_shape,
    check,
    load_beside,
)

laws = load_beside(__file__, "autoencoder_laws")
gradients = load_beside(__file__, "gradient_laws")


def make_vae(candidate: Candidate, seed: int = 1, shared: bool = True) -> RemoteObject:
    """A convolutional autoencoder with two latent coordinates, in general position."""
    return candidate.settled("VAE", {"latent_dim": 2}, laws.noise(2, 1, 32, 32), seed=seed, shared=shared)


def make_encoder(candidate: Candidate, seed: int = 40, shared: bool = True) -> RemoteObject:
    """An encoder of two channels into forty coordinates, in general position."""
    options = {"latent_dim": 40, "in_channels": 2}
    return candidate.settled("Encoder", options, laws.noise(2, 2, 32, 32), seed=seed, shared=shared)


def make_decoder(candidate: Candidate, seed: int = 7, shared: bool = True) -> RemoteObject:
    """A decoder of seven coordinates into two channels, in general position."""
    options = {"latent_dim": 7, "out_channels": 2}
    return candidate.settled("Decoder", options, laws.noise(2, 7), seed=seed, shared=shared)


def decodes_to_any_real(candidate: Candidate) -> None:
    """A decoder with large weights is not confined to an interval."""
    decoder = candidate.settled("Decoder", {"latent_dim": 3}, laws.noise(2, 3), seed=3, scale=laws.LARGE)
    laws.assert_any_real(decoder(4 * laws.noise(2, 3)), (2, 1, 32, 32))


def encodes(encode: Callable, x: Tensor) -> None:
    """Forty latent coordinates have a posterior of their own that the whole image decides."""
    laws.assert_describes_a_posterior(encode(x), len(x), 40)
    laws.assert_sees_the_whole_image(encode, x[:2], 40)


@check("Encoder", points=0.5, title="gives every image a posterior of its own")
def test_encoder_gives_every_image_its_own_posterior(candidate: Candidate) -> None:
    """Some coordinate of mu or logvar is the same for every image, or the same as another coordinate."""
    encoder = make_encoder(candidate)
    laws.assert_describes_a_posterior(encoder(laws.noise(4, 2, 32, 32)), 4, 40)
    bright = 3 + laws.noise(4, 2, 32, 32, seed=6).abs()
    laws.assert_describes_a_posterior(encoder(bright), 4, 40)


@check("Encoder", points=0.5, title="sees the whole image", kind="gradient")
def test_encoder_sees_the_whole_image(candidate: Candidate) -> None:
    """Some region of the image has no influence on mu or logvar, or gradients do not get through."""
    encoder, x = make_encoder(candidate), laws.noise(2, 2, 32, 32)
    laws.assert_sees_the_whole_image(encoder, x, 40)
    assert_gradients_are_slopes(encoder, "__call__", x, results=(0, 1), of_parameters=False)
    assert_no_parameter_is_cut_off(encoder, x)


@check("Encoder", points=0.25, title="leaves mean and log-variance unconstrained", kind="law")
def test_encoder_leaves_its_outputs_unconstrained(candidate: Candidate) -> None:
    """Over many random weights mu has only one sign, logvar is never negative, or one of them is confined to an interval."""
    # Forty coordinates of random sign: one sign alone by accident in fewer than one of 1e11 cases.
    x = laws.noise(2, 2, 32, 32)
    options = {"latent_dim": 40, "in_channels": 2}
    laws.assert_unconstrained(
        make_encoder(candidate)(x), 2, 40,
        lambda seed, scale: candidate.settled("Encoder", options, x, seed=42 + seed, scale=scale)(x),
    )  # fmt: skip


@check("Encoder", points=0.25, title="treats every image by itself in eval mode", kind="purity")
def test_encoder_treats_every_image_by_itself(candidate: Candidate) -> None:
    """In eval mode the posterior of an image is random or changes with the other images, or making an encoder sets a seed."""
    laws.assert_alone(make_encoder(candidate), laws.noise(2, 2, 32, 32))
    assert_sets_no_seed(candidate, lambda: candidate.Encoder(latent_dim=2))


@check("Encoder", points=0.25, title="has nonlinearities", kind="law")
def test_encoder_is_nonlinear(candidate: Candidate) -> None:
    """The encoder is an affine map, however many layers it has: there is no nonlinearity between them."""
    encoder = make_encoder(candidate)
    laws.assert_not_affine(encoder, laws.noise(2, 2, 32, 32, seed=1), laws.noise(2, 2, 32, 32, seed=2))


@check("Encoder", points=0.25, title="registers all its parameters", kind="law")
def test_encoder_registers_all_its_parameters(candidate: Candidate) -> None:
    """A second encoder that loads the state dict computes something else."""
    second = make_encoder(candidate, seed=41, shared=False)
    laws.assert_same_after_loading(make_encoder(candidate), second, {"__call__": laws.noise(2, 2, 32, 32)})


@check("Decoder", points=0.5, title="gives every latent an image of its own")
def test_decoder_gives_every_latent_its_own_image(candidate: Candidate) -> None:
    """There are pixels that do not depend on the latent, or all pixels of an image are equal."""
    images = make_decoder(candidate)(laws.noise(4, 7))
    assert_shape(images, (4, 2, 32, 32), torch.float32)
    laws.assert_every_pixel_varies(images)


@check("Decoder", points=0.5, title="reaches any real value", kind="law")
def test_decoder_reaches_any_real_value(candidate: Candidate) -> None:
    """However large the weights, the image is confined to an interval; a Gaussian mean is not."""
    decodes_to_any_real(candidate)


@check("Decoder", points=0.5, title="uses every latent coordinate", kind="gradient")
def test_decoder_uses_every_latent_coordinate(candidate: Candidate) -> None:
    """Some latent coordinate has no influence on the image, or gradients do not get through, or only in part."""
    decoder, z = make_decoder(candidate), laws.noise(2, 7)
    laws.assert_uses_every_latent(decoder, z)
    assert_gradients_are_slopes(decoder, "__call__", z, of_parameters=False)
    assert_no_parameter_is_cut_off(decoder, z)


@check("Decoder", points=0.25, title="treats every latent by itself in eval mode", kind="purity")
def test_decoder_treats_every_latent_by_itself(candidate: Candidate) -> None:
    """In eval mode the image of a latent is random or changes with the other latents, or making a decoder sets a seed."""
    laws.assert_alone(make_decoder(candidate), laws.noise(2, 7))
    assert_sets_no_seed(candidate, lambda: candidate.Decoder(latent_dim=2))


@check("Decoder", points=0.25, title="has nonlinearities", kind="law")
def test_decoder_is_nonlinear(candidate: Candidate) -> None:
    """The decoder is an affine map, however many layers it has: there is no nonlinearity between them."""
    laws.assert_not_affine(make_decoder(candidate), laws.noise(2, 7, seed=1), laws.noise(2, 7, seed=2))


@check("Decoder", points=0.25, title="registers all its parameters", kind="law")
def test_decoder_registers_all_its_parameters(candidate: Candidate) -> None:
    """A second decoder that loads the state dict computes something else."""
    second = make_decoder(candidate, seed=8, shared=False)
    laws.assert_same_after_loading(make_decoder(candidate), second, {"__call__": laws.noise(2, 7)})


@check("VAE", points=1.25, title="reconstructs from a draw of the posterior", timeout=30, methods=("forward",))
def test_vae_reconstructs_from_a_draw_of_the_posterior(candidate: Candidate) -> None:
    """x_hat is not what decode makes of mu + sigma * noise, with fresh noise for every image, coordinate and call."""
    laws.assert_reconstructs_a_draw(candidate, make_vae(candidate), (1, 32, 32))


@check("VAE", points=0.5, title="draws a latent in train and in eval mode", kind="random", methods=("forward",))
def test_vae_draws_a_latent_in_both_modes(candidate: Candidate) -> None:
    """Two forward passes of the same images give the same reconstructions in one of the modes."""
    laws.assert_draws_every_time(make_vae(candidate, shared=False), laws.noise(2, 1, 32, 32))


@check("VAE", points=0.75, title="samples by decoding draws from the prior", timeout=30, methods=("sample",))
def test_vae_samples_the_prior(candidate: Candidate) -> None:
    """A sample is not what decode makes of standard normal noise, or a seed of your own decides it."""
    laws.assert_samples_the_prior(candidate, make_vae(candidate))


@check("VAE", points=0.5, title="samples reproducibly with a generator", kind="random", methods=("sample",))
def test_vae_samples_reproducibly_with_a_generator(candidate: Candidate) -> None:
    """The generator does not decide the sample, the global random state is used beside it, or making the model seeds it."""
    laws.assert_sampling_is_reproducible(candidate, make_vae(candidate), lambda: candidate.VAE(latent_dim=2))


@check("VAE", points=0.5, title="sends gradients of the reconstruction to the encoder", kind="gradient", methods=("forward",))
def test_vae_sends_gradients_to_the_encoder(candidate: Candidate) -> None:
    """The gradient of x_hat stops on its way through decode, mu or logvar, or that of a returned mu or logvar does."""
    vae, x = make_vae(candidate), laws.noise(2, 1, 32, 32)
    gradients.assert_gradients_reach_the_encoder(candidate, vae, x)
    laws.unless_charged(
        lambda: assert_gradients_are_slopes(vae, "decode", laws.noise(2, 2), of_parameters=False),
        lambda: test_decoder_uses_every_latent_coordinate(candidate),
    )
    laws.unless_charged(
        lambda: assert_gradients_are_slopes(vae, "encode", x, results=(0, 1), of_parameters=False),
        lambda: test_encoder_sees_the_whole_image(candidate),
    )


@check("VAE", points=0.25, title="encodes and decodes sample by sample in eval mode", kind="purity")
def test_vae_encodes_and_decodes_sample_by_sample(candidate: Candidate) -> None:
    """In eval mode encode or decode is random or mixes the samples of a batch."""
    vae = make_vae(candidate)
    laws.assert_alone(vae.encode, laws.noise(2, 1, 32, 32))
    laws.assert_alone(vae.decode, laws.noise(2, 2))


@check("VAE", points=0.25, title="decodes to any real value", kind="law")
def test_vae_decodes_to_any_real_value(candidate: Candidate) -> None:
    """However large the weights, decoded images are confined to an interval; a Gaussian mean is not."""
    vae = candidate.settled("VAE", {"latent_dim": 2}, laws.noise(2, 1, 32, 32), seed=2, scale=laws.LARGE)
    laws.unless_charged(
        lambda: laws.assert_any_real(vae.decode(4 * laws.noise(2, 2)), (2, 1, 32, 32)),
        lambda: decodes_to_any_real(candidate),
    )


@check("VAE", points=0.25, title="encodes the whole image without constraints", kind="law")
def test_vae_encodes_the_whole_image(candidate: Candidate) -> None:
    """Part of the image or of its channels has no influence, or mu or logvar is confined or not its own."""
    # Forty coordinates of random sign: one sign alone by accident in fewer than one of 1e11 cases.
    x = laws.noise(3, 2, 32, 32)
    options = {"latent_dim": 40, "in_channels": 2}
    vae = candidate.settled("VAE", options, x, seed=3)
    laws.unless_charged(lambda: encodes(vae.encode, x), lambda: encodes(make_encoder(candidate), x))
    posterior = vae.encode(x)
    laws.unless_charged(
        lambda: laws.assert_unconstrained(
            posterior, 3, 40, lambda seed, scale: candidate.settled("VAE", options, x, seed=4 + seed, scale=scale).encode(x)
        ),
        lambda: test_encoder_leaves_its_outputs_unconstrained(candidate),
    )


@check("VAE", points=0.25, title="keeps all its parameters in the state dict", kind="law")
def test_vae_keeps_all_its_parameters_in_the_state_dict(candidate: Candidate) -> None:
    """A second VAE that loads the state dict encodes or decodes differently."""
    second = make_vae(candidate, seed=5, shared=False)
    inputs = {"encode": laws.noise(2, 1, 32, 32), "decode": laws.noise(2, 2)}
    laws.assert_same_after_loading(make_vae(candidate), second, inputs)
