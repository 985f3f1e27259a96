"""A DDPM on MNIST: your loss and schedule teach a small U-Net of ours digits that it has not seen before, 80 steps of 64
images, and your sampler draws from another one.

Whole training takes too long for a smoke test, so it begins with a network that knows upright digits, and the images are
transposed. The network stays with the grader: your loss asks it for the noise, and its gradient with respect to what was
predicted is what the network learns from. Your sampler too asks a network that it never holds, at each step, which shows what
it does in between.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from math import nan
from types import ModuleType

import torch
from torch import Tensor, nn

from autograder.scores.denoising import Denoising, score_denoising
from autograder.scores.features import describe, load_classifier
from autograder.scores.kernel_distance import kernel_distance
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.beside import Unusable, checked_parts, checked_tensor
from autograder.training.denoisers import LentDenoiser, ancestral_samples, public_network, random_parts, secret_network
from autograder.training.figures import curves, image_grid, lines

USES = ("process.denoising_loss", "process.q_sample", "process.GaussianDiffusion", "process.predict_start_from_noise",
        "schedule.linear_beta_schedule", "schedule.alphas_cumprod", "schedule.extract")  # fmt: skip
DATA = "MNIST"

STEPS, BATCH, RATE, UNLABELLED = 80, 64, 2e-3, 0.1
TIMESTEPS = (10, 25, 45, 70)
GIVEN, HIDDEN, SAMPLES, COMPARED = 4000, 500, 128, 256

SCORES = (
    Score("gain", "taught by your loss, our network finds the noise in digits of a new kind better than before", 0.45,
          Level(zero=0.003, full=0.01), fallback=Level(zero=0.01, full=0.07)),
    Score("kernel_distance", "your sampler's images are like those that our network should give", 0.25,
          Level(zero=0.5, full=0.2), fallback=Level(zero=0.5, full=0.2)),
    Score("noise_of_a_step", "each of its steps adds as much noise as it should", 0.15, Window(0.7, 0.98, 1.02, 1.3),
          fallback=Window(0.7, 0.98, 1.02, 1.3)),
    Score("last_step", "and the last one adds none", 0.15, Level(zero=0.02, full=0.002),
          fallback=Level(zero=0.02, full=0.002)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Fine-tune and score a network by the student's loss, then judge the sampler on another network."""
    world = run.world(GIVEN, hidden=HIDDEN, disguises=("transposed",))
    hidden = run.ours.small(world.hidden.images)
    with run.part("gain"):
        before = _denoising(run, public_network(run), hidden, world.hidden.labels)
        network = _taught(run, run.ours.small(world.given.images), world.given.labels)
        denoising = _denoising(run, network, hidden, world.hidden.labels)
        run.score("gain", before.error - denoising.error)
        errors = {"before your training": list(before.by_timestep), "after it": list(denoising.by_timestep)}
        run.figure("denoising error by timestep", lambda: lines(TIMESTEPS, errors, "timestep"))
    with run.part("kernel_distance", "noise_of_a_step", "last_step"):
        _judge_sampler(run)


