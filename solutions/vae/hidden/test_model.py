"""Hidden checks of model.py: the reparameterisation and the interpolation."""

import math

import torch
from hypothesis import given
from torch import Tensor
from torch.distributions import AffineTransform, Normal, TransformedDistribution

from autograder.checks import Candidate, RemoteObject, assert_close, assert_draws_afresh, assert_shape, assert_true, check
from autograder.checks.strategies import Batch, batches, normal, uniform

MATRICES = ((1, 1), (1, 3), (2, 1), (2, 3), (5, 4))
DEEPER = ((2, 3, 2), (2, 1, 3, 2), (3, 2, 1, 2, 2))


def transported(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """Where the map from N(0, I) to N(mu, exp(logvar)) takes eps, by torch.distributions."""
    scale = logvar.double().exp().sqrt()
    posterior = TransformedDistribution(Normal(torch.zeros_like(scale), 1.0), [AffineTransform(mu.double(), scale)])
    return posterior.transforms[0](eps.double()).to(mu.dtype)


@check("reparameterize", points=0.75, title="moves and scales the noise")
@given(case=batches(MATRICES, (torch.float32,)))
def test_reparameterize_moves_and_scales_the_noise(candidate: Candidate, case: Batch) -> None:
    """For given noise the value differs from mu + sigma * eps with sigma the standard deviation."""
    logvar, eps = case.more(1), case.more(2)
    assert_close(candidate.reparameterize(case.x, logvar, eps), transported(case.x, logvar, eps))


@check("reparameterize", points=0.25, title="works elementwise for any shape", kind="shape")
def test_reparameterize_works_elementwise_for_any_shape(candidate: Candidate) -> None:
    """With several trailing dimensions, or for noise that happens to be zero, the value is wrong."""
    for seed, shape in enumerate(DEEPER):
        arguments = [normal(shape, seed + 7 * number, torch.float32) for number in range(3)]
        assert_close(candidate.reparameterize(*arguments), transported(*arguments))
    mu, logvar = arguments[:2]
    assert_close(candidate.reparameterize(mu, logvar, torch.zeros_like(mu)), mu, what="the latent without noise")


@check("reparameterize", points=0.25, title="works in double precision", kind="dtype")
def test_reparameterize_keeps_double_precision(candidate: Candidate) -> None:
    """For float64 inputs, or far from the usual, the result, with or without eps, is not float64 or not that accurate."""
    extremes = normal((2, 3), 4), torch.tensor([[-20.0, -12.0, -7.0], [7.0, 12.0, 20.0]]).double(), 5 * normal((2, 3), 5)
    assert_close(candidate.reparameterize(*extremes), transported(*extremes), atol=0.0)
    arguments = normal((2, 3), 1), normal((2, 3), 2), normal((2, 3), 3)
    assert_close(candidate.reparameterize(*arguments), transported(*arguments))
    assert_shape(candidate.reparameterize(*arguments[:2]), (2, 3), torch.float64)


@check("reparameterize", points=0.5, title="lets gradients through to mu and logvar", kind="gradient")
def test_reparameterize_lets_gradients_through(candidate: Candidate) -> None:
    """The gradient with respect to mu or logvar is missing or wrong, with or without eps."""
    mu, logvar, eps = (normal((3, 2), seed) for seed in range(3))
    weights = uniform((3, 2), 3, 0.5, 2.0)
    gradients = candidate.reparameterize.grad(mu, logvar, eps, wrt=(0, 1), cotangent=weights)
    assert_close(gradients[0], weights, what="the gradient with respect to mu")
    expected = weights * eps * (0.5 * logvar).exp() / 2
    assert_close(gradients[1], expected, what="the gradient with respect to logvar")
    drawn = candidate.reparameterize.grad(mu, logvar, wrt=(0, 1), cotangent=weights)
    assert_close(drawn[0], weights, what="the gradient with respect to mu when eps is drawn")
    assert_shape(drawn[1], (3, 2), what="the gradient with respect to logvar when eps is drawn")
    assert_true(bool((drawn[1] != 0).all()), "the gradient with respect to logvar vanishes when eps is drawn")


@check("reparameterize", points=0.5, title="draws standard normal noise", kind="random")
def test_reparameterize_draws_standard_normal_noise(candidate: Candidate) -> None:
    """Without eps the values do not follow N(mu, exp(logvar)), or a seed of your own decides them."""
    # 4000 draws: |mean| < 5.5 / sqrt(4000), and the same for the mean square (its standard error is sqrt(2 / 4000)) and
    # the empirical distribution function at three points (at most 0.5 / sqrt(4000)): false alarms below 4e-8 each.
    size, bound = 4000, 5.5 / math.sqrt(4000)
    candidate.seed(17)
    for mean, logvar in ((0.0, 0.0), (2.0, 3.0)):
        z = candidate.reparameterize(torch.full((size // 4, 4), mean), torch.full((size // 4, 4), logvar))
        assert_shape(z, (size // 4, 4), torch.float32)
        eps = (z - mean) / math.exp(logvar / 2)
        # All of 4000 draws are below 2.6, or above -2.6, with probability (1 - 0.00466)^4000 < 1e-8.
        assert_true(bool(eps.max() > 2.6) and bool(eps.min() < -2.6), "the draws are cut off")
        assert_true(bool(eps.mean().abs() < bound), "the draws are not centred at mu")
        assert_true(bool((eps.square().mean() - 1).abs() < math.sqrt(2) * bound), "the draws have the wrong spread")
        for point in (-1.0, 0.5, 1.5):
            share, expected = (eps < point).float().mean(), 0.5 * math.erfc(-point / math.sqrt(2))
            assert_true(bool((share - expected).abs() < bound / 2), "the draws are not normally distributed")
    zeros = torch.zeros(4, 4)
    assert_draws_afresh(candidate, lambda: candidate.reparameterize(zeros, zeros), "the noise")


@check("reparameterize", points=0.25, title="draws anew for every element", kind="random")
def test_reparameterize_draws_anew_for_every_element(candidate: Candidate) -> None:
    """Noise is shared between samples or coordinates."""
    candidate.seed(3)
    zeros = torch.zeros(10, 4)
    z = candidate.reparameterize(zeros, zeros)
    assert_shape(z, (10, 4))
    # Of forty draws two agree in single precision once in 1e5 times; shared noise leaves ten at most.
    assert_true(len(z.unique()) > 36, "some elements got the same noise")


@check("reparameterize", points=0.5, title="draws nothing when eps is given", kind="purity")
def test_reparameterize_draws_nothing_when_eps_is_given(candidate: Candidate) -> None:
    """With eps given the result is random, or the inputs or the global random state are changed."""
    arguments = normal((2, 3), 4), normal((2, 3), 5), normal((2, 3), 6)
    seen = candidate.reparameterize.observe(*arguments)
    assert_close(seen.args, arguments, rtol=0, atol=0, what="the arguments after the call")
    assert_true(not seen.rng_used, "the global random state was used although eps is given")
    assert_close(candidate.reparameterize(*arguments), seen.value if isinstance(seen.value, Tensor) else arguments[0])


class KnownVAE:
    """A nonlinear decoder and a linear encoder whose log-variance is large: any draw would show."""

    def __init__(self, dtype: torch.dtype = torch.float32) -> None:
        self.matrix = normal((6, 3), 1, dtype)
        self.pixels = normal((3, 6), 2, dtype)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map `(N, 1, 2, 3)` images to `(N, 3)` twice."""
        return x.flatten(1) @ self.matrix, 3 + x.flatten(1) @ self.matrix

    def decode(self, z: Tensor) -> Tensor:
        """Map `(N, 3)` latents to `(N, 1, 2, 3)` images."""
        return torch.sin(z @ self.pixels).unflatten(1, (1, 2, 3))

    def remote(self, candidate: Candidate) -> RemoteObject:
        """The object that the candidate gets."""
        return candidate.object(encode=self.encode, decode=self.decode)

    def line(self, x_a: Tensor, x_b: Tensor, steps: int) -> Tensor:
        """The expected images, one stop after the other."""
        start, end = self.encode(x_a)[0], self.encode(x_b)[0]
        stops = [self.decode(torch.lerp(start, end, k / (steps - 1))) for k in range(steps)]
        return torch.stack(stops, dim=1)


def ends(size: int, seed: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Two batches of small images."""
    return normal((size, 1, 2, 3), seed, dtype), normal((size, 1, 2, 3), seed + 1, dtype)


@check("interpolate", points=0.75, title="decodes the straight line between the latent means")
def test_interpolate_decodes_the_straight_line(candidate: Candidate) -> None:
    """Some image on the way is not the decoded point on the line between the two means."""
    for seed, (size, steps) in enumerate(((1, 3), (2, 5), (3, 10))):
        vae, (x_a, x_b) = KnownVAE(), ends(size, 10 * seed)
        line = candidate.interpolate(vae.remote(candidate), x_a, x_b, steps=steps)
        assert_close(line, vae.line(x_a, x_b, steps))


@check("interpolate", points=0.25, title="consists of both ends for two steps", kind="law")
def test_interpolate_consists_of_both_ends_for_two_steps(candidate: Candidate) -> None:
    """With steps = 2 the result is not the two decoded means."""
    vae, (x_a, x_b) = KnownVAE(), ends(2, 40)
    assert_close(candidate.interpolate(vae.remote(candidate), x_a, x_b, steps=2), vae.line(x_a, x_b, 2))


@check("interpolate", points=0.25, title="walks back when the ends are swapped", kind="law")
def test_interpolate_walks_back_when_the_ends_are_swapped(candidate: Candidate) -> None:
    """Swapping x_a and x_b does not reverse the images."""
    vae, (x_a, x_b) = KnownVAE(), ends(2, 50)
    back = candidate.interpolate(vae.remote(candidate), x_b, x_a, steps=4)
    assert_close(back, vae.line(x_a, x_b, 4).flip(1))


@check("interpolate", points=0.25, title="pairs the images row by row", kind="law")
def test_interpolate_pairs_the_images_row_by_row(candidate: Candidate) -> None:
    """A pair's images depend on the other pairs of the batch or land in the wrong row."""
    vae, (x_a, x_b) = KnownVAE(), ends(3, 60)
    order = torch.tensor([2, 0, 1])
    line = candidate.interpolate(vae.remote(candidate), x_a[order], x_b[order], steps=3)
    assert_close(line, vae.line(x_a, x_b, 3)[order])


@check("interpolate", points=0.25, title="works in double precision", kind="dtype")
def test_interpolate_keeps_double_precision(candidate: Candidate) -> None:
    """For float64 images the result is not float64."""
    vae, (x_a, x_b) = KnownVAE(torch.float64), ends(2, 70, torch.float64)
    # Weights k / (steps - 1) in single precision are good enough.
    line = candidate.interpolate(vae.remote(candidate), x_a, x_b, steps=4)
    assert_close(line, vae.line(x_a, x_b, 4), rtol=1e-5, atol=1e-5)


@check("interpolate", points=0.25, title="draws nothing and leaves the images alone", kind="purity")
def test_interpolate_draws_nothing(candidate: Candidate) -> None:
    """The images or the global random state are different after the call."""
    vae, (x_a, x_b) = KnownVAE(), ends(2, 80)
    seen = candidate.interpolate.observe(vae.remote(candidate), x_a, x_b, steps=3)
    assert_close(seen.args[1:], (x_a, x_b), rtol=0, atol=0, what="the images after the call")
    assert_true(not seen.rng_used, "the global random state was used")
