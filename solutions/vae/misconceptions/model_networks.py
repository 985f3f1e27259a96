"""Wrong variants of model.py: encoder and decoder.

Architectures are free, so the probes record facts that hold for any right one, never values.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks import Candidate, RemoteObject
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe, reference

model = reference("vae", "model")
Pair = tuple[Tensor, Tensor]


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


def images(number: int, channels: int, seed: int = 0) -> Tensor:
    """Random images."""
    return normal((number, channels, 32, 32), seed, torch.float32)


def shapes(value: object) -> object:
    """The shapes of a result's parts, as plain data."""
    if isinstance(value, Tensor):
        return list(value.shape)
    return [shapes(part) for part in value] if isinstance(value, tuple | list) else type(value).__name__


@probe("Encoder")
def observe_encoder(candidate: Candidate, record: Record) -> None:
    """Shapes, signs, and what the outputs depend on."""
    record.value("shapes", shapes(candidate.Encoder()(images(2, 1))))
    encoder = enlarge(candidate.Encoder(latent_dim=20, in_channels=3))
    x = images(3, 3, 1)
    result = encoder(x)
    record.value("shapes with options", shapes(result))
    mu, logvar = result if isinstance(result, tuple | list) else (result, result)
    record.value("mu signs", [bool((mu < 0).any()), bool((mu > 0).any())])
    record.value("logvar is ever negative", bool((logvar < 0).any()))
    record.value("logvar equals mu", bool(torch.equal(mu, logvar)))
    record.value("one logvar per image", bool((logvar == logvar[:, :1]).all()))
    record.value("the same every time", bool(torch.equal(encoder(x)[0], mu)))
    other = torch.cat([x[:, :1], x[:, 1:].flip(0)], 1)
    record.value("other channels matter", bool((encoder(other)[0] != encoder(x)[0]).any()))


@misconception(
    "Encoder", belief="a variance must be positive",
    hint="Your second output is never negative. Is it meant to be a variance or its logarithm, and which values can"
    " a logarithm take?",
)  # fmt: skip
class VarianceInsteadOfItsLogarithm(model.Encoder):
    """Softplus on the second output."""

    def forward(self, x: Tensor) -> Pair:
        """Return a positive second output."""
        mu, logvar = super().forward(x)
        return mu, F.softplus(logvar)


@misconception(
    "Encoder", belief="every layer is followed by a ReLU",
    hint="Your outputs are never negative. Which values can the mean of a Gaussian take, and what does the last "
    "activation make of them?",
)  # fmt: skip
class OutputRectified(model.Encoder):
    """ReLU after the last layer."""

    def forward(self, x: Tensor) -> Pair:
        """Cut both outputs at zero."""
        mu, logvar = super().forward(x)
        return F.relu(mu), F.relu(logvar)


@misconception(
    "Encoder", belief="one head can serve both outputs",
    hint="mu and logvar are the same numbers. How many outputs does the last layer need for L latent coordinates?",
)  # fmt: skip
class MeanAndLogvarFromTheSameUnits(model.Encoder):
    """The same units twice."""

    def forward(self, x: Tensor) -> Pair:
        """Return mu twice."""
        mu, _ = super().forward(x)
        return mu, mu.clone()


@misconception(
    "Encoder", belief="the posterior has one variance",
    hint="All coordinates of a latent share one logvar. How many variances does a diagonal covariance have?",
)  # fmt: skip
class OneVariancePerImage(model.Encoder):
    """An isotropic posterior."""

    def forward(self, x: Tensor) -> Pair:
        """Repeat one log-variance."""
        mu, logvar = super().forward(x)
        return mu, logvar[:, :1].repeat(1, mu.shape[1])


@misconception(
    "Encoder", belief="images are grey",
    hint="Swapping the second and third channel of an image changes nothing. How many input channels does your "
    "first layer have?",
)  # fmt: skip
class FirstChannelOnly(model.Encoder):
    """Ignores in_channels."""

    def __init__(self, latent_dim: int = 16, in_channels: int = 1) -> None:
        """Build for one channel."""
        super().__init__(latent_dim, 1)

    def forward(self, x: Tensor) -> Pair:
        """Look at the first channel."""
        return super().forward(x[:, :1])


