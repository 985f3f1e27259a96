"""Wrong variants of the generator.

Architectures are free, so the probe records facts that hold for any right one, never values.
"""

import torch
from torch import Tensor, nn

from autograder.checks import Candidate, RemoteObject
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe, reference

model = reference("gan", "model")


def enlarge(module: RemoteObject, factor: float = 3.0) -> RemoteObject:
    """Large weights and no symmetry: outputs show the range that they can take."""
    moved = {}
    for seed, (name, value) in enumerate(module.parameters_by_name().items()):
        noise = torch.randn(8191, generator=torch.Generator().manual_seed(seed))
        noise = noise.repeat(value.numel() // 8191 + 1)[: value.numel()].view(value.shape)
        moved[name] = factor * (value + noise * (value[0].numel() ** -0.5 if value.ndim > 1 else 0.1))
    module.set_parameters(moved)
    module.eval()
    return module


def shape(value: object) -> object:
    """The shape of a result as plain data."""
    return list(value.shape) if isinstance(value, Tensor) else type(value).__name__


@probe("Generator")
def observe_generator(candidate: Candidate, record: Record) -> None:
    """Shapes, range, and what the images depend on."""
    generator = candidate.Generator(latent_dim=4)
    record.value("number of parameter tensors", min(len(generator.parameters_by_name()), 1))
    enlarge(generator)
    z = normal((3, 4), 1, torch.float32)
    images = generator(z)
    record.value("shape", shape(images))
    record.value("shape by default", shape(candidate.Generator()(normal((2, 64), 2, torch.float32))))
    record.value("signs", [bool((images < 0).any()), bool((images > 0).any())])
    record.value("leaves the interval", bool((images.abs() > 1).any()))
    record.value("reaches black and white", [bool(images.min() < -0.9), bool(images.max() > 0.9)])
    record.value("the same every time", bool(torch.equal(generator(z), images)))
    alone = generator(z[:1])
    record.value(
        "the same alone",
        bool(alone.shape == images[:1].shape and torch.allclose(alone, images[:1], atol=1e-4)),
    )
    record.value("the pixels differ", bool((images != images.flatten()[0]).any()))


misconception(
    "Generator", name="latent_dim_fixed", belief="latent vectors have 64 coordinates",
    replace=("nn.Linear(latent_dim, 128)", "nn.Linear(64, 128)"),
    hint="Your generator takes latent vectors of 64 coordinates and no others. Which number should follow latent_dim?",
)  # fmt: skip

misconception(
    "Generator", name="pixels_between_zero_and_one", belief="pixels are probabilities",
    replace=("return self.layers(z)", "return (self.layers(z) + 1) / 2"),
    hint="Your images have no negative pixels, so the discriminator sees at once which images are real. In which range are "
    "the real pixels?",
)  # fmt: skip

misconception(
    "Generator", name="pixels_without_bounds", belief="the last linear layer gives the pixels",
    replace=("nn.Tanh()", "nn.Identity()"),
    hint="With large weights your pixels leave [-1, 1]. Which activation keeps them there?",
)  # fmt: skip

misconception(
    "Generator", name="leaky_pixels", belief="the last activation is like all others",
    replace=("nn.Tanh()", "nn.Tanh(), nn.LeakyReLU(0.2)"),
    hint="Your images have pixels below and above zero, but their range is lopsided: black is never reached. What does a "
    "leaky ReLU do with negative numbers?",
)  # fmt: skip

misconception(
    "Generator", name="images_left_flat", belief="an image is a vector of 784 pixels",
    replace=("return self.layers(z)", "return self.layers(z).flatten(1)"),
    hint="Your images have shape (B, 784). Which shape does an image with one channel have?",
)  # fmt: skip

misconception(
    "Generator", name="channel_left_out", belief="grey images have no channel dimension",
    replace=("return self.layers(z)", "return self.layers(z).squeeze(1)"),
    hint="Your images have three dimensions instead of four. Where is the channel?",
)  # fmt: skip


@misconception(
    "Generator",
    belief="a generator draws its own noise",
    hint="The same latent vectors give other images every time. Where should the randomness of a generator come "
    "from?",
)
class noise_drawn_inside(model.Generator):
    """Ignore z."""

    def forward(self, z: Tensor) -> Tensor:
        """Draw anew."""
        return super().forward(torch.randn_like(z))


misconception(
    "Generator", name="batch_statistics_in_eval_mode", belief="batch statistics are used in eval mode too",
    replace=("self.layers(z)", "self.layers(z - z.mean(0))"),
    hint="In eval mode your image of a latent vector depends on the other vectors of the batch. Which statistics does a "
    "normalisation layer use then?",
)  # fmt: skip


@misconception(
    "Generator",
    belief="layers can be kept in any list",
    hint="Your network has no parameters as far as an optimizer can see. How does a module learn about layers that "
    "are kept in a list?",
)
class layers_in_a_plain_list(nn.Module):
    """Unregistered layers."""

    def __init__(self, latent_dim: int = 64) -> None:
        """Keep the layers in a Python list."""
        super().__init__()
        self.layers = list(model.Generator(latent_dim).layers)

    def forward(self, z: Tensor) -> Tensor:
        """One after the other."""
        for layer in self.layers:
            z = layer(z)
        return z
