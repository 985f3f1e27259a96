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


misconception(
    "training_objectives", name="vae_trained_on_the_exact_likelihood", belief="a VAE maximises the likelihood itself",
    replace=('"vae": "elbo"', '"vae": "likelihood"'),
    hint="Could you compute log p(x) of a VAE for one image? What do its two loss terms, reconstruction and KL, add up to?",
)  # fmt: skip

misconception(
    "training_objectives", name="ddpm_trained_on_the_unweighted_bound",
    belief="the simplified diffusion loss is the variational bound", replace=('"ddpm": "denoising"', '"ddpm": "elbo"'),
    hint="The bound weights the timesteps in a particular way. Are these weights in the loss that is named here, and what "
    "does its network predict?",
)  # fmt: skip

misconception(
    "training_objectives", name="flow_trained_on_a_bound", belief="a flow has latent variables, so it needs a bound",
    replace=('"flow": "likelihood"', '"flow": "elbo"'),
    hint="How many values of z does an invertible map allow for a given x? Is there anything left to bound?",
)  # fmt: skip

misconception(
    "training_objectives", name="gan_trained_on_a_likelihood",
    belief="a discriminator's cross-entropy makes a GAN a likelihood model",
    replace=('"gan": "adversarial"', '"gan": "likelihood"'),
    hint="The cross-entropy in a GAN is a likelihood, but of what: of the images, or of the labels real and generated?",
)  # fmt: skip


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


misconception(
    "reported_likelihoods", name="elbo_taken_for_the_likelihood", belief="the ELBO is the log-likelihood",
    replace=[('"vae": "bound"', '"vae": "exact"'), ('"ddpm": "bound"', '"ddpm": "exact"')],
    hint="What would have to be true of q(z | x) for the ELBO to equal log p(x), and does training reach it?",
)  # fmt: skip

misconception(
    "reported_likelihoods", name="discriminator_taken_for_a_density",
    belief="a discriminator's output says how likely an image is", replace=('"gan": "none"', '"gan": "bound"'),
    hint="At the end of training an ideal discriminator says one half everywhere. What does that tell about p(x)?",
)  # fmt: skip

misconception(
    "reported_likelihoods", name="diffusion_without_a_bound", belief="a diffusion model has no likelihood",
    replace=('"ddpm": "bound"', '"ddpm": "none"'),
    hint="A DDPM is a chain of latent variables with a known forward process. Which inequality applies to such a chain?",
)  # fmt: skip

misconception(
    "reported_likelihoods", name="flow_reports_a_bound", belief="only autoregressive models have exact likelihoods",
    replace=('"flow": "exact"', '"flow": "bound"'),
    hint="What does the change-of-variables formula give for an invertible network: a bound, or an equality?",
)  # fmt: skip

misconception(
    "reported_likelihoods", name="chain_rule_taken_for_an_approximation",
    belief="products of conditionals only approximate the joint distribution",
    replace=('"autoregressive": "exact"', '"autoregressive": "bound"'),
    hint="The chain rule factorises a joint distribution. Is it an approximation or an identity?",
)  # fmt: skip
