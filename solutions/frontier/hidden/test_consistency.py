"""Hidden checks of the boundary parametrisation in consistency.py: c_skip, c_out and consistency_function."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check, load_beside
from autograder.checks.strategies import made, normal, number, uniform

toys = load_beside(__file__, "toys")

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (2, 3, 1, 2, 2), (2, 2, 2, 2, 2)]
OPTIONS = [(), (0.5, 0.002), (1.3, 0.1), (0.25, 0.02), (2.0, 0.5)]


class Point(NamedTuple):
    """Data and times; ``options`` is empty where the default sigma_data and t_min are meant."""

    x: Tensor
    t: Tensor
    options: tuple[float, ...]

    def settings(self) -> tuple[float, float]:
        """sigma_data and t_min."""
        sigma_data, t_min = self.options or (0.5, 0.002)
        return sigma_data, t_min


def points() -> st.SearchStrategy[Point]:
    """Batches of both precisions, times from t_min to t_min + 6."""
    dtypes = st.sampled_from([torch.float32, torch.float64])
    return made(
        make_point, st.sampled_from(SHAPES), st.integers(0, 2**20), dtypes, st.sampled_from(OPTIONS)
    )


def make_point(
    shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64, options: tuple[float, ...] = ()
) -> Point:
    """Fill the tensors from a seed."""
    t_min = options[1] if options else 0.002
    return Point(normal(shape, seed, dtype), uniform(shape[:1], seed + 1, t_min, t_min + 6, dtype), options)


def skip(t: float, sigma_data: float = 0.5, t_min: float = 0.002) -> float:
    """The regression coefficient of x_0 on x_0 + (t - t_min) noise, for data of standard deviation sigma_data."""
    data, noise = sigma_data**2, (t - t_min) ** 2
    return data / (data + noise)


def out(t: float, sigma_data: float = 0.5, t_min: float = 0.002) -> float:
    """The standard deviation of x_0 given x_0 + t noise, reduced by the share of time before t_min."""
    posterior = 1 / (1 / sigma_data**2 + 1 / t**2)
    return (1 - t_min / t) * math.sqrt(posterior)


def over(function: Callable[..., float], t: Tensor, options: tuple[float, ...]) -> Tensor:
    """Apply an oracle to every time."""
    return torch.tensor([function(time, *options) for time in t.tolist()], dtype=torch.float64).to(t.dtype)


network = toys.Wave()
"""A smooth function of everything it should see; refuses times of another shape."""


def mapped(point: Point) -> Tensor:
    """The consistency function of `network`, sample by sample."""
    said = network(point.x.double(), point.t.double())
    rows = [
        skip(t, *point.options) * x + out(t, *point.options) * y
        for t, x, y in zip(point.t.tolist(), point.x.double(), said, strict=True)
    ]
    return torch.stack(rows).to(point.x.dtype)


def assert_untouched(seen: Observation, arguments: tuple) -> None:
    """The call left its tensors and the global random state alone."""
    for after, before in zip(seen.args, arguments, strict=True):
        if isinstance(before, Tensor):
            assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


def derivative(function: Callable[..., float], t: Tensor, weights: Tensor) -> Tensor:
    """Weighted derivative of an oracle by central differences."""
    step = 1e-6
    return weights * (over(function, t + step, ()) - over(function, t - step, ())) / (2 * step)


# -- c_skip ------------------------------------------------------------------------------------------------


@check("c_skip", points=1, title="is the best linear guess of the data's share")
@given(point=points())
def test_c_skip_is_regression_coefficient(candidate: Candidate, point: Point) -> None:
    """The result differs from the share of sigma_data^2 in sigma_data^2 + (t - t_min)^2."""
    assert_close(candidate.c_skip(point.t, *point.options), over(skip, point.t, point.options))


@check("c_skip", points=0.25, title="falls from one to a half and on to zero", kind="law")
def test_c_skip_boundary(candidate: Candidate) -> None:
    """It must be 1 at t_min, a half one sigma_data later, and fall without end."""
    sigma_data, t_min = number(71, 0.5, 0.9), number(72, 0.2, 0.4)
    t = t_min + sigma_data * torch.arange(4, dtype=torch.float64)
    weights = candidate.c_skip(t, sigma_data, t_min)
    assert_close(weights, torch.tensor([1.0, 0.5, 0.2, 0.1]).double())


@check("c_skip", points=0.25, title="very large times", kind="extreme")
def test_c_skip_large_times(candidate: Candidate) -> None:
    """At large times almost nothing of the input is kept, but not exactly nothing."""
    t = torch.tensor([number(73, 60, 90), number(74, 5e3, 2e4), 1e6])
    assert_close(candidate.c_skip(t), over(skip, t, ()), atol=0.0)


@check("c_skip", points=0.25, title="its gradient reaches t", kind="gradient")
def test_c_skip_gradient(candidate: Candidate) -> None:
    """The derivative with respect to t differs from the slope of the values."""
    t, weights = uniform((5,), 51, 0.1, 3.0), normal((5,), 52)
    (gradient,) = candidate.c_skip.grad(t, wrt=(0,), cotangent=weights)
    assert_close(gradient, derivative(skip, t, weights), rtol=1e-4, what="the gradient of t")


@check("c_skip", points=0.25, title="one weight per time, in the dtype of t", kind="dtype")
def test_c_skip_dtype(candidate: Candidate) -> None:
    """With float64 times the weights are not float64, not that precise, or not shaped like t."""
    t = uniform((7,), 53, 0.002, 5.0)
    assert_close(candidate.c_skip(t), over(skip, t, ()), rtol=1e-10, atol=1e-12)


@check("c_skip", points=0.25, title="leaves t as it is", kind="purity")
def test_c_skip_pure(candidate: Candidate) -> None:
    """The input was modified, or the random state or a global setting was changed."""
    t = uniform((4,), 54, 0.002, 5.0, torch.float32)
    seen = candidate.c_skip.observe(t)
    assert_untouched(seen, (t,))
    assert_shape(seen.value, (4,))


# -- c_out -------------------------------------------------------------------------------------------------


@check("c_out", points=1, title="follows the uncertainty about the data")
@given(point=points())
def test_c_out_is_posterior_deviation(candidate: Candidate, point: Point) -> None:
    """The result differs from sigma_data (t - t_min) / sqrt(sigma_data^2 + t^2)."""
    assert_close(candidate.c_out(point.t, *point.options), over(out, point.t, point.options))


@check("c_out", points=0.25, title="agrees with c_skip where t_min is zero", kind="law")
def test_c_out_squared(candidate: Candidate) -> None:
    """With t_min = 0, the square of c_out must be t^2 times the input's weight at that time."""
    t, sigma_data = uniform((3,), 75, 0.3, 3.0), number(76, 0.6, 1)
    weights = candidate.c_out(t, sigma_data, 0.0)
    assert_shape(weights, (3,))
    assert_close(weights**2, t**2 * over(skip, t, (sigma_data, 0.0)), what="the square")


