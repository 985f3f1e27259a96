"""Visible checks of losses.py: values worked out by hand."""

import math

import torch

from autograder.checks import Candidate, assert_close, check

LOG_2 = math.log(2.0)
LOG_4 = math.log(4.0)
LOG_2_PI = math.log(2 * math.pi)


@check("gaussian_kl", points=1.0, title="has the known values")
def test_gaussian_kl_has_known_values(candidate: Candidate) -> None:
    """A divergence worked out by hand with the formula of D2.1 comes out different."""
    mu = torch.tensor([[3.0, 4.0], [0.0, 0.0], [1.0, 2.0]])
    logvar = torch.tensor([[0.0, 0.0], [LOG_4, 0.0], [0.0, LOG_4]])
    assert_close(candidate.gaussian_kl(mu, logvar), torch.tensor([12.5, 1.5 - LOG_2, 4.0 - LOG_2]))


@check("gaussian_kl", points=0.25, title="is zero where the posterior is the prior", kind="law")
def test_gaussian_kl_is_zero_when_posterior_equals_prior(candidate: Candidate) -> None:
    """The divergence of N(0, I) from itself is not zero for every sample."""
    assert_close(candidate.gaussian_kl(torch.zeros(3, 5), torch.zeros(3, 5)), torch.zeros(3))


@check("gaussian_kl_between", points=1.0, title="has the known values")
def test_gaussian_kl_between_has_known_values(candidate: Candidate) -> None:
    """A divergence worked out by hand comes out different (the order of the two Gaussians matters)."""
    mu1, logvar1 = torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), torch.tensor([[0.0, 0.0], [LOG_4, 0], [0, 0]])
    mu2, logvar2 = torch.tensor([[0.0, 2.0], [0.0, 0.0], [2.0, 0.0]]), torch.tensor([[0.0, 0.0], [0, 0], [LOG_4, 0]])
    expected = torch.tensor([2.5, 1.5 - LOG_2, LOG_2 + 0.125])
    assert_close(candidate.gaussian_kl_between(mu1, logvar1, mu2, logvar2), expected)


@check("gaussian_kl_between", points=0.25, title="is zero between equal Gaussians", kind="law")
def test_gaussian_kl_between_is_zero_between_equal_gaussians(candidate: Candidate) -> None:
    """The divergence of a Gaussian from itself is not zero."""
    mu, logvar = torch.tensor([[1.0, -2.0], [0.5, 3.0]]), torch.tensor([[0.3, -1.0], [2.0, 0.0]])
    assert_close(candidate.gaussian_kl_between(mu, logvar, mu, logvar), torch.zeros(2))


@check("gaussian_log_likelihood", points=1.0, title="has the known values")
def test_gaussian_log_likelihood_has_known_values(candidate: Candidate) -> None:
    """The log-density of N(m, I), with its constant, comes out different."""
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    expected = torch.tensor([-LOG_2_PI, -12.5 - LOG_2_PI])
    assert_close(candidate.gaussian_log_likelihood(x, torch.zeros(2, 2)), expected)


@check("reconstruction_loss", points=1.0, title="has the known values")
def test_reconstruction_loss_has_known_values(candidate: Candidate) -> None:
    """Two images of four pixels: summed over the pixels, averaged over the images, no factor 1/2."""
    x = torch.zeros(2, 1, 2, 2)
    x_hat = torch.stack([torch.ones(1, 2, 2), torch.full((1, 2, 2), 2.0)])
    assert_close(candidate.reconstruction_loss(x_hat, x), torch.tensor(10.0), scalar=True)


@check("negative_elbo", points=0.75, title="has the known values")
def test_negative_elbo_has_known_values(candidate: Candidate) -> None:
    """Loss, reconstruction and divergence of two small images come out different."""
    x, x_hat = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    mu, logvar = torch.tensor([[3.0, 4.0], [0.0, 1.0]]), torch.zeros(2, 2)
    parts = candidate.negative_elbo(x_hat, x, mu, logvar)
    assert_close(parts, (10.5, 4.0, 6.5), what="(loss, reconstruction, kl)")


@check("negative_elbo", points=0.25, title="weighs the divergence by beta in the loss only", kind="law")
def test_negative_elbo_weighs_the_divergence_in_the_loss_only(candidate: Candidate) -> None:
    """With beta = 4 the loss is not reconstruction + 4 kl with the unweighted kl."""
    x, mu = torch.zeros(1, 1, 2, 2), torch.tensor([[1.0, 1.0]])
    parts = candidate.negative_elbo(x + 1, x, mu, torch.zeros(1, 2), beta=4.0)
    assert_close(parts, (8.0, 4.0, 1.0), what="(loss, reconstruction, kl)")


@check("importance_weighted_bound", points=0.75, title="has the known values")
def test_importance_weighted_bound_has_known_values(candidate: Candidate) -> None:
    """Two data points with two importance weights each: 1 and 3, then 1/2 and 1/2."""
    log_joint = torch.tensor([[-1.0, -3.0], [math.log(3.0) - 2.0, -2.0]])
    log_q = torch.tensor([[-1.0, LOG_2 - 3.0], [-2.0, LOG_2 - 2.0]])
    assert_close(candidate.importance_weighted_bound(log_joint, log_q), torch.tensor([LOG_2, -LOG_2]))


@check("importance_weighted_bound", points=0.5, title="is the ELBO for one sample", kind="law")
def test_importance_weighted_bound_is_the_elbo_for_one_sample(candidate: Candidate) -> None:
    """With K = 1 the bound is not log p(x, z) - log q(z | x)."""
    log_joint, log_q = torch.tensor([[-5.0, -1.0, 2.0]]), torch.tensor([[-2.0, -3.0, 0.5]])
    assert_close(candidate.importance_weighted_bound(log_joint, log_q), torch.tensor([-3.0, 2.0, 1.5]))
