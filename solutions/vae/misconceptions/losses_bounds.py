"""Wrong variants of losses.py: reconstruction, negative ELBO and the importance-weighted bound."""


import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks import Candidate
from autograder.checks.strategies import normal
from autograder.diagnosis import Record, misconception, probe, reference

losses = reference("vae", "losses")
SHAPES = ((2, 3), (1, 2), (3, 1, 2, 2), (2, 1, 2, 3))
Three = tuple[Tensor, Tensor, Tensor]


@probe("reconstruction_loss")
def observe_reconstruction_loss(candidate: Candidate, record: Record) -> None:
    """Several shapes and the gradient."""
    for seed, shape in enumerate(SHAPES):
        x_hat, x = normal(shape, seed), normal(shape, seed + 20)
        record(f"value {shape}", candidate.reconstruction_loss, x_hat, x, batch=shape[0])
    record.grad("gradient", candidate.reconstruction_loss, normal((2, 3), 50), normal((2, 3), 51), wrt=(0, 1))


misconception(
    "reconstruction_loss", name="averaged_over_pixels_as_well", belief="mean squared error means the mean over everything",
    replace=(".sum(dim=1)", ".mean(dim=1)"),
    hint="Your loss stays the same size when the images get larger. Over which dimensions is it summed, and over which "
    "averaged?",
)  # fmt: skip

misconception(
    "reconstruction_loss", name="summed_over_the_batch", belief="the loss sums over the whole batch",
    replace=(".mean()", ".sum()"),
    hint="Your loss doubles when every image is there twice. What should happen to it?",
)  # fmt: skip

misconception(
    "reconstruction_loss", name="one_half_put_in", belief="it is the negative Gaussian log-likelihood",
    replace=("return", "return 0.5 *"),
    hint="Your loss is half of what is asked for. Is there a factor one half in the definition of this function?",
)  # fmt: skip

misconception(
    "reconstruction_loss", name="root_of_the_squared_error", belief="the distance itself is the error",
    replace=("sum(dim=1)", "sum(dim=1).sqrt()"),
    hint="Make all errors twice as large: by which factor does your loss grow, and by which should a squared error?",
)  # fmt: skip

misconception(
    "reconstruction_loss", name="batch_not_averaged", belief="every sample has a loss", replace=(".mean()", ""),
    hint="You return one value per image. What remains to be done over the batch?",
)  # fmt: skip

misconception(
    "reconstruction_loss", name="absolute_error", belief="absolute differences measure the error",
    replace=("square()", "abs()"),
    hint="Is one pixel that is off by two as bad as two pixels that are off by one? Which likelihood does your error belong "
    "to?",
)  # fmt: skip


@probe("negative_elbo")
def observe_negative_elbo(candidate: Candidate, record: Record) -> None:
    """Several weights and batch sizes, and the gradient of the loss."""
    for seed, (size, beta) in enumerate(((2, 1.0), (1, 4.0), (3, 0.25), (3, 0.0))):
        images = normal((size, 1, 2, 2), seed), normal((size, 1, 2, 2), seed + 20)
        latents = normal((size, 3), seed + 40), normal((size, 3), seed + 60)
        record(f"beta {beta}", candidate.negative_elbo, *images, *latents, beta, batch=size)
    arguments = *images, *latents
    record("default beta", candidate.negative_elbo, *arguments)
    record.grad("gradient", candidate.negative_elbo, *arguments, beta=2.0, wrt=(0, 2, 3), select=0)


misconception(
    "negative_elbo", name="reported_kl_weighted", belief="the kl that is reported is the one in the loss",
    replace=("reconstruction, kl\n", "reconstruction, beta * kl\n"),
    hint="Change beta alone: should the divergence between posterior and prior that you report change with it?",
)  # fmt: skip

misconception(
    "negative_elbo", name="beta_on_the_reconstruction", belief="beta weighs the reconstruction",
    replace=("return reconstruction + beta * kl", "return beta * reconstruction + kl"),
    hint="With a very large beta, which of the two terms should dominate the loss? Which one does in yours?",
)  # fmt: skip

misconception(
    "negative_elbo", name="divergence_subtracted", belief="the ELBO subtracts the divergence, so the loss does",
    replace=("+ beta", "- beta"),
    hint="The ELBO is log-likelihood minus divergence. After the change of sign, does a larger divergence raise or lower the "
    "loss?",
)  # fmt: skip

misconception(
    "negative_elbo", name="divergence_summed_over_the_batch", belief="the divergences of the batch add up",
    replace=(".mean()", ".sum()"),
    hint="Your divergence grows with the batch size while the reconstruction does not. How are both reduced over the batch?",
)  # fmt: skip


@misconception(
    "negative_elbo", belief="both terms are averages over everything",
    hint="Your two terms stay the same size when images or latents get larger. Which balance between them does the "
    "ELBO prescribe?",
)  # fmt: skip
def both_terms_averaged_over_dimensions(
    x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0
) -> Three:
    """Means over features."""
    reconstruction = F.mse_loss(x_hat, x)
    kl = losses.gaussian_kl(mu, logvar).mean() / mu[0].numel()
    return reconstruction + beta * kl, reconstruction, kl


misconception(
    "negative_elbo", name="reconstruction_averaged_over_pixels", belief="the mean squared error is the reconstruction term",
    replace=("reconstruction_loss(x_hat, x)", "(x_hat - x).square().mean()"),
    hint="Your reconstruction stays the same size when images get larger, while your divergence grows with the latents. Over "
    "which dimensions does reconstruction_loss sum, and over which does it average?",
)  # fmt: skip

