"""MADE on binarised MNIST, 500 steps of 100 images: your network and its `log_prob` in a loop of ours.

The likelihood is measured on images that the training has not seen. Every conditional is asked for separately, with nothing
but the pixels before it: a network that sees the pixel which it predicts gains nothing. How much better it would look if it
were asked with whole images counts, too: for a right network it is nothing.
"""

import math
from collections.abc import Iterator, Mapping

from torch import Tensor

from autograder.scores.verified_made import verified_nll
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.beside import Unusable, checked_state, checked_tensor
from autograder.training.figures import curves, image_grid

USES = ("made.MADE", "made.made_masks", "made.hidden_degrees", "likelihood.bernoulli_log_prob")
DATA = "MNIST"

PIXELS = 784
SIZES = [PIXELS, [500]]
STEPS, BATCH, RATE = 500, 100, 3e-3
IMAGES = 60
MOST_NUMBERS = 4 * 1_570_000  # masks are part of the state
BITS = 1 / (PIXELS * math.log(2))
NOTHING_LEARNED = 0.375
"""What independent pixels cost: 204 nats per image."""

SCORES = (
    Score("bits_per_pixel", "codes each pixel of images that it has not seen, given those before it, in few bits", 0.5,
          Level(zero=NOTHING_LEARNED, full=0.27, too_good=0.1), "bits", fallback=Level(0.36, 0.21, 0.08)),
    Score("leak", "predicts each pixel just as well when it cannot see the later ones", 0.5, Window(-0.5, -0.25, 0.25, 0.5),
          "nats", fallback=Window(-0.5, -0.25, 0.25, 0.5)),
)  # fmt: skip
"""Nothing honest comes near 0.1 bits in 500 steps: a network twice as wide needs 0.175."""


def measure(run: TrainingRun) -> None:
    """Train the network, and ask it for the conditionals of hidden images."""
    world = run.world(given=5000, hidden=IMAGES)
    with run.part("bits_per_pixel", "leak"):
        state = _trained(run, binarised(world.given.images))
        with run.worker() as worker:
            network = worker.call("trained_made", SIZES, state, run.device)

            def logits(rows: Tensor) -> Tensor:
                answer = worker.call("conditionals", network, rows, run.device)
                return checked_tensor(answer, tuple(rows.shape), "forward").to(rows)

            score = verified_nll(logits, binarised(world.hidden.images), run.generator("bits"))
        run.score("bits_per_pixel", score.verified * BITS)
        if not score.verified * BITS < NOTHING_LEARNED and abs(score.leak) < 0.5:
            raise Unusable("a network that has learned nothing has nothing to leak")
        run.score("leak", score.leak)
        with run.part(), run.worker() as sampler:
            network = sampler.call("trained_made", SIZES, state, run.device)
            samples = checked_tensor(sampler.call("sampled", network, 100, seed=run.seed("samples")), (100, PIXELS), "sample")
            run.figure("samples", lambda: image_grid(samples.unflatten(1, (1, 28, 28))))


def binarised(images: Tensor) -> Tensor:
    """Rows of zeros and ones."""
    return (images.flatten(1) > 0.5).float()


def _trained(run: TrainingRun, given: Tensor) -> dict[str, Tensor]:
    with run.worker() as worker:
        trained = worker.train("train_made", SIZES, given, STEPS, BATCH, RATE, run.seed("order"), run.device,
                              run.progress("training"), seed=run.seed("weights"))  # fmt: skip
    run.claim("training", trained.get("history"))
    run.figure("loss of every 25th step", lambda: curves(run.curves.get("training", {}), "25 steps"))
    return checked_state(trained.get("state"), MOST_NUMBERS)


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    bits, leak = values.get("bits_per_pixel", math.nan), values.get("leak", 0.0)
    if leak > 1.0:
        yield Finding(
            "sees_what_it_predicts",
            "Given whole images, your network predicts their pixels much better than given only what comes before each. "
            "Which inputs can change its i-th logit, after every step of training and in eval mode too?",
        )
    elif 0.95 < bits < 1.05:
        yield Finding(
            "learns_nothing",
            "Each pixel costs as much as the toss of a coin. Does the gradient of `log_prob` reach the weights, and "
            "can your logits be far below zero?",
        )
    elif bits > 2.0:
        yield Finding(
            "likelihood_falls",
            "Your network is sure, and wrong: worse than the toss of a coin. In which direction does a larger "
            "`log_prob` move the logits of black pixels, and those of white ones?",
        )
