"""Laws of autoencoders whose architecture is unknown, shared by the hidden checks of model.py.

A student's network may be built in any way, so that checks cannot know what it computes. They give it parameters in
general position, compare its methods with each other, and find which latent its own decoder turns into a given image.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import (
    Candidate,
    CheckFailed,
    RemoteObject,
    assert_close,
    assert_draws_afresh,
    assert_same_again,
    assert_sets_no_seed,
    assert_shape,
    assert_true,
    cut_if_it_matters,
    fail,
    load_beside,
    naming,
)
from autograder.checks.strategies import generator

search = load_beside(__file__, "posterior_search")
law = load_beside(__file__, "draw_laws")

SEED = 11
"""Behind every draw whose noise has to be known."""

LARGE = 40.0
"""A factor of all parameters; even behind a normalisation layer or a bounded activation results are large."""

NUMBER = 100
"""Draws that tell one distribution from another, where the usual way to draw is not recognised."""

FEW = 16
"""Draws that tell whether there is a latent behind an image at all: a wrong network costs no more than that."""


def noise(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal values, the first that a submission draws after `candidate.seed(seed)`."""
    return torch.randn(shape, generator=generator(seed))


def pair(result: object, rows: int, latent_dim: int) -> tuple[Tensor, Tensor]:
    """A result that should be (mu, logvar)."""
    assert_true(isinstance(result, tuple | list) and len(result) == 2, "the result is not a pair (mu, logvar)")
    for value, name in zip(result, ("mu", "logvar"), strict=True):
        assert_shape(value, (rows, latent_dim), what=name)
    return result[0], result[1]


def reconstruction(result: object, shape: torch.Size) -> Tensor:
    """The first part of a result that should be (x_hat, mu, logvar)."""
    assert_true(isinstance(result, tuple | list) and len(result) == 3, "the result is not (x_hat, mu, logvar)")
    assert_shape(result[0], tuple(shape), what="x_hat")
    return result[0]


def unless_charged(whole: Callable[[], None], part: Callable[[], None]) -> None:
    """Hold `whole` responsible only if `part`, which it is built from and which has checks of its own, is right."""
    try:
        whole()
    except CheckFailed as failure:
        try:
            part()
        except CheckFailed:
            return
        raise failure from None


def assert_alone(method: Callable, batch: Tensor) -> None:
    """In eval mode a row's result depends on that row alone, is the same every time, and draws nothing."""
    seen = method.observe(batch)
    assert_same_again(method, batch, seen.value)
    assert_true(not seen.rng_used, "in eval mode the global random state was used")
    whole = seen.value if isinstance(seen.value, tuple | list) else [seen.value]
    for value in whole:
        assert_true(isinstance(value, Tensor) and value.ndim > 1, "the result is not made of batches")
    alone = method(batch[1:2])
    alone, expected = alone if isinstance(alone, tuple | list) else [alone], [value[1:2] for value in whole]
    for got, value in zip(alone, expected, strict=False):
        assert_shape(got, tuple(value.shape))
    with naming("samples_meet_in_eval_mode"):
        assert_close(alone, expected, rtol=1e-3)


def assert_describes_a_posterior(posterior: object, rows: int, latent_dim: int) -> None:
    """All coordinates of mu and logvar depend on the image and differ from each other."""
    columns = torch.cat(pair(posterior, rows, latent_dim), 1)
    assert_true(bool((columns.std(0) > 1e-5 * columns.abs().max()).all()), "a coordinate does not depend on the image")
    gaps = (columns[:, :, None] - columns[:, None, :]).abs().amax(0) + torch.eye(2 * latent_dim)
    assert_true(bool((gaps > 1e-6).all()), "two coordinates of mu and logvar are the same")


