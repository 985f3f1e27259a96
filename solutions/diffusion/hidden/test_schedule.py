"""Hidden checks of schedule.py."""

import math
from typing import NamedTuple

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import generator, made, normal, number, whole


class Lookup(NamedTuple):
    """A table of values, one timestep per sample, and the shape of the data."""

    values: Tensor
    t: Tensor
    shape: tuple[int, ...]


SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (1, 1, 2, 2), (2, 3, 1, 2, 2)]


def lookups() -> st.SearchStrategy[Lookup]:
    """Tables of 1 to 12 distinct values and batches of one to four trailing dimensions."""
    return made(_lookup, st.sampled_from(SHAPES), st.integers(0, 2**20))


def _lookup(shape: tuple[int, ...], seed: int) -> Lookup:
    random, length = generator(seed), whole(seed, 1, 12)
    values = torch.randn(length, generator=random)
    return Lookup(values, torch.randint(0, length, shape[:1], generator=random), shape)


def random_betas(length: int, rng: torch.Generator) -> Tensor:
    """Variances between 0.01 and 0.6, in no particular order."""
    return 0.01 + 0.59 * torch.rand(length, generator=rng, dtype=torch.float64)


def linear(length: int, start: float, end: float) -> Tensor:
    """The linear schedule, value by value."""
    return torch.tensor([start + (end - start) * i / (length - 1) for i in range(length)], dtype=torch.float64)


def cosine(length: int, s: float) -> Tensor:
    """The cosine schedule, value by value, from the double-angle form of the squared cosine."""

    def signal(i: int) -> float:
        return (1 + math.cos((i / length + s) / (1 + s) * math.pi)) / 2

    return torch.tensor(
        [min(1 - signal(i + 1) / signal(i), 0.999) for i in range(length)], dtype=torch.float64
    )


@check("linear_beta_schedule", points=1, title="equals the closed form")
def test_linear_beta_schedule_closed_form(candidate: Candidate) -> None:
    """Some beta differs from beta_start + (beta_end - beta_start) i / (T - 1)."""
    cases = [
        (2, number(1, 0.01, 0.03), number(2, 0.2, 0.4)),
        (whole(3, 5, 10), number(4, 0.002, 0.009), number(5, 0.05, 0.15)),
        (whole(6, 30, 60), number(7, 0.001, 0.005), number(8, 0.4, 0.6)),
    ]
    cases.append((4, number(14, 1e-6, 9e-6, digits=8), number(15, 0.9, 0.99)))
    for length, start, end in cases:
        betas = candidate.linear_beta_schedule(length, start, end)
        assert_close(betas, linear(length, start, end), rtol=1e-5, dtype=False, what="the betas")


@check("linear_beta_schedule", points=0.5, title="the usual schedule of 1000 steps")
def test_linear_beta_schedule_default_ends(candidate: Candidate) -> None:
    """Without arguments the ends are not those of the docstring, or they depend on the length."""
    for length in (1000, whole(9, 50, 200)):
        betas = candidate.linear_beta_schedule(length)
        assert_close(betas, linear(length, 1e-4, 0.02), rtol=1e-5, dtype=False, what="the betas")


@check("linear_beta_schedule", points=0.5, title="is float64, to full precision", kind="dtype")
def test_linear_beta_schedule_precision(candidate: Candidate) -> None:
    """The schedule is not computed in double precision, or the random state or a global setting was changed."""
    length, start, end = whole(10, 8, 14), number(11, 0.05, 0.15), number(12, 0.25, 0.4)
    seen = candidate.linear_beta_schedule.observe(length, start, end)
    assert_true(not seen.rng_used, "the global random state or a global setting was changed")
    assert_close(seen.value, linear(length, start, end), rtol=1e-12, atol=0.0, what="the betas")


@check("linear_beta_schedule", points=0.25, title="a schedule of one step", kind="extreme")
def test_linear_beta_schedule_length_one(candidate: Candidate) -> None:
    """A schedule of length one must consist of beta_start."""
    start = number(13, 0.15, 0.3)
    betas = candidate.linear_beta_schedule(1, start, 0.5)
    assert_close(betas, torch.tensor([start], dtype=torch.float64), rtol=1e-5, dtype=False)


@check("cosine_beta_schedule", points=1.5, title="equals the formula")
def test_cosine_beta_schedule_formula(candidate: Candidate) -> None:
    """Some beta before the last, which is clipped, differs from 1 - f((i + 1) / T) / f(i / T)."""
    sizes = whole(20, 4, 8), whole(21, 10, 16), whole(22, 30, 50)
    for length, s in zip(sizes, (number(23, 0.05, 0.15), number(24, 0.02, 0.04), 0.008), strict=True):
        betas = candidate.cosine_beta_schedule(length, s)
        assert_shape(betas, (length,), what="the betas")
        assert_close(betas[:-1], cosine(length, s)[:-1], rtol=1e-5, dtype=False, what="the betas before the last")


