"""The GAN on MNIST, 1000 steps of 64 images: your two steps on networks of ours, and your networks in a loop of ours.

Samples are compared with images that the training has not seen, through the features of a classifier: how far their
distribution is (Fréchet distance), and how much of the images has a sample near. Samples that copy given images earn nothing.
Our generator is normalised: its Fréchet distance is about 400 after as many steps as bring one without to 670.

The same training with beta1 = 0.9 is shown beside, and not graded: how it fails differs from seed to seed.
"""

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from autograder.data.secret_world import World
from autograder.training import Finding, Level, Score, TrainingRun
from autograder.training.beside import checked_state, checked_tensor
from autograder.training.figures import curves, image_grid, image_rows
from autograder.training.samples import score_images

USES = ("train.discriminator_step", "train.generator_step", "losses.discriminator_loss",
        "losses.generator_loss_nonsaturating", "model.Generator", "model.Discriminator")  # fmt: skip
DATA = "MNIST"

STEPS, BATCH = 1000, 64
OUR_RATE, YOUR_RATE = 1e-3, 5e-4
SAMPLES, LATENT = 1000, 64
MOST_NUMBERS = 4 * 243_000

SCORES = (
    Score("our_frechet", "trained by your code, our generator comes near to the distribution of digits", 0.4,
          Level(zero=1100.0, full=650.0, too_good=40.0), "(Fréchet distance)", fallback=Level(450.0, 220.0)),
    Score("our_coverage", "and has samples near as many of them as after a right training", 0.2, Level(zero=0.03, full=0.08),
          "of the images", fallback=Level(0.08, 0.25)),
    Score("your_frechet", "in our loop, your networks learn to make digits", 0.4,
          Level(zero=1450.0, full=1150.0, too_good=40.0), "(Fréchet distance)", fallback=Level(600.0, 330.0)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Train both pairs of networks, and ours once more with another beta1."""
    world = run.world(given=5000, held=1500, hidden=1500)
    z = torch.randn(SAMPLES, LATENT, generator=run.generator("latents"))
    with run.part("our_frechet", "our_coverage"):
        samples = _ours(run, world, z, 0.5)
        scores = score_images(samples, world)
        run.score("our_frechet", scores.frechet)
        run.score("our_coverage", scores.coverage)
        run.figure("samples of our network", lambda: image_grid(samples[:100]))
        with run.part():
            others = _ours(run, world, z, 0.9)
            rows = [part for some in (samples, others) for part in some[:40].split(20)]
            run.figure("samples for beta1 of 0.5 and 0.9", lambda: image_rows(rows, ("0.5", "", "0.9", "")))
    with run.part("your_frechet"):
        made = _yours(run, world, z)
        run.score("your_frechet", score_images(made, world).frechet)
        run.figure("samples of your network", lambda: image_grid(made[:100]))


def _ours(run: TrainingRun, world: World, z: Tensor, beta1: float) -> Tensor:
    part = f"training with beta1 {beta1}"
    with run.worker() as worker:
        trained = worker.train("train_our_pair", world.given.images, STEPS, BATCH, OUR_RATE, beta1, run.seed("order"),
                              run.device, run.progress(f"your {part}"), seed=run.seed("weights"))  # fmt: skip
    network = run.ours.OurGenerator()
    network.load_state_dict(checked_state(trained.get("state"), MOST_NUMBERS, network.state_dict()))
    run.claim(part, trained.get("history"))
    run.figure(f"losses of every 25th step of the {part}", lambda: curves(run.curves.get(part, {}), "25 steps"))
    network = network.to(world.hidden.images.device).eval().requires_grad_(False)
    return (network(z.to(world.hidden.images.device)) + 1) / 2


def _yours(run: TrainingRun, world: World, z: Tensor) -> Tensor:
    with run.worker() as worker:
        trained = worker.train("train_your_pair", world.given.images, STEPS, BATCH, YOUR_RATE, 0.5, run.seed("order"),
                              run.device, run.progress("our training of your networks"), seed=run.seed("weights"))  # fmt: skip
    state = checked_state(trained.get("state"), MOST_NUMBERS)
    with run.worker() as sampler:
        network = sampler.call("your_generator", state, run.device)
        images = [checked_tensor(sampler.call("generated", network, some, run.device), (len(some), 1, 28, 28), "Generator")
                  for some in z.split(250)]  # fmt: skip
    return ((torch.cat(images) + 1) / 2).clamp(0, 1).to(world.hidden.images.device)


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    ours, yours = values.get("our_frechet", math.nan), values.get("your_frechet", math.nan)
    if ours > 2000.0:
        yield Finding(
            "players_not_opposed",
            "Trained by your steps, the generator moves away from the digits. In which direction does each of your two steps "
            "move the logits of generated images, and what does the discriminator see of real and generated ones?",
        )
    if ours < 650.0 and yours > 1450.0:
        yield Finding(
            "network_out_of_reach",
            "Your steps train our networks well, but your networks learn nothing in our loop. Can every pixel reach -1 and 1, "
            "does the image depend on z, and can the discriminator's logit be any number?",
        )