def assert_unconstrained(posterior: object, rows: int, latent_dim: int, enlarged: Callable[[int, float], object]) -> None:
    """Both signs of mu and negative log-variances occur among many coordinates; with large weights mu leaves [-12, 12].

    Log-variances may be kept in bounds: nothing is promised of them, and [-20, 2] or [-10, 10] are in common use. A squashed
    output cannot say that a code is precise: they must go below -6 and above 1. ``enlarged`` gives the posterior of other
    weights, by a seed and the factor that makes them large. Where one bias is all that counts, every log-variance has its
    sign: those of the opposite weights are asked for as well.
    """
    mu, logvar = pair(posterior, rows, latent_dim)
    assert_true(bool((mu < 0).any()) and bool((mu > 0).any()), "mu has only one sign")
    assert_true(bool((logvar < 0).any()), "logvar is never negative, so the variance is never below one")
    mu, logvar = pair(enlarged(0, LARGE), rows, latent_dim)
    if not (is_wide(mu, -12, 12) and is_wide(logvar, -6, 1)):
        others = [pair(enlarged(seed, sign * LARGE), rows, latent_dim) for seed, sign in ((0, -1), (1, 1), (2, -1))]
        mu, logvar = (torch.cat([value, *(other[part] for other in others)]) for part, value in enumerate((mu, logvar)))
    assert_true(is_wide(mu, -12, 12), "mu is confined to an interval")
    assert_true(is_wide(logvar, -6, 1), "logvar is confined to an interval")


def is_wide(values: Tensor, low: float, high: float) -> bool:
    """Some of the values lie below the one bound and some above the other."""
    return bool(values.min() < low) and bool(values.max() > high)


def assert_sees_the_whole_image(encode: Callable, x: Tensor, latent_dim: int) -> None:
    """Both outputs of `encode` (or of an encoder) have a gradient in every 8 x 8 block of every channel."""
    weights = noise(len(x), latent_dim, seed=9)
    for select, name in enumerate(("mu", "logvar")):
        (gradient,) = encode.grad(x, wrt=(0,), select=select, cotangent=weights)
        if gradient is None:
            fail(f"{name} has no gradient with respect to the image", mistake=cut_if_it_matters(encode, x))
        assert_shape(gradient, tuple(x.shape), what="the gradient with respect to the image")
        regions = gradient.unfold(2, 8, 8).unfold(3, 8, 8).flatten(4)
        assert_true(bool((regions != 0).any(-1).all()), f"{name} does not depend on some region of the image")


def assert_uses_every_latent(decoder: Callable, z: Tensor) -> None:
    """The image has a gradient with respect to every latent coordinate."""
    (gradient,) = decoder.grad(z, wrt=(0,))
    if gradient is None:
        fail("the image has no gradient with respect to the latent", mistake=cut_if_it_matters(decoder, z))
    assert_shape(gradient, tuple(z.shape), what="the gradient with respect to the latent")
    assert_true(bool((gradient != 0).any(0).all()), "some latent coordinate does not change the image")
    far = 5.0 * torch.eye(z.shape[1])
    assert_true(bool((decoder(far) != decoder(1.2 * far)).flatten(1).any(1).all()), "latents far from zero are cut off")


def assert_not_affine(call: Callable, x: Tensor, y: Tensor) -> None:
    """A network with a nonlinearity: the effect of a sum of inputs is not the sum of their effects."""
    zero, one, other, both = (
        torch.cat(list(value), 1) if isinstance(value, tuple | list) else value
        for value in (call(0 * x), call(x), call(y), call(x + y))
    )
    bend, step = (both - one - other + zero).abs().max(), (one - zero).abs().max()  # a constant is affine for another reason
    assert_true(bool(bend > 1e-3 * step), "the network is an affine map", mistake="no_nonlinearity" if step > 0 else "")


def assert_same_after_loading(first: RemoteObject, second: RemoteObject, inputs: dict[str, Tensor]) -> None:
    """A module that loads another's state dict computes what the other computes."""
    second.load_state_of(first)
    for name, value in inputs.items():
        expected = first.method(name)(value)
        assert_same_again(first.method(name), value, expected)
        with naming("state_not_registered"):
            assert_close(second.method(name)(value), expected, rtol=1e-3, what="the copy's result")


