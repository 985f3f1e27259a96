"""Guidance on digits: labels that your code drops teach a network of ours, and your mixture of its two predictions guides
samples of another one at the scales 0, 1, 3 and 7.

Networks stay with the grader. To the first one all labels mean the same digit, and so does the lack of one. What they should
mean is learnt in 80 steps from the labels that `drop_labels` leaves, nothing else of the network is; a fifth is dropped, not a
tenth, since so few steps see the null label too seldom otherwise. From the second one 100 images are drawn at
each scale, ten of each digit, by your deterministic sampler.

On the digits that stand in where MNIST cannot be had, the network gains so much from any labels that mixed ones, and those kept
where they should be dropped, do not show; the checks find them.
"""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from autograder.scores.class_accuracy import label_accuracy
from autograder.scores.denoising import Denoising, score_denoising
from autograder.scores.features import describe, load_classifier
from autograder.scores.paired_error import worst_relative_deviation
from autograder.scores.sample_distance import within_class_distance
from autograder.training import Finding, Level, Score, TrainingRun, Window
from autograder.training.beside import Unusable, checked_tensor
from autograder.training.denoisers import LentDenoiser, deterministic_samples, public_network, secret_network
from autograder.training.figures import image_rows, lines

USES = ("guidance.guided_noise", "guidance.drop_labels", "ddim.ddim_sample_loop", "ddim.ddim_step", "ddim.ddim_timesteps",
        "schedule.linear_beta_schedule", "schedule.alphas_cumprod")  # fmt: skip
DATA = "MNIST"

STEPS, BATCH, RATE, DROPPED = 80, 64, 0.1, 0.2
TIMESTEPS = (10, 25, 45, 70)
SCALES, TIMES, SHOWN = (0, 1, 3, 7), 20, 7
GIVEN, HIDDEN, OF_EACH = 4000, 600, 10

SCORES = (
    Score("deviation", "at every scale, your images are those that the guided noise leads to", 0.35,
          Level(zero=0.2, full=0.01), fallback=Level(zero=0.2, full=0.01)),
    Score("accuracy", "a scale of 3 makes more images of the digit asked for than a scale of 0", 0.2,
          Level(zero=0.1, full=0.4), fallback=Level(zero=0.1, full=0.4)),
    Score("diversity", "and a scale of 7 makes images of a digit less diverse than a scale of 1", 0.15,
          Level(zero=1.0, full=0.85), fallback=Level(zero=1.0, full=0.85)),
    Score("lost_without_label", "taught with your labels, our network finds the noise as well as before without a label", 0.15,
          Level(zero=0.006, full=0.003), fallback=Level(zero=-0.01, full=-0.03)),
    Score("label_gain", "and better with one", 0.15, Window(0.0015, 0.0025, 0.0065, 0.009),
          fallback=Window(-0.02, -0.006, 0.02, 0.04)),
)  # fmt: skip


def measure(run: TrainingRun) -> None:
    """Sample at every scale, then train by the labels that are left."""
    world = run.world(GIVEN, hidden=HIDDEN)
    with run.part("deviation", "accuracy", "diversity"):
        _guide(run)
    with run.part("error_without_label", "label_gain"):
        network = _taught(run, run.ours.small(world.given.images), world.given.labels)
        hidden, labels = run.ours.small(world.hidden.images), world.hidden.labels
        before, after = (_denoising(run, one, hidden, labels) for one in (public_network(run), network))
        run.score("lost_without_label", after.error_without_label - before.error_without_label)
        run.score("label_gain", after.label_gain)


def _denoising(run: TrainingRun, network: nn.Module, hidden: Tensor, labels: Tensor) -> Denoising:
    noise = run.generator("noise of hidden images")
    return score_denoising(network, hidden, run.ours.signal_levels(), TIMESTEPS, noise, labels, run.ours.NO_LABEL)


