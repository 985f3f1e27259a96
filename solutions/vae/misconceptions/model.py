"""Wrong variants of model.py: the draw and the interpolation."""

import math

import torch
from torch import Tensor, nn
from torch.distributions import Normal

from autograder.checks import Candidate, CandidateError
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe, reference

model = reference("vae", "model")


@probe("reparameterize")
def observe_reparameterize(candidate: Candidate, record: Record) -> None:
    """Given noise, and facts about drawn noise that hold for any generator."""
    for seed, shape in enumerate(((2, 3), (3, 1), (2, 2, 2))):
        mu, logvar, eps = (normal(shape, seed + 20 * number) + 0.5 for number in range(3))
        record(f"value {shape}", candidate.reparameterize, mu, logvar, eps, batch=shape[0])
    record.grad("gradient", candidate.reparameterize, mu, logvar, eps, wrt=(0, 1))
    try:
        drawn = candidate.reparameterize.grad(mu, logvar, wrt=(0, 1))
    except CandidateError:  # a result that nothing can be derived from
        drawn = None, None
    record.value("drawn gradient", [value is not None and bool((value != 0).any()) for value in drawn])
    zeros = torch.zeros(500, 4)
    z = candidate.reparameterize(zeros, zeros + 1) / math.exp(0.5)
    record.value("drawn shape", list(z.shape))
    is_drawn = bool((z != 0).any())
    record.value("drawn at all", is_drawn)
    record.value("drawn below zero", bool((z < 0).any()) if is_drawn else None)
    record.value("drawn beyond three", bool((z.abs() > 2.5).any()) if is_drawn else None)
    record.value("drawn once per sample", bool((z[:, 0] == z[:, 1]).all()) if is_drawn else None)
    record.value("drawn once per batch", bool((z == z[:1]).all()) if is_drawn else None)


misconception(
    "reparameterize", name="variance_used_as_standard_deviation", belief="exp(logvar) is the standard deviation",
    replace=("(0.5 * logvar).exp()", "logvar.exp()"),
    hint="What does exp(logvar) give you: a variance or a standard deviation? Which of the two scales the noise?",
)  # fmt: skip

misconception(
    "reparameterize", name="logvar_used_as_standard_deviation", belief="logvar scales the noise",
    replace=("(0.5 * logvar).exp()", "logvar"),
    hint="With logvar = 0 your latent has no noise at all. What is the standard deviation then, and how do you get it from "
    "logvar?",
)  # fmt: skip

misconception(
    "reparameterize", name="uniform_noise_drawn", belief="any random number is noise",
    replace=("torch.randn_like", "torch.rand_like"),
    hint="Your draws never fall below mu. Which distribution should epsilon have, and which one does your function draw from?",
)  # fmt: skip

misconception(
    "reparameterize", name="given_noise_ignored", belief="noise is always drawn inside",
    replace=("if eps is None:", "if True:"),
    hint="Two calls with the same eps give different results. What should happen when the caller brings the noise?",
)  # fmt: skip


