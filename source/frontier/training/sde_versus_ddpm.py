"""One trained network of ours, sampled three ways: as a DDPM by the grader, and by your steps of the SDE and of the ODE that
belong to it, 100 steps each.

The network stays with the grader, which tells your code the score and gives it the noise to use. The DDPM's steps and yours
are different formulas for nearly the same motion, so from the same point and with the same noise they have to go nearly the
same way; at the end, the distributions are compared. The network's betas rise from 0.001 to 0.1, which is what the SDE with
beta from 0 to 10 gives in 100 steps.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from autograder.scores.features import describe, load_classifier
from autograder.scores.kernel_distance import kernel_distance
from autograder.scores.paired_error import worst_relative_deviation
from autograder.training import Finding, Level, Score, TrainingRun
from autograder.training.beside import Worker, checked_parts, checked_tensor
from autograder.training.denoisers import less_noisy, levels_of_noise, secret_network
from autograder.training.figures import image_rows, lines

USES = ("sde.reverse_step", "sde.probability_flow_step", "sde.marginal", "sde.discretize")
DATA = ""

BETA_MIN, BETA_MAX = 0.0, 10.0
IMAGES, ODE_IMAGES, OF_A_ROW = 120, 40, 12

SCORES = (
    Score("sde_difference", "your steps of the SDE go the DDPM's way from the same noise", 0.3, Level(zero=0.6, full=0.2)),
    Score("ode_difference", "and those of the ODE that of the deterministic sampler", 0.25, Level(zero=0.6, full=0.2)),
    Score("sample_distance", "at the end, your samples of the SDE are distributed like the DDPM's", 0.2,
          Level(zero=1.1, full=0.45)),
    Score("marginal_error", "your marginals leave as much of the data as the network's noise levels do", 0.15,
          Level(zero=0.1, full=0.03)),
    Score("schedule_error", "and your discretisation is the schedule that it was trained with", 0.1,
          Level(zero=0.01, full=0.001)),
)  # fmt: skip


@dataclass
class Path:
    """A way from noise to images, and how far its steps lie from those that it is compared with."""

    x: Tensor
    astray: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)

    def difference(self) -> float:
        """The root mean square of the differences, relative to what is not random in the changes that were right."""
        return math.sqrt(math.fsum(self.astray) / math.fsum(self.moved)) if self.moved else math.nan


def measure(run: TrainingRun) -> None:
    """Compare the schedule, then every step of both ways, then the samples."""
    name, network = secret_network(run)
    with run.part("marginal_error", "schedule_error"), run.worker() as worker:
        _compare_schedules(run, worker)
    shape = (IMAGES, 1, run.ours.SIDE, run.ours.SIDE)
    start = torch.randn(shape, generator=run.generator("start")).to(run.device)
    rows: dict[str, Tensor] = {}
    with run.part("sde_difference", "sample_distance"):
        yours = _walk(run, network, start, run.generator("fresh noise"))
        run.score("sde_difference", yours.difference())
        theirs = _ddpm(run, network, shape)
        rows |= {"DDPM": run.ours.upright(theirs[:OF_A_ROW], name), "your SDE": run.ours.upright(yours.x[:OF_A_ROW], name)}
        classifier = load_classifier(14, run.device)
        features = [describe(classifier, run.ours.upright(x, name)).features for x in (yours.x, theirs)]
        run.score("sample_distance", kernel_distance(*features))
        _draw_differences(run, "SDE", yours)
    with run.part("ode_difference"):
        straight = _walk(run, network, start[:ODE_IMAGES], None)
        run.score("ode_difference", straight.difference())
        rows["your ODE"] = run.ours.upright(straight.x[:OF_A_ROW], name)
        _draw_differences(run, "ODE", straight)
    run.figure("samples", lambda: image_rows(list(rows.values()), list(rows)))


def _compare_schedules(run: TrainingRun, worker: Worker) -> None:
    signal = run.ours.signal_levels()
    claimed = checked_parts(worker.call("your_schedule", BETA_MIN, BETA_MAX, run.device), 3, "the schedule")
    betas = checked_tensor(claimed[0], (len(signal),), "discretize")
    left, spread = (checked_tensor(part, (len(signal), 1), "marginal").squeeze(1) for part in claimed[1:])
    before = torch.cat([torch.ones(1, dtype=signal.dtype), signal[:-1]])
    run.score("schedule_error", worst_relative_deviation(betas, 1 - signal / before))
    gaps = torch.cat([left - signal.sqrt(), spread - (1 - signal).sqrt()])
    run.score("marginal_error", gaps.abs().amax().item())
    times = [(place + 1) / len(signal) for place in range(len(signal))]
    drawn = {"your factor of the data": left.tolist(), "your noise": spread.tolist()}
    run.figure("marginals", lambda: lines(times, drawn, "t"))


def _walk(run: TrainingRun, network: nn.Module, start: Tensor, generator: torch.Generator | None) -> Path:
    """Go back in time by the student's steps, and beside each of them by one that is known to be right."""
    path = Path(start)
    signal = run.ours.signal_levels()
    spread = [*levels_of_noise(signal), 0.0]
    report = run.progress("your SDE" if generator else "your ODE")
    with run.worker() as worker:
        for place in range(len(signal) - 1, -1, -1):
            now, then = spread[place], spread[place - 1]
            fresh = None if generator is None else torch.randn(start.shape, generator=generator).to(start)
            found = _noise(network, path.x, place)
            u = path.x * math.hypot(1, now)
            right = less_noisy(u, found, now, then, fresh) / math.hypot(1, then)
            still = right if fresh is None else less_noisy(u, found, now, then, 0 * fresh) / math.hypot(1, then)
            score = -found / math.sqrt(1 - signal[place].item())
            claimed = worker.call("your_step", path.x, score, (place + 1) / len(signal), fresh, BETA_MIN, BETA_MAX, run.device)
            after = checked_tensor(claimed, tuple(start.shape), "step").to(start)
            path.astray.append((after - right).double().square().mean().item())
            path.moved.append((still - path.x).double().square().mean().item())
            path.x = after
            if not math.isfinite(path.astray[-1]):
                break
            report(1 - place / len(signal))
    return path


