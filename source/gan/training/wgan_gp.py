"""WGAN-GP on MNIST, 150 steps of the generator with five of the critic each: your losses on networks of ours.

The networks stay with the grader. At each step your losses get the critic and the images, and what comes back is the gradient
with respect to the critic's parameters; the generator learns from the critic alone.

Samples are compared with images that the training has not seen, through the features of a classifier, as in the first GAN,
against which this one needs fewer steps. The slope of the trained critic between generated and hidden images is measured,
too: the penalty keeps it near one.
"""

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from autograder.data.secret_world import World
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.beside import Unusable, checked_parts, checked_state
from autograder.training.figures import curves, image_grid
from autograder.training.samples import score_images

USES = ("losses.critic_loss", "losses.gradient_penalty")
DATA = "MNIST"

STEPS, CRITICS, BATCH, RATE, WEIGHT = 150, 5, 64, 1e-3, 10.0
SAMPLES, LATENT = 1000, 64
MOST_NUMBERS = 4 * 243_000

SCORES = (
    Score("frechet", "trained with your losses, our generator comes near to the distribution of digits", 0.4,
          Level(zero=900.0, full=380.0, too_good=40.0), "(Fréchet distance)",
          fallback=Level(250.0, 75.0)),
    Score("coverage", "and has samples near as many of them as after a right training", 0.2, Level(zero=0.05, full=0.22),
          "of the images", fallback=Level(0.1, 0.45)),
    Score("slope", "and our critic has a slope near one between generated and real images", 0.4, Window(0.5, 0.85, 1.45, 1.8),
          fallback=Window(0.3, 0.5, 2.5, 4.0)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Train our pair, look at its samples and at the slope of its critic."""
    world = run.world(given=5000, held=1500, hidden=1500)
    z = torch.randn(SAMPLES, LATENT, generator=run.generator("latents")).to(run.device)
    with run.part("frechet", "coverage", "slope"):
        generator, critic = _trained(run, world)
        with torch.no_grad():
            samples = generator(z)
        slope = _slope(critic, 2 * world.hidden.images - 1, samples, run.generator("between"))
        scores = score_images((samples + 1) / 2, world)
        run.score("frechet", scores.frechet)
        run.score("coverage", scores.coverage)
        run.figure("samples of our network", lambda: image_grid((samples[:100] + 1) / 2))
        if not scores.frechet < SCORES[0].level_on(run.fallback).zero and 0.5 < slope < 1.8:
            raise Unusable("the slope of a critic that has taught the generator nothing is no achievement")
        run.score("slope", slope)


def _trained(run: TrainingRun, world: World) -> tuple[nn.Module, nn.Module]:
    trained = run.trainings.result("critic_pair", lambda: _train(run, 2 * world.given.images - 1))
    networks = run.ours.OurGenerator(), run.ours.OurDiscriminator()
    for network, name in zip(networks, ("state", "critic"), strict=True):
        network.load_state_dict(checked_state(trained.get(name), MOST_NUMBERS, network.state_dict()))
        network.to(run.device).eval().requires_grad_(False)
    run.claim("training", trained.get("history"))
    run.figure("losses of every 25th step", lambda: curves(run.curves.get("training", {}), "25 steps of the critic"))
    return networks


def _train(run: TrainingRun, images: Tensor) -> dict[str, object]:
    """Train both networks here; the student's losses say where the critic's parameters should go."""
    with run.seeded("weights"):
        generator, critic = run.ours.OurGenerator().to(run.device), run.ours.OurDiscriminator().to(run.device)
    for_generator, for_critic = (torch.optim.Adam(one.parameters(), lr=RATE, betas=(0.0, 0.9)) for one in (generator, critic))
    noise, report = run.generator("latents of training"), run.progress("training")
    history: dict[str, list[float]] = {"critic": [], "penalty": []}
    with run.worker() as worker:
        for turn, real in enumerate(run.ours.minibatches(images, STEPS * CRITICS, BATCH, run.seed("order"))):
            made = generator(torch.randn(BATCH, LATENT, generator=noise).to(run.device)).detach()
            answer = worker.call("your_critic_blame", run.ours.plain(critic), real.cpu(), made.cpu(), WEIGHT, run.device,
                                 seed=None if turn else run.seed("mixtures"))  # fmt: skip
            blame, gap, penalty = checked_parts(answer, 3, "the losses")
            gradients = checked_state(blame, MOST_NUMBERS, dict(critic.named_parameters()))
            for name, parameter in critic.named_parameters():
                parameter.grad = gradients[name].to(parameter)
            for_critic.step()
            if (turn + 1) % CRITICS == 0:
                made = generator(torch.randn(BATCH, LATENT, generator=noise).to(run.device))
                run.ours.descend(for_generator, -critic(made).mean())
            if turn % 25 == 0:
                for values, value in zip(history.values(), (gap, penalty), strict=True):
                    values.append(value if isinstance(value, float) else math.nan)
                report(turn / (STEPS * CRITICS), history["critic"][-1])
    return {"state": run.ours.plain(generator), "critic": run.ours.plain(critic), "history": history}


def _slope(critic: nn.Module, real: Tensor, fake: Tensor, generator: torch.Generator) -> float:
    """The root mean square of the norm of the critic's gradient between hidden and generated images."""
    count = min(len(real), len(fake))
    mix = torch.rand(count, 1, 1, 1, generator=generator).to(real)
    between = (mix * real[:count] + (1 - mix) * fake[:count]).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(between).sum(), between)
    return gradient.flatten(1).square().sum(1).mean().sqrt().item()


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    frechet, slope = values.get("frechet", math.nan), values.get("slope", math.nan)
    if slope > 20.0:
        yield Finding(
            "penalty_without_effect",
            f"The slope of the critic is {slope:.3g}, where a penalty would hold it near one. Does its gradient reach the "
            "critic's parameters, is it the slope of each single score over all pixels of its image that it looks at, and "
            "does it grow with the distance of that slope from one?",
        )
    elif frechet > 2000.0:
        yield Finding(
            "critic_the_wrong_way",
            "The generator moves away from the digits. If the critic's loss falls, which images get higher scores?",
        )
    elif slope < 0.3:
        yield Finding(
            "penalty_towards_another_slope",
            f"The slope of the critic is {slope:.2g}. Towards which slope does your penalty pull at each single image?",
        )