@check("c_out", points=0.25, title="very large times", kind="extreme")
def test_c_out_large_times(candidate: Candidate) -> None:
    """At large times the network's weight must approach sigma_data."""
    sigma_data = number(77, 0.5, 0.9)
    t = torch.tensor([number(82, 1e4, 5e4), 1e6])
    assert_close(candidate.c_out(t, sigma_data), torch.full((2,), sigma_data))


@check("c_out", points=0.25, title="its gradient reaches t", kind="gradient")
def test_c_out_gradient(candidate: Candidate) -> None:
    """The derivative with respect to t differs from the slope of the values."""
    t, weights = uniform((5,), 55, 0.1, 3.0), normal((5,), 56)
    (gradient,) = candidate.c_out.grad(t, wrt=(0,), cotangent=weights)
    assert_close(gradient, derivative(out, t, weights), rtol=1e-4, what="the gradient of t")


@check("c_out", points=0.25, title="one weight per time, in the dtype of t", kind="dtype")
def test_c_out_dtype(candidate: Candidate) -> None:
    """With float64 times the weights are not float64, not that precise, or not shaped like t."""
    t = uniform((7,), 57, 0.002, 5.0)
    assert_close(candidate.c_out(t), over(out, t, ()), rtol=1e-10, atol=1e-12)


@check("c_out", points=0.25, title="leaves t as it is", kind="purity")
def test_c_out_pure(candidate: Candidate) -> None:
    """The input was modified, or the random state or a global setting was changed."""
    t = uniform((4,), 58, 0.002, 5.0, torch.float32)
    seen = candidate.c_out.observe(t)
    assert_untouched(seen, (t,))
    assert_shape(seen.value, (4,))


# -- consistency_function ----------------------------------------------------------------------------------


@check("consistency_function", points=1.5, title="equals the weighted sum, sample by sample")
@given(point=points())
def test_consistency_function_formula(candidate: Candidate, point: Point) -> None:
    """The result differs from c_skip(t) x + c_out(t) network(x, t) for some sample."""
    wave = candidate.toy("Wave")  # beside the answer: no word goes to and fro for each of many examples
    actual = candidate.consistency_function(wave, point.x, point.t, *point.options)
    assert_close(actual, mapped(point))


