"""Wrong variants of model.py: encoder and decoder.

Architectures are free, so the probes record facts that hold for any right one, never values.
"""

import torch
from torch import Tensor

from autograder.checks import Candidate, load_beside
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe

facts = load_beside(__file__, "model_facts")


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
    encoder = facts.enlarge(candidate.Encoder(latent_dim=20, in_channels=3), 3.0)
    x = images(3, 3, 1)
    result = encoder(x)
    record.value("shapes with options", shapes(result))
    mu, logvar = result if isinstance(result, tuple | list) else (result, result)
    record.value("mu signs", [bool((mu < 0).any()), bool((mu > 0).any())])
    record.value("logvar is ever negative", bool((logvar < 0).any()))
    record.value("logvar equals mu", bool(torch.equal(mu, logvar)))
    record.value("one logvar per image", bool((logvar == logvar[:, :1]).all()))
    again = encoder(x)
    record.value("the same every time", [bool(torch.equal(again[0], mu)), bool(torch.equal(again[-1], logvar))])
    other = torch.cat([x[:, :1], x[:, 1:].flip(0)], 1)
    record.value("other channels matter", bool((encoder(other)[0] != encoder(x)[0]).any()))


misconception(
    "Encoder", name="VarianceInsteadOfItsLogarithm", belief="a variance must be positive",
    replace=("return mu, logvar", "return mu, nn.functional.softplus(logvar)"),
    hint="Your second output is never negative. Is it meant to be a variance or its logarithm, and which values can a "
    "logarithm take?",
)  # fmt: skip

misconception(
    "Encoder", name="OutputRectified", belief="every layer is followed by a ReLU",
    replace=("return mu, logvar", "return mu.relu(), logvar.relu()"),
    hint="Your outputs are never negative. Which values can the mean of a Gaussian take, and what does the last activation "
    "make of them?",
)  # fmt: skip

misconception(
    "Encoder", name="MeanAndLogvarFromTheSameUnits", belief="one head can serve both outputs",
    replace=("return mu, logvar", "return mu, mu.clone()"),
    hint="mu and logvar are the same numbers. How many outputs does the last layer need for L latent coordinates?",
)  # fmt: skip

misconception(
    "Encoder", name="OneVariancePerImage", belief="the posterior has one variance",
    replace=("return mu, logvar", "return mu, logvar[:, :1].repeat(1, mu.shape[1])"),
    hint="All coordinates of a latent share one logvar. How many variances does a diagonal covariance have?",
)  # fmt: skip

misconception(
    "Encoder", name="FirstChannelOnly", belief="images are grey",
    replace=[("nn.Conv2d(in_channels, 32", "nn.Conv2d(1, 32"), ("self.features(x)", "self.features(x[:, :1])")],
    hint="Swapping the second and third channel of an image changes nothing. How many input channels does your first layer "
    "have?",
)  # fmt: skip

misconception(
    "Encoder", name="DrawReturnedForTheMean", belief="the encoder returns a latent",
    replace=("return mu, logvar", "return reparameterize(mu, logvar), logvar"),
    hint="Your first output is different every time. What does the encoder describe: a latent, or the distribution of latents?",
)  # fmt: skip

misconception(
    "Encoder", name="SixteenLatentsAlways", belief="there are sixteen latent coordinates", replace=("2 * latent_dim", "2 * 16"),
    hint="Does the shape of your outputs follow latent_dim? Look for a number that should be an argument.",
)  # fmt: skip


@probe("Decoder")
def observe_decoder(candidate: Candidate, record: Record) -> None:
    """Shapes, the range of values, and what they depend on."""
    record.value("shapes", shapes(candidate.Decoder()(normal((2, 16), 0, torch.float32))))
    decoder = facts.enlarge(candidate.Decoder(latent_dim=5, out_channels=3), 6.0)
    z = normal((3, 5), 1, torch.float32, 4.0)
    result = decoder(z)
    record.value("shapes with options", shapes(result))
    record.value("range", [bool((result < -1).any()), bool((result < 0).any()), bool((result > 1).any())])
    record.value("the same every time", bool(torch.equal(decoder(z), result)))
    record.value("images differ", bool((result != result[:1]).any()))
    channels = result.flatten(2)
    record.value("channels equal", bool((channels == channels[:, :1]).all()))


misconception(
    "Decoder", name="SigmoidAtTheOutput", belief="pixels lie between zero and one",
    replace=("self.layers(z)", "self.layers(z).sigmoid()"),
    hint="Whatever the weights, your pixels stay between 0 and 1. Which values can the mean of a Gaussian take?",
)  # fmt: skip

misconception(
    "Decoder", name="TanhAtTheOutput", belief="images are normalised to [-1, 1]",
    replace=("self.layers(z)", "self.layers(z).tanh()"),
    hint="Whatever the weights, your pixels stay between -1 and 1. Which values can the mean of a Gaussian take?",
)  # fmt: skip

misconception(
    "Decoder", name="RectifiedImage", belief="every layer is followed by a ReLU",
    replace=("self.layers(z)", "self.layers(z).relu()"),
    hint="Your pixels are never negative, and where they are cut no gradient flows. Which activation should follow the last "
    "layer?",
)  # fmt: skip

misconception(
    "Decoder", name="FlatImages", belief="an image is a vector of pixels",
    replace=("self.layers(z)", "self.layers(z).flatten(1)"),
    hint="How many dimensions does a batch of images have? What does your decoder return instead?",
)  # fmt: skip

misconception(
    "Decoder", name="TwentyEightPixels", belief="MNIST images have 28 x 28 pixels",
    replace=("self.layers(z)", "self.layers(z)[:, :, 2:30, 2:30]"),
    hint="How large are the images that this decoder should return? Count how often each layer doubles the height.",
)  # fmt: skip

misconception(
    "Decoder", name="PixelNoiseAdded", belief="the decoder draws the image",
    replace=("return self.layers(z)", "return (mean := self.layers(z)) + torch.randn_like(mean)"),
    hint="The same latent gives another image every time. Should the decoder return the mean of p(x | z) or a draw from it?",
)  # fmt: skip

misconception(
    "Decoder", name="OneChannelRepeated", belief="images are grey",
    replace=("return self.layers(z)", "return (mean := self.layers(z))[:, :1].repeat(1, mean.shape[1], 1, 1)"),
    hint="All channels of your image are the same. How many channels does your last layer return?",
)  # fmt: skip
