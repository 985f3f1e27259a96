"""Wrong beliefs about samples and bounds of a VAE, with the behaviour they lead to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.checks import Candidate
from autograder.diagnosis import misconception, probe

Record = Callable[..., None]

MEANS = np.array([[0.7, -1.4, 0.3], [2.1, 0.4, -0.6]])
SIGMAS = np.array([[0.6, 1.7, 2.4], [0.3, 3.1, 1.2]])
NOISE = np.array([[-0.8, 1.1, 0.35], [0.9, -1.6, -0.45]])
RECONSTRUCTIONS = np.array([-3.2, 0.4, 5.5])
DIVERGENCES = np.array([0.7, 2.3, 1.1])


# -- reparameterize --------------------------------------------------------------------------------------------


@probe("reparameterize")
def observe_reparameterize(candidate: Candidate, record: Record) -> None:
    """Generic values, a broadcast, no noise."""
    record("batch", candidate.reparameterize, MEANS, SIGMAS, NOISE, batch=2)
    record("shared sigma", candidate.reparameterize, MEANS, SIGMAS[0], NOISE, batch=2)
    record("numbers", candidate.reparameterize, 0.4, 1.7, -0.9)
    record("no noise", candidate.reparameterize, MEANS, SIGMAS, np.zeros((2, 3)), batch=2)


misconception(
    "reparameterize", name="sigma_read_as_variance", belief="sigma is a variance, so its root is needed",
    replace=("mu + sigma", "mu + np.sqrt(sigma)"),
    hint="Your samples are too narrow for large sigma and too wide for small sigma. Is the argument a variance or already a "
    "standard deviation?",
)  # fmt: skip

misconception(
    "reparameterize", name="sigma_read_as_logvar", belief="sigma is a log-variance, as in a VAE's encoder",
    replace=("mu + sigma", "mu + np.exp(0.5 * np.asarray(sigma))"),
    hint="Even with sigma = 0 your samples scatter around the mean. Which parameterisation of the width does this function "
    "receive, and does it need an exponential?",
)  # fmt: skip

misconception(
    "reparameterize", name="noise_scaled_by_the_variance", belief="noise is scaled by the variance",
    replace=("mu + sigma", "mu + np.square(sigma)"),
    hint="Scaling sigma by 2 should stretch the samples by 2. By how much do yours stretch?",
)  # fmt: skip

misconception(
    "reparameterize", name="mean_scaled_too", belief="shift first, then scale",
    replace=("mu + sigma * eps", "np.multiply(sigma, np.add(mu, eps))"),
    hint="Without noise your result should be the mean, whatever sigma is. In which order do scaling and shifting happen?",
)  # fmt: skip

misconception(
    "reparameterize", name="noise_standardised", belief="the transformation standardises, as in batch normalisation",
    replace=("mu + sigma * eps", "np.subtract(eps, mu) / sigma"),
    hint="Larger sigma makes your result smaller. Are you turning noise into a sample, or a sample into noise?",
)  # fmt: skip

misconception(
    "reparameterize", name="own_noise_drawn", belief="a sampling function draws its own noise",
    replace=("* eps", "* np.random.standard_normal(np.shape(eps))"),
    hint="Calling your function twice with the same arguments gives two results. What is the argument eps for, if the "
    "function draws noise of its own?",
)  # fmt: skip


# -- elbo ------------------------------------------------------------------------------------------------------


@probe("elbo")
def observe_elbo(candidate: Candidate, record: Record) -> None:
    """Reconstruction terms of both signs."""
    record("array", candidate.elbo, RECONSTRUCTIONS, DIVERGENCES, batch=3)
    record("numbers", candidate.elbo, -2.5, 0.75)
    record("positive", candidate.elbo, 4.0, 0.5)


misconception(
    "elbo", name="divergence_added", belief="both terms of the objective are added",
    replace=("log_likelihood - kl", "log_likelihood + kl"),
    hint="Your bound rises when the posterior moves away from the prior. Should the divergence reward or penalise?",
)  # fmt: skip

misconception(
    "elbo", name="negative_elbo", belief="the ELBO is the loss", replace=("log_likelihood - kl", "kl - log_likelihood"),
    hint="The name says lower bound on log p(x): should it be minimised or maximised? Which of the two do you return?",
)  # fmt: skip

misconception(
    "elbo", name="bound_averaged_over_the_batch", belief="a bound is one number per batch",
    replace=("log_likelihood - kl", "np.mean(log_likelihood - kl)"),
    hint="Several samples go in and one number comes out. Does the bound hold for each data point or only on average?",
)  # fmt: skip

misconception(
    "elbo", name="bound_capped_at_zero", belief="a log-likelihood can never be positive",
    replace=("log_likelihood - kl", "np.minimum(log_likelihood - kl, 0.0)"),
    hint="Your bound never exceeds zero. Can the density of a narrow Gaussian exceed 1, and what does that mean for its log?",
)  # fmt: skip

misconception(
    "elbo", name="log_likelihood_exponentiated",
    belief="the likelihood has to be put through a logarithm or an exponential first",
    replace=("log_likelihood - kl", "np.exp(log_likelihood) - kl"),
    hint="The first argument is called log_likelihood. Is it still to be converted before the divergence, also in nats, is "
    "taken off?",
)  # fmt: skip

misconception(
    "elbo", name="divergence_halved", belief="the divergence enters with the weight one half", replace=("- kl", "- 0.5 * kl"),
    hint="Your bound is above the right one by a part of the divergence. Which weight does the divergence carry in the bound, "
    "when any factor inside it has already been accounted for?",
)  # fmt: skip


@misconception(
    "elbo", belief="log-likelihoods are negative",
    hint="Your bound takes the sign away from the log-likelihood. Can the logarithm of a density not be positive?",
)  # fmt: skip
def log_likelihood_forced_negative(log_likelihood: np.ndarray | float, kl: np.ndarray | float) -> np.ndarray | float:
    """Minus the size of the log-likelihood."""
    return -np.abs(log_likelihood) - kl
