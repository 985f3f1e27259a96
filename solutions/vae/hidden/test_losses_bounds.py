"""Hidden checks of losses.py: likelihood, reconstruction and the bounds."""

import math

import torch
from hypothesis import given
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import Batch, batches, normal, number

MATRICES = ((1, 1), (1, 3), (2, 1), (2, 3), (5, 4))
DEEPER = ((2, 3, 2), (2, 1, 3, 2), (3, 2, 1, 2, 2), (1, 2, 2))


def likelihood(x: Tensor, mean: Tensor) -> Tensor:
    """Log-density of N(mean, I) by torch.distributions, in double precision."""
    return Normal(mean.double(), 1.0).log_prob(x.double()).flatten(1).sum(1).to(x.dtype)


def squared_error(x_hat: Tensor, x: Tensor) -> Tensor:
    """Sum over all elements divided by the batch size, by the norm of the difference."""
    return (torch.linalg.vector_norm(x_hat.double() - x.double()) ** 2 / len(x)).to(x.dtype)


def parts(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
    """The three numbers of the negative ELBO, by torch.distributions."""
    prior = Normal(torch.zeros_like(mu).double(), 1.0)
    kl = kl_divergence(Normal(mu.double(), (0.5 * logvar.double()).exp()), prior).sum() / len(mu)
    return (squared_error(x_hat, x) + beta * kl).to(x.dtype), squared_error(x_hat, x), kl.to(x.dtype)


def assert_parts(actual: object, expected: tuple[Tensor, Tensor, Tensor]) -> None:
    """Each part may be any kind of scalar."""
    assert_close(actual, expected, scalar=True, what="(loss, reconstruction, kl)")


def log_mean_exp(log_joint: Tensor, log_q: Tensor) -> Tensor:
    """The bound, summed as plain numbers in double precision after taking out the largest log-weight."""
    log_weights = log_joint.double() - log_q.double()
    largest = log_weights.max(dim=0).values
    return ((log_weights - largest).exp().mean(0).log() + largest).to(log_joint.dtype)


def assert_pure(seen: Observation, *arguments: Tensor) -> None:
    """Nothing but the result came out of the call."""
    assert_close(seen.args, arguments, rtol=0, atol=0, what="the arguments after the call")
    assert_true(not seen.rng_used, "the global random state was used")


@check("gaussian_log_likelihood", points=0.75, title="equals the log-density of torch.distributions")
@given(case=batches(MATRICES, (torch.float32,)))
def test_gaussian_log_likelihood_equals_the_log_density(candidate: Candidate, case: Batch) -> None:
    """The value differs from log N(x; mean, I), one number per sample."""
    mean = case.more(1)
    assert_close(candidate.gaussian_log_likelihood(case.x, mean), likelihood(case.x, mean))


@check("gaussian_log_likelihood", points=0.5, title="sums over every trailing dimension", kind="shape")
def test_gaussian_log_likelihood_sums_over_every_trailing_dimension(candidate: Candidate) -> None:
    """With two, three or four trailing dimensions the result is not one sum per sample."""
    for seed, shape in enumerate(DEEPER):
        x, mean = normal(shape, seed, torch.float32, 0.5), normal(shape, seed + 9, torch.float32, 0.5)
        assert_close(candidate.gaussian_log_likelihood(x, mean), likelihood(x, mean))


@check("gaussian_log_likelihood", points=0.5, title="has the gradient of the log-density", kind="gradient")
def test_gaussian_log_likelihood_has_the_right_gradient(candidate: Candidate) -> None:
    """Gradients with respect to x or the mean are missing or wrong."""
    x, mean, weights = normal((2, 3, 2), 1), normal((2, 3, 2), 2), torch.tensor([1.0, -2.0], dtype=torch.float64)
    gradients = candidate.gaussian_log_likelihood.grad(x, mean, wrt=(0, 1), cotangent=weights)
    expected = weights[:, None, None] * (mean - x)
    assert_close(gradients[0], expected, what="the gradient with respect to x")
    assert_close(gradients[1], -expected, what="the gradient with respect to the mean")


@check("gaussian_log_likelihood", points=0.25, title="is the log of a normalised density", kind="law")
def test_gaussian_log_likelihood_integrates_to_one(candidate: Candidate) -> None:
    """The density does not integrate to one over x, in one and in two dimensions."""
    # The trapezoidal rule is exact to double precision for a Gaussian on a grid of step 1/2.
    line, centre = torch.arange(-9.0, 9.5, 0.5, dtype=torch.float64), number(10, 0.1, 0.5)
    for points in (line[:, None], torch.cartesian_prod(line, line)):
        mean = torch.full((1, points.shape[1]), centre, dtype=torch.float64).expand_as(points).clone()
        density = candidate.gaussian_log_likelihood(points, mean)
        assert_close(density, likelihood(points, mean), what="the log-density on a grid")
        mass = float(density.exp().sum()) * 0.5 ** points.shape[1]
        assert_close(mass, 1.0, what="the integral of the density")


@check("gaussian_log_likelihood", points=0.25, title="works in double precision", kind="dtype")
def test_gaussian_log_likelihood_keeps_double_precision(candidate: Candidate) -> None:
    """For float64 inputs the result is not float64, or not accurate to double precision."""
    x, mean = normal((2, 3), 3), normal((2, 3), 4)
    assert_close(candidate.gaussian_log_likelihood(x, mean), likelihood(x, mean))


@check("gaussian_log_likelihood", points=0.25, title="treats every sample by itself", kind="law")
def test_gaussian_log_likelihood_treats_every_sample_by_itself(candidate: Candidate) -> None:
    """The log-density of one sample changes with the other samples of its batch."""
    x, mean = normal((4, 3), 5), normal((4, 3), 6)
    whole = candidate.gaussian_log_likelihood(x, mean)
    assert_shape(whole, (4,))
    assert_true(whole.std() > 0, "all samples have the same log-density")
    assert_close(candidate.gaussian_log_likelihood(x[1:2], mean[1:2]), whole[1:2])
    assert_close(candidate.gaussian_log_likelihood(x.flip(0), mean.flip(0)), whole.flip(0))


@check("gaussian_log_likelihood", points=0.25, title="changes neither its inputs nor the random state", kind="purity")
def test_gaussian_log_likelihood_is_pure(candidate: Candidate) -> None:
    """The inputs or the global random state are different after the call."""
    arguments = normal((2, 3), 7), normal((2, 3), 8)
    assert_pure(candidate.gaussian_log_likelihood.observe(*arguments), *arguments)


@check("gaussian_log_likelihood", points=0.25, title="is finite far from the mean", kind="extreme")
def test_gaussian_log_likelihood_is_finite_far_from_the_mean(candidate: Candidate) -> None:
    """Where the density itself is too small for a float, its logarithm is not finite or not accurate."""
    for shift, distance in ((0.0, 20.0), (0.0, number(12, 30, 1000)), (0.0, 1e4), (number(13, 30, 90), 1.0)):
        mean = shift + normal((1, 2), 11, torch.float32)
        x = mean + torch.tensor([[distance, 0.0]])
        assert_close(candidate.gaussian_log_likelihood(x, mean), likelihood(x, mean))


@check("reconstruction_loss", points=0.75, title="is the squared error per sample, averaged over the batch")
@given(case=batches(MATRICES, (torch.float32,)))
def test_reconstruction_loss_is_the_squared_error_per_sample(candidate: Candidate, case: Batch) -> None:
    """The value differs from the squared distance per sample averaged over the batch."""
    x = case.more(1)
    assert_close(candidate.reconstruction_loss(case.x, x), squared_error(case.x, x), scalar=True)


@check("reconstruction_loss", points=0.25, title="sums over every trailing dimension", kind="shape")
def test_reconstruction_loss_sums_over_every_trailing_dimension(candidate: Candidate) -> None:
    """With two, three or four trailing dimensions the value is wrong."""
    for seed, shape in enumerate(DEEPER):
        x_hat, x = normal(shape, seed, torch.float32), normal(shape, seed + 9, torch.float32)
        assert_close(candidate.reconstruction_loss(x_hat, x), squared_error(x_hat, x), scalar=True)


@check("reconstruction_loss", points=0.5, title="has the gradient of the squared error", kind="gradient")
def test_reconstruction_loss_has_the_right_gradient(candidate: Candidate) -> None:
    """Gradients with respect to the reconstruction or the data are missing or wrong."""
    x_hat, x = normal((3, 1, 2, 2), 1), normal((3, 1, 2, 2), 2)
    gradients = candidate.reconstruction_loss.grad(x_hat, x, wrt=(0, 1))
    assert_close(gradients[0], 2 * (x_hat - x) / 3, what="the gradient with respect to x_hat")
    assert_close(gradients[1], 2 * (x - x_hat) / 3, what="the gradient with respect to x")


@check("reconstruction_loss", points=0.25, title="works in double precision", kind="dtype")
def test_reconstruction_loss_keeps_double_precision(candidate: Candidate) -> None:
    """For float64 inputs, small or large, the value is not accurate to double precision."""
    for x_hat, x in ((normal((2, 3), 3), normal((2, 3), 4)), (normal((2, 3), 3, scale=60), normal((2, 3), 4))):
        value = candidate.reconstruction_loss(x_hat, x)
        assert_close(value, squared_error(x_hat, x), rtol=1e-9, atol=1e-10, scalar=True)


@check("reconstruction_loss", points=0.25, title="changes neither its inputs nor the random state", kind="purity")
def test_reconstruction_loss_is_pure(candidate: Candidate) -> None:
    """The inputs or the global random state are different after the call."""
    arguments = normal((2, 3), 5), normal((2, 3), 6)
    assert_pure(candidate.reconstruction_loss.observe(*arguments), *arguments)


@check("negative_elbo", points=1.25, title="is the reconstruction loss plus beta times the mean divergence")
@given(case=batches(MATRICES, (torch.float32,)))
def test_negative_elbo_is_the_sum_of_its_parts(candidate: Candidate, case: Batch) -> None:
    """Loss, reconstruction or divergence differ from their definitions."""
    size, beta = len(case.x), (1.0, 0.1, 5.0, 20.0)[case.seed % 4]
    x_hat, x = normal((size, 1, 2, 3), case.seed, torch.float32), normal((size, 1, 2, 3), case.seed + 1, torch.float32)
    mu, logvar = case.more(1), case.more(2)
    assert_parts(candidate.negative_elbo(x_hat, x, mu, logvar, beta), parts(x_hat, x, mu, logvar, beta))


@check("negative_elbo", points=0.75, title="sends the right gradient to every argument", kind="gradient")
def test_negative_elbo_has_the_right_gradient(candidate: Candidate) -> None:
    """The gradient of the loss with respect to x_hat, mu or logvar is missing or wrong."""
    x_hat, x, mu, logvar = normal((2, 1, 2, 2), 1), normal((2, 1, 2, 2), 2), normal((2, 3), 3), normal((2, 3), 4)
    got = candidate.negative_elbo.grad(x_hat, x, mu, logvar, beta=3.0, wrt=(0, 2, 3), select=0)
    truth = {"x_hat": x_hat - x, "mu": 1.5 * mu, "logvar": 0.75 * (logvar.exp() - 1)}
    for (name, expected), gradient in zip(truth.items(), got, strict=True):
        assert_close(gradient, expected, what=f"the gradient with respect to {name}")


@check("negative_elbo", points=0.25, title="drops the divergence from the loss at beta = 0", kind="law")
def test_negative_elbo_is_the_reconstruction_at_beta_zero(candidate: Candidate) -> None:
    """With beta = 0 the loss is not the reconstruction, or the divergence is not reported any more."""
    arguments = normal((2, 5), 5), normal((2, 5), 6), normal((2, 3), 7), normal((2, 3), 8)
    assert_parts(candidate.negative_elbo(*arguments, beta=0.0), parts(*arguments, beta=0.0))


@check("negative_elbo", points=0.25, title="stays the same when every sample is there twice", kind="law")
def test_negative_elbo_is_a_mean_over_the_batch(candidate: Candidate) -> None:
    """Repeating every sample changes the loss, so it is not an average over the batch."""
    arguments = normal((2, 5), 9), normal((2, 5), 10), normal((2, 3), 11), normal((2, 3), 12)
    assert_parts(candidate.negative_elbo(*(argument.repeat(2, 1) for argument in arguments)), parts(*arguments))


@check("negative_elbo", points=0.25, title="works in double precision and for latents of any shape", kind="shape")
def test_negative_elbo_takes_latents_of_any_shape(candidate: Candidate) -> None:
    """With float64 inputs, with latents of several dimensions, or for a very narrow or wide posterior a part is wrong."""
    image, code = normal((2, 3), 21), torch.zeros(2, 3).double()
    deep = normal((2, 1, 3), 13), normal((2, 1, 3), 14), normal((2, 2, 1, 2), 15), normal((2, 2, 1, 2), 16)
    logvars = (0.0, number(22, -18, -12), number(23, 12, 18))
    for arguments in (deep, *((image, image + 1, code, code + logvar) for logvar in logvars)):
        assert_parts(candidate.negative_elbo(*arguments), parts(*arguments))


@check("negative_elbo", points=0.25, title="changes neither its inputs nor the random state", kind="purity")
def test_negative_elbo_is_pure(candidate: Candidate) -> None:
    """The inputs or the global random state are different after the call."""
    arguments = normal((2, 5), 17), normal((2, 5), 18), normal((2, 3), 19), normal((2, 3), 20)
    assert_pure(candidate.negative_elbo.observe(*arguments), *arguments)


@check("importance_weighted_bound", points=1.25, title="is the log of the mean importance weight")
@given(case=batches(((1, 1), (2, 1), (2, 3), (5, 4), (3, 2)), (torch.float32,), scale=2.0))
def test_importance_weighted_bound_is_the_log_mean_weight(candidate: Candidate, case: Batch) -> None:
    """The value differs from log (1/K) sum_k p(x, z_k) / q(z_k | x), one number per data point."""
    log_q = case.more(1, 2.0)
    assert_close(candidate.importance_weighted_bound(case.x, log_q), log_mean_exp(case.x, log_q))


@check("importance_weighted_bound", points=0.5, title="is stable for very small weights", kind="extreme")
def test_importance_weighted_bound_is_stable_for_small_weights(candidate: Candidate) -> None:
    """For log-weights down to -1e4 the bound is not finite or not accurate."""
    log_q = normal((3, 2), 15, torch.float32)
    for low in (-200.0, number(16, -1000, -300), -1e4):
        log_joint = torch.tensor([[low, -1.0], [low + 1, low], [low + 2, low / 2]])
        assert_close(candidate.importance_weighted_bound(log_joint, log_q), log_mean_exp(log_joint, log_q))


@check("importance_weighted_bound", points=0.5, title="has the normalised weights as its gradient", kind="gradient")
def test_importance_weighted_bound_has_the_right_gradient(candidate: Candidate) -> None:
    """Gradients with respect to log_joint or log_q are not the normalised importance weights."""
    log_joint, log_q = normal((4, 3), 1), normal((4, 3), 2)
    weights = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    got = candidate.importance_weighted_bound.grad(log_joint, log_q, wrt=(0, 1), cotangent=weights)
    expected = (log_joint - log_q).softmax(0) * weights
    assert_close(got[0], expected, what="the gradient with respect to log_joint")
    assert_close(got[1], -expected, what="the gradient with respect to log_q")


@check("importance_weighted_bound", points=0.25, title="equals log p(x) for the exact posterior", kind="law")
def test_importance_weighted_bound_is_tight_for_the_exact_posterior(candidate: Candidate) -> None:
    """With z drawn from the exact posterior the bound is not log p(x), whatever K and the draws."""
    # z ~ N(0, 1), x | z ~ N(z, 1): x ~ N(0, 2) and z | x ~ N(x / 2, 1 / 2).
    x, z = normal((1, 4), 3), normal((5, 4), 4)
    log_joint = Normal(0.0, 1.0).log_prob(z) + Normal(z, 1.0).log_prob(x)
    log_q, evidence = Normal(x / 2, math.sqrt(0.5)).log_prob(z), Normal(0.0, math.sqrt(2.0)).log_prob(x)[0]
    assert_close(candidate.importance_weighted_bound(log_joint, log_q), evidence)


@check("importance_weighted_bound", points=0.25, title="tightens as K grows, in expectation", kind="law")
def test_importance_weighted_bound_tightens_with_more_samples(candidate: Candidate) -> None:
    """More importance samples do not bring the mean bound from the ELBO up towards log p(x)."""
    # The mean weight of four neighbours on a circle is the mean of two pairs': by Jensen's inequality the mean
    # bound over all neighbourhoods grows with their size, for any numbers.
    log_joint, log_q = normal((6, 5), 5, scale=1.5), normal((6, 5), 6, scale=1.5)
    previous = (log_joint - log_q).mean(0)
    for size in (2, 4, 6):
        around = [torch.arange(start, start + size) % 6 for start in range(6)]
        chosen = [torch.cat([values[rows] for rows in around], 1) for values in (log_joint, log_q)]
        bound = candidate.importance_weighted_bound(*chosen)
        assert_close(bound, log_mean_exp(*chosen))
        mean = bound.view(6, 5).mean(0)
        assert_true(bool((mean > previous).all()), "the mean bound does not grow with the number of samples")
        previous = mean


@check("importance_weighted_bound", points=0.25, title="ignores the order of samples, follows a shift", kind="law")
def test_importance_weighted_bound_ignores_order_and_follows_shifts(candidate: Candidate) -> None:
    """Reordering the K samples changes the bound, or adding c to log p(x, z) does not add c to it."""
    log_joint, log_q = normal((4, 3), 7), normal((4, 3), 8)
    shift, expected = torch.tensor([1.0, -2.0, 30.0], dtype=torch.float64), log_mean_exp(log_joint, log_q)
    assert_close(candidate.importance_weighted_bound(log_joint[[2, 0, 3, 1]], log_q[[2, 0, 3, 1]]), expected)
    assert_close(candidate.importance_weighted_bound(log_joint + shift, log_q), expected + shift)


@check("importance_weighted_bound", points=0.25, title="works in double precision", kind="dtype")
def test_importance_weighted_bound_keeps_double_precision(candidate: Candidate) -> None:
    """For float64 inputs the result is not float64, or not accurate to double precision."""
    log_joint, log_q = normal((3, 2), 9), normal((3, 2), 10)
    assert_close(candidate.importance_weighted_bound(log_joint, log_q), log_mean_exp(log_joint, log_q))


@check("importance_weighted_bound", points=0.25, title="treats every data point by itself", kind="law")
def test_importance_weighted_bound_treats_every_data_point_by_itself(candidate: Candidate) -> None:
    """The bound of one data point changes with the others of its batch."""
    log_joint, log_q = normal((3, 4), 11), normal((3, 4), 12)
    alone = log_mean_exp(log_joint, log_q)[1:2]
    assert_close(candidate.importance_weighted_bound(log_joint[:, 1:2], log_q[:, 1:2]), alone)


@check("importance_weighted_bound", points=0.25, title="changes neither inputs nor random state", kind="purity")
def test_importance_weighted_bound_is_pure(candidate: Candidate) -> None:
    """The inputs or the global random state are different after the call."""
    arguments = normal((3, 2), 13), normal((3, 2), 14)
    assert_pure(candidate.importance_weighted_bound.observe(*arguments), *arguments)
