"""The fully connected VAE on MNIST, 600 steps of 128 images: your `train` and losses on a network of ours, and your network
in a loop of ours.

The bound is measured on images that the training has not seen. They are encoded in one process and decoded in another, which
has seen no image at all; the noise between the two is the grader's. Both parts count for themselves.

A network that stores images and encodes the number of the nearest one would need fewer nats than one that learns: what is
decoded must not be nearer to the given images, or to those that hidden ones come from, than to the same ones in another warp.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from autograder.data.secret_world import World
from autograder.scores.elbo import Elbo, score_elbo
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.autoencoders import taken_apart
from autograder.training.beside import checked_state
from autograder.training.figures import curves, image_grid, image_pairs
from autograder.training.samples import refuse_stored_images

USES = ("train.train", "losses.negative_elbo", "losses.reconstruction_loss", "losses.gaussian_kl", "model.reparameterize",
        "model.MLPVAE")  # fmt: skip
DATA = "MNIST"

STEPS, BATCH, RATE, BETA = 600, 128, 1e-3, 1.0
LATENT = 16
MOST_NUMBERS = 4 * 650_000
SHAPE = (1, 28, 28)
OPTIONS = {"latent_dim": LATENT, "image_shape": list(SHAPE)}

SCORES = (
    Score("our_bound", "trained by your code, our network reaches the negative ELBO of a right training", 0.35,
          Level(zero=34.5, full=32.2, too_good=28.5), "nats", Level(zero=16.5, full=14.95)),
    Score("our_kl", "and spends as many nats on its code as a right training does", 0.25, Window(6.0, 8.1, 10.8, 13.0), "nats",
          Window(2.8, 3.8, 5.2, 6.4)),
    # Deep networks need 36 to 39 nats after so few steps, and use four to eleven coordinates. The mean of all images needs
    # 45.5, or 20 where other digits stand in.
    Score("your_bound", "in our loop, your network learns to reconstruct images that it has not seen", 0.3,
          Level(zero=44.0, full=40.0, too_good=27.5), "nats", Level(zero=19.5, full=18.0)),
    Score("your_active_units", "and uses several of its latent coordinates", 0.1, Level(zero=0.0, full=3.0),
          "coordinates", Level(zero=0.0, full=3.0), needs="your_bound"),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Train both networks, and bound what each says of hidden images."""
    world = run.world(given=5000, hidden=1000)
    hidden = world.hidden.images
    with run.part("our_bound", "our_kl"):
        bound, network = _ours(run, world.given.images, hidden)
        run.score("our_bound", bound.negative_elbo)
        run.score("our_kl", bound.kl)
        z = torch.randn(100, LATENT, generator=run.generator("prior"))
        run.figure("samples of our network", lambda: image_grid(network.decode(z)))
        mu = network.encode(hidden[:50])[0]
        run.figure("hidden images and reconstructions", lambda: image_pairs(hidden[:50], network.decode(mu)))
    with run.part("your_bound", "your_active_units"):
        bound = _yours(run, world)
        run.score("your_bound", bound.negative_elbo)
        run.score("your_active_units", bound.active_units)


def _ours(run: TrainingRun, given: Tensor, hidden: Tensor) -> tuple[Elbo, torch.nn.Module]:
    with run.worker() as worker:
        trained = worker.train("train_our_network", given, STEPS, BATCH, RATE, BETA, run.seed("order"), run.device,
                              run.progress("your training of our network"), seed=run.seed("weights"))  # fmt: skip
    network = run.ours.OurVAE()
    network.load_state_dict(checked_state(trained.get("state"), MOST_NUMBERS, network.state_dict()))
    run.claim("training of our network", trained.get("history"))
    run.figure("losses that your training reported", lambda: curves(run.curves.get("training of our network", {})))
    network = network.to(hidden.device).requires_grad_(False)
    return score_elbo(network.encode, network.decode, hidden, run.generator("noise")), network


def _yours(run: TrainingRun, world: World) -> Elbo:
    given, hidden = world.given.images, world.hidden.images
    with run.worker() as worker:
        trained = worker.train("train_your_network", "MLPVAE", OPTIONS, given, STEPS, BATCH, RATE, run.seed("order"),
                               run.device, run.progress("our training of your network"), seed=run.seed("weights"))  # fmt: skip
    state = checked_state(trained.get("state"), MOST_NUMBERS)
    with taken_apart(run, "MLPVAE", OPTIONS, state, SHAPE, LATENT) as network:
        bound = score_elbo(network.encode, network.decode, hidden, run.generator("noise"))
    refuse_stored_images(run, network.decoded, world)
    return bound


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show; where reconstruction fails too, they show nothing for certain."""
    bound, kl = values.get("our_bound", float("nan")), values.get("our_kl", float("nan"))
    error = bound - kl
    if kl < 1.0 and error < 60.0:
        yield Finding("posterior_collapsed", "The codes carry almost nothing: every image gets nearly the same posterior. What "
                      "does your loss gain from a code that says nothing, is the reconstruction error summed over pixels, and "
                      "do the encoder's parameters move?")
    elif 30.0 < kl < 200.0 and error < 19.0:
        yield Finding("divergence_hardly_counts", "Your codes cost many times more nats than they should. Does the divergence "
                      "take part in what is minimised, and with which factor?")
    elif 12.0 < kl < 30.0 and error < 19.0:
        yield Finding("divergence_too_light", "Your codes cost more nats, and your reconstructions are better, than at the "
                      "optimum. By which factor is the divergence too small against the reconstruction error?")
    elif 2.0 < kl < 6.0 and 24.0 < error < 33.0:
        yield Finding("divergence_too_heavy", "Your codes are cheaper, and your reconstructions worse, than at the optimum. By "
                      "which factor is the divergence too large against the reconstruction error?")
