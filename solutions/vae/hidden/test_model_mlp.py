"""Hidden checks of model.py: the fully connected autoencoder."""

import math

from autograder.checks import (
    Candidate,
    RemoteObject,
    assert_gradients_are_slopes,
    assert_shape,
    assert_true,
    check,
    load_beside,
)
from autograder.checks.strategies import whole

laws = load_beside(__file__, "autoencoder_laws")
gradients = load_beside(__file__, "gradient_laws")

SMALL = (2, 3, 4)
"""Images of the small MLPVAE: neither square nor of one channel."""


def make_mlpvae(
    candidate: Candidate, latent_dim: int = 2, hidden: int = 24, seed: int = 1, shared: bool = True, scale: float = 1.0
) -> RemoteObject:
    """A fully connected autoencoder of small images, in general position."""
    options = {"latent_dim": latent_dim, "image_shape": SMALL, "hidden": hidden}
    return candidate.settled("MLPVAE", options, laws.noise(2, *SMALL), seed=seed, shared=shared, scale=scale)


@check("MLPVAE", points=0.5, title="reconstructs from a draw of the posterior", methods=("forward",))
def test_mlpvae_reconstructs_from_a_draw_of_the_posterior(candidate: Candidate) -> None:
    """x_hat is not what decode makes of mu + sigma * noise, with fresh noise for every image, coordinate and call."""
    laws.assert_reconstructs_a_draw(candidate, make_mlpvae(candidate), SMALL)


@check("MLPVAE", points=0.25, title="draws a latent in train and in eval mode", kind="random", methods=("forward",))
def test_mlpvae_draws_a_latent_in_both_modes(candidate: Candidate) -> None:
    """Two forward passes of the same images give the same reconstructions in one of the modes."""
    laws.assert_draws_every_time(make_mlpvae(candidate, shared=False), laws.noise(2, *SMALL))


@check("MLPVAE", points=0.5, title="samples by decoding draws from the prior", methods=("sample",))
def test_mlpvae_samples_the_prior(candidate: Candidate) -> None:
    """A sample is not what decode makes of standard normal noise, or a seed of your own decides it."""
    laws.assert_samples_the_prior(candidate, make_mlpvae(candidate))


@check("MLPVAE", points=0.25, title="samples reproducibly with a generator", kind="random", methods=("sample",))
def test_mlpvae_samples_reproducibly_with_a_generator(candidate: Candidate) -> None:
    """The generator does not decide the sample, the global random state is used beside it, or making the model seeds it."""
    options = {"latent_dim": 2, "image_shape": SMALL, "hidden": 24}
    laws.assert_sampling_is_reproducible(candidate, make_mlpvae(candidate), lambda: candidate.MLPVAE(**options))


@check(
    "MLPVAE", points=0.25, title="sends gradients of the reconstruction to the encoder", kind="gradient", methods=("forward",)
)  # fmt: skip
def test_mlpvae_sends_gradients_to_the_encoder(candidate: Candidate) -> None:
    """The gradient of x_hat stops on its way through decode, mu or logvar, or that of a returned mu or logvar does."""
    vae, x = make_mlpvae(candidate), laws.noise(2, *SMALL)
    gradients.assert_gradients_reach_the_encoder(candidate, vae, x)
    assert_gradients_are_slopes(vae, "encode", x, results=(0, 1))
    assert_gradients_are_slopes(vae, "decode", laws.noise(2, 2))


@check("MLPVAE", points=0.25, title="encodes and decodes sample by sample in eval mode", kind="purity")
def test_mlpvae_encodes_and_decodes_sample_by_sample(candidate: Candidate) -> None:
    """In eval mode encode or decode is random or mixes the samples of a batch."""
    vae = make_mlpvae(candidate)
    laws.assert_alone(vae.encode, laws.noise(3, *SMALL))
    laws.assert_alone(vae.decode, laws.noise(3, 2))


