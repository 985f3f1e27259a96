"""DDIM on a trained network of ours: your sampler's images with 50 and with 10 steps, one by one against those that follow
from the same noise.

The deterministic sampler has one right answer to each noise. Your code asks for the network's predictions and never holds it,
so the noise that it began with is known.
"""

from collections.abc import Iterator, Mapping

from torch import Tensor

from autograder.scores.paired_error import worst_relative_deviation
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.beside import Unusable, Worker, checked_tensor
from autograder.training.denoisers import LentDenoiser, deterministic_samples, secret_network
from autograder.training.figures import image_rows

USES = ("ddim.ddim_sample_loop", "ddim.ddim_step", "ddim.ddim_timesteps", "schedule.linear_beta_schedule",
        "schedule.alphas_cumprod")  # fmt: skip
DATA = ""

GRADED, SHOWN = (50, 10), (100, 20, 5)
IMAGES, OF_A_ROW = 40, 12

SCORES = (
    Score("deviation_50", "with 50 steps, each image is the one that the noise leads to", 0.4, Level(zero=0.1, full=0.005)),
    Score("deviation_10", "with 10 steps too", 0.4, Level(zero=0.1, full=0.005)),
    Score("start", "each image begins with standard normal noise of its own", 0.2, Window(0.8, 0.92, 1.08, 1.2)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Sample with several numbers of steps from the same seed, and compare."""
    name, network = secret_network(run)
    rows: dict[int, Tensor] = {}
    starts = []
    report = run.progress("your sampler")
    for place, steps in enumerate((*GRADED, *SHOWN)):
        with run.part(*([f"deviation_{steps}"] if steps in GRADED else [])), run.worker() as worker:
            lent = LentDenoiser(network, run.device)
            samples = _samples(run, worker, lent, IMAGES if steps in GRADED else OF_A_ROW, steps)
            rows[steps] = run.ours.upright(samples[:OF_A_ROW], name)
            if steps in GRADED:
                times = [k * run.ours.LEVELS // steps for k in reversed(range(steps))]
                expected = deterministic_samples(network, lent.asked[0], run.ours.signal_levels(), times)
                run.score(f"deviation_{steps}", worst_relative_deviation(samples, expected))
                starts.append(lent.asked[0].var(dim=0).mean().sqrt().item())
        report((place + 1) / (len(GRADED) + len(SHOWN)))
    if starts:
        run.score("start", max(starts, key=lambda size: abs(size - 1)))
    order = sorted(rows, reverse=True)
    run.figure("samples by number of steps", lambda: image_rows([rows[s] for s in order], [f"{s}" for s in order]))


def _samples(run: TrainingRun, worker: Worker, lent: LentDenoiser, count: int, steps: int) -> Tensor:
    shape = (count, 1, run.ours.SIDE, run.ours.SIDE)
    claimed = worker.call("your_fast_samples", lent, list(shape), steps, run.seed("samples"), run.device)
    samples = checked_tensor(claimed, shape, "ddim_sample_loop").to(run.device)
    if not lent.asked or tuple(lent.asked[0].shape) != shape:
        raise Unusable("the sampler did not ask the network about images of the shape wanted")
    return samples


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    if values.get("start", 1.0) < 0.05:
        yield Finding("one_noise_for_all", "All images of a batch begin alike. What do you draw for each of them, and in "
                      "which shape?")  # fmt: skip