@check("consistency_function", points=0.5, title="the right network leads every point to its start")
def test_consistency_function_gaussian(candidate: Candidate) -> None:
    """Along the exact trajectories of Gaussian data, with the network that is right for them, the end points differ."""
    t = torch.tensor([number(78, 0.3, 0.8), number(79, 0.03, 0.08), number(80, 1, 3), number(81, 10, 30)]).double()
    start = normal((4, 2, 2), 61)

    def growth(t: Tensor) -> Tensor:
        return ((0.25 + t**2) / (0.25 + 0.002**2)).sqrt().reshape(-1, 1, 1)

    def exact(x: Tensor, t: Tensor) -> Tensor:
        skips, outs = (over(function, t, ()).reshape(-1, 1, 1) for function in (skip, out))
        return (x / growth(t) - skips * x) / outs

    actual = candidate.consistency_function(exact, start * growth(t), t)
    assert_close(actual, start, rtol=1e-5, what="the end of the trajectory")


@check("consistency_function", points=0.25, title="shows the network x and t unchanged", kind="law")
def test_consistency_function_arguments(candidate: Candidate) -> None:
    """What the network was shown is not x and t as they were given."""
    point, seen = make_point((3, 2, 2), 62), []

    def watched(x: Tensor, t: Tensor) -> Tensor:
        seen.append((x.detach().clone(), t.detach().clone()))
        return network(x, t)

    candidate.consistency_function(watched, point.x, point.t)
    assert_true(len(seen) > 0, "the network was not called")
    shown = [torch.cat(parts) for parts in zip(*seen, strict=True)]
    assert_close(shown, [point.x, point.t], what="what the network was shown")


@check("consistency_function", points=0.75, title="its gradient passes through the network", kind="gradient")
def test_consistency_function_gradient(candidate: Candidate) -> None:
    """The derivative with respect to x lacks a part, or the network's parameters are cut off."""
    point, weights = make_point((3, 2, 2), 63), normal((3, 2, 2), 64)
    (gradient,) = candidate.consistency_function.grad(network, point.x, point.t, wrt=(1,), cotangent=weights)
    leaf = point.x.clone().requires_grad_()
    (expected,) = torch.autograd.grad(mapped(point._replace(x=leaf)), leaf, weights)
    assert_close(gradient, expected, rtol=1e-4, what="the gradient of x")
    seen = candidate.consistency_function.observe(
        candidate.toy("ToyTimeNetwork"), point.x.float(), point.t.float()
    )
    assert_true(seen.requires_grad, "no gradient reaches the network's parameters")


@check("consistency_function", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_consistency_function_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise, or large ones are cut off."""
    point = make_point((3, 2), 65)
    assert_close(
        candidate.consistency_function(network, point.x, point.t), mapped(point), rtol=1e-10, atol=1e-12
    )
    far = point._replace(x=200 * point.x, t=0.1 * point.t / point.t.max())
    assert_close(candidate.consistency_function(network, far.x, far.t), mapped(far), rtol=1e-9, atol=1e-10)


@check(
    "consistency_function", points=0.25, title="depends on its inputs alone, and spares them", kind="purity"
)
def test_consistency_function_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    point = make_point((2, 3, 2), 66, torch.float32)
    seen = candidate.consistency_function.observe(network, point.x, point.t)
    assert_untouched(seen, (network, point.x, point.t))
    assert_shape(seen.value, (2, 3, 2))


@check("consistency_function", points=0.25, title="treats every sample on its own", kind="law")
def test_consistency_function_batch_independence(candidate: Candidate) -> None:
    """The result for a sample changed with the other samples of its batch."""
    point = make_point((4, 4), 67)
    whole = candidate.consistency_function(network, point.x, point.t)
    half = candidate.consistency_function(network, point.x[2:], point.t[2:])
    assert_shape(whole, (4, 4), what="the result for the whole batch")
    assert_close(half, whole[2:], what="the result for half the batch")


@check("consistency_function", points=0.25, title="the two ends of a trajectory", kind="extreme")
def test_consistency_function_extremes(candidate: Candidate) -> None:
    """At t_min the network must have no say, at very large times hardly anything else."""
    x = normal((2, 3), 68, torch.float32)
    actual = candidate.consistency_function(
        lambda x, t: 3 * torch.ones_like(x), x, torch.tensor([0.1, 1e5]), 2.0, 0.1
    )
    assert_close(actual, torch.stack([x[0], torch.full((3,), 6.0)]), rtol=1e-4)
