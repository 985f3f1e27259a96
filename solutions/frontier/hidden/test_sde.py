"""Hidden checks of the closed forms in sde.py: marginal and discretize."""

import math
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from torch import Tensor

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import made, normal, number, uniform, whole

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (2, 3, 1, 2, 2), (2, 2, 2, 2, 2)]
BETAS = [(), (0.1, 20.0), (0.5, 3.0), (1.2, 9.0)]


class Start(NamedTuple):
    """The arguments of marginal; ``betas`` is empty where the defaults are meant."""

    x0: Tensor
    t: Tensor
    betas: tuple[float, ...]

    def arguments(self) -> tuple:
        """All arguments in their order."""
        return (self.x0, self.t, *self.betas)


def starts() -> st.SearchStrategy[Start]:
    """Batches of both precisions, times in [0.05, 1], several speeds."""
    dtypes = st.sampled_from([torch.float32, torch.float64])
    return made(
        make_start, st.sampled_from(SHAPES), st.integers(0, 2**20), dtypes, st.sampled_from(BETAS)
    )


def make_start(
    shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64, betas: tuple[float, ...] = ()
) -> Start:
    """Fill the tensors from a seed."""
    return Start(normal(shape, seed, dtype), uniform(shape[:1], seed + 1, 0.05, 1.0, dtype), betas)


def speed(t: float, low: float = 0.1, high: float = 20.0) -> float:
    """beta(t)."""
    return low + t * (high - low)


def elapsed(t: float, betas: tuple[float, ...]) -> float:
    """The integral of beta from 0 to t, by numerical integration."""
    return integrate.quad(speed, 0.0, t, args=betas)[0]


