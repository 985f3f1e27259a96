"""Wrong beliefs about the scale of latents, with the behaviour they lead to."""

from typing import Any

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

RAMP = torch.linspace(0, 40, 4800).sin()
LATENTS = (RAMP.reshape(200, 4, 6) * torch.tensor([0.5, 1.0, 2.0, 3.0])[:, None]) + torch.arange(4.0)[:, None]
VECTORS = 0.3 * RAMP[:4000].reshape(2000, 2) - 2 * torch.linspace(0, 1, 2000)[:, None]
X = torch.tensor([[1.7, -0.6, 0.3], [0.2, 2.4, -1.1]])
IMAGES = torch.linspace(-1.5, 2, 16).sin().reshape(2, 2, 2, 2)

# -- latent_scale ------------------------------------------------------------------------------------------


@probe("latent_scale")
def observe_latent_scale(candidate: Candidate, record: Record) -> None:
    """Channels that differ in mean and width, samples that differ in mean."""
    record("channels", candidate.latent_scale, LATENTS)
    record("vectors", candidate.latent_scale, VECTORS)
    record("double", candidate.latent_scale, 5 * LATENTS.double())


misconception(
    "latent_scale", name="deviation_instead_of_its_inverse", belief="the scale is the standard deviation",
    replace=("1.0 / latents.std().item()", "latents.std()"),
    hint="Multiplying by your scale makes wide latents wider still. Is the scale what they have, or what they lack?",
)  # fmt: skip

misconception(
    "latent_scale", name="inverse_variance", belief="one over the variance normalises", replace=("std()", "var()"),
    hint="Your scale is right only for latents that need none. Multiplying by a factor, what happens to the variance, and "
    "what to the standard deviation?",
)  # fmt: skip

misconception(
    "latent_scale", name="one_scale_per_channel", belief="every channel gets its own scale",
    replace=("latents.std().item()", "latents.transpose(0, 1).flatten(1).std(dim=1)"),
    hint="You return several numbers. Over which dimensions is the standard deviation taken here?",
)  # fmt: skip

misconception(
    "latent_scale", name="mean_not_subtracted", belief="latents have mean zero",
    replace=("latents.std()", "latents.square().mean().sqrt()"),
    hint="Adding a constant to all latents changes your scale. From which point does a standard deviation measure?",
)  # fmt: skip

misconception(
    "latent_scale", name="deviations_of_samples_averaged", belief="standard deviations of samples can be averaged",
    replace=("latents.std()", "latents.flatten(1).std(dim=1).mean()"),
    hint="Your standard deviation misses how the samples differ from each other. Is the mean of the samples' deviations the "
    "deviation of all elements?",
)  # fmt: skip

misconception(
    "latent_scale", name="largest_value", belief="scaling means fitting into [-1, 1]", replace=("std()", "abs().max()"),
    hint="After scaling, your latents have maximum 1 rather than standard deviation 1. Which of the two does the diffusion "
    "process assume?",
)  # fmt: skip

misconception(
    "latent_scale", name="deviations_over_the_batch_averaged", belief="every entry of a latent has a deviation of its own",
    replace=("latents.std()", "latents.std(0).mean()"),
    hint="Entries of a latent that differ from each other, but not from sample to sample, count as no spread at all. Over "
    "which axes is the deviation to be taken?",
)  # fmt: skip


# -- encode_scaled -----------------------------------------------------------------------------------------


def encode(x: Tensor) -> tuple[Tensor, Tensor]:
    """An encoder that is not linear."""
    return torch.sin(x) + 1, 0.5 * x


@probe("encode_scaled")
def observe_encode_scaled(candidate: Candidate, record: Record) -> None:
    """Two scales, images, and the gradient."""
    vae = candidate.object(encode=encode)
    record("small scale", candidate.encode_scaled, vae, X, 0.2)
    record("large scale", candidate.encode_scaled, vae, IMAGES, 3.0)
    record("one sample", candidate.encode_scaled, vae, X[:1].double(), 1.5)
    record.grad("gradient", candidate.encode_scaled, vae, X, 0.7, wrt=(1,))


@misconception(
    "encode_scaled",
    belief="latents are drawn from the posterior",
    hint="Two calls with the same image give different latents. Does the docstring ask for a draw or for the "
    "mean?",
)
def latents_drawn(vae: Any, x: Tensor, scale: Any) -> Tensor:
    """Reparametrise."""
    mu, logvar = vae.encode(x)
    return (mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)) * scale