def assert_any_real(images: object, shape: tuple[int, ...]) -> None:
    """Images leave [-20, 20] on both sides, as those of a decoder with large weights do."""
    assert_shape(images, shape, what="the decoded image")
    assert_true(bool(images.max() > 20) and bool(images.min() < -20), "the decoded values are confined to an interval")


def assert_every_pixel_varies(images: Tensor) -> None:
    """Almost all pixels change with the latent, and an image is not of one colour."""
    varies = (images - images[:1]).abs().amax(0) > 1e-5 * images.abs().max()
    assert_true(bool(varies.float().mean() > 0.95), "there are pixels that do not depend on the latent")
    if images.shape[1] > 1:
        assert_true(bool((images[:, 0] != images[:, 1]).any()), "all channels of an image are equal")
    first = images.flatten(1)[:, :1].view(-1, 1, 1, 1)
    assert_true(bool((images - first).abs().max() > 1e-5), "all pixels are equal")


def assert_reconstructs_a_draw(candidate: Candidate, vae: RemoteObject, shape: tuple[int, ...]) -> None:
    """`forward` decodes mu + sigma * eps, with noise of its own for every image and coordinate.

    The usual way to draw is recognised at once. For any other, the noise behind a seed is found by searching for the
    latents that decode to the images; under one seed it must be the same for other images with other mu and logvar.
    """
    x = noise(2, *shape, seed=3)
    x_hat, mu, std = posterior_and_draw(candidate, vae, x)
    usual = vae.decode(mu + std * noise(2, 2, seed=SEED))
    assert_shape(usual, tuple(x.shape), what="the decoded image")
    if not law.is_same(x_hat, usual):
        posterior, image, eps = found_posterior(candidate, vae, shape)
        assert_same_noise_elsewhere(candidate, vae, of_another_width(vae, image), eps)
        images, *_ = draws(candidate, vae, image, NUMBER)
        eps, misfit = posterior.recover_noise(images)
        assert_true(bool((misfit < 0.02).float().mean() > 0.7), "x_hat is not a decoded latent near mu")
        summary = "the latent was not drawn from the posterior"
        law.assert_looks_normal(eps[misfit < 0.02], summary)
        law.assert_images_spread_alike(lambda number, seed: draws(candidate, vae, image, number, seed)[0], posterior, summary)
    assert_draws_afresh(candidate, lambda: reconstruction(vae(x), x.shape), "the reconstruction")


def found_posterior(candidate: Candidate, vae: RemoteObject, shape: tuple[int, ...]) -> tuple[search.Posterior, Tensor, Tensor]:
    """A posterior of one image, the image, and the noise behind a few draws, nan where the search did not find it.

    Another image is tried where known noise is not found either, as with one right network in some thousand.
    """
    for seed in (4, 40, 400):
        image = noise(1, *shape, seed=seed)
        images, mu, std = draws(candidate, vae, image, FEW)
        apart = (images - images[:1]).abs().max() > 1e-4 * images.abs().max()
        assert_true(bool(apart), "the latent was not drawn from the posterior")
        posterior = search.Posterior.of(vae.decode, mu, std)
        eps, misfit = posterior.recover_noise(images)
        if bool((misfit < 0.02).float().mean() > 0.7):
            return posterior, image, eps.where(misfit[:, None] < 0.02, torch.nan)
        if posterior.finds_its_own():
            break
    raise CheckFailed("x_hat is not a decoded latent near mu")


def of_another_width(vae: RemoteObject, x: Tensor) -> Tensor:
    """An image `(1, ...)` with a far wider or narrower posterior than ``x``; being brighter need not change one."""
    others = 3.0 * torch.cat([x, noise(7, *x.shape[1:], seed=37)])
    _, logvar = pair(vae.encode(torch.cat([x, others])), 9, 2)
    return others[[int((logvar[1:] - logvar[:1]).abs().amax(1).argmax())]]


