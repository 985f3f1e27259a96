"""Wrong variants of losses.py: reconstruction, negative ELBO and the importance-weighted bound."""

import math

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


@misconception(
    "reconstruction_loss", belief="mean squared error means the mean over everything",
    hint="Your loss stays the same size when the images get larger. Over which dimensions is it summed, and over "
    "which averaged?",
)  # fmt: skip
def averaged_over_pixels_as_well(x_hat: Tensor, x: Tensor) -> Tensor:
    """The default reduction."""
    return F.mse_loss(x_hat, x)


@misconception(
    "reconstruction_loss", belief="the loss sums over the whole batch",
    hint="Your loss doubles when every image is there twice. What should happen to it?",
)  # fmt: skip
def summed_over_the_batch(x_hat: Tensor, x: Tensor) -> Tensor:
    """Sum for mean over samples."""
    return F.mse_loss(x_hat, x, reduction="sum")


@misconception(
    "reconstruction_loss", belief="it is the negative Gaussian log-likelihood",
    hint="Your loss is half of what is asked for. Is there a factor one half in the definition of this function?",
)  # fmt: skip
def one_half_put_in(x_hat: Tensor, x: Tensor) -> Tensor:
    """With the factor of the likelihood."""
    return 0.5 * losses.reconstruction_loss(x_hat, x)


@misconception(
    "reconstruction_loss", belief="the distance itself is the error",
    hint="Make all errors twice as large: by which factor does your loss grow, and by which should a squared error?",
)  # fmt: skip
def root_of_the_squared_error(x_hat: Tensor, x: Tensor) -> Tensor:
    """Euclidean distances."""
    return torch.linalg.vector_norm((x_hat - x).flatten(1), dim=1).mean()


@misconception(
    "reconstruction_loss", belief="every sample has a loss",
    hint="You return one value per image. What remains to be done over the batch?",
)  # fmt: skip
def batch_not_averaged(x_hat: Tensor, x: Tensor) -> Tensor:
    """One number per sample."""
    return (x_hat - x).square().flatten(1).sum(1)


@misconception(
    "reconstruction_loss", belief="absolute differences measure the error",
    hint="Is one pixel that is off by two as bad as two pixels that are off by one? Which likelihood does your "
    "error belong to?",
)  # fmt: skip
def absolute_error(x_hat: Tensor, x: Tensor) -> Tensor:
    """The L1 distance."""
    return (x_hat - x).abs().flatten(1).sum(1).mean()


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


@misconception(
    "negative_elbo", belief="the kl that is reported is the one in the loss",
    hint="Change beta alone: should the divergence between posterior and prior that you report change with it?",
)  # fmt: skip
def reported_kl_weighted(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Three:
    """Beta inside kl."""
    loss, reconstruction, kl = losses.negative_elbo(x_hat, x, mu, logvar, beta)
    return loss, reconstruction, beta * kl


@misconception(
    "negative_elbo", belief="beta weighs the reconstruction",
    hint="With a very large beta, which of the two terms should dominate the loss? Which one does in yours?",
)  # fmt: skip
def beta_on_the_reconstruction(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Three:
    """The other term."""
    _, reconstruction, kl = losses.negative_elbo(x_hat, x, mu, logvar)
    return beta * reconstruction + kl, reconstruction, kl


@misconception(
    "negative_elbo", belief="the ELBO subtracts the divergence, so the loss does",
    hint="The ELBO is log-likelihood minus divergence. After the change of sign, does a larger divergence raise or "
    "lower the loss?",
)  # fmt: skip
def divergence_subtracted(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Three:
    """The wrong sign."""
    _, reconstruction, kl = losses.negative_elbo(x_hat, x, mu, logvar)
    return reconstruction - beta * kl, reconstruction, kl


@misconception(
    "negative_elbo", belief="the divergences of the batch add up",
    hint="Your divergence grows with the batch size while the reconstruction does not. How are both reduced over "
    "the batch?",
)  # fmt: skip
def divergence_summed_over_the_batch(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Three:
    """Sum for mean in one of the parts."""
    reconstruction, kl = losses.reconstruction_loss(x_hat, x), losses.gaussian_kl(mu, logvar).sum()
    return reconstruction + beta * kl, reconstruction, kl


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


@misconception(
    "negative_elbo", belief="the weight is only for reporting",
    hint="Does your loss change when beta changes? Where does beta enter?",
)  # fmt: skip
def beta_ignored(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Three:
    """Always the plain ELBO."""
    return losses.negative_elbo(x_hat, x, mu, logvar)


@probe("importance_weighted_bound")
def observe_importance_weighted_bound(candidate: Candidate, record: Record) -> None:
    """Several numbers of samples and data points, tiny weights, and the gradient."""
    for seed, shape in enumerate(((3, 2), (1, 3), (2, 4), (3, 3))):
        log_joint, log_q = normal(shape, seed, scale=2.0) - 3, normal(shape, seed + 20)
        record(f"value {shape}", candidate.importance_weighted_bound, log_joint, log_q, batch=shape[1])
    record("tiny weights", candidate.importance_weighted_bound, torch.full((2, 2), -1e4), torch.zeros(2, 2))
    record.grad("gradient", candidate.importance_weighted_bound, normal((3, 2), 9), normal((3, 2), 10), wrt=(0, 1))


@misconception(
    "importance_weighted_bound", belief="the bound averages the log-weights",
    hint="Your value does not get tighter with more samples. Does the mean stand inside or outside the logarithm?",
)  # fmt: skip
def mean_of_the_log_weights(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """The ELBO estimated with K samples."""
    return (log_joint - log_q).mean(0)


@misconception(
    "importance_weighted_bound", belief="logsumexp is the whole bound",
    hint="Take all K weights equal to one: the estimate of p(x) is one, and its logarithm zero. What do you get, "
    "and how does it depend on K?",
)  # fmt: skip
def log_k_forgotten(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """A sum for a mean of weights."""
    return torch.logsumexp(log_joint - log_q, 0)


@misconception(
    "importance_weighted_bound", belief="exp, mean, log, as the formula says",
    hint="What is exp(-1e4) as a floating point number, and what is the logarithm of that? What could you take out "
    "of the mean first?",
)  # fmt: skip
def weights_exponentiated_without_care(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """Underflows."""
    return (log_joint - log_q).exp().mean(0).log()


@misconception(
    "importance_weighted_bound", belief="the batch dimension comes first",
    hint="How many values do you return, K or B? Which of the two dimensions holds the samples that are averaged?",
)  # fmt: skip
def averaged_over_the_data_points(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """The other axis."""
    log_weights = log_joint - log_q
    return torch.logsumexp(log_weights, 1) - math.log(log_weights.shape[1])


@misconception(
    "importance_weighted_bound", belief="log q is one more term of the sum",
    hint="Is an importance weight a product or a quotient of the two densities? What does that make of their "
    "logarithms?",
)  # fmt: skip
def log_q_added(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """A product for a quotient."""
    return losses.importance_weighted_bound(log_joint, -log_q)


@misconception(
    "importance_weighted_bound", belief="the joint density is averaged under q without a weight",
    hint="Does your value change with log_q? The samples come from q, not from the prior: what corrects for that?",
)  # fmt: skip
def log_q_left_out(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """No importance weight."""
    return losses.importance_weighted_bound(log_joint, torch.zeros_like(log_q))