def _guide(run: TrainingRun) -> None:
    name, network = secret_network(run)
    classifier = load_classifier(14, run.device)
    asked = torch.arange(10 * OF_EACH, device=run.device) % 10
    shape = (len(asked), 1, run.ours.SIDE, run.ours.SIDE)
    times = [k * run.ours.LEVELS // TIMES for k in reversed(range(TIMES))]
    rows, deviations, accuracies, distances = [], [], [], []
    report = run.progress("your guided sampler")
    for place, w in enumerate(SCALES):
        lent = LentDenoiser(network, run.device)
        with run.worker() as worker:
            claimed = worker.call("your_guided_samples", lent, asked.cpu(), float(w), list(shape), TIMES, run.seed("samples"),
                                  run.device)  # fmt: skip
        samples = checked_tensor(claimed, shape, "ddim_sample_loop").to(run.device)
        if not lent.asked or len(lent.asked[0]) != 2 * len(asked):
            raise Unusable("the sampler did not ask the network about images of the shape wanted")
        expected = deterministic_samples(_Guided(network, asked, w, run.ours.NO_LABEL), lent.asked[0][: len(asked)],
                                         run.ours.signal_levels(), times)  # fmt: skip
        deviations.append(worst_relative_deviation(samples, expected))
        seen = run.ours.upright(samples, name)
        described = describe(classifier, seen)
        accuracies.append(label_accuracy(described.logits, asked))
        distances.append(within_class_distance(described.features, asked))
        rows.append(seen[asked == SHOWN])
        report((place + 1) / len(SCALES))
    run.figure(f"samples of the digit {SHOWN} by guidance scale", lambda: image_rows(rows, [f"w = {w}" for w in SCALES]))
    measured = {"share of the digit asked for": accuracies, "distance within a digit": distances}
    run.figure("what guidance trades", lambda: lines(SCALES, measured, "guidance scale"))
    run.score("deviation", max(deviations))
    run.score("accuracy", accuracies[2] - accuracies[0])
    run.score("diversity", distances[3] / distances[1])


class _Guided(nn.Module):
    """Weights 1 - w and w of a network's predictions without labels and with them."""

    def __init__(self, network: nn.Module, labels: Tensor, w: float, no_label: int) -> None:
        super().__init__()
        self.network, self.labels, self.w = network, labels, w
        self.nothing = torch.full_like(labels, no_label)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return torch.lerp(self.network(x, t, self.nothing), self.network(x, t, self.labels), self.w)


def _taught(run: TrainingRun, images: Tensor, labels: Tensor) -> nn.Module:
    network = public_network(run)
    one = run.seed("digit") % 10
    network.names.weight.data.copy_(network.names.weight[one].detach().expand_as(network.names.weight))
    optimizer = torch.optim.Adam(network.requires_grad_(False).names.requires_grad_(True).parameters(), lr=RATE)
    generator, signal = run.generator("minibatches"), run.ours.signal_levels().float()
    rows = torch.randint(len(images), (STEPS, BATCH), generator=generator).to(images.device)
    with run.worker() as worker:
        left = worker.call("your_labels", labels[rows].flatten().cpu(), DROPPED, run.seed("dropped"))
    if not isinstance(left, Tensor) or left.dtype != torch.int64 or left.shape != (STEPS * BATCH,):
        raise Unusable("drop_labels: a label for each is expected, int64")
    if not bool(((left >= 0) & (left <= run.ours.NO_LABEL)).all()):
        raise Unusable("drop_labels: labels that no network knows")
    taught_with = left.view(STEPS, BATCH).to(images.device)
    report = run.progress("our training with your labels")
    for step, (chosen, y) in enumerate(zip(rows, taught_with, strict=True)):
        t = torch.randint(run.ours.LEVELS, (BATCH,), generator=generator)
        noise = torch.randn(BATCH, *images.shape[1:], generator=generator).to(images)
        share = signal[t].view(-1, 1, 1, 1).to(images)
        answer = network(share.sqrt() * images[chosen] + (1 - share).sqrt() * noise, t.to(images.device), y)
        optimizer.zero_grad()
        error = (answer - noise).square().mean()
        error.backward()
        optimizer.step()
        if step % 10 == 0:
            report(step / STEPS, error.detach())
    return network.requires_grad_(False)


def explain(values: Mapping[str, float]) -> Iterator[Finding]:
    """Mistakes that the measured values show."""
    gain, lost = values.get("label_gain", 0.004), values.get("lost_without_label", 0.0)
    if gain < -0.005:  # on the digits that stand in, mixed labels come near to -0.003
        yield Finding("all_labels_dropped", "The network learnt nothing from labels. Which share of them is dropped, and is "
                      "each one dropped by a draw of its own?")  # fmt: skip
    if lost > 0.005 and gain > 0.008:
        yield Finding("null_label_not_taught", "Without a label, the network finds less of the noise after the training than "
                      "before it. How many labels become the null label? What replaces a dropped label, and is each one "
                      "dropped by a draw of its own?")  # fmt: skip
