"""Hidden checks of model.py: a generator and a discriminator of unknown architecture."""

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks import (
    Candidate,
    RemoteObject,
    assert_close,
    assert_gradients_are_slopes,
    assert_no_parameter_is_cut_off,
    assert_same_again,
    assert_sets_no_seed,
    assert_shape,
    assert_true,
    check,
    cut_if_it_matters,
    fail,
    naming,
)
from autograder.checks.strategies import generator

ATTEMPTS = 30
"""Random weights that a discriminator may be given until it has shown logits of both signs."""


def noise(*shape: int, seed: int = 0) -> Tensor:
    """Standard normal values."""
    return torch.randn(shape, generator=generator(seed))


def shake(module: RemoteObject, example: Tensor, seed: int = 0, scale: float = 1.0) -> RemoteObject:
    """Move all parameters to general position and put the module into eval mode.

    Weights get Gaussian noise that keeps activations near one; ``scale`` multiplies every parameter. Lazy layers make
    theirs in a first pass, of ``example``.
    """
    moved = {}
    for number, (name, value) in enumerate(module.built(example).parameters_by_name().items()):
        spread = value[0].numel() ** -0.5 if value.ndim > 1 else 0.1
        # Noise of a prime length, repeated: cheap, and no layer's shape lines up with it.
        moves = noise(8191, seed=100 * seed + number).repeat(value.numel() // 8191 + 1)[: value.numel()]
        moved[name] = torch.add(value, moves.view(value.shape).to(value.dtype), alpha=spread).mul_(scale)
    module.set_parameters(moved)
    return module


def make_generator(candidate: Candidate, seed: int = 0, scale: float = 1.0) -> RemoteObject:
    """A generator with six latent coordinates, in general position."""
    candidate.seed(seed)
    return shake(candidate.Generator(latent_dim=6), torch.zeros(2, 6), seed, scale)


def make_discriminator(candidate: Candidate, seed: int = 0, scale: float = 1.0) -> RemoteObject:
    """A discriminator in general position."""
    candidate.seed(seed)
    return shake(candidate.Discriminator(), torch.zeros(2, 1, 28, 28), seed, scale)


def assert_alone(module: RemoteObject, batch: Tensor) -> None:
    """In eval mode a row's result depends on that row alone, is the same every time, and draws nothing."""
    seen = module.observe(batch)
    assert_same_again(module, batch, seen.value)
    assert_true(not seen.rng_used, "in eval mode the global random state was used")
    assert_close(seen.args[0], batch, rtol=0, atol=0, what="the input after the call")
    assert_shape(seen.value[:0], (0, *seen.value.shape[1:]))
    assert_true(bool(seen.value.std(0).max() > 0), "all rows have the same result")
    alone = module(batch[1:2])
    assert_shape(alone, (1, *seen.value.shape[1:]))
    with naming("samples_meet_in_eval_mode"):
        assert_close(alone, seen.value[1:2], rtol=1e-3, what="the result of a row by itself")


def assert_same_after_loading(make: Callable[[], RemoteObject], candidate: Candidate, x: Tensor) -> None:
    """A module that loads another's state dict computes what the other computes, and did not before."""
    candidate.seed(1)
    first = shake(make(), x, 5)
    candidate.seed(2)
    second = make()
    second.eval()
    expected, before = first(x), second(x)
    assert_same_again(first, x, expected)
    assert_true(bool((expected - before).abs().max() > 1e-6), "the parameters do not matter")
    second.load_state_dict(first.state_dict())
    with naming("state_not_registered"):
        assert_close(second(x), expected, rtol=1e-3, what="the result of the copy")


def assert_learns(module: RemoteObject, x: Tensor, weights: Tensor) -> Tensor:
    """Gradients reach the parameters; return the gradient of the input."""
    (of_input,), of_parameters = module.grad(x, wrt=(0,), cotangent=weights, parameters=True)
    if of_input is None:
        fail("no gradient reaches the input", mistake=cut_if_it_matters(module, x))
    assert_gradients_are_slopes(module, "__call__", x, of_parameters=False)
    assert_no_parameter_is_cut_off(module, x)
    assert_shape(of_input, tuple(x.shape), what="the gradient of the input")
    assert_true(len(of_parameters) > 0, "there are no parameters")
    reached = [gradient is not None and bool(gradient.any()) for gradient in of_parameters.values()]
    # An unused parameter is no mistake; a network most of which cannot learn is one.
    assert_true(sum(reached) > len(reached) / 2, "no gradient reaches most of the parameters")
    return of_input


# -- Generator ---------------------------------------------------------------------------------------------


@check("Generator", points=1.0, title="gives every latent vector an image of its own, in range")
def test_generator_images(candidate: Candidate) -> None:
    """Pixels leave [-1, 1], have one sign only, are all alike, or do not depend on the latent vector."""
    images = make_generator(candidate)(noise(8, 6, seed=3))
    assert_shape(images, (8, 1, 28, 28), torch.float32)
    assert_true(bool((images.abs() <= 1 + 1e-6).all()), "a pixel is outside [-1, 1]")
    assert_true(bool((images < 0).any()) and bool((images > 0).any()), "all pixels have the same sign")
    varies = (images - images[:1]).abs().amax(0) > 1e-5
    assert_true(bool(varies.float().mean() > 0.9), "there are pixels that do not depend on the latent vector")
    spread = images.flatten(1).std(1)
    assert_true(bool((spread > 1e-5).all()), "all pixels of an image are equal")


@check("Generator", points=0.5, title="reaches black and white, and goes no further", kind="extreme")
def test_generator_saturates(candidate: Candidate) -> None:
    """With large weights and latent vectors, pixels leave [-1, 1] or do not come close to both ends."""
    images = make_generator(candidate, 1, scale=4.0)(10 * noise(4, 6, seed=4))
    assert_shape(images, (4, 1, 28, 28))
    assert_true(bool((images.abs() <= 1 + 1e-6).all()), "a pixel is outside [-1, 1]")
    assert_true(
        bool(images.min() < -0.9) and bool(images.max() > 0.9), "no pixel comes close to an end of [-1, 1]"
    )


@check("Generator", points=0.5, title="uses every latent coordinate", kind="gradient")
def test_generator_gradient(candidate: Candidate) -> None:
    """Some latent coordinate has no influence, or gradients do not reach it and the parameters, or only in part."""
    gradient = assert_learns(make_generator(candidate, 2), noise(3, 6, seed=5), noise(3, 1, 28, 28, seed=6))
    assert_true(bool((gradient != 0).any(0).all()), "some latent coordinate does not change the image")


@check("Generator", points=0.5, title="treats every latent vector by itself in eval mode", kind="purity")
def test_generator_alone(candidate: Candidate) -> None:
    """In eval mode an image is random or changes with the rest of the batch, or making a generator sets a seed."""
    assert_alone(make_generator(candidate, 3), noise(4, 6, seed=7))
    assert_sets_no_seed(candidate, lambda: candidate.Generator(latent_dim=6))


@check("Generator", points=0.25, title="keeps all its parameters in the state dict", kind="law")
def test_generator_state_dict(candidate: Candidate) -> None:
    """A second generator that loads the state dict makes other images."""
    assert_same_after_loading(lambda: candidate.Generator(latent_dim=3), candidate, noise(2, 3))


# -- Discriminator -----------------------------------------------------------------------------------------


@check("Discriminator", points=1.0, title="answers with any real number")
def test_discriminator_unbounded(candidate: Candidate) -> None:
    """However large weights and images are, logits have one sign only or stay small: probabilities are no logits."""
    images, low, high = 5 * noise(8, 1, 28, 28, seed=8), 0.0, 0.0
    for seed in range(ATTEMPTS):
        logits = make_discriminator(candidate, seed, scale=4.0)(images)
        assert_shape(logits, (8,), torch.float32)
        low, high = min(low, float(logits.min())), max(high, float(logits.max()))
        if low < -2 and high > 2:
            return
    # Random weights give either sign with equal chances: one sign alone in thirty attempts happens once in 5e8.
    assert_true(low < 0 < high, "all logits have the same sign")
    assert_true(low < -2 and high > 2, "the logits are confined to an interval")


@check("Discriminator", points=0.5, title="looks at the whole image", kind="gradient")
def test_discriminator_gradient(candidate: Candidate) -> None:
    """Some region of the image has no influence, or gradients do not reach the image and the parameters, or only in part."""
    gradient = assert_learns(make_discriminator(candidate, 1), noise(4, 1, 28, 28, seed=9), noise(4, seed=10))
    regions = gradient.unfold(2, 7, 7).unfold(3, 7, 7).flatten(4)
    assert_true(bool((regions != 0).any(-1).any(0).all()), "some region of the image does not matter")


@check("Discriminator", points=0.5, title="judges every image by itself in eval mode", kind="purity")
def test_discriminator_alone(candidate: Candidate) -> None:
    """In eval mode a logit is random or changes with the rest of the batch, or making a discriminator sets a seed."""
    assert_alone(make_discriminator(candidate, 2), noise(4, 1, 28, 28, seed=11))
    assert_sets_no_seed(candidate, candidate.Discriminator)


@check("Discriminator", points=0.5, title="tells every image from every other")
def test_discriminator_differs(candidate: Candidate) -> None:
    """Different images get the same logit."""
    images, apart = noise(5, 1, 28, 28, seed=12), torch.eye(5)
    # Two images are close by chance in a pair of discriminators once in 1e11 times.
    for seed in (3, 4):
        logits = make_discriminator(candidate, seed)(images)
        assert_shape(logits, (5,))
        apart += (logits[:, None] - logits).abs() / logits.abs().max()
    assert_true(bool((apart > 1e-6).all()), "two images got the same logit")


@check("Discriminator", points=0.25, title="keeps all its parameters in the state dict", kind="law")
def test_discriminator_state_dict(candidate: Candidate) -> None:
    """A second discriminator that loads the state dict judges differently."""
    assert_same_after_loading(lambda: candidate.Discriminator(), candidate, noise(2, 1, 28, 28))
