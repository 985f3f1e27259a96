"""A VAE with an additional adversarial loss of weight 1e-1, 1e-2, ..., 1e-5 and 0, for 250 steps of 64 images each: your hinge
losses on a VAE and a patch discriminator of ours.

Graded is how reconstructions of images that the training has not seen depend on the weight, not how good they are: a large
weight costs squared error, a middle one makes them look more like digits to a classifier, and a tiny one does nothing. All
six start from the same weights and see the same images in the same order. The networks stay with the grader, and your losses
get scores of patches alone.

Not judged where MNIST cannot be had: on so few other digits the likeness after a right training varies from run to run by more
than a level could allow.
"""

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from autograder.data.secret_world import World
from autograder.scores.features import describe, load_classifier
from autograder.scores.frechet import frechet_distance
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.beside import Unusable, Worker, checked_parts, checked_tensor
from autograder.training.figures import image_rows, lines

USES = ("losses.hinge_discriminator_loss", "losses.hinge_generator_loss")
DATA = "MNIST"

WEIGHTS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 0.0)
STEPS, BATCH, RATE = 250, 64, 1e-3

SCORES = (
    Score("price", "with weight 0.1 has a larger squared error than without the adversarial loss", 0.35,
          Window(1.05, 1.2, 2.4, 3.2), "times", needs="likeness"),
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
    network = _trained(run, world.given.images, weight).to(world.hidden.images.device).requires_grad_(False)
    return network.decode(network.encode(world.hidden.images)[0])


def _trained(run: TrainingRun, images: Tensor, weight: float) -> nn.Module:
    """Our VAE after training: squared error and divergence, both per pixel, and the adversarial loss."""
    with run.seeded("weights"):
        vae, discriminator = run.ours.OurVAE().to(run.device), run.ours.PatchDiscriminator().to(run.device)
    networks = (vae, discriminator)
    for_vae, for_discriminator = (torch.optim.Adam(one.parameters(), lr=RATE, betas=(0.5, 0.999)) for one in networks)
    noise, report = run.generator("noise of codes"), run.progress(f"weight {weight:g}")
    with run.worker() as worker:
        for step, x in enumerate(run.ours.minibatches(images, STEPS, BATCH, run.seed("order"))):
            mu, logvar = vae.encode(x)
            x_hat = vae.decode(mu + (0.5 * logvar).exp() * torch.randn(mu.shape, generator=noise).to(mu))
            error = (x_hat - x).square().mean()
            divergence = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1).mean() / x[0].numel()
            for_vae.zero_grad()
            if weight > 0:
                real, fake = discriminator(x), discriminator(x_hat)
                made, *judged = _blame(run, worker, real, fake)
                fake.backward(weight * made, retain_graph=True)
                gradients = torch.autograd.grad([real, fake], list(discriminator.parameters()), judged, retain_graph=True)
                for parameter, gradient in zip(discriminator.parameters(), gradients, strict=True):
                    parameter.grad = gradient
                for_discriminator.step()
            (error + 0.1 * divergence).backward()
            for_vae.step()
            if step % 25 == 0:
                report(step / STEPS, error.item())
    return vae


def _blame(run: TrainingRun, worker: Worker, real: Tensor, fake: Tensor) -> list[Tensor]:
    """Gradients of the student's losses: of the generator's by fake scores, of the discriminator's by real and fake ones."""
    answer = worker.call("your_hinge_blame", real.detach().cpu(), fake.detach().cpu(), run.device)
    parts = checked_parts(answer, 3, "the losses")
    return [checked_tensor(one, tuple(fake.shape), "the gradient of a hinge loss").to(fake) for one in parts]


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