@misconception(
    "Encoder", belief="the encoder returns a latent",
    hint="Your first output is different every time. What does the encoder describe: a latent, or the distribution "
    "of latents?",
)  # fmt: skip
class DrawReturnedForTheMean(model.Encoder):
    """Reparameterises too early."""

    def forward(self, x: Tensor) -> Pair:
        """Return a draw in the place of mu."""
        mu, logvar = super().forward(x)
        return model.reparameterize(mu, logvar), logvar


@misconception(
    "Encoder", belief="there are sixteen latent coordinates",
    hint="Does the shape of your outputs follow latent_dim? Look for a number that should be an argument.",
)  # fmt: skip
class SixteenLatentsAlways(model.Encoder):
    """Ignores latent_dim."""

    def __init__(self, latent_dim: int = 16, in_channels: int = 1) -> None:
        """Build for sixteen."""
        super().__init__(16, in_channels)


@probe("Decoder")
def observe_decoder(candidate: Candidate, record: Record) -> None:
    """Shapes, the range of values, and what they depend on."""
    record.value("shapes", shapes(candidate.Decoder()(normal((2, 16), 0, torch.float32))))
    decoder = enlarge(candidate.Decoder(latent_dim=5, out_channels=3), 6.0)
    z = normal((3, 5), 1, torch.float32, 4.0)
    result = decoder(z)
    record.value("shapes with options", shapes(result))
    record.value("range", [bool((result < -1).any()), bool((result < 0).any()), bool((result > 1).any())])
    record.value("the same every time", bool(torch.equal(decoder(z), result)))
    record.value("images differ", bool((result != result[:1]).any()))
    channels = result.flatten(2)
    record.value("channels equal", bool((channels == channels[:, :1]).all()))


@misconception(
    "Decoder", belief="pixels lie between zero and one",
    hint="Whatever the weights, your pixels stay between 0 and 1. Which values can the mean of a Gaussian take?",
)  # fmt: skip
class SigmoidAtTheOutput(model.Decoder):
    """The output of a Bernoulli decoder."""

    def forward(self, z: Tensor) -> Tensor:
        """Squash to (0, 1)."""
        return super().forward(z).sigmoid()


@misconception(
    "Decoder", belief="images are normalised to [-1, 1]",
    hint="Whatever the weights, your pixels stay between -1 and 1. Which values can the mean of a Gaussian take?",
)  # fmt: skip
class TanhAtTheOutput(model.Decoder):
    """The output of a GAN's generator."""

    def forward(self, z: Tensor) -> Tensor:
        """Squash to (-1, 1)."""
        return super().forward(z).tanh()


@misconception(
    "Decoder", belief="every layer is followed by a ReLU",
    hint="Your pixels are never negative, and where they are cut no gradient flows. Which activation should follow "
    "the last layer?",
)  # fmt: skip
class RectifiedImage(model.Decoder):
    """ReLU after the last layer."""

    def forward(self, z: Tensor) -> Tensor:
        """Cut at zero."""
        return super().forward(z).relu()


@misconception(
    "Decoder", belief="an image is a vector of pixels",
    hint="How many dimensions does a batch of images have? What does your decoder return instead?",
)  # fmt: skip
class FlatImages(model.Decoder):
    """Shape (B, C * 32 * 32)."""

    def forward(self, z: Tensor) -> Tensor:
        """Flatten."""
        return super().forward(z).flatten(1)


@misconception(
    "Decoder", belief="MNIST images have 28 x 28 pixels",
    hint="How large are the images that this decoder should return? Count how often each layer doubles the height.",
)  # fmt: skip
class TwentyEightPixels(model.Decoder):
    """Cut to the original size."""

    def forward(self, z: Tensor) -> Tensor:
        """Crop."""
        return super().forward(z)[:, :, 2:30, 2:30]


@misconception(
    "Decoder", belief="the decoder draws the image",
    hint="The same latent gives another image every time. Should the decoder return the mean of p(x | z) or a draw "
    "from it?",
)  # fmt: skip
class PixelNoiseAdded(model.Decoder):
    """A sample of p(x | z)."""

    def forward(self, z: Tensor) -> Tensor:
        """Add unit noise."""
        mean = super().forward(z)
        return mean + torch.randn_like(mean)


@misconception(
    "Decoder", belief="images are grey",
    hint="All channels of your image are the same. How many channels does your last layer return?",
)  # fmt: skip
class OneChannelRepeated(model.Decoder):
    """Grey images of several channels."""

    def forward(self, z: Tensor) -> Tensor:
        """Repeat the first channel."""
        mean = super().forward(z)
        return mean[:, :1].repeat(1, mean.shape[1], 1, 1)
