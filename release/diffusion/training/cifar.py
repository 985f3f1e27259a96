"""The deeper U-Net with 64, 128, 256 and 512 channels on CIFAR-10: a few steps of your loss on small batches.

On a CPU that is all that a smoke test has time for, and far from images. What a few steps can show is that the network takes
colour images of 32 x 32, that gradients reach all of it, and that it learns: the noise in hidden images is found better than by
an untrained network.

The full budget, on a GPU, is 20 000 steps of 128 images: its checkpoint is scored in the same way, and samples are drawn.
"""

import time
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from autograder.scores.denoising import score_denoising
from autograder.training import Finding, Level, Score, TrainingRun
from autograder.training.beside import checked_state, checked_tensor
from autograder.training.denoisers import deterministic_samples
from autograder.training.figures import curves, image_grid, lines

USES = ("process.denoising_loss", "process.q_sample", "network.timestep_embedding", "schedule.linear_beta_schedule",
        "schedule.alphas_cumprod", "schedule.extract")  # fmt: skip
DATA = "CIFAR-10"

CHANNELS = (64, 128, 256, 512)
STEPS, BATCH, RATE = 16, 8, 5e-4
HIDDEN, TIMESTEPS = 20, (50, 250, 500, 900)
MOST_NUMBERS = 14_000_000  # the network is given, and has 12.3 million
ENOUGH, SHOWN, VISITED = 1000, 24, tuple(range(980, -1, -40))
"""After how many steps samples are worth drawing, how many, and at which timesteps they ask for the noise."""

SCORES = (
    Score("error", "after a few steps it finds the noise in images that it has not seen", 0.7, Level(zero=0.9, full=0.55)),
    Score("time", "and what it finds depends on the timestep", 0.3, Level(zero=0.0, full=0.004)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Train a little, then ask for the noise in hidden images, and in the same images at another timestep."""
    world = run.world(given=1000, hidden=HIDDEN)
    given, hidden = (2 * part.images - 1 for part in (world.given, world.hidden))
    with run.part("error", "time"), run.worker() as worker:
        state = _trained(run, given.cpu())
        network = worker.call("deep_network", list(CHANNELS), hidden.shape[1], state, run.device)

        def predict(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
            return checked_tensor(worker.call("deep_predictions", network, x.cpu(), t.cpu(), run.device), tuple(x.shape),
                                  "UNet").to(x)  # fmt: skip

        noise = run.generator("noise of hidden images")
        denoising = score_denoising(predict, hidden, _signal(), TIMESTEPS, noise)
        run.score("error", denoising.error)
        errors = {f"error after {STEPS} steps": denoising.by_timestep}
        run.figure("denoising error by timestep", lambda: lines(TIMESTEPS, errors, "timestep"))
        some = torch.randn(4, *hidden.shape[1:], generator=noise).to(hidden)
        early, late = (predict(some, torch.full((4,), t)) for t in (5, 900))
        run.score("time", ((early - late).square().mean() / late.square().mean()).sqrt().item())
        if STEPS >= ENOUGH:
            start = torch.randn(SHOWN, *hidden.shape[1:], generator=run.generator("samples")).to(hidden)
            samples = (deterministic_samples(predict, start, _signal(), VISITED).clamp(-1, 1) + 1) / 2
            run.figure(f"samples in {len(VISITED)} steps", lambda: image_grid(samples, 8))


def _trained(run: TrainingRun, given: Tensor) -> dict[str, Tensor]:
    """The U-Net's parameters after the student's training."""
    begun = time.perf_counter()
    with run.worker() as worker:
        trained = worker.train("train_deep_network", list(CHANNELS), given, STEPS, BATCH, RATE, run.seed("minibatches"),
                               run.device, run.progress("your training of the U-Net"), seed=run.seed("weights"))  # fmt: skip
    run.environment["seconds of a step"] = f"{(time.perf_counter() - begun) / STEPS:.2f}"
    run.claim("training", trained.get("history"))
    run.figure("losses that your code reported", lambda: curves(run.curves.get("training", {})))
    return checked_state(trained.get("state"), MOST_NUMBERS)


def _signal() -> Tensor:
    """The signal levels of 1000 timesteps from 1e-4 to 0.02."""
    return torch.log1p(-torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)).cumsum(0).exp()


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    if values.get("time", 1.0) < 1e-6:
        yield Finding(
            "timestep_ignored",
            "The network finds the same noise at every timestep. What does your embedding return?",
        )