@check("MLPVAE", points=0.25, title="decodes to any real value", kind="law")
def test_mlpvae_decodes_to_any_real_value(candidate: Candidate) -> None:
    """However large the weights, decoded images are confined to an interval; a Gaussian mean is not."""
    vae = make_mlpvae(candidate, seed=2, scale=laws.LARGE, shared=False)
    laws.assert_any_real(vae.decode(4 * laws.noise(4, 2)), (4, *SMALL))


@check("MLPVAE", points=0.25, title="encodes and decodes with nonlinearities", kind="law")
def test_mlpvae_is_nonlinear(candidate: Candidate) -> None:
    """Encode or decode is an affine map, however many layers it has: there is no nonlinearity between them."""
    vae = make_mlpvae(candidate)
    laws.assert_not_affine(vae.encode, laws.noise(3, *SMALL, seed=1), laws.noise(3, *SMALL, seed=2))
    laws.assert_not_affine(vae.decode, laws.noise(3, 2, seed=1), laws.noise(3, 2, seed=2))


def numbers_behind(vae: RemoteObject) -> tuple[int, int, int]:
    """How many numbers are parameters of the model, and how many of them have a gradient of mu and of a decoded image."""
    _, of_mu = vae.encode.grad(laws.noise(2, *SMALL), wrt=(0,), select=0, parameters=True)
    _, of_image = vae.decode.grad(laws.noise(2, 2), wrt=(0,), parameters=True)
    sizes = {name: math.prod(shape) for name, shape in vae.parameter_shapes().items()}
    behind = [sum(sizes[name] for name, value in part.items() if value is not None) for part in (of_mu, of_image)]
    return sum(sizes.values()), behind[0], behind[1]


@check("MLPVAE", points=0.25, title="is as wide as hidden says", kind="law")
def test_mlpvae_is_as_wide_as_hidden_says(candidate: Candidate) -> None:
    """The number of parameters, of the encoder or of the decoder, does not follow the width of the hidden layers."""
    counts, width = [], whole(6, 6, 12)
    for options in ({"hidden": width}, {"hidden": 2 * width}, {"hidden": 4 * width}, {"hidden": 400}, {}):
        counts.append(numbers_behind(candidate.MLPVAE(latent_dim=2, image_shape=SMALL, **options)))
    for part in zip(*counts, strict=True):
        # Where gradients are cut, which is charged elsewhere, none are counted.
        assert_true(part[0] < part[1] < part[2] or not all(part), "the number of parameters does not grow with hidden")
    assert_true(counts[3] == counts[4], "hidden is not 400 when left out")


@check("MLPVAE", points=0.25, title="leaves mean and log-variance unconstrained", kind="law")
def test_mlpvae_leaves_the_posterior_unconstrained(candidate: Candidate) -> None:
    """Over many random weights mu has one sign, logvar is never negative, one is confined, or coordinates are the same."""
    x = laws.noise(4, *SMALL)
    posterior = make_mlpvae(candidate, latent_dim=40, hidden=48, seed=3, shared=False).encode(x)
    laws.assert_describes_a_posterior(posterior, 4, 40)
    size = {"latent_dim": 40, "hidden": 48, "shared": False}
    laws.assert_unconstrained(
        posterior, 4, 40, lambda seed, scale: make_mlpvae(candidate, **size, seed=4 + seed, scale=scale).encode(x)
    )


@check("MLPVAE", points=0.25, title="uses every pixel and every latent coordinate")
def test_mlpvae_uses_every_pixel_and_latent(candidate: Candidate) -> None:
    """Some pixel or latent coordinate has no influence, or some decoded pixel never changes."""
    vae = make_mlpvae(candidate, latent_dim=3, seed=4, shared=False)
    images = vae.decode(laws.noise(4, 3))
    assert_shape(images, (4, *SMALL))
    laws.assert_every_pixel_varies(images)
    laws.assert_uses_every_latent(vae.decode, laws.noise(4, 3))
    (gradient,) = vae.encode.grad(laws.noise(4, *SMALL), wrt=(0,), select=0)
    assert_true(gradient is not None and bool((gradient != 0).any(0).all()), "some pixel does not influence mu")