@check("cosine_beta_schedule", points=0.75, title="the surviving signal follows the squared cosine", kind="law")
def test_cosine_beta_schedule_signal_curve(candidate: Candidate) -> None:
    """The running product of 1 - beta does not fall like f(u) / f(0)."""
    length, other = whole(25, 12, 20), number(35, 0.01, 0.1, digits=4)
    u = np.arange(1, length) / length
    for options, s in (((), 0.008), ((other,), other)):
        betas = candidate.cosine_beta_schedule(length, *options)
        assert_shape(betas, (length,))
        signal = np.cumprod(1 - betas.double().numpy())[:-1]
        curve = np.cos((u + s) / (1 + s) * np.pi / 2) ** 2 / math.cos(s / (1 + s) * math.pi / 2) ** 2
        what = "the running product of 1 - beta"
        assert_close(torch.from_numpy(signal), torch.from_numpy(curve), rtol=1e-4, what=what)


@check("cosine_beta_schedule", points=0.25, title="is clipped at 0.999 from above, and only there", kind="extreme")
def test_cosine_beta_schedule_clipping(candidate: Candidate) -> None:
    """A long schedule must keep its tiny first betas, and its last beta must be 0.999."""
    length = whole(26, 900, 1100)
    betas = candidate.cosine_beta_schedule(length)
    assert_shape(betas, (length,))
    expected = cosine(length, 0.008)
    # Single precision resolves the first betas (4e-5) to about 1e-7 / 4e-5 = 0.3 %.
    assert_close(betas[:5], expected[:5], rtol=0.02, atol=0.0, dtype=False, what="the first betas")
    assert_close(betas[-2:], expected[-2:], rtol=1e-5, dtype=False, what="the last betas")


@check("cosine_beta_schedule", points=0.25, title="is float64, to full precision", kind="dtype")
def test_cosine_beta_schedule_precision(candidate: Candidate) -> None:
    """The schedule is not computed in double precision, or the random state or a global setting was changed."""
    length = whole(27, 15, 30)
    seen = candidate.cosine_beta_schedule.observe(length)
    assert_true(not seen.rng_used, "the global random state or a global setting was changed")
    assert_shape(seen.value, (length,), torch.float64, what="the betas")
    assert_close(seen.value[:-1], cosine(length, 0.008)[:-1], rtol=1e-9, atol=0.0, what="the betas before the last")


@check("cosine_beta_schedule", points=0.25, title="a schedule of one step", kind="extreme")
def test_cosine_beta_schedule_length_one(candidate: Candidate) -> None:
    """The only beta of a schedule of length one is the one that every schedule ends with."""
    last = candidate.cosine_beta_schedule(20)[-1:]
    # Where it is clipped is asked elsewhere.
    assert_true(last.shape == (1,) and bool(last > 0.9), "the last beta is not the largest")
    for options in ((), (number(28, 0.01, 0.1),)):
        betas = candidate.cosine_beta_schedule(1, *options)
        assert_close(betas, last, rtol=1e-5, dtype=False)


@check("alphas_cumprod", points=1, title="equals the product, step by step")
def test_alphas_cumprod_products(candidate: Candidate, rng: torch.Generator) -> None:
    """Some entry differs from the product of all 1 - beta up to and including its own step."""
    for length in (1, 6, 30):
        betas = random_betas(length, rng)
        expected = [math.prod(1 - beta for beta in betas[: i + 1].tolist()) for i in range(length)]
        actual = candidate.alphas_cumprod(betas)
        # The last products are tiny: relative closeness matters, entry by entry.
        assert_close(actual, torch.tensor(expected, dtype=torch.float64), rtol=1e-4, atol=1e-12, dtype=False)


@check("alphas_cumprod", points=0.5, title="float64 and float32 keep their dtype and precision", kind="dtype")
def test_alphas_cumprod_precision(candidate: Candidate) -> None:
    """The result does not have the dtype of the betas, or was computed in a lower precision."""
    betas = linear(1000, number(29, 1e-4, 2e-4, digits=6), number(30, 0.015, 0.025))
    expected = torch.from_numpy(np.exp(np.cumsum(np.log1p(-betas.numpy()))))
    assert_close(candidate.alphas_cumprod(betas), expected, rtol=1e-9, atol=1e-15)
    long = linear(2 * whole(38, 550, 950), 1e-4, 0.02)
    expected = torch.from_numpy(np.exp(np.cumsum(np.log1p(-long.numpy()))))
    assert_close(candidate.alphas_cumprod(long), expected, rtol=1e-9, atol=1e-15)
    assert_close(candidate.alphas_cumprod(betas[::100].float()), (1 - betas[::100]).cumprod(0).float())