misconception(
    "negative_elbo", name="reconstruction_summed_over_the_batch", belief="the squared errors of the batch add up",
    replace=("reconstruction_loss(x_hat, x)", "(x_hat - x).square().sum()"),
    hint="Your reconstruction grows with the batch size while the divergence does not. How are both reduced over the batch?",
)  # fmt: skip

misconception(
    "negative_elbo", name="reconstruction_halved", belief="the likelihood has a factor one half",
    replace=("reconstruction_loss(x_hat, x)", "0.5 * reconstruction_loss(x_hat, x)"),
    hint="Your reconstruction is half of what reconstruction_loss gives for the same images. Does its contract have the factor "
    "1/2 of the Gaussian?",
)  # fmt: skip


@misconception(
    "negative_elbo", belief="pixels are coins, and the reconstruction their cross-entropy",
    hint="Your reconstruction is a cross-entropy from logits, the likelihood of a Bernoulli. Which distribution does this "
    "decoder have, and what does reconstruction_loss compute?",
)  # fmt: skip
def cross_entropy_for_the_squared_error(
    x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0
) -> Three:
    """Bernoulli instead of Gauss."""
    reconstruction = F.binary_cross_entropy_with_logits(x_hat, x, reduction="sum") / len(x)
    kl = losses.gaussian_kl(mu, logvar).mean()
    return reconstruction + beta * kl, reconstruction, kl


misconception(
    "negative_elbo", name="beta_ignored", belief="the weight is only for reporting", replace=("beta * kl", "kl"),
    hint="Does your loss change when beta changes? Where does beta enter?",
)  # fmt: skip


@probe("importance_weighted_bound")
def observe_importance_weighted_bound(candidate: Candidate, record: Record) -> None:
    """Several numbers of samples and data points, tiny weights, and the gradient."""
    for seed, shape in enumerate(((3, 2), (1, 3), (2, 4), (3, 3))):
        log_joint, log_q = normal(shape, seed, scale=2.0) - 3, normal(shape, seed + 20)
        record(f"value {shape}", candidate.importance_weighted_bound, log_joint, log_q, batch=shape[1])
    record("tiny weights", candidate.importance_weighted_bound, torch.full((2, 2), -1e4), torch.zeros(2, 2))
    record.grad("gradient", candidate.importance_weighted_bound, normal((3, 2), 9), normal((3, 2), 10), wrt=(0, 1))


misconception(
    "importance_weighted_bound", name="mean_of_the_log_weights", belief="the bound averages the log-weights",
    replace=("torch.logsumexp(log_weights, dim=0) - math.log(log_weights.shape[0])", "log_weights.mean(dim=0)"),
    hint="Your value does not get tighter with more samples. Does the mean stand inside or outside the logarithm?",
)  # fmt: skip

misconception(
    "importance_weighted_bound", name="log_k_forgotten", belief="logsumexp is the whole bound",
    replace=(" - math.log(log_weights.shape[0])", ""),
    hint="Take all K weights equal to one: the estimate of p(x) is one, and its logarithm zero. What do you get, and how does "
    "it depend on K?",
)  # fmt: skip

misconception(
    "importance_weighted_bound", name="weights_exponentiated_without_care", belief="exp, mean, log, as the formula says",
    replace=("torch.logsumexp(log_weights, dim=0) - math.log(log_weights.shape[0])", "log_weights.exp().mean(dim=0).log()"),
    hint="What is exp(-1e4) as a floating point number, and what is the logarithm of that? What could you take out of the "
    "mean first?",
)  # fmt: skip

misconception(
    "importance_weighted_bound", name="averaged_over_the_data_points", belief="the batch dimension comes first",
    replace=[("dim=0", "dim=1"), ("shape[0]", "shape[1]")],
    hint="How many values do you return, K or B? Which of the two dimensions holds the samples that are averaged?",
)  # fmt: skip

misconception(
    "importance_weighted_bound", name="log_q_added", belief="log q is one more term of the sum",
    replace=("log_joint - log_q", "log_joint + log_q"),
    hint="Is an importance weight a product or a quotient of the two densities? What does that make of their logarithms?",
)  # fmt: skip

misconception(
    "importance_weighted_bound", name="log_q_left_out", belief="the joint density is averaged under q without a weight",
    replace=("log_joint - log_q", "log_joint"),
    hint="Does your value change with log_q? The samples come from q, not from the prior: what corrects for that?",
)  # fmt: skip


@misconception(
    "reconstruction_loss", belief="pixels are probabilities",
    hint="Your loss treats the reconstruction as logits of pixels that are on or off. Which distribution does this decoder "
    "stand for, and which error does its likelihood lead to?",
)
def cross_entropy_of_logits(x_hat: Tensor, x: Tensor) -> Tensor:
    """Bernoulli likelihood."""
    return F.binary_cross_entropy_with_logits(x_hat, x, reduction="sum") / len(x)


@misconception(
    "importance_weighted_bound", belief="the samples are weighted by their importance",
    hint="You average log-weights, each with its share of the total. Where does the logarithm stand in the bound: inside or "
    "outside of the sum over k?",
)
def log_weights_averaged_with_their_weights(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """The self-normalised mean of the log-weights."""
    log_w = log_joint - log_q
    return (log_w.softmax(0) * log_w).sum(0)


misconception(
    "importance_weighted_bound", name="divided_by_the_batch_size", belief="a mean divides by the size of the batch",
    replace=("shape[0]", "shape[1]"),
    hint="You divide by the number of data points. How many importance weights does the mean of one data point run over?",
)  # fmt: skip
