"""Wrong variants of the discriminator.

Architectures are free, so the probe records facts that hold for any right one, never values.
"""

import torch
from torch import Tensor, nn

from autograder.checks import Candidate, CandidateError, RemoteObject
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe, reference

model = reference("gan", "model")


def enlarge(module: RemoteObject, seed: int) -> RemoteObject:
    """Large weights and no symmetry: outputs show the range that they can take."""
    moved = {}
    for number, (name, value) in enumerate(module.parameters_by_name().items()):
        noise = torch.randn(8191, generator=torch.Generator().manual_seed(100 * seed + number))
        noise = noise.repeat(value.numel() // 8191 + 1)[: value.numel()].view(value.shape)
        moved[name] = 3 * (value + noise * (value[0].numel() ** -0.5 if value.ndim > 1 else 0.1))
    module.set_parameters(moved)
    module.eval()
    return module


def shape(value: object) -> object:
    """The shape of a result as plain data."""
    return list(value.shape) if isinstance(value, Tensor) else type(value).__name__


@probe("Discriminator")
def observe_discriminator(candidate: Candidate, record: Record) -> None:
    """Shapes, range, and what the logits depend on."""
    discriminator = candidate.Discriminator()
    record.value("number of parameter tensors", min(len(discriminator.parameters_by_name()), 1))
    images = 3 * normal((5, 1, 28, 28), 1, torch.float32)
    blank = images.clone()
    blank[..., 14:, :] = 0
    # With large weights a squashed logit is the same number for both.
    discriminator.eval()
    first = discriminator(images)
    lower_half_matters = bool((discriminator(blank) != first).any())
    low, high = [], []
    for seed in range(8):
        logits = enlarge(discriminator, seed)(images)
        low.append(float(logits.min()))
        high.append(float(logits.max()))
    record.value("shape", shape(logits))
    record.value("signs", [min(low) < 0, max(high) > 0])
    record.value("leaves the interval", max(high) > 1 or min(low) < -1)
    record.value("the same every time", bool(torch.equal(discriminator(images), logits)))
    if logits.ndim > 0:
        record.value("one image and five", distance(discriminator, images[:1], logits[:1]))
    record.value("the lower half matters", lower_half_matters)
    record.value("one logit for all", bool((first - first[:1]).abs().max() <= 1e-6 * first.abs().max()) if first.ndim else True)


def distance(discriminator: RemoteObject, image: Tensor, expected: Tensor) -> object:
    """Whether an image alone gets its logit; the shape if that is another one."""
    try:
        alone = discriminator(image)
    except CandidateError as error:
        return error.error_type
    return bool(torch.allclose(alone, expected, rtol=1e-3)) if alone.shape == expected.shape else shape(alone)


misconception(
    "Discriminator", name="probabilities_returned", belief="a discriminator returns probabilities",
    replace=("squeeze(1)", "squeeze(1).sigmoid()"),
    hint="Your outputs stay between 0 and 1. What do losses that work from logits do with a probability?",
)  # fmt: skip

misconception(
    "Discriminator", name="logits_through_a_tanh", belief="logits have to be bounded to be stable",
    replace=("squeeze(1)", "squeeze(1).tanh()"),
    hint="Your outputs never leave [-1, 1], so your discriminator can never be sure. Which activation stands at its end?",
)  # fmt: skip

misconception(
    "Discriminator", name="column_of_logits", belief="a linear layer with one output gives one number per image",
    replace=(".squeeze(1)", ""),
    hint="You return a column, one row per image. Which dimension of size one is left over?",
)  # fmt: skip

misconception(
    "Discriminator", name="batch_of_one_squeezed", belief="squeeze() removes the superfluous dimension",
    replace=("squeeze(1)", "squeeze()"),
    hint="For a batch of one image your result has no dimension left. Which dimensions does squeeze() without an argument "
    "remove?",
)  # fmt: skip


@misconception(
    "Discriminator",
    belief="real and generated are two classes with a logit each",
    hint="You return two numbers per image. How many logits does a decision between two classes need?",
)
class two_logits_per_image(model.Discriminator):
    """(B, 2)."""

    def forward(self, x: Tensor) -> Tensor:
        """A logit and its opposite."""
        logits = super().forward(x)
        return torch.stack([-logits, logits], 1)


misconception(
    "Discriminator", name="one_verdict_for_the_batch", belief="the batch is judged as a whole",
    replace=("return self.layers(x).squeeze(1)", "return (logits := self.layers(x).squeeze(1)).mean().expand_as(logits)"),
    hint="All images of a batch get the same logit. Over which dimensions do you average?",
)  # fmt: skip

misconception(
    "Discriminator", name="negative_logits_cut_off", belief="logits are like activations and cannot be negative",
    replace=("squeeze(1)", "squeeze(1).relu() + 1e-3 * x.flatten(1).square().mean(1)"),
    hint="Your logits are never negative: every image is called real. Which activation follows your last layer?",
)  # fmt: skip


@misconception(
    "Discriminator",
    belief="layers can be kept in any list",
    hint="Your network has no parameters as far as an optimizer can see. How does a module learn about layers that "
    "are kept in a list?",
)
class unregistered_layers(nn.Module):
    """Unregistered layers."""

    def __init__(self) -> None:
        """Keep the layers in a Python list."""
        super().__init__()
        self.layers = list(model.Discriminator().layers)

    def forward(self, x: Tensor) -> Tensor:
        """One after the other."""
        for layer in self.layers:
            x = layer(x)
        return x.squeeze(1)
