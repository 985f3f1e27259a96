"""A VAE with an additional adversarial loss of weight 1e-1, 1e-2, ..., 1e-5 and 0, for 250 steps of 64 images each: your hinge
losses on a VAE and a patch discriminator of ours.

Graded is how reconstructions of images that the training has not seen depend on the weight, not how good they are: a large
weight costs squared error, a middle one makes them look more like digits to a classifier, and a tiny one does nothing. All
six start from the same weights and see the same images in the same order.
"""

import math
from collections.abc import Iterator, Mapping

from torch import Tensor

from autograder.data.secret_world import World
from autograder.scores.features import describe, load_classifier
from autograder.scores.frechet import frechet_distance
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.beside import Unusable, checked_state
from autograder.training.figures import image_rows, lines

USES = ("losses.hinge_discriminator_loss", "losses.hinge_generator_loss")
DATA = "MNIST"

WEIGHTS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 0.0)
STEPS, BATCH, RATE = 250, 64, 1e-3
MOST_NUMBERS = 4 * 650_000

SCORES = (
    Score("price", "with weight 0.1 has a larger squared error than without the adversarial loss", 0.35,
          Window(1.05, 1.2, 2.4, 3.2), "times", fallback=Window(1.0, 1.03, 2.4, 3.2)),
    Score("likeness", "with weight 0.01 comes nearer to the features of digits than without", 0.45, Level(zero=1.15, full=1.4),
          "times"),
    Score("tiny", "with weight 0.00001 hardly differs from the one without", 0.2, Window(0.85, 0.94, 1.06, 1.15), "times"),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Train a VAE for each weight, and compare what they make of hidden images."""
    world = run.world(given=5000, hidden=1000)
    with run.part("price", "likeness", "tiny"):
        shown = {weight: _reconstructed(run, world, weight) for weight in WEIGHTS}
        hidden = world.hidden.images
        errors = {weight: (images - hidden).square().mean().item() for weight, images in shown.items()}
        distances = _distances(shown, hidden)
        names = [f"{weight:g}" for weight in WEIGHTS]
        run.figure("reconstructions by weight", lambda: image_rows(
            [hidden[:14], *(images[:14] for images in shown.values())], ["image", *names]))  # fmt: skip
        heights = {"squared error": [errors[w] for w in WEIGHTS[:-1]], "Frechet distance": [distances[w] for w in WEIGHTS[:-1]]}
        run.figure("reconstructions over weight", lambda: lines(WEIGHTS[:-1], heights, "weight", logarithmic=True))
        likeness = distances[0.0] / max(distances[1e-2], 1e-9)
        run.score("price", errors[1e-1] / errors[0.0])
        run.score("likeness", likeness)
        if not likeness > SCORES[1].level.zero:
            raise Unusable("that a tiny weight does no harm is no achievement where a larger one is no use")
        run.score("tiny", errors[1e-5] / errors[0.0])


def _reconstructed(run: TrainingRun, world: World, weight: float) -> Tensor:
    with run.worker() as worker:
        trained = worker.train("train_vae_gan", world.given.images, weight, STEPS, BATCH, RATE, run.seed("order"), run.device,
                              run.progress(f"weight {weight:g}"), seed=run.seed("weights"))  # fmt: skip
    network = run.ours.OurVAE()
    network.load_state_dict(checked_state(trained.get("state"), MOST_NUMBERS, network.state_dict()))
    network = network.to(world.hidden.images.device).requires_grad_(False)
    return network.decode(network.encode(world.hidden.images)[0])


def _distances(shown: Mapping[float, Tensor], hidden: Tensor) -> dict[float, float]:
    classifier = load_classifier(device=hidden.device)
    real = describe(classifier, hidden).features
    return {weight: frechet_distance(describe(classifier, images).features, real) for weight, images in shown.items()}


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    price, likeness = values.get("price", math.nan), values.get("likeness", math.nan)
    if abs(price - 1) < 0.05:
        yield Finding(
            "adversarial_loss_without_effect",
            "Whatever its weight, the adversarial loss changes nothing. Does its gradient reach the reconstructions, and does "
            "the discriminator tell them from images?",
        )
    elif price > 1.2 and likeness < 0.9:
        yield Finding(
            "adversarial_loss_the_wrong_way",
            "The adversarial loss costs squared error, and what it buys looks less like digits than before. Which scores shall "
            "the discriminator give to images and to reconstructions, and which one does the VAE ask for?",
        )
