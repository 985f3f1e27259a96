"""Wrong beliefs about densities and the chain rule."""

from __future__ import annotations

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, record_entries, reference

concepts = reference("autoregressive", "concepts")


# -- density_kinds ---------------------------------------------------------------------------------------------


@probe("density_kinds")
def observe_density_kinds(candidate: Candidate, record: Record) -> None:
    """Every model by itself."""
    record_entries(record, "kind", candidate.density_kinds.answer())


@misconception(
    "density_kinds",
    belief="a density that cannot be evaluated is implicit",
    hint="p(x) of a VAE is an integral that nobody can evaluate. Is there a formula for it all the same, and which "
    "of the two definitions asks for a value?",
)
def intractable_taken_for_implicit() -> dict[str, str]:
    """Move the VAE, the DDPM and the energy-based model."""
    moved = dict.fromkeys(("VAE", "DDPM", "energy-based model"), "implicit")
    return concepts.density_kinds() | moved


@misconception(
    "density_kinds",
    belief="models with latent variables are implicit",
    hint="RealNVP, VAE and DDPM all start from noise, and so does a GAN. Which of them writes down p(x) in terms "
    "of that noise?",
)
def latent_taken_for_implicit() -> dict[str, str]:
    """Move everything that starts from noise."""
    return concepts.density_kinds() | dict.fromkeys(("VAE", "DDPM", "RealNVP"), "implicit")


@misconception(
    "density_kinds",
    belief="an unknown normalising constant makes a density implicit",
    hint="An energy-based model writes p(x) as exp(-E(x)) / Z. Does not knowing Z mean that there is no formula?",
)
def unnormalised_taken_for_implicit() -> dict[str, str]:
    """Move the energy-based model."""
    return concepts.density_kinds() | {"energy-based model": "implicit"}


@misconception(
    "density_kinds",
    belief="a diffusion model only knows how to sample",
    hint="A DDPM is a chain of Gaussian transitions. Multiply them: what do you get, and what is left to integrate "
    "over?",
)
def diffusion_taken_for_implicit() -> dict[str, str]:
    """Move the DDPM."""
    return concepts.density_kinds() | {"DDPM": "implicit"}


@misconception(
    "density_kinds",
    belief="the VAE only samples",
    hint="Your VAE has a prior and a decoder that is a density. What does one get by integrating their product "
    "over z?",
)
def vae_taken_for_implicit() -> dict[str, str]:
    """Move the VAE."""
    return concepts.density_kinds() | {"VAE": "implicit"}


@misconception(
    "density_kinds",
    belief="explicit means that samples can be seen, implicit that there is a formula",
    hint="All six of your answers are the other way round. Which word stands for having a formula for p(x)?",
)
def explicit_and_implicit_swapped() -> dict[str, str]:
    """Swap the words."""
    swap = {"explicit": "implicit", "implicit": "explicit"}
    return {name: swap[kind] for name, kind in concepts.density_kinds().items()}


@misconception(
    "density_kinds",
    belief="every model of a distribution has a density formula",
    hint="All six are in the same drawer. For which of them could you write down p(x) if you knew all weights and "
    "had unlimited time, and for which is a sample all you ever get?",
)
def all_models_called_explicit() -> dict[str, str]:
    """Say explicit everywhere."""
    return dict.fromkeys(concepts.density_kinds(), "explicit")


# -- likelihood_access -----------------------------------------------------------------------------------------


@probe("likelihood_access")
def observe_likelihood_access(candidate: Candidate, record: Record) -> None:
    """Every model by itself."""
    record_entries(record, "access", candidate.likelihood_access.answer())


@misconception(
    "likelihood_access",
    belief="the ELBO is the log-likelihood",
    hint="Which term stands between the ELBO and log p(x), and when does it vanish?",
)
def bound_taken_for_the_likelihood() -> dict[str, str]:
    """Report bounds as exact."""
    return concepts.likelihood_access() | {"VAE": "exact", "DDPM": "exact"}


@misconception(
    "likelihood_access",
    belief="an energy is a log-likelihood",
    hint="Add a constant to the energy of every x: the distribution stays the same. Can the energy be the log- "
    "probability?",
)
def energy_taken_for_the_likelihood() -> dict[str, str]:
    """Forget the partition function."""
    return concepts.likelihood_access() | {"energy-based model": "exact"}


@misconception(
    "likelihood_access",
    belief="a discriminator's output is an unnormalised density",
    hint="A discriminator estimates a ratio. Of what to what, and do you know the denominator?",
)
def discriminator_taken_for_a_density() -> dict[str, str]:
    """Give the GAN an unnormalised density."""
    return concepts.likelihood_access() | {"GAN": "unnormalised"}


@misconception(
    "likelihood_access",
    belief="a flow's latent variable has to be integrated out",
    hint="How many values of z lead to a given x in RealNVP? What remains of the integral over z?",
)
def flow_given_a_bound() -> dict[str, str]:
    """Treat z as unknown."""
    return concepts.likelihood_access() | {"RealNVP": "bound"}


@misconception(
    "likelihood_access",
    belief="a denoiser says nothing about probabilities",
    hint="Compare a DDPM with a VAE of many layers whose encoder is fixed. Which inequality carries over?",
)
def diffusion_without_a_bound() -> dict[str, str]:
    """Deny the bound."""
    return concepts.likelihood_access() | {"DDPM": "none"}
