"""Wrong beliefs about densities and the chain rule."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries

# -- density_kinds ---------------------------------------------------------------------------------------------


@probe("density_kinds")
def observe_density_kinds(candidate: Candidate, record: Record) -> None:
    """Every model by itself."""
    record_entries(record, "kind", candidate.density_kinds.answer())


misconception(
    "density_kinds", name="intractable_taken_for_implicit", belief="a density that cannot be evaluated is implicit",
    replace=('{"GAN": "implicit"}', 'dict.fromkeys(("GAN", "VAE", "DDPM", "energy-based model"), "implicit")'),
    hint="p(x) of a VAE is an integral that nobody can evaluate. Is there a formula for it all the same, and which of the two "
    "definitions asks for a value?",
)  # fmt: skip

misconception(
    "density_kinds", name="latent_taken_for_implicit", belief="models with latent variables are implicit",
    replace=('{"GAN": "implicit"}', 'dict.fromkeys(("GAN", "VAE", "DDPM", "RealNVP"), "implicit")'),
    hint="RealNVP, VAE and DDPM all start from noise, and so does a GAN. Which of them writes down p(x) in terms of that "
    "noise?",
)  # fmt: skip

misconception(
    "density_kinds", name="unnormalised_taken_for_implicit", belief="an unknown normalising constant makes a density implicit",
    replace=('{"GAN": "implicit"}', '{"GAN": "implicit", "energy-based model": "implicit"}'),
    hint="An energy-based model writes p(x) as exp(-E(x)) / Z. Does not knowing Z mean that there is no formula?",
)  # fmt: skip

misconception(
    "density_kinds", name="diffusion_taken_for_implicit", belief="a diffusion model only knows how to sample",
    replace=('{"GAN": "implicit"}', '{"GAN": "implicit", "DDPM": "implicit"}'),
    hint="A DDPM is a chain of Gaussian transitions. Multiply them: what do you get, and what is left to integrate over?",
)  # fmt: skip

misconception(
    "density_kinds", name="vae_taken_for_implicit", belief="the VAE only samples",
    replace=('{"GAN": "implicit"}', '{"GAN": "implicit", "VAE": "implicit"}'),
    hint="Your VAE has a prior and a decoder that is a density. What does one get by integrating their product over z?",
)  # fmt: skip

misconception(
    "density_kinds", name="explicit_and_implicit_swapped",
    belief="explicit means that samples can be seen, implicit that there is a formula",
    replace=[('"explicit")', '"implicit")'), ('"implicit"}', '"explicit"}')],
    hint="All six of your answers are the other way round. Which word stands for having a formula for p(x)?",
)  # fmt: skip

misconception(
    "density_kinds", name="all_models_called_explicit", belief="every model of a distribution has a density formula",
    replace=('"implicit"', '"explicit"'),
    hint="All six are in the same drawer. For which of them could you write down p(x) if you knew all weights and had "
    "unlimited time, and for which is a sample all you ever get?",
)  # fmt: skip


# -- likelihood_access -----------------------------------------------------------------------------------------


@probe("likelihood_access")
def observe_likelihood_access(candidate: Candidate, record: Record) -> None:
    """Every model by itself."""
    record_entries(record, "access", candidate.likelihood_access.answer())


misconception(
    "likelihood_access", name="bound_taken_for_the_likelihood", belief="the ELBO is the log-likelihood",
    replace=('"bound")', '"exact")'),
    hint="Which term stands between the ELBO and log p(x), and when does it vanish?",
)  # fmt: skip

misconception(
    "likelihood_access", name="energy_taken_for_the_likelihood", belief="an energy is a log-likelihood",
    replace=('"unnormalised"', '"exact"'),
    hint="Add a constant to the energy of every x: the distribution stays the same. Can the energy be the log- probability?",
)  # fmt: skip

misconception(
    "likelihood_access", name="discriminator_taken_for_a_density", belief="a discriminator's output is an unnormalised density",
    replace=('"none"', '"unnormalised"'),
    hint="A discriminator estimates a ratio. Of what to what, and do you know the denominator?",
)  # fmt: skip

misconception(
    "likelihood_access", name="flow_given_a_bound", belief="a flow's latent variable has to be integrated out",
    replace=("return exact | bound", 'return exact | bound | {"RealNVP": "bound"}'),
    hint="How many values of z lead to a given x in RealNVP? What remains of the integral over z?",
)  # fmt: skip

misconception(
    "likelihood_access", name="diffusion_without_a_bound", belief="a denoiser says nothing about probabilities",
    replace=("return exact | bound", 'return exact | bound | {"DDPM": "none"}'),
    hint="Compare a DDPM with a VAE of many layers whose encoder is fixed. Which inequality carries over?",
)  # fmt: skip