def oracle(case: Start) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation sample by sample."""
    total = [elapsed(t, case.betas) for t in case.t.tolist()]
    rows = [math.exp(-b / 2) * x for b, x in zip(total, case.x0.double(), strict=True)]
    deviations = torch.tensor([math.sqrt(-math.expm1(-b)) for b in total], dtype=torch.float64)
    dtype, ones = case.x0.dtype, [1] * (case.x0.ndim - 1)
    return torch.stack(rows).to(dtype), deviations.reshape(-1, *ones).to(dtype)


def assert_std(std: Tensor, expected: Tensor, like: Tensor, **tolerance: float) -> None:
    """A standard deviation is right for every element; that it has a shape of its own is asked where shapes are."""
    shape = tuple(like.shape)
    assert_close(std.expand(shape), expected.expand(shape), what="the standard deviation", **tolerance)


def assert_untouched(seen: Observation, arguments: tuple) -> None:
    """The call left its arguments and the global random state alone."""
    for after, before in zip(seen.args, arguments, strict=True):
        if isinstance(before, Tensor):
            assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


# -- marginal ----------------------------------------------------------------------------------------------


@check("marginal", points=1.75, title="equals numerical integration of beta, sample by sample")
@given(case=starts())
def test_marginal_matches_quadrature(candidate: Candidate, case: Start) -> None:
    """Mean or standard deviation differ from those that the integral of beta from 0 to t implies."""
    mean, std = candidate.marginal(*case.arguments())
    expected = oracle(case)
    assert_close(mean, expected[0], what="the mean")
    assert_std(std, expected[1], case.x0)


@check("marginal", points=0.75, title="two stretches of time make one", kind="law")
def test_marginal_composes(candidate: Candidate) -> None:
    """Going on from time s to time t must lead to the marginal at t: means multiply, variances add up."""
    x0, s, t = normal((1, 4), 21), number(31, 0.2, 0.4), number(32, 0.7, 0.9)
    low, high = number(33, 0.3, 0.5), number(34, 2, 4)
    half, half_std = candidate.marginal(x0, torch.tensor([s]).double(), low, high)
    whole, whole_std = candidate.marginal(x0, torch.tensor([t]).double(), low, high)
    # The stretch from s to t is a process of its own, with t - s for its unit of time.
    rest = [(t - s) * speed(time, low, high) for time in (s, t)]
    last, last_std = candidate.marginal(half, torch.ones(1).double(), *rest)
    assert_close(last, whole, what="the mean")
    decay = math.exp(-elapsed(1.0, tuple(rest)) / 2)
    assert_close((decay * half_std) ** 2 + last_std**2, whole_std**2, what="the variance")


@check("marginal", points=0.25, title="preserves unit variance", kind="law")
def test_marginal_preserves_variance(candidate: Candidate) -> None:
    """For x_0 of unit variance, x_t must have unit variance at every time."""
    t, low, high = uniform((4,), 35, 0.05, 1.0, torch.float32), number(36, 0.1, 0.3), number(37, 9, 15)
    mean, std = candidate.marginal(torch.ones(4, 2), t, low, high)
    assert_shape(mean, (4, 2), what="the mean")
    assert_shape(std.expand(4, 2), (4, 2), what="the standard deviation")
    assert_close(mean**2 + std**2, torch.ones(4, 2), what="the variance")


@check("marginal", points=0.5, title="the gradient of the mean reaches x0", kind="gradient")
def test_marginal_gradient(candidate: Candidate) -> None:
    """The derivative of the mean with respect to x0 is not exp(-B(t) / 2)."""
    case = make_start((3, 2, 2), 22)
    weights = normal((3, 2, 2), 23)
    (gradient,) = candidate.marginal.grad(*case.arguments(), wrt=(0,), cotangent=weights, select=0)
    expected = oracle(case._replace(x0=weights))[0]
    assert_close(gradient, expected, rtol=1e-4, what="the gradient of x0")


@check("marginal", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_marginal_dtype(candidate: Candidate) -> None:
    """With float64 inputs the results are not float64, or not that precise."""
    case = make_start((3, 2), 24)
    (mean, std), expected = candidate.marginal(*case.arguments()), oracle(case)
    assert_close(mean, expected[0], rtol=1e-10, atol=1e-12, what="the mean")
    assert_std(std, expected[1], case.x0, rtol=1e-10, atol=1e-12)


@check(
    "marginal", points=0.25, title="depends on nothing but its inputs, and leaves them alone", kind="purity"
)
def test_marginal_pure(candidate: Candidate) -> None:
    """An input was modified, or noise was drawn."""
    case = make_start((2, 3, 2), 25)
    seen = candidate.marginal.observe(*case.arguments())
    assert_untouched(seen, case.arguments())
    assert_shape(seen.value[0], (2, 3, 2), what="the mean")


@check("marginal", points=0.5, title="at the beginning of time nothing has happened", kind="extreme")
def test_marginal_extremes(candidate: Candidate) -> None:
    """At t = 0 the mean must be x0 and the standard deviation 0; at t = 1 hardly anything is left of x0."""
    x0 = normal((2, 3), 26, torch.float32)
    mean, std = candidate.marginal(x0, torch.tensor([0.0, 1.0]))
    assert_close(mean, torch.stack([x0[0], math.exp(-5.025) * x0[1]]), atol=1e-6, what="the mean")
    assert_std(std, torch.tensor([[0.0], [math.sqrt(1 - math.exp(-10.05))]]), x0)


@check("marginal", points=0.25, title="treats every sample on its own", kind="law")
def test_marginal_batch_independence(candidate: Candidate) -> None:
    """Mean or standard deviation of a sample changed with the other samples of its batch."""
    case = make_start((4, 4), 27)
    whole = candidate.marginal(*case.arguments())
    half = candidate.marginal(case.x0[2:], case.t[2:])
    assert_shape(half[0], (2, 4), what="the mean of half the batch")
    assert_close(whole[0][2:], half[0], what="the mean for the whole batch")
    assert_std(whole[1][2:], half[1], half[0])


# -- discretize --------------------------------------------------------------------------------------------


@check("discretize", points=1.25, title="equals beta at the end of each step, times its length")
def test_discretize_values(candidate: Candidate) -> None:
    """Some beta_i differs from beta((i + 1) / T) / T."""
    cases = [
        (whole(41, 25, 50),), (whole(42, 30, 60), 0.1, 20.0), (whole(43, 8, 14), 0.2, number(44, 2, 4)),
        (7, number(45, 0.4, 0.6), 2.0),
    ]  # fmt: skip
    for length, *betas in cases:
        expected = [speed((i + 1) / length, *betas) / length for i in range(length)]
        actual = candidate.discretize(length, *betas)
        assert_close(actual, torch.tensor(expected), dtype=False, what="the schedule")


@check("discretize", points=1, title="is a DDPM of which the SDE is the limit")
def test_discretize_limit(candidate: Candidate) -> None:
    """With many steps, the cumulative product of 1 - beta must approach exp(-integral of beta) at every time."""
    length = 4000
    for betas in ((0.1, 20.0), (number(46, 0.4, 0.6), number(47, 3, 5))):
        actual = candidate.discretize(length, *betas)
        assert_shape(actual, (length,), what="the schedule")
        lost = -torch.log1p(-actual.double()).cumsum(0)
        for step in (length // 4, length // 2, length):
            assert_close(
                lost[step - 1], elapsed(step / length, betas), rtol=0.01, atol=0.0, what="the lost signal"
            )


@check("discretize", points=0.25, title="betas grow evenly", kind="law")
def test_discretize_evenly(candidate: Candidate) -> None:
    """Neighbouring betas must differ by (beta_max - beta_min) / T^2."""
    length, low, high = whole(48, 30, 60), number(49, 0.2, 0.4), number(50, 6, 9)
    actual = candidate.discretize(length, low, high)
    assert_shape(actual, (length,), what="the schedule")
    expected = torch.full((length - 1,), (high - low) / length**2, dtype=torch.float64)
    assert_close(actual.double().diff(), expected, rtol=1e-3, what="the difference of neighbours")


@check("discretize", points=0.25, title="a single step", kind="extreme")
def test_discretize_single_step(candidate: Candidate) -> None:
    """With T = 1 there is one beta, beta_max."""
    high = number(51, 0.4, 0.9)
    assert_close(candidate.discretize(1, 0.1, high), torch.tensor([high]), dtype=False, what="the beta")


@check(
    "discretize",
    points=0.25,
    title="is float64, to full precision, without randomness",
    kind="purity",
)
def test_discretize_pure(candidate: Candidate) -> None:
    """The schedule is not computed in double precision, or the random state or a global setting was changed."""
    length, betas = whole(52, 20, 60), (number(53, 0.3, 0.7), number(54, 5, 9))
    seen = candidate.discretize.observe(length, *betas)
    expected = [speed((i + 1) / length, *betas) / length for i in range(length)]
    assert_close(seen.value, torch.tensor(expected, dtype=torch.float64), rtol=1e-10, atol=0.0, what="the schedule")
    assert_true(not seen.rng_used, "the global random state was used")