misconception(
    "encode_scaled", name="divided_by_the_scale", belief="normalising means dividing", replace=("mu * scale", "mu / scale"),
    hint="With your latents a large scale makes them small. The scale is one over the standard deviation: multiply or divide?",
)  # fmt: skip

misconception(
    "encode_scaled", name="image_scaled", belief="the scale belongs to the image",
    replace=[("vae.encode(x)", "vae.encode(x * scale)"), ("mu * scale", "mu")],
    hint="Your encoder is shown scaled images, and its latents are left as they are. Which of the two should have unit "
    "standard deviation?",
)  # fmt: skip

misconception(
    "encode_scaled", name="scale_not_applied", belief="the encoder's output is already normalised",
    replace=("mu * scale", "mu"),
    hint="Your result does not depend on the scale. What is it for?",
)  # fmt: skip

misconception(
    "encode_scaled", name="both_parts_scaled", belief="the log-variance is scaled and returned as well",
    replace=[("mu, _ =", "mu, logvar ="), ("mu * scale", "mu * scale, logvar * scale")],
    hint="You return two things. Which one does the diffusion model work on?",
)  # fmt: skip

misconception(
    "encode_scaled", name="log_variance_taken", belief="the second output is the mean", replace=("mu, _ =", "_, mu ="),
    hint="Your latents are log-variances. In which order does the encoder return its two outputs?",
)  # fmt: skip

misconception(
    "encode_scaled", name="batch_mean_subtracted", belief="normalising means centring too",
    replace=("return mu *", "return (mu - mu.mean()) *"),
    hint="Your latents of one image change with the other images of the batch. Is there anything to subtract?",
)  # fmt: skip


# -- decode_scaled -----------------------------------------------------------------------------------------


def decode(z: Tensor) -> Tensor:
    """A decoder that is not linear."""
    return torch.tanh(z) + 0.1 * z**2 + 0.5


@probe("decode_scaled")
def observe_decode_scaled(candidate: Candidate, record: Record) -> None:
    """Two scales, images, and the gradient."""
    vae = candidate.object(decode=decode)
    record("small scale", candidate.decode_scaled, vae, X, 0.2)
    record("large scale", candidate.decode_scaled, vae, IMAGES, 3.0)
    record("one sample", candidate.decode_scaled, vae, X[:1].double(), 1.5)
    record.grad("gradient", candidate.decode_scaled, vae, X, 0.7, wrt=(1,))


misconception(
    "decode_scaled", name="multiplied_again", belief="the scale is applied in both directions",
    replace=("z / scale", "z * scale"),
    hint="Encoding and decoding again, your latents are scaled twice. What undoes a multiplication?",
)  # fmt: skip

misconception(
    "decode_scaled", name="image_divided", belief="the scale is undone after decoding",
    replace=("vae.decode(z / scale)", "vae.decode(z) / scale"),
    hint="Your decoder sees latents of a size that it was not trained on, and your image is stretched. Before or after "
    "decoding: where must the scale be undone?",
)  # fmt: skip

misconception(
    "decode_scaled", name="scale_not_undone", belief="the decoder does not mind the scale", replace=("z / scale", "z"),
    hint="Your result does not depend on the scale. Which size of latents was the decoder trained on?",
)  # fmt: skip

misconception(
    "decode_scaled", name="image_clipped", belief="images have pixels between 0 and 1",
    replace=("vae.decode(z / scale)", "vae.decode(z / scale).clamp(0, 1)"),
    hint="Your image never leaves [0, 1]. Does the docstring say anything about clipping what the decoder returns?",
)  # fmt: skip


@misconception(
    "decode_scaled",
    belief="decoding is only done for looking at images",
    hint="The values are right, but no gradient reaches z. Does the docstring allow that?",
)
def decoded_without_gradient(vae: Any, z: Tensor, scale: Any) -> Tensor:
    """Switch gradients off."""
    with torch.no_grad():
        return vae.decode(z / scale)


misconception(
    "decode_scaled", name="divided_by_the_square", belief="the scale is a variance", replace=("z / scale", "z / scale**2"),
    hint="Your decoder sees latents that are too small if the scale is large. By which power of the scale must z be divided?",
)  # fmt: skip
