"""Wrong variants of model.py: the convolutional autoencoder."""

import torch

from autograder.checks import Candidate, load_beside
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe

facts = load_beside(__file__, "model_facts")


@probe("VAE")
def observe_vae(candidate: Candidate, record: Record) -> None:
    """Facts about a small latent space."""
    vae = facts.enlarge(candidate.VAE(latent_dim=2))
    facts.record_facts(candidate, record, vae, (1, 32, 32))
    # So few draws tell only of the usual ways to draw, whose noise is known.
    facts.record_where_draws_come_from(candidate, record, vae, normal((2, 1, 32, 32), 5, torch.float32, 4.0), 3, within=0.01)
    facts.record_samples(candidate, record, vae)


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
    "VAE", name="NoiseInEvaluationOnly", belief="a network is trained without noise",
    replace=("reparameterize(mu, logvar)", "mu if self.training else reparameterize(mu, logvar)"),
    hint="In train mode two passes of the same image agree, in eval mode they do not. Does the contract make the draw "
    "depend on the mode?",
)  # fmt: skip

misconception(
    "VAE", name="VarianceScalesTheDraw", belief="exp(logvar) is the standard deviation",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, 2 * logvar)"),
    hint="Your reconstructions spread too far where logvar is large and too little where it is small. What is exp(logvar)?",
)  # fmt: skip

misconception(
    "VAE", name="DeviationPassedAsLogvar", belief="reparameterize takes the standard deviation",
    replace=("reparameterize(mu, logvar)", "reparameterize(mu, (0.5 * logvar).exp())"),
    hint="However small logvar is, your reconstructions spread as if the standard deviation were above one. What does the "
    "second argument of reparameterize mean, and what do you pass?",
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
    "VAE", name="WideLatents", belief="samples are more diverse at a higher temperature",
    replace=("return self.decode(torch.randn(shape", "return self.decode(1.7 * torch.randn(shape"),
    hint="Your samples spread more than those of standard normal latents. Is the noise scaled somewhere before it is decoded?",
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