def assert_same_noise_elsewhere(candidate: Candidate, vae: RemoteObject, x: Tensor, eps: Tensor) -> None:
    """Under the same seed another image, whose posterior is another one, has the same noise."""
    images, mu, std = draws(candidate, vae, x, len(eps))
    found = ~eps.isnan().any(1)
    flat, expected = images.flatten(1)[found], vae.decode(mu + std * eps[found]).flatten(1)
    gap = torch.linalg.vector_norm(flat - expected, dim=1) / torch.linalg.vector_norm(expected.std(0))
    assert_true(bool(gap.median() < 0.05), "the latent is not mu plus noise times the standard deviation")


def draws(
    candidate: Candidate, vae: RemoteObject, x: Tensor, number: int, seed: int = SEED
) -> tuple[Tensor, Tensor, Tensor]:
    """So many reconstructions of one image `(1, ...)`, and the mean and standard deviations of its posterior, `(2,)` each."""
    x_hat, mu, std = posterior_and_draw(candidate, vae, x, number, seed)
    return x_hat, mu[0], std[0]


def posterior_and_draw(
    candidate: Candidate, vae: RemoteObject, x: Tensor, copies: int = 1, seed: int = SEED
) -> tuple[Tensor, Tensor, Tensor]:
    """Reconstructions of so many copies under a fixed seed, with the mean and standard deviation of each image's posterior."""
    mu, logvar = pair(vae.encode(x), len(x), 2)
    assert_true(not torch.allclose(mu, logvar), "mu and logvar are the same")
    images = x.repeat(copies, *[1] * (x.ndim - 1))
    candidate.seed(seed)
    return reconstruction(vae(images), images.shape), mu, (0.5 * logvar).exp()


def assert_samples_the_prior(candidate: Candidate, vae: RemoteObject) -> None:
    """`sample` decodes standard normal latents, other ones at every call."""
    images = vae.sample(3, generator=candidate.generator(SEED))
    usual = vae.decode(noise(3, 2, seed=SEED))
    assert_shape(images, tuple(usual.shape), what="the sample")
    if not law.is_same(images, usual):
        images = vae.sample(NUMBER, generator=candidate.generator(SEED + 1))
        assert_shape(images, (NUMBER, *usual.shape[1:]), what="the sample")
        prior = search.Posterior.of(vae.decode, torch.zeros(2), torch.ones(2))
        eps, misfit = prior.recover_noise(images)
        assert_true(bool((misfit < 0.02).float().mean() > 0.7), "a sample is not a decoded latent of the prior")
        summary = "the latents of the samples do not follow the prior"
        law.assert_looks_normal(eps[misfit < 0.02], summary)
        law.assert_images_spread_alike(lambda size, seed: vae.sample(size, generator=candidate.generator(seed)), prior, summary)
    assert_draws_afresh(candidate, lambda: vae.sample(4), "the sample")


def assert_draws_every_time(vae: RemoteObject, x: Tensor) -> None:
    """Two passes differ in eval and in train mode."""
    for mode in (vae.eval, vae.train):
        mode()
        first, second = (reconstruction(vae(x), x.shape) for _ in range(2))
        differ = (first - second).abs().max() > 1e-4 * first.abs().max()
        assert_true(bool(differ), "two forward passes drew the same latent")


def assert_sampling_is_reproducible(candidate: Candidate, vae: RemoteObject, make: Callable[[], RemoteObject]) -> None:
    """The generator decides the samples, and nothing but the generator moves; `make`, which makes another one, seeds nobody."""
    seen = [vae.sample.observe(2, generator=candidate.generator(seed)) for seed in (4, 4, 5)]
    for sample in seen:
        assert_true(isinstance(sample.value, Tensor), "the sample is not a tensor")
        assert_true(not sample.rng_used, "sampling with a generator used the global random state")
    assert_close(seen[1].value, seen[0].value, what="the sample from an equal generator")
    assert_shape(vae.sample(1, generator=candidate.generator(6)), (1, *seen[0].value.shape[1:]), what="a single sample")
    assert_true(bool((seen[0].value - seen[2].value).abs().max() > 1e-6), "different draws gave the same sample")
    assert_sets_no_seed(candidate, make)