@check("alphas_cumprod", points=0.5, title="its gradient is that of the product", kind="gradient")
def test_alphas_cumprod_gradient(candidate: Candidate, rng: torch.Generator) -> None:
    """The derivative with respect to the betas differs from that of the product."""
    betas = random_betas(5, rng)
    weights = torch.randn(5, generator=rng, dtype=torch.float64)
    products = [math.prod(1 - beta for beta in betas[: i + 1].tolist()) for i in range(5)]
    expected = [
        sum(-float(weights[i]) * products[i] / (1 - float(betas[j])) for i in range(j, 5)) for j in range(5)
    ]
    (gradient,) = candidate.alphas_cumprod.grad(betas, wrt=(0,), cotangent=weights)
    assert_close(gradient, torch.tensor(expected, dtype=torch.float64), rtol=1e-4, what="the gradient")


@check("alphas_cumprod", points=0.25, title="leaves the betas as they are", kind="purity")
def test_alphas_cumprod_pure(candidate: Candidate, rng: torch.Generator) -> None:
    """The betas were modified, or the random state or a global setting was changed."""
    betas = random_betas(6, rng)
    seen = candidate.alphas_cumprod.observe(betas)
    assert_close(seen.args[0], betas, rtol=0, atol=0, what="betas after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (6,))


def assert_looked_up(actual: Tensor, expected: Tensor, shape: tuple[int, ...], **tolerance: float) -> None:
    """The value of every element is right; the shape, which broadcasts, is asked for where shapes are."""
    assert_close(actual.expand(shape), expected.expand(shape), **tolerance)


@check("extract", points=1.25, title="equals indexing, sample by sample")
@given(case=lookups())
def test_extract_matches_indexing(candidate: Candidate, case: Lookup) -> None:
    """Some sample did not get the value at its own timestep, in a shape that broadcasts over the batch."""
    expected = torch.empty(case.shape[0], *[1] * (len(case.shape) - 1))
    for b, step in enumerate(case.t.tolist()):
        expected[b] = float(case.values[step])
    assert_looked_up(candidate.extract(case.values, case.t, case.shape), expected, case.shape)


@check("extract", points=0.25, title="keeps the dtype of the values", kind="dtype")
def test_extract_dtype(candidate: Candidate) -> None:
    """The result does not have the dtype, or not the precision, of the table, or a long table is cut off."""
    values = torch.rand(3, generator=generator(31), dtype=torch.float64) * torch.tensor([1, 1e-12, 1])
    t = torch.tensor([2, 1, 0, 0])
    tight = {"rtol": 1e-14, "atol": 0.0}
    assert_looked_up(candidate.extract(values, t, (4, 2, 2)), values[t].reshape(4, 1, 1), (4, 2, 2), **tight)
    length = 2 * whole(36, 550, 950)
    table = torch.linspace(0, 1, length, dtype=torch.float64)
    t = torch.tensor([length - 1, whole(37, 260, 990), 0])
    assert_looked_up(candidate.extract(table, t, (3, 2)), table[t].reshape(3, 1), (3, 2), **tight)


@check("extract", points=0.5, title="passes gradients to the values", kind="gradient")
def test_extract_gradient(candidate: Candidate) -> None:
    """A value used by several samples must collect the gradient of all of them."""
    values, cotangent = normal((3,), 32), 1 + normal((3,), 33).abs()
    t = torch.randperm(3, generator=generator(34))[[2, 0, 2]]
    looked_up = candidate.extract(values, t, (3, 4, 4))
    weights = cotangent.reshape(3, 1, 1) * 3 / looked_up.numel()  # the same for a value that is repeated over its sample
    (gradient,) = candidate.extract.grad(values, t, (3, 4, 4), wrt=(0,), cotangent=weights)
    expected = [float(cotangent[t == step].sum()) for step in range(3)]
    assert_close(gradient, torch.tensor(expected, dtype=torch.float64), what="the gradient")


@check("extract", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_extract_pure(candidate: Candidate) -> None:
    """The table or the timesteps were modified, or the random state or a global setting was changed."""
    values, t = normal((5,), 35, torch.float32), torch.tensor([4, 1])
    seen = candidate.extract.observe(values, t, (2, 3, 3))
    assert_close(seen.args[0], values, rtol=0, atol=0, what="values after the call")
    assert_close(seen.args[1], t, what="t after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value.expand(2, 3, 3), (2, 3, 3))
