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
    record.value("reaches black and white", bool(images.min() < -0.9 and images.max() > 0.9))
    record.value("the same every time", bool(torch.equal(generator(z), images)))
    alone = generator(z[:1])
    record.value(
        "the same alone",
        bool(alone.shape == images[:1].shape and torch.allclose(alone, images[:1], atol=1e-4)),
    )
    record.value("the pixels differ", bool((images != images.flatten()[0]).any()))


@misconception(
    "Generator",
    belief="pixels are probabilities",
    hint="Your images have no negative pixels, so the discriminator sees at once which images are real. In which "
    "range are the real pixels?",
)
class pixels_between_zero_and_one(model.Generator):
    """A sigmoid at the end."""

    def forward(self, z: Tensor) -> Tensor:
        """From [-1, 1] to [0, 1]."""
        return (super().forward(z) + 1) / 2


@misconception(
    "Generator",
    belief="the last linear layer gives the pixels",
    hint="With large weights your pixels leave [-1, 1]. Which activation keeps them there?",
)
class pixels_without_bounds(model.Generator):
    """No hyperbolic tangent."""

    def __init__(self, latent_dim: int = 64) -> None:
        """Drop the activation."""
        super().__init__(latent_dim)
        self.layers[5] = nn.Identity()


@misconception(
    "Generator",
    belief="the last activation is like all others",
    hint="Your images have pixels below and above zero, but their range is lopsided: black is never reached. What "
    "does a leaky ReLU do with negative numbers?",
)
class leaky_pixels(model.Generator):
    """A leaky ReLU at the end, cut at 1."""

    def __init__(self, latent_dim: int = 64) -> None:
        """Another activation."""
        super().__init__(latent_dim)
        self.layers[5] = nn.Sequential(nn.Tanh(), nn.LeakyReLU(0.2))


@misconception(
    "Generator",
    belief="an image is a vector of 784 pixels",
    hint="Your images have shape (B, 784). Which shape does an image with one channel have?",
)
class images_left_flat(model.Generator):
    """No reshape."""

    def forward(self, z: Tensor) -> Tensor:
        """Flatten again."""
        return super().forward(z).flatten(1)


@misconception(
    "Generator",
    belief="grey images have no channel dimension",
    hint="Your images have three dimensions instead of four. Where is the channel?",
)
class channel_left_out(model.Generator):
    """(B, 28, 28)."""

    def forward(self, z: Tensor) -> Tensor:
        """Drop the channel."""
        return super().forward(z).squeeze(1)


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


@misconception(
    "Generator",
    belief="batch statistics are used in eval mode too",
    hint="In eval mode your image of a latent vector depends on the other vectors of the batch. Which statistics "
    "does a normalisation layer use then?",
)
class batch_statistics_in_eval_mode(model.Generator):
    """Normalise over the batch always."""

    def forward(self, z: Tensor) -> Tensor:
        """Centre the batch."""
        return super().forward(z - z.mean(0))


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
