"""Hidden checks of losses.py: the gradient penalty, on critics whose gradients are known."""

import torch
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_draws_afresh, assert_shape, assert_true, check
from autograder.checks.strategies import DTYPES, normal, number, uniform

SHAPES = ((1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 2, 2, 2), (2, 1, 2, 1, 3))


def curvature(number: int) -> Tensor:
    """The weights of `QuadraticCritic`."""
    return 1 + 0.5 * torch.sin(torch.arange(1, number + 1, dtype=torch.float64))


def make_points(
    shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor, Tensor]:
    """Real and generated samples, and one weight per sample."""
    eps = uniform((shape[0], *[1] * (len(shape) - 1)), seed + 2, 0.05, 0.95, dtype)
    return normal(shape, seed, dtype) + 0.5, normal(shape, seed + 1, dtype), eps


def penalty(real: Tensor, fake: Tensor, eps: Tensor, scale: float, slope: float) -> Tensor:
    """The penalty of `QuadraticCritic`, sample by sample."""
    total = 0.0
    for r, f, e in zip(real.double(), fake.double(), eps.double().flatten().tolist(), strict=True):
        point = (e * r + (1 - e) * f).flatten()
        gradient = scale * curvature(len(point)) * point + slope
        total += (sum(gradient.square().tolist()) ** 0.5 - 1) ** 2
    return torch.tensor(total / len(real), dtype=torch.float64).to(real.dtype)


@check("gradient_penalty", points=1.0, title="equals the penalty of a critic with known gradients")
def test_gradient_penalty_quadratic_critic(candidate: Candidate) -> None:
    """For given weights the penalty is not the mean of (norm of the critic's gradient - 1)^2 over the samples."""
    scale, slope = number(100, 1.1, 1.5), number(101, 0.3, 0.5)
    critic = candidate.toy("QuadraticCritic", scale=scale, slope=slope)
    for seed, shape in enumerate(SHAPES):
        dtype = DTYPES[seed % 2]
        case = make_points(shape, 10 * seed, dtype)
        actual = candidate.gradient_penalty(critic, *case)
        assert_close(actual, penalty(*case, scale, slope), rtol=1e-4, atol=1e-5, what="the penalty")


@check("gradient_penalty", points=1.0, title="draws one uniform weight for each sample", kind="random")
def test_gradient_penalty_draws(candidate: Candidate) -> None:
    """Without eps, points are not on the segments between samples, or not one fresh uniform draw places each of them."""
    count = 400
    real, fake = uniform((count, 1, 2, 2), 61, 2, 4), uniform((count, 1, 2, 2), 62, -4, -2)
    points = points_asked(candidate, real, fake)
    shares = (points - fake.flatten(1)) / (real - fake).flatten(1)
    same = (shares - shares[:, :1]).abs().max() < 1e-4
    assert_true(bool(same), "a point is not on the segment between its real and its generated sample")
    assert_uniform(shares[:, 0])
    assert_draws_afresh(candidate, lambda: points_asked(candidate, real[:10], fake[:10]), "the set of weights")


def points_asked(candidate: Candidate, real: Tensor, fake: Tensor) -> Tensor:
    """Where the critic was asked when no weights were given, one row for each sample."""
    critic = candidate.toy("BowlCritic")
    assert_shape(candidate.gradient_penalty(critic, real, fake), (), torch.float64)
    points = critic.attribute("points")
    assert_true(isinstance(points, list) and len(points) > 0, "the critic was not called")
    points = torch.cat([point.reshape(-1, 4) for point in points])[-len(real) :]
    assert_shape(points, (len(real), 4), what="the points at which the critic was asked")
    return points


def assert_uniform(shares: Tensor) -> None:
    """At least 400 values are spread evenly over [0, 1], and neighbours have nothing to do with each other."""
    count = len(shares)
    ordered, grid = shares.sort().values, torch.arange(count) / count
    gap = torch.maximum((ordered - grid).abs(), (ordered - grid - 1 / count).abs()).max()
    # Dvoretzky, Kiefer, Wolfowitz: beyond 0.145 with probability below 2 exp(-2 * 400 * 0.145^2) < 1e-7.
    assert_true(bool(gap < 0.145), "the weights are not uniform between 0 and 1")
    products = (shares[1:] - 0.5) * (shares[:-1] - 0.5)
    # Martingale differences of size 1/4, conditional variance 1/48: beyond 0.05 with probability < 1e-8 (Freedman).
    assert_true(bool(products.mean().abs() < 0.05), "the weights of neighbouring samples are not independent")


