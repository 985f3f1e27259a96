"""Wrong beliefs about what the models are trained on and what they can report."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

concepts = reference("warmup", "concepts")


# -- training_objectives ---------------------------------------------------------------------------------------


@probe("training_objectives")
def observe_training_objectives(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "objective", candidate.training_objectives.answer())


@misconception(
    "training_objectives",
    belief="a VAE maximises the likelihood itself",
    hint="Could you compute log p(x) of a VAE for one image? What do its two loss terms, reconstruction and KL, "
    "add up to?",
)
def vae_trained_on_the_exact_likelihood() -> dict[str, str]:
    """Forget that the bound is a bound."""
    return concepts.training_objectives() | {"vae": "likelihood"}


@misconception(
    "training_objectives",
    belief="the simplified diffusion loss is the variational bound",
    hint="The bound weights the timesteps in a particular way. Are these weights in the loss that is named here, "
    "and what does its network predict?",
)
def ddpm_trained_on_the_unweighted_bound() -> dict[str, str]:
    """Take the derivation for the loss."""
    return concepts.training_objectives() | {"ddpm": "elbo"}


@misconception(
    "training_objectives",
    belief="a flow has latent variables, so it needs a bound",
    hint="How many values of z does an invertible map allow for a given x? Is there anything left to bound?",
)
def flow_trained_on_a_bound() -> dict[str, str]:
    """Treat z as unknown."""
    return concepts.training_objectives() | {"flow": "elbo"}


@misconception(
    "training_objectives",
    belief="a discriminator's cross-entropy makes a GAN a likelihood model",
    hint="The cross-entropy in a GAN is a likelihood, but of what: of the images, or of the labels real and "
    "generated?",
)
def gan_trained_on_a_likelihood() -> dict[str, str]:
    """Confuse labels and images."""
    return concepts.training_objectives() | {"gan": "likelihood"}


@misconception(
    "training_objectives",
    belief="every generative model is trained by maximum likelihood",
    hint="You give one objective to all five models. Which of them can compute the probability that they assign to "
    "an image?",
)
def one_objective_for_all() -> dict[str, str]:
    """Say likelihood everywhere."""
    return dict.fromkeys(concepts.training_objectives(), "likelihood")


# -- reported_likelihoods --------------------------------------------------------------------------------------


@probe("reported_likelihoods")
def observe_reported_likelihoods(candidate: Candidate, record: Record) -> None:
    """Every entry by itself."""
    record_entries(record, "report", candidate.reported_likelihoods.answer())


@misconception(
    "reported_likelihoods",
    belief="the ELBO is the log-likelihood",
    hint="What would have to be true of q(z | x) for the ELBO to equal log p(x), and does training reach it?",
)
def elbo_taken_for_the_likelihood() -> dict[str, str]:
    """Report bounds as exact."""
    return concepts.reported_likelihoods() | {"vae": "exact", "ddpm": "exact"}


@misconception(
    "reported_likelihoods",
    belief="a discriminator's output says how likely an image is",
    hint="At the end of training an ideal discriminator says one half everywhere. What does that tell about p(x)?",
)
def discriminator_taken_for_a_density() -> dict[str, str]:
    """Give the GAN a bound."""
    return concepts.reported_likelihoods() | {"gan": "bound"}


@misconception(
    "reported_likelihoods",
    belief="a diffusion model has no likelihood",
    hint="A DDPM is a chain of latent variables with a known forward process. Which inequality applies to such a "
    "chain?",
)
def diffusion_without_a_bound() -> dict[str, str]:
    """Deny the bound."""
    return concepts.reported_likelihoods() | {"ddpm": "none"}


@misconception(
    "reported_likelihoods",
    belief="only autoregressive models have exact likelihoods",
    hint="What does the change-of-variables formula give for an invertible network: a bound, or an equality?",
)
def flow_reports_a_bound() -> dict[str, str]:
    """Deny the equality."""
    return concepts.reported_likelihoods() | {"flow": "bound"}


@misconception(
    "reported_likelihoods",
    belief="products of conditionals only approximate the joint distribution",
    hint="The chain rule factorises a joint distribution. Is it an approximation or an identity?",
)
def chain_rule_taken_for_an_approximation() -> dict[str, str]:
    """Deny the identity."""
    return concepts.reported_likelihoods() | {"autoregressive": "bound"}
