"""A network of ours trained by your `train` with beta 0.1, 1, 5 and 20, and with weights of 1e-3 and 1e-6, 300 steps of 128
images each.

Order is what is graded: with a heavier divergence the codes have to become cheaper and the reconstructions worse, and at
beta 20 a code is not worth its nats at all. Both are measured by the grader, on images that the training has not seen. Between
the two lightest weights the order is drawn and not graded: the divergence takes part in neither, and they differ by 14 %.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from autograder.scores.elbo import Elbo, score_elbo
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.beside import checked_state
from autograder.training.figures import image_rows, lines

USES = ("train.train", "losses.negative_elbo", "losses.reconstruction_loss", "losses.gaussian_kl", "model.reparameterize")
DATA = "MNIST"

STEPS, BATCH, RATE = 300, 128, 1e-3
SWEEP, LIGHT = (0.1, 1.0, 5.0, 20.0), (1e-3, 1e-6)
LATENT = 16
LITTLE = 0.05
"""Nats that are nothing: added before dividing, so that a network which never learnt to use its code has ratios of one."""
MOST_NUMBERS = 4 * 650_000

SCORES = (
    Score("kl_ratio", "from beta 0.1 to 1 and on to 5, codes become cheaper every time", 0.25, Level(zero=1.1, full=1.5),
          fallback=Level(zero=1.1, full=1.5)),
    Score("reconstruction_ratio", "and reconstructions worse", 0.25, Level(zero=1.05, full=1.3),
          fallback=Level(zero=1.05, full=1.3)),
    Score("collapse", "at beta 20 the code carries nothing any more, next to that at beta 1", 0.2, Level(zero=0.1, full=0.02),
          fallback=Level(zero=0.1, full=0.02)),
    Score("kl_light", "at beta 0.1 it costs what it costs in a right training", 0.15, Window(20.0, 29.0, 37.0, 50.0), "nats",
          fallback=Window(20.0, 26.0, 31.0, 37.0)),
    Score("kl_ratio_light", "and several times as much at a weight of 1e-3", 0.15, Level(zero=1.1, full=1.5),
          fallback=Level(zero=1.1, full=1.5)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Train for every beta, and measure both parts of each bound."""
    world = run.world(given=5000, hidden=1000)
    hidden = world.hidden.images
    bounds: dict[float, Elbo] = {}
    rows: dict[float, Tensor] = {}
    z = torch.randn(10, LATENT, generator=run.generator("prior"))
    with run.part("kl_ratio", "reconstruction_ratio", "collapse", "kl_light", "kl_ratio_light"), run.worker() as worker:
        for beta in (*SWEEP, *LIGHT):
            trained = worker.train(
                "train_our_network", world.given.images, STEPS, BATCH, RATE, beta, run.seed("order"), run.device,
                run.progress(f"beta {beta:g}"), seed=run.seed("weights"),
            )  # fmt: skip
            network = _network(run, trained).to(hidden.device)
            bounds[beta] = score_elbo(network.encode, network.decode, hidden, run.generator("noise"))
            rows[beta] = torch.cat([network.decode(z.to(hidden.device)), network.decode(network.encode(hidden[:10])[0])], dim=0)
            _score(run, bounds)
    _draw(run, bounds, rows, hidden)


def _network(run: TrainingRun, trained: Mapping[str, object]) -> nn.Module:
    network = run.ours.OurVAE()
    network.load_state_dict(checked_state(trained.get("state"), MOST_NUMBERS, network.state_dict()))
    return network.requires_grad_(False)


def _score(run: TrainingRun, bounds: Mapping[float, Elbo]) -> None:
    """Note what the networks trained so far decide."""
    if 20.0 in bounds:
        run.score("kl_ratio", _least_ratio([bounds[beta].kl + LITTLE for beta in reversed(SWEEP[:3])]))
        run.score("reconstruction_ratio", _least_ratio([bounds[beta].reconstruction for beta in SWEEP[:3]]))
        run.score("collapse", (bounds[20.0].kl + LITTLE) / (bounds[1.0].kl + LITTLE))
        run.score("kl_light", bounds[0.1].kl)
    if LIGHT[0] in bounds:
        run.score("kl_ratio_light", _least_ratio([bounds[SWEEP[0]].kl, bounds[LIGHT[0]].kl]))


def _least_ratio(rising: Sequence[float]) -> float:
    """The smallest factor between neighbours, nan where a value is not a positive number."""
    if not all(math.isfinite(value) and value > 0 for value in rising):
        return math.nan
    return min(later / earlier for earlier, later in pairwise(rising))


def _draw(run: TrainingRun, bounds: Mapping[float, Elbo], rows: Mapping[float, Tensor], hidden: Tensor) -> None:
    betas = sorted(bounds)
    names = [f"beta {beta:g}" for beta in betas]
    if betas:
        parts = {"reconstruction": [bounds[beta].reconstruction for beta in betas], "KL": [bounds[beta].kl for beta in betas]}
        run.figure("reconstruction and KL over beta", lambda: lines(betas, parts, "beta", logarithmic=True))
        run.figure("samples by beta", lambda: image_rows([rows[beta][:10] for beta in betas], names))
        run.figure("reconstructions by beta",
                   lambda: image_rows([hidden[:10], *(rows[beta][10:] for beta in betas)], ["hidden", *names]))  # fmt: skip


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    nothing = math.nan
    kl, reconstruction = values.get("kl_ratio", nothing), values.get("reconstruction_ratio", nothing)
    ratios = (kl, reconstruction, values.get("collapse", nothing), values.get("kl_ratio_light", nothing))
    trained = values.get("kl_light", nothing) > 1  # a network that takes no step is the same for every beta, too
    if trained and all(abs(ratio - 1) < 0.02 for ratio in ratios):
        yield Finding("beta_ignored", "Every beta gives the same network. Follow beta from the arguments of `train` to the "
                      "loss: what does it multiply there, and what does it leave as it is?")  # fmt: skip
    elif kl < 0.9:
        yield Finding("beta_on_reconstruction", "With a larger beta your codes become dearer, not cheaper. "
                      "Which of the two parts of the loss does a larger beta make heavier?")  # fmt: skip