@check("gradient_penalty", points=1.0, title="its gradient reaches the critic's parameters", kind="gradient")
def test_gradient_penalty_reaches_the_parameters(candidate: Candidate) -> None:
    """The derivatives of the penalty with respect to the critic's weights are absent or wrong."""
    weights = torch.tensor([0.8, -0.5, 1.7, 0.3]) + uniform((4,), 74, -0.2, 0.2)
    real, fake, eps = make_points((3, 4), 71)
    critic = candidate.toy("WeightCritic", weights=weights)
    (actual,) = candidate.gradient_penalty.grad(critic, real, fake, eps, wrt=(0,))
    assert_true(actual is not None, "the penalty does not depend on the critic's parameters")
    free = weights.clone().requires_grad_()
    norm = (free * (eps * real + (1 - eps) * fake).flatten(1) + free.roll(-1)).square().sum(1).sqrt()
    (expected,) = torch.autograd.grad((norm - 1).square().mean(), free)
    assert_close(actual.as_subclass(Tensor), expected, rtol=1e-4, what="the gradient of the parameters")


@check("gradient_penalty", points=0.5, title="accepts scores of shape (B, 1)", kind="shape")
def test_gradient_penalty_column_of_scores(candidate: Candidate) -> None:
    """A critic that returns (B, 1) gives another penalty than the same critic returning (B,)."""
    critic = candidate.toy("QuadraticCritic", scale=0.7, slope=-0.2, column=True)
    for shape in ((3, 4), (1, 2)):
        case = make_points(shape, 81)
        assert_close(candidate.gradient_penalty(critic, *case), penalty(*case, 0.7, -0.2), rtol=1e-4)


@check("gradient_penalty", points=0.5, title="leaves gradients and inputs alone", kind="purity")
def test_gradient_penalty_pure(candidate: Candidate) -> None:
    """The .grad of the critic, an input or a global setting has changed, or randomness was used although eps is given."""
    critic, case = candidate.toy("QuadraticCritic", stale=2.5), make_points((3, 2), 91)
    seen = candidate.gradient_penalty.observe(critic, *case)
    assert_shape(seen.value, (), torch.float64, what="the penalty")
    for after, before in zip(seen.args[1:], case, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used although eps is given")
    for name, gradient in critic.gradients_by_name().items():
        assert_close(gradient, torch.tensor(2.5).double(), rtol=0, atol=0, what=f"the gradient of {name}")


@check("gradient_penalty", points=0.5, title="sends no gradient to the samples", kind="gradient")
def test_gradient_penalty_detached_from_the_samples(candidate: Candidate) -> None:
    """The penalty is differentiable in the real or the generated samples: x_hat is not detached from them."""
    critic, case = candidate.toy("QuadraticCritic", scale=1.3), make_points((3, 2), 92)
    assert_close(candidate.gradient_penalty(critic, *case), penalty(*case, 1.3, 0.0), rtol=1e-4)
    for gradient in candidate.gradient_penalty.grad(critic, *case, wrt=(1, 2)):
        assert_true(gradient is None or not bool(gradient.any()), "a gradient reaches the samples")


@check("gradient_penalty", points=0.5, title="charges slopes below one as well, and steep ones in full", kind="law")
def test_gradient_penalty_flat_critic(candidate: Candidate) -> None:
    """A flat critic does not pay 1, one of slope 1/2 not 1/4, one of slope 1 pays something, or a steep one not all."""
    real, fake, eps = make_points((4, 2), 93)
    steep = number(94, 150, 400)
    for slope, expected in ((0.0, 1.0), (0.5, 0.25), (1.0, 0.0), (steep, (steep - 1) ** 2)):
        critic = candidate.toy("QuadraticCritic", scale=0.0, slope=slope / 2**0.5)
        actual = candidate.gradient_penalty(critic, real, fake, eps)
        assert_close(actual, torch.tensor(expected).double(), atol=1e-5, what="the penalty")
