"""Wrong variants of model.py: the fully connected autoencoder."""

import torch

from autograder.checks import Candidate, load_beside
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe

facts = load_beside(__file__, "model_facts")

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
    vae = facts.enlarge(vaes[0])
    facts.record_facts(candidate, record, vae, SMALL)
    facts.record_where_draws_come_from(candidate, record, vae, normal((6, *SMALL), 5, torch.float32, 4.0), 300, within=0.35)
    facts.record_samples(candidate, record, vae)


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
    "MLPVAE", name="DrawsInEvaluationOnly", belief="a network is trained without noise",
    replace=("reparameterize(mu, logvar)", "mu if self.training else reparameterize(mu, logvar)"),
    hint="In train mode two passes of the same image agree, in eval mode they do not. Does the contract make the draw "
    "depend on the mode?",
)  # fmt: skip

misconception(
    "MLPVAE", name="DeviationForLogvar", belief="reparameterize takes the standard deviation",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, (0.5 * logvar).exp())"),
    hint="However small logvar is, your reconstructions spread as if the standard deviation were above one. What does the "
    "second argument of reparameterize mean, and what do you pass?",
)  # fmt: skip

misconception(
    "MLPVAE", name="WideSamples", belief="samples are more diverse at a higher temperature",
    replace=("return self.decode(torch.randn(shape", "return self.decode(1.7 * torch.randn(shape"),
    hint="Your samples spread more than those of standard normal latents. Is the noise scaled somewhere before it is decoded?",
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
