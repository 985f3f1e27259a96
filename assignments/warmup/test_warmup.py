"""Checks of warmup.py: likelihoods, the evidence lower bound, adversarial losses and the change of variables.

Run them with ``pytest test_warmup.py`` beside your file. Grading uses these and others.
"""

from __future__ import annotations

import numpy as np

from autograder.checks import Candidate, assert_close, assert_finite, assert_true, check

GENERIC = np.array([[[0.9, 0.35, 0.6], [0.2, 0.75, 0.5]]])


def assert_result_shape(result: object, shape: tuple[int, ...]) -> None:
    """The result is numeric and has the given shape; () stands for a single number."""
    assert_finite(result)
    got = np.shape(result)  # type: ignore[call-overload]
    assert_true(got == shape, f"the result has the wrong shape; expected {shape}", f"shape {got}; expected {shape}")


@check("log_likelihood", points=1.25, title="gives the known values of two short sequences")
def test_log_likelihood_known_values(candidate: Candidate) -> None:
    """The log-probability of a short sequence differs from the logarithm of the product of its conditionals."""
    assert_close(candidate.log_likelihood(np.array([0.5, 0.25])), -2.0794415416798357, atol=1e-5)
    assert_close(candidate.log_likelihood(np.array([0.8, 0.5, 0.25, 0.9])), -2.407945608651872, atol=1e-5)


@check("log_likelihood", points=0.5, title="sums over the last axis and keeps the others", kind="shape")
def test_log_likelihood_shape(candidate: Candidate) -> None:
    """The last axis, and only the last, should be summed away."""
    assert_result_shape(candidate.log_likelihood(GENERIC), (1, 2))
    assert_result_shape(candidate.log_likelihood(GENERIC[0, 0]), ())


@check("gaussian_kl", points=1.5, title="gives the known values of two small Gaussians")
def test_gaussian_kl_known_values(candidate: Candidate) -> None:
    """The divergence of a small Gaussian from the standard normal differs from its known value."""
    assert_close(candidate.gaussian_kl(np.array([0.0, 1.0]), np.array([0.0, 0.0])), 0.5)
    assert_close(candidate.gaussian_kl(np.array([0.5, -0.2]), np.array([0.0, -1.0])), 0.3289397205857212)


@check("gaussian_kl", points=0.5, title="sums over the last axis and keeps the others", kind="shape")
def test_gaussian_kl_shape(candidate: Candidate) -> None:
    """The last axis, and only the last, should be summed away."""
    assert_result_shape(candidate.gaussian_kl(GENERIC, -GENERIC), (1, 2))
    assert_result_shape(candidate.gaussian_kl(GENERIC[0, 0], -GENERIC[0, 0]), ())


@check("reparameterize", points=1.0, title="gives the known values of two samples")
def test_reparameterize_known_values(candidate: Candidate) -> None:
    """The sample that belongs to a given noise differs from its known value."""
    assert_close(candidate.reparameterize(1.0, 2.0, -0.5), 0.0)
    eps = np.array([0.1257302210933933, -0.1321048632913019])
    z = candidate.reparameterize(np.array([0.5, -0.2]), np.exp(0.5 * np.array([0.0, -1.0])), eps)
    assert_close(z, np.array([0.6257302210933933, -0.2801256498833206]))


@check("reparameterize", points=0.5, title="broadcasts its three arguments", kind="shape")
def test_reparameterize_shape(candidate: Candidate) -> None:
    """The result should have the shape to which mean, standard deviation and noise broadcast."""
    mu, sigma, eps = np.zeros((3, 1)), np.array([0.5, 1.0, 1.5, 2.0]), np.ones((2, 3, 4))
    assert_result_shape(candidate.reparameterize(mu, sigma, eps), (2, 3, 4))


@check("elbo", points=1.0, title="gives the known value for two pieces")
def test_elbo_known_values(candidate: Candidate) -> None:
    """The bound differs from its known value."""
    assert_close(candidate.elbo(-1.25, 0.3289397205857212), -1.5789397205857212)
    assert_close(candidate.elbo(np.array([-3.0, 2.5]), np.array([0.5, 0.25])), np.array([-3.5, 2.25]))


@check("elbo", points=0.25, title="keeps one bound per element", kind="shape")
def test_elbo_shape(candidate: Candidate) -> None:
    """The result should have the shape of the two pieces."""
    assert_result_shape(candidate.elbo(-GENERIC, GENERIC), (1, 2, 3))


@check("discriminator_loss", points=1.25, title="gives the known values of two small batches")
def test_discriminator_loss_known_values(candidate: Candidate) -> None:
    """The loss of a small batch differs from its known value."""
    real, fake = np.array([0.9, 0.8, 0.7]), np.array([0.2, 0.3, 0.4])
    assert_close(candidate.discriminator_loss(real, fake), 0.5919410433099004, atol=1e-5, scalar=True)
    real, fake = np.array([0.8]), np.array([0.3])
    assert_close(candidate.discriminator_loss(real, fake), 0.579818495252942, atol=1e-5, scalar=True)


@check("discriminator_loss", points=0.25, title="returns one number for batches of any shape", kind="shape")
def test_discriminator_loss_shape(candidate: Candidate) -> None:
    """The loss of a batch should be a single number."""
    assert_result_shape(candidate.discriminator_loss(GENERIC, GENERIC), ())


@check("generator_loss_saturating", points=1.25, title="gives the known value of a small batch")
def test_generator_loss_saturating_known_value(candidate: Candidate) -> None:
    """The loss of a small batch differs from its known value."""
    loss = candidate.generator_loss_saturating(np.array([0.2, 0.3, 0.4]))
    assert_close(loss, -0.3635480396729776, atol=1e-5, scalar=True)


@check("generator_loss_saturating", points=0.25, title="returns one number for a batch of any shape", kind="shape")
def test_generator_loss_saturating_shape(candidate: Candidate) -> None:
    """The loss of a batch should be a single number."""
    assert_result_shape(candidate.generator_loss_saturating(GENERIC), ())


@check("generator_loss_nonsaturating", points=1.25, title="gives the known value of a small batch")
def test_generator_loss_nonsaturating_known_value(candidate: Candidate) -> None:
    """The loss of a small batch differs from its known value."""
    loss = candidate.generator_loss_nonsaturating(np.array([0.2, 0.3, 0.4]))
    assert_close(loss, 1.2432338162113972, atol=1e-5, scalar=True)


@check("generator_loss_nonsaturating", points=0.25, title="returns one number for a batch of any shape", kind="shape")
def test_generator_loss_nonsaturating_shape(candidate: Candidate) -> None:
    """The loss of a batch should be a single number."""
    assert_result_shape(candidate.generator_loss_nonsaturating(GENERIC), ())


@check("affine_flow_log_prob", points=1.5, title="gives the known values of two flows")
def test_affine_flow_log_prob_known_values(candidate: Candidate) -> None:
    """The log-density of one point differs from its known value."""
    assert_close(candidate.affine_flow_log_prob(1.0, 2.0), -1.737085713764618)
    assert_close(candidate.affine_flow_log_prob(1.0, 2.0, -1.0), -2.112085713764618)


@check("affine_flow_log_prob", points=0.5, title="gives one log-density per element", kind="shape")
def test_affine_flow_log_prob_shape(candidate: Candidate) -> None:
    """The result should have the shape of the points."""
    assert_result_shape(candidate.affine_flow_log_prob(GENERIC, 1.5, 0.2), (1, 2, 3))