def _ddpm(run: TrainingRun, network: nn.Module, shape: tuple[int, ...]) -> Tensor:
    """Samples by the DDPM's own steps, from noise of their own: other images of the same distribution."""
    generator = run.generator("other noise")
    x = torch.randn(shape, generator=generator).to(run.device)
    spread = [*levels_of_noise(run.ours.signal_levels()), 0.0]
    for place in range(len(spread) - 2, -1, -1):
        now, then = spread[place], spread[place - 1]
        fresh = torch.randn(x.shape, generator=generator).to(x)
        x = less_noisy(x * math.hypot(1, now), _noise(network, x, place), now, then, fresh) / math.hypot(1, then)
    return x


@torch.no_grad()
def _noise(network: Callable[..., Tensor], x: Tensor, place: int) -> Tensor:
    return network(x, torch.full((len(x),), place, device=x.device))


def _draw_differences(run: TrainingRun, title: str, path: Path) -> None:
    times = [1 - place / run.ours.LEVELS for place in range(len(path.moved))]
    shares = [math.sqrt(astray / moved) for astray, moved in zip(path.astray, path.moved, strict=True)]
    run.figure(f"differences along the {title}", lambda: lines(times, {f"{title}: relative difference of a step": shares}, "t"))


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    sde, ode = values.get("sde_difference", math.nan), values.get("ode_difference", math.nan)
    if sde > 0.6 and ode <= 0.2:
        yield Finding(
            "sde_step_wrong",
            "Your ODE is right and your SDE is not. Which factors do drift and score have in each of them, and how "
            "does the variance of the noise grow with the size of a step?",
        )