@misconception(
    "reparameterize", belief="sampling from a distribution object is the same thing",
    hint="The draws are right, but the encoder gets no gradient from them. Can one differentiate through sample(), "
    "and what is the trick for?",
)  # fmt: skip
def sampled_without_gradient(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    """A draw that is a constant for autograd."""
    if eps is None:
        return Normal(mu, (0.5 * logvar).exp()).sample()
    return model.reparameterize(mu, logvar, eps)


misconception(
    "reparameterize", name="no_gradient_through_the_latent", belief="a latent is data to the decoder",
    replace=("return mu + (0.5 * logvar).exp() * eps", "return (mu + (0.5 * logvar).exp() * eps).detach()"),
    hint="The values are right, but no gradient reaches mu or logvar, whether eps is given or drawn. Is there a detach(), "
    ".data or no_grad() on the way?",
)  # fmt: skip

misconception(
    "reparameterize", name="one_noise_for_all_coordinates", belief="one epsilon per sample is enough",
    replace=("torch.randn_like(mu)", "torch.randn(len(mu), *[1] * (mu.ndim - 1), dtype=mu.dtype)"),
    hint="All coordinates of one latent move together. How many independent numbers does a draw from a diagonal Gaussian need?",
)  # fmt: skip

misconception(
    "reparameterize", name="one_noise_for_the_whole_batch", belief="one epsilon serves the whole batch",
    replace=("torch.randn_like(mu)", "torch.randn_like(mu[:1])"),
    hint="All samples of a batch get the same noise. Which shape should epsilon have?",
)  # fmt: skip


@probe("interpolate")
def observe_interpolate(candidate: Candidate, record: Record) -> None:
    """A nonlinear decoder and a posterior so wide that a draw shows."""
    matrix = normal((4, 3), 1)

    def encode(x: Tensor) -> tuple[Tensor, Tensor]:
        return x.flatten(1) @ matrix, 2 + x.flatten(1) @ matrix

    def decode(z: Tensor) -> Tensor:
        return torch.sin(z @ matrix.T).unflatten(1, (1, 2, 2))

    vae = candidate.object(encode=encode, decode=decode)
    for seed, (size, steps) in enumerate(((1, 3), (2, 4), (3, 2), (3, 5))):
        x_a, x_b = normal((size, 1, 2, 2), seed), normal((size, 1, 2, 2), seed + 20)
        record(f"{size} pairs, {steps} steps", candidate.interpolate, vae, x_a, x_b, steps=steps)


def grid(steps: int, like: Tensor) -> Tensor:
    """Weights from 0 to 1, ends included."""
    return torch.linspace(0, 1, steps, dtype=like.dtype)


@misconception(
    "interpolate", belief="images themselves can be blended",
    hint="Halfway, your image is both ends printed over each other. In which space should the line be straight?",
)  # fmt: skip
def blended_in_pixel_space(vae: nn.Module, x_a: Tensor, x_b: Tensor, steps: int = 10) -> Tensor:
    """Mixes the two reconstructions."""
    first, last = vae.decode(vae.encode(x_a)[0]), vae.decode(vae.encode(x_b)[0])
    return torch.stack([(1 - w) * first + w * last for w in grid(steps, x_a)], 1)


misconception(
    "interpolate", name="last_end_left_out", belief="weights k / steps make the line",
    replace=("torch.linspace(0, 1, steps,", "torch.linspace(0, 1 - 1 / steps, steps,"),
    hint="Does your last image decode the mean of x_b? With how many gaps do you divide the line if both ends are to be on it?",
)  # fmt: skip

misconception(
    "interpolate", name="both_ends_left_out", belief="the ends are not part of the interpolation",
    replace=("torch.linspace(0, 1, steps,", "torch.linspace(1 / (steps + 1), 1 - 1 / (steps + 1), steps,"),
    hint="Neither your first nor your last image reconstructs an end of the line. Which weights should these two have?",
)  # fmt: skip

misconception(
    "interpolate", name="drawn_latents_for_means", belief="a latent has to be drawn from the posterior",
    replace=[
        ("mu_a, _ = vae.encode(x_a)", "mu_a = reparameterize(*vae.encode(x_a))"),
        ("mu_b, _ = vae.encode(x_b)", "mu_b = reparameterize(*vae.encode(x_b))"),
    ],
    hint="Two calls give different images. Between which points of latent space does the line run: draws or means?",
)  # fmt: skip

misconception(
    "interpolate", name="line_walked_backwards", belief="the first weight belongs to x_b",
    replace=[("vae.encode(x_a)", "vae.encode(x_b)"), ("vae.encode(x_b)", "vae.encode(x_a)")],
    hint="Does your line start at x_a or at x_b? Which weight does each mean have at k = 0?",
)  # fmt: skip

misconception(
    "interpolate", name="steps_before_the_batch", belief="steps come before the batch",
    replace=("images.unflatten(0, (len(x_a), steps))", "images.unflatten(0, (len(x_a), steps)).transpose(0, 1).contiguous()"),
    hint="Which of your first two dimensions counts pairs and which counts steps? For one pair the difference hides.",
)  # fmt: skip


@misconception(
    "interpolate", belief="reshaping is enough to bring the batch to the front",
    hint="The shape is right, but images of different pairs are mixed in one row. In which order do latents lie in "
    "memory when you reshape?",
)  # fmt: skip
def pairs_scrambled_by_reshaping(vae: nn.Module, x_a: Tensor, x_b: Tensor, steps: int = 10) -> Tensor:
    """A view where a transposition is needed."""
    line = model.interpolate(vae, x_a, x_b, steps)
    return line.transpose(0, 1).reshape(line.shape)


@misconception(
    "interpolate", belief="latents lie on a sphere",
    hint="Your path from one mean to the other is an arc. Is that a straight line?",
)  # fmt: skip
def arc_instead_of_a_line(vae: nn.Module, x_a: Tensor, x_b: Tensor, steps: int = 10) -> Tensor:
    """Weights cos and sin of a quarter turn."""
    a, b = vae.encode(x_a)[0], vae.encode(x_b)[0]
    angles = grid(steps, a) * (torch.pi / 2)
    return torch.stack([vae.decode(angle.cos() * a + angle.sin() * b) for angle in angles], dim=1)


@misconception(
    "interpolate", belief="Gaussian latents must be interpolated on a sphere",
    hint="Your latents lie on an arc between the means, weighted with sines of the angle between them (slerp). Is that a "
    "straight line?",
)  # fmt: skip
def arc_between_the_means(vae: nn.Module, x_a: Tensor, x_b: Tensor, steps: int = 10) -> Tensor:
    """Spherical interpolation of each pair."""
    a, b = vae.encode(x_a)[0], vae.encode(x_b)[0]
    cosine = torch.nn.functional.cosine_similarity(a, b, dim=1).clamp(-1, 1)
    angle = cosine.acos()[:, None]
    ways = [(((1 - w) * angle).sin() * a + (w * angle).sin() * b) / angle.sin() for w in grid(steps, a)]
    return torch.stack([vae.decode(way) for way in ways], dim=1)
