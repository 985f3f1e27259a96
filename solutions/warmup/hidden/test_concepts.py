"""Hidden checks of concepts.py: a constant answer, or one family guessed right, earns nothing."""

from __future__ import annotations

from autograder.checks import Candidate, check
from autograder.checks.short_answers import assert_words


@check("training_objectives", points=0.5, title="tells the models trained on a likelihood or a bound from the others")
def test_training_objectives_bounds(candidate: Candidate) -> None:
    """Not every model trained on an exact likelihood, a bound or a game is where it belongs."""
    expected = {"autoregressive": "likelihood", "flow": "likelihood", "vae": "elbo", "gan": "adversarial"}
    assert_words(candidate.training_objectives.answer(), expected)


@check("training_objectives", points=0.25, title="is right about the VAE, the GAN and the diffusion model")
def test_training_objectives_without_likelihood(candidate: Candidate) -> None:
    """Among the VAE, the GAN and the diffusion model, one is trained on something else than you say."""
    assert_words(candidate.training_objectives.answer(), {"vae": "elbo", "gan": "adversarial", "ddpm": "denoising"})


@check("reported_likelihoods", points=0.5, title="knows which models compute log p(x) itself, a bound, or neither")
def test_reported_likelihoods_of_the_trained(candidate: Candidate) -> None:
    """One of the autoregressive model, the flow, the VAE and the GAN reports something else than you say."""
    expected = {"autoregressive": "exact", "flow": "exact", "vae": "bound", "gan": "none"}
    assert_words(candidate.reported_likelihoods.answer(), expected)


@check("reported_likelihoods", points=0.25, title="knows what a chain of latent variables gives")
def test_reported_likelihoods_of_latent_variables(candidate: Candidate) -> None:
    """Among the models with unobserved variables, one reports something else than you say."""
    assert_words(candidate.reported_likelihoods.answer(), {"vae": "bound", "ddpm": "bound", "gan": "none"})
