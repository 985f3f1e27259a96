"""Your convolutional and your fully connected VAE on CIFAR-10, each trained in a loop of ours: 250 steps of 16 images.

Both have 16 latent coordinates, and the bound of each is measured on images that the training has not seen: encoded in one
process and decoded in another, with the grader's noise in between; what is decoded must not be nearer to photographs that a
network may have stored than to the same ones in another warp. So short a training makes the fully connected one the
better of the two; what is graded is that each of them learns. Where CIFAR-10 cannot be had, digits with an empty margin stand
in for it, in three equal channels, and nothing is judged: in so few steps the code of a right network may still be empty there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.data.secret_world import World
from autograder.errors import DataMissing
from autograder.scores.elbo import Elbo, score_elbo
from autograder.training import Finding, Level, Score, TrainingRun
from autograder.training.autoencoders import taken_apart
from autograder.training.beside import checked_state
from autograder.training.figures import image_rows
from autograder.training.samples import refuse_stored_images

USES = ("model.VAE", "model.Encoder", "model.Decoder", "model.MLPVAE", "model.reparameterize")
DATA = "CIFAR-10"

STEPS, BATCH, RATE = 250, 16, 1e-3
LATENT = 16
SHAPE = (3, 32, 32)
MOST_NUMBERS = 4 * 2_500_000

SCORES = (
    Score("conv_bound", "in our loop, your convolutional VAE learns to reconstruct photographs that it has not seen", 0.4,
          Level(zero=178.0, full=160.0), "nats"),
    Score("conv_kl", "and its decoder learns from the code", 0.15, Level(zero=0.5, full=4.0), "nats"),
    # The mean of all images costs 182 to 186 nats, with an empty code, which the other score tells. Right networks that are
    # deep, normalised, drop units or pool their maps take 137 to 153 where the reference takes 107, unlucky ones 185 and 207;
    # without any gradient it is 297.
    Score("mlp_bound", "and so does your fully connected one", 0.35, Level(zero=270.0, full=225.0), "nats", needs="mlp_kl"),
    Score("mlp_kl", "whose decoder learns from the code, too", 0.1, Level(zero=0.5, full=4.0), "nats"),
)  # fmt: skip


@dataclass(frozen=True)
class Network:
    """One of the student's networks, and what the figures call it."""

    name: str
    options: Mapping[str, object]
    title: str
    scores: tuple[str, str]


NETWORKS = (
    Network("VAE", {"latent_dim": LATENT, "in_channels": 3}, "convolutional", ("conv_bound", "conv_kl")),
    Network("MLPVAE", {"latent_dim": LATENT, "image_shape": list(SHAPE)}, "fully connected", ("mlp_bound", "mlp_kl")),
)


def measure(run: TrainingRun) -> None:
    """Train both networks, and bound what each says of hidden images."""
    world, data = _world(run)
    hidden = world.hidden.images
    shown = {"hidden": hidden[:10]}
    for network in NETWORKS:
        with run.part(*network.scores):
            bound, images = _trained(run, network, world, data)
            for name, value in zip(network.scores, (bound.negative_elbo, bound.kl), strict=True):
                run.score(name, value)
            shown |= {network.title: images[:10], f"{network.title}, drawn": images[10:]}
    run.figure("reconstructions and samples", lambda: image_rows(list(shown.values()), list(shown)))


def _world(run: TrainingRun) -> tuple[World, str]:
    """Photographs, or what stands in for them, and the data set that they are of."""
    try:
        return run.world(given=5000, hidden=500), DATA
    except DataMissing:
        world = run.world(given=5000, hidden=500, data="digits")
        run.notes.append("CIFAR-10 is not on this machine: the digits are framed to 32 x 32 and repeated in three channels.")
    given, hidden = (replace(share, images=_framed(share.images)) for share in (world.given, world.hidden))
    return replace(world, given=given, hidden=hidden), "digits"


def _framed(images: Tensor) -> Tensor:
    edge = SHAPE[1] - images.shape[2]
    return F.pad(images, [edge // 2] * 4).expand(-1, *SHAPE).contiguous()


def _trained(run: TrainingRun, network: Network, world: World, data: str) -> tuple[Elbo, Tensor]:
    """The bound of a network after our training, and ten reconstructions and ten samples of it."""
    name, options, hidden = network.name, dict(network.options), world.hidden.images
    with run.worker() as worker:
        trained = worker.train(
            "train_your_network", name, options, world.given.images, STEPS, BATCH, RATE, run.seed("order"), run.device,
            run.progress(f"our training of your {network.title} network"), seed=run.seed("weights"),
        )  # fmt: skip
    state = checked_state(trained.get("state"), MOST_NUMBERS)
    with taken_apart(run, name, options, state, SHAPE, LATENT) as yours:
        bound = score_elbo(yours.encode, yours.decode, hidden, run.generator("noise"))
        refuse_stored_images(run, yours.decoded, world, data, _framed)
        z = torch.randn(10, LATENT, generator=run.generator("prior"))
        return bound, yours.decode(torch.cat([yours.encode(hidden[:10])[0], z.to(hidden)]))


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    for title, name in (("convolutional", "conv_kl"), ("fully connected", "mlp_kl")):
        if values.get(name, float("nan")) < 0.1:
            yield Finding("posterior_collapsed", f"The code of your {title} network carries nothing after our training. "
                          "Does what it decodes depend on the image, and can a gradient reach the encoder?")  # fmt: skip
