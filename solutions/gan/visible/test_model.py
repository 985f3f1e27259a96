"""Visible checks of model.py."""

import torch

from autograder.checks import Candidate, assert_shape, assert_true, check
from autograder.checks.strategies import normal


@check("Generator", points=0.75, title="turns latent vectors into images", kind="shape")
def test_generator_shapes(candidate: Candidate) -> None:
    """64 latent coordinates by default, or as many as asked for, become images of shape (B, 1, 28, 28)."""
    images = candidate.Generator()(normal((3, 64), 0, torch.float32))
    assert_shape(images, (3, 1, 28, 28), torch.float32)
    generator = candidate.Generator(latent_dim=5)
    generator.eval()
    assert_shape(generator(normal((1, 5), 1, torch.float32)), (1, 1, 28, 28), torch.float32)


@check("Generator", points=0.5, title="pixels of both signs between -1 and 1")
def test_generator_range(candidate: Candidate) -> None:
    """Pixels lie between -1 and 1, there are negative and positive ones, and images differ."""
    images = candidate.Generator()(20 * normal((4, 64), 2, torch.float32))
    assert_shape(images, (4, 1, 28, 28))
    assert_true(bool((images.abs() <= 1).all()), "a pixel is outside [-1, 1]")
    assert_true(bool((images < 0).any()) and bool((images > 0).any()), "all pixels have the same sign")
    assert_true(not torch.allclose(images[0], images[1]), "two latent vectors gave the same image")


@check("Discriminator", points=0.75, title="gives one logit per image", kind="shape")
def test_discriminator_shapes(candidate: Candidate) -> None:
    """Images of shape (B, 1, 28, 28) become logits of shape (B,), also for a single image."""
    discriminator = candidate.Discriminator()
    assert_shape(discriminator(normal((3, 1, 28, 28), 3, torch.float32)), (3,), torch.float32)
    discriminator.eval()
    assert_shape(discriminator(normal((1, 1, 28, 28), 4, torch.float32)), (1,), torch.float32)


@check("Discriminator", points=0.5, title="judges different images differently")
def test_discriminator_differs(candidate: Candidate) -> None:
    """An image that is half white, one with a slope and one with stripes get different logits."""
    discriminator = candidate.Discriminator()
    discriminator.eval()
    # Not black and white: a network that normalises every image by itself sees the same in both.
    slope = torch.linspace(-1, 1, 784).view(1, 28, 28)
    images = torch.stack([slope.sign(), slope, torch.sin(20 * slope)])
    logits = discriminator(images)
    assert_shape(logits, (3,))
    apart = (logits[:, None] - logits).abs() + torch.eye(3)
    assert_true(bool((apart > 0).all()), "two of the images got the same logit")
