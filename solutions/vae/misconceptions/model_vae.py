"""Wrong variants of model.py: the two autoencoders.

Architectures are free, so the probes record facts that hold for any right one, never values.
"""

from collections.abc import Sequence

import torch

from autograder.checks import Candidate, RemoteObject
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe


def enlarge(module: RemoteObject, factor: float = 1.5) -> RemoteObject:
    """Weights without symmetry, large enough for draws and ranges to show."""
    moved = {}
    for seed, (name, value) in enumerate(module.parameters_by_name().items()):
        noise = torch.randn(8191, generator=torch.Generator().manual_seed(seed))
        noise = noise.repeat(value.numel() // 8191 + 1)[: value.numel()].view(value.shape)
        moved[name] = factor * (value + noise * (value[0].numel() ** -0.5 if value.ndim > 1 else 0.1))
    module.set_parameters(moved)
    module.eval()
    return module


def record_facts(candidate: Candidate, record: Record, vae: RemoteObject, image_shape: Sequence[int]) -> None:
    """What every right autoencoder does, whatever its layers compute."""
    x = normal((2, *image_shape), 3, torch.float32)
    x_hat, mu, logvar = vae(x)
    record.value("shapes", [list(value.shape) for value in (x_hat, mu, logvar)])
    encoded = vae.encode(x)
    record.value("mu is encode's", bool(torch.allclose(mu, encoded[0], atol=1e-4)))
    record.value("logvar is encode's", bool(torch.allclose(logvar, encoded[1], atol=1e-4)))
    record.value("draws in eval mode", not torch.allclose(vae(x)[0], x_hat, atol=1e-5))
    decoded = vae.decode(encoded[0]).reshape(x_hat.shape)
    record.value("decodes the mean", bool(torch.allclose(decoded, x_hat, atol=1e-5)))
    same = vae(x[:1].repeat(3, *[1] * len(image_shape)))[0]
    record.value("noise of its own", not torch.allclose(same[1:], same[:1].expand_as(same[1:]), atol=1e-5))
    candidate.seed(1)
    one = vae(x)[0]
    candidate.seed(1)
    record.value("depends on the image", not torch.allclose(vae(x.flip(0))[0], one, atol=1e-5))
    (gradient,) = vae.grad(x, wrt=(0,), select=0)
    record.value("gradient", gradient is not None and bool((gradient != 0).any()))
    vae.train()
    record.value("draws in train mode", not torch.allclose(vae(x)[0], vae(x)[0], atol=1e-5))
    vae.eval()


def record_samples(candidate: Candidate, record: Record, vae: RemoteObject) -> None:
    """Randomness of the samples and the range of decoded values."""
    seen = [vae.sample.observe(2, generator=candidate.generator(seed)) for seed in (1, 1, 2)]
    record.value("sample shape", list(seen[0].value.shape))
    record.value("global state used", seen[0].rng_used)
    record.value("reproducible", bool(torch.allclose(seen[0].value, seen[1].value, atol=1e-5)))
    record.value("other generator", not torch.allclose(seen[0].value, seen[2].value, atol=1e-5))
    record.value("samples differ", not torch.allclose(seen[0].value[:1], seen[0].value[-1:], atol=1e-5))
    record_where_samples_come_from(candidate, record, vae)
    enlarge(vae, 6.0)
    images = vae.decode(normal((3, 2), 4, torch.float32, 4.0))
    record.value("decoded shape", list(images.shape))
    record.value("range", [bool((images < -1).any()), bool((images < 0).any()), bool((images > 1).any())])


def record_where_samples_come_from(candidate: Candidate, record: Record, vae: RemoteObject) -> None:
    """Whether noise is added to decoded images, and otherwise which latents samples spread like."""
    right = normal((24, 2), 7, torch.float32)
    latents = {"right": right, "narrow": 0.6 * right, "uniform": uniform((24, 2), 8)}
    spread = likeliest(vae.sample(24, generator=candidate.generator(3)), {name: vae.decode(z) for name, z in latents.items()})
    parameters = vae.parameters_by_name()
    vae.set_parameters({name: 0 * value for name, value in parameters.items()})
    blank = vae.decode(latents["right"][:3])
    is_constant = torch.allclose(blank[1:], blank[:1].expand_as(blank[1:]), atol=1e-6)
    drawn = vae.sample(3, generator=candidate.generator(4))
    noisy = is_constant and not torch.allclose(drawn[1:], drawn[:1].expand_as(drawn[1:]), atol=1e-5)
    vae.set_parameters(parameters)
    record.value("noise of pixels", noisy)
    record.value("samples spread", None if noisy else spread)


def uniform(shape: Sequence[int], seed: int) -> torch.Tensor:
    """Numbers in [0, 1)."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def likeliest(images: torch.Tensor, known: dict[str, torch.Tensor], repeats: int = 1) -> str:
    """The name of the batch that spreads as the images do, pixel by pixel on average; "other" if none does."""
    def spread(batch: torch.Tensor) -> torch.Tensor:
        return batch.reshape(-1, repeats, batch[0].numel()).std(0).mean(1).clamp(min=1e-9).log()

    if len(images) < 2 * repeats:
        return "too few"
    distances = {name: float((spread(images) - spread(batch)).abs().max()) for name, batch in known.items()}
    name = min(distances, key=lambda name: distances[name])
    return name if distances[name] < 0.5 else "other"


@probe("VAE")
def observe_vae(candidate: Candidate, record: Record) -> None:
    """Facts about a small latent space."""
    vae = enlarge(candidate.VAE(latent_dim=2))
    record_facts(candidate, record, vae, (1, 32, 32))
    record_samples(candidate, record, vae)


misconception(
    "VAE", name="MeanDecoded", belief="the best reconstruction is that of the mean",
    replace=("reparameterize(mu, logvar)", "mu"),
    hint="Two passes of the same image agree. Which latent does the ELBO's reconstruction term average over?",
)  # fmt: skip

misconception(
    "VAE", name="NoiseInTrainingOnly", belief="noise is a regulariser like dropout",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, logvar) if self.training else mu"),
    hint="In eval mode two passes of the same image agree. Does the contract make the draw depend on the mode?",
)  # fmt: skip

misconception(
    "VAE", name="PriorInsteadOfPosterior", belief="the latent of the forward pass comes from the prior",
    replace=("reparameterize(mu, logvar)", "torch.randn_like(mu)"),
    hint="Under the same seed, different images get the same reconstruction. Where does the image enter the latent?",
)  # fmt: skip

misconception(
    "VAE", name="GradientStopsAtTheDraw", belief="sampling from a distribution object is the same thing",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, logvar).detach()"),
    hint="Reconstructions are right, but the encoder gets no gradient from them. Can one differentiate through sample()?",
)  # fmt: skip

misconception(
    "VAE", name="OneNoiseForTheBatch", belief="one epsilon serves the whole batch",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, logvar, torch.randn_like(mu[:1]).expand_as(mu))"),
    hint="Copies of an image in one batch get the same reconstruction. How many draws does a batch of B images need?",
)  # fmt: skip

misconception(
    "VAE", name="GeneratorIgnored", belief="seeding the global state is enough", replace=("generator=generator,", ""),
    hint="Equal generators give different samples. Which of your random numbers come from the generator?",
)  # fmt: skip

misconception(
    "VAE", name="DecodedThroughSigmoid", belief="pixels lie between zero and one",
    replace=("return self.decoder(z)", "return self.decoder(z).sigmoid()"),
    hint="Whatever the weights, decoded pixels stay between 0 and 1. Which values can the mean of a Gaussian take?",
)  # fmt: skip

misconception(
    "VAE", name="LatentReturnedForTheMean", belief="the latent is what the loss needs",
    replace=(
        "return self.decode(reparameterize(mu, logvar)), mu, logvar",
        "return self.decode(z := reparameterize(mu, logvar)), z, logvar",
    ),
    hint="The mu that your forward pass returns is not the one that encode returns. Which of the two belongs into the "
    "divergence?",
)  # fmt: skip

misconception(
    "VAE", name="UniformLatents", belief="random numbers between 0 and 1 will do as latents",
    replace=("torch.randn(shape", "torch.rand(shape"),
    hint="Your samples spread less than those of standard normal latents, about as those of latents between 0 and 1 do. Are "
    "yours draws from the prior, as they are?",
)  # fmt: skip

misconception(
    "VAE", name="NarrowLatents", belief="samples look better at a lower temperature",
    replace=("return self.decode(torch.randn(shape", "return self.decode(0.6 * torch.randn(shape"),
    hint="Your samples spread less than those of standard normal latents. Is the noise scaled somewhere before it is decoded?",
)  # fmt: skip

misconception(
    "VAE", name="PixelNoiseOnSamples", belief="a sample of the model needs the noise of the pixels, too",
    replace=[
        ("return self.decode(torch.randn(shape", "mean = self.decode(torch.randn(shape"),
        ("dtype=like.dtype))", "dtype=like.dtype))\n        return mean + torch.randn(mean.shape, generator=generator)"),
    ],
    hint="With all parameters at zero every latent gives the same image, and your samples still differ from it. Does the "
    "contract ask for the decoded mean or for a draw around it?",
)  # fmt: skip

misconception(
    "VAE", name="NumberOfSamplesIgnored", belief="sample draws one image",
    replace=("(num_samples, self.latent_dim)", "(1, self.latent_dim)"),
    hint="However many samples are asked for, you return one. Which dimension of the latents is num_samples?",
)  # fmt: skip


SMALL = (2, 3, 4)


@probe("MLPVAE")
def observe_mlpvae(candidate: Candidate, record: Record) -> None:
    """Facts about small images that are neither square nor grey."""
    for shape in ((1, 28, 28), (2, 3, 3)):
        x_hat, *_ = candidate.MLPVAE(latent_dim=2, image_shape=shape, hidden=24)(normal((2, *shape), 2, torch.float32))
        record.value(f"shape {shape}", list(x_hat.shape))
    vaes = [candidate.MLPVAE(latent_dim=2, image_shape=SMALL, hidden=hidden) for hidden in (24, 48)]
    counts = [sum(value.numel() for value in vae.parameters_by_name().values()) for vae in vaes]
    record.value("wider", counts[1] > counts[0])
    vae = enlarge(vaes[0])
    record_facts(candidate, record, vae, SMALL)
    x = normal((6, *SMALL), 5, torch.float32, 4.0).repeat(300, 1, 1, 1)
    x_hat, mu, logvar = vae(x)
    eps = normal((1800, 2), 6, torch.float32)
    scales = {"right": (0.5 * logvar).exp(), "variance": logvar.exp()}
    known = {name: vae.decode(mu + scale * eps) for name, scale in scales.items()}
    record.value("spread", likeliest(x_hat, known, repeats=6))
    outside = [((images < 0) | (images > 1)).any() for images in (x_hat, known["right"])]
    record.value("reconstructions as free as decoded images", bool(outside[0] == outside[1]))
    record_samples(candidate, record, vae)


misconception(
    "MLPVAE", name="ImagesLeftFlat", belief="an image is a vector of pixels",
    replace=("return self.decoder(z)", "return self.decoder(z).flatten(1)"),
    hint="Compare the shape of your reconstruction with that of the image. What has to happen after the last linear layer?",
)  # fmt: skip

misconception(
    "MLPVAE", name="DecodesTheMean", belief="the best reconstruction is that of the mean",
    replace=("reparameterize(mu, logvar)", "mu"),
    hint="Two passes of the same image agree. Which latent does the ELBO's reconstruction term average over?",
)  # fmt: skip

misconception(
    "MLPVAE", name="DrawsInTrainingOnly", belief="noise is a regulariser like dropout",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, logvar) if self.training else mu"),
    hint="In eval mode two passes of the same image agree. Does the contract make the draw depend on the mode?",
)  # fmt: skip

misconception(
    "MLPVAE", name="OneNoiseForAll", belief="one epsilon serves the whole batch",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, logvar, torch.randn_like(mu[:1]).expand_as(mu))"),
    hint="Copies of an image in one batch get the same reconstruction. How many draws does a batch of B images need?",
)  # fmt: skip

misconception(
    "MLPVAE", name="VarianceScalesTheNoise", belief="exp(logvar) is the standard deviation",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, 2 * logvar)"),
    hint="Your draws spread too far where logvar is large and too little where it is small. What is exp(logvar)?",
)  # fmt: skip

misconception(
    "MLPVAE", name="SquashedToUnitInterval", belief="pixels lie between zero and one",
    replace=("return self.decoder(z)", "return self.decoder(z).sigmoid()"),
    hint="Whatever the weights, decoded pixels stay between 0 and 1. Which values can the mean of a Gaussian take?",
)  # fmt: skip

misconception(
    "MLPVAE", name="WidthFixed", belief="hidden layers have 400 units",
    replace=("super().__init__()", "super().__init__()\n        hidden = 400"),
    hint="Does the size of your network follow the argument hidden? Look for a number that should be an argument.",
)  # fmt: skip

misconception(
    "MLPVAE", name="SamplesFromTheGlobalState", belief="seeding the global state is enough",
    replace=("generator=generator,", ""),
    hint="Equal generators give different samples. Which of your random numbers come from the generator?",
)  # fmt: skip

misconception(
    "MLPVAE", name="UniformPrior", belief="random numbers between 0 and 1 will do as latents",
    replace=("torch.randn(shape", "torch.rand(shape"),
    hint="Your samples spread as those of latents between 0 and 1 do. Which distribution is the prior?",
)  # fmt: skip

misconception(
    "MLPVAE", name="SamplesNoisy", belief="a sample of the model needs the noise of the pixels, too",
    replace=[
        ("return self.decode(torch.randn(shape", "mean = self.decode(torch.randn(shape"),
        ("dtype=like.dtype))", "dtype=like.dtype))\n        return mean + torch.randn(mean.shape, generator=generator)"),
    ],
    hint="With all parameters at zero every latent gives the same image, and your samples still differ from it. Does the "
    "contract ask for the decoded mean or for a draw around it?",
)  # fmt: skip

misconception(
    "MLPVAE", name="OneSampleAlways", belief="sample draws one image",
    replace=("(num_samples, self.latent_dim)", "(1, self.latent_dim)"),
    hint="However many samples are asked for, you return one. Which dimension of the latents is num_samples?",
)  # fmt: skip

misconception(
    "MLPVAE", name="ReconstructionsClipped", belief="reconstructions must be valid images",
    replace=("return self.decode(reparameterize(mu, logvar))", "return self.decode(reparameterize(mu, logvar)).clamp(0, 1)"),
    hint="decode gives pixels below 0 and above 1, the reconstructions of your forward pass never leave [0, 1]. What happens "
    "between the two, and what becomes of the gradient there?",
)  # fmt: skip

misconception(
    "MLPVAE", name="SquareImagesOnly", belief="images are square",
    replace=("tuple(image_shape)", "(image_shape[0], image_shape[1], image_shape[1])"),
    hint="Square images pass through your model, images of 3 x 4 pixels do not. Where do you take height and width for equal?",
)  # fmt: skip

misconception(
    "MLPVAE", name="NumberOfPixelsFixed", belief="images have 784 pixels", replace=("math.prod(image_shape)", "784"),
    hint="Images of 28 x 28 pixels pass through your model, others do not. Which number should follow image_shape?",
)  # fmt: skip