def _taught(run: TrainingRun, images: Tensor, labels: Tensor) -> nn.Module:
    network = public_network(run)
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    generator, report = run.generator("minibatches"), run.progress("your training of our network")
    answers: list[Tensor] = []
    chosen = labels[:0]

    def predict(x: Tensor, t: Tensor) -> Tensor:
        rows = torch.arange(x.shape[:1].numel(), device=chosen.device) + sum(map(len, answers))  # whole or in pieces
        with torch.enable_grad():
            answers.append(network(x.float().to(run.device), t.to(run.device), chosen[rows % BATCH]))
        return answers[-1].detach().to(x)

    losses = []
    with run.worker() as worker:
        for step in range(STEPS):
            rows = torch.randint(len(images), (BATCH,), generator=generator).to(images.device)
            t = torch.randint(run.ours.LEVELS, (BATCH,), generator=generator)
            noise = torch.randn(BATCH, *images.shape[1:], generator=generator)
            unlabelled = torch.rand(BATCH, generator=generator).to(labels.device) < UNLABELLED
            chosen = labels[rows].masked_fill(unlabelled, run.ours.NO_LABEL)
            answers.clear()
            blame = worker.call("your_blame", images[rows].cpu(), t, noise, predict, run.device)
            gradients, loss = checked_parts(blame, 2, "the loss")
            if (asked := sum(map(len, answers))) != BATCH:
                raise Unusable("the loss is to ask the network once about each image", f"it asked about {asked} of {BATCH}")
            _learn(optimizer, answers, checked_parts(gradients, len(answers), "the loss's gradients"))
            losses.append(loss if isinstance(loss, float) else nan)
            if step % 10 == 0:
                report(step / STEPS, losses[-1])
    run.claim("losses", {"loss": losses})
    run.figure("losses that your code reported", lambda: curves(run.curves.get("losses", {})))
    return network.requires_grad_(False)


def _learn(optimizer: torch.optim.Optimizer, answers: Sequence[Tensor], gradients: Sequence[object]) -> None:
    """One step by the gradients of a loss with respect to what the network answered; None says that it made nothing of it."""
    used = [(answer, gradient) for answer, gradient in zip(answers, gradients, strict=True) if gradient is not None]
    if not used:
        raise Unusable("the loss does not depend on the noise that the network predicts")
    optimizer.zero_grad()
    for answer, gradient in used:
        answer.backward(checked_tensor(gradient, tuple(answer.shape), "the loss's gradient").to(answer))
    optimizer.step()


def _denoising(run: TrainingRun, network: nn.Module, hidden: Tensor, labels: Tensor) -> Denoising:
    noise = run.generator("noise of hidden images")
    return score_denoising(network, hidden, run.ours.signal_levels(), TIMESTEPS, noise, labels)


def _judge_sampler(run: TrainingRun) -> None:
    name, network = secret_network(run)
    lent = LentDenoiser(network, run.device)
    shape = (SAMPLES, 1, run.ours.SIDE, run.ours.SIDE)
    with run.worker() as worker:
        claimed = worker.call("your_samples", lent, list(shape), run.seed("samples"), run.device)
    samples = checked_tensor(claimed, shape, "p_sample_loop").to(run.device)
    seen = run.ours.upright(samples, name)
    run.figure("64 samples of a network of ours by your sampler", lambda: image_grid(seen[:64], 16))
    usual = run.ours.upright(_usual_samples(run.ours, name, network, run.device), name)
    run.figure("64 samples of the same by ours", lambda: image_grid(usual[:64], 16))
    classifier = load_classifier(14, run.device)
    features, reference = (describe(classifier, images).features for images in (seen, usual))
    run.score("kernel_distance", kernel_distance(features, reference))
    randomness, astray = random_parts(lent, samples, run.ours.signal_levels())
    run.score("noise_of_a_step", randomness.mean().item())
    run.score("last_step", astray)


@functools.lru_cache(maxsize=4)
def _usual_samples(ours: ModuleType, name: str, network: nn.Module, device: str) -> Tensor:
    generator = torch.Generator().manual_seed(COMPARED)
    start = torch.randn(COMPARED, 1, ours.SIDE, ours.SIDE, generator=generator).to(device)
    return ancestral_samples(network, start, ours.signal_levels(), generator)


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    noise, last = values.get("noise_of_a_step", nan), values.get("last_step", nan)
    if noise < 0.2:
        yield Finding("no_noise", "The steps of your sampler add almost no noise. What does it draw before it takes a step?")
    if 0.9 < noise < 1.1 and last > 0.02 and values.get("kernel_distance", nan) < 0.5:  # a clipped x_0 is far away in both
        yield Finding("noise_at_the_end", "The last step of your sampler does not end at its mean. Does it add noise, and "
                      "what should come after t = 0?")  # fmt: skip
