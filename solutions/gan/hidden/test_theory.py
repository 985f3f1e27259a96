"""Hidden checks of theory.py, against the definitions written out outcome by outcome."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr
from torch import Tensor

from autograder.checks import Candidate, Observation, RemoteFunction, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import DTYPES, made, normal, seeds, uniform

Map = Callable[[Tensor, Tensor], Tensor]

SHAPES = ((2,), (5,), (1, 2), (3, 4), (4, 3), (2, 2, 3), (3, 1, 6))


class Pair(NamedTuple):
    """Two distributions over the last axis."""

    p: Tensor
    q: Tensor


def pairs() -> st.SearchStrategy[Pair]:
    """Distributions without zeros; the number of outcomes may be that of the batch."""
    return made(make_pair, st.sampled_from(SHAPES), seeds(), st.sampled_from(DTYPES))


def make_pair(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64) -> Pair:
    """Draw two different distributions."""
    p, q = (normal(shape, seed + 10 * n, torch.float64, 1.3).softmax(-1).to(dtype) for n in range(2))
    return Pair(p, q)


def make_distant_pair(shape: tuple[int, int], seed: int) -> Pair:
    """Pairs of distributions of which the first prefers the first outcome clearly, the second the last."""
    p, q = uniform(shape, seed, -0.6, 0.6), uniform(shape, seed + 10, -0.6, 0.6)
    p[:, 0] += 1.5
    q[:, -1] += 1.5
    return Pair(p.softmax(-1), q.softmax(-1))


def with_zeros(seed: int, *patterns: list[int]) -> Tensor:
    """Distributions that exclude the outcomes at zeros of the patterns, one pattern for each."""
    weights = torch.tensor(patterns) * uniform((len(patterns), len(patterns[0])), seed, 0.3, 1.0)
    return weights / weights.sum(1, keepdim=True)


def many_outcomes(seed: int) -> Pair:
    """Two pairs of distributions over so many outcomes that most of them are rare."""
    return Pair(*(normal((2, 300), seed + 10 * n, torch.float64).softmax(-1) for n in range(2)))


def rows(p: Tensor, q: Tensor, value_of: Callable[[Tensor, Tensor], float]) -> Tensor:
    """``value_of(p, q)`` for every pair of rows, in double precision, cast back."""
    width = p.shape[-1]
    values = [
        value_of(a, b) for a, b in zip(p.double().view(-1, width), q.double().view(-1, width), strict=True)
    ]
    return torch.as_tensor(values, dtype=torch.float64).view(p.shape[:-1]).to(p.dtype)


def divergence(p: Tensor, q: Tensor) -> float:
    """The divergence of two single distributions, from SciPy's relative entropies of both to their mean."""
    mean = (p + q) / 2
    return float((rel_entr(p, mean) + rel_entr(q, mean)).sum()) / 2


def game(p: Tensor, q: Tensor) -> float:
    """The value of the game by its definition, at the best discriminator."""
    total = 0.0
    for data, generated in zip(p.tolist(), q.tolist(), strict=True):
        total += data * math.log(data / (data + generated)) if data > 0 else 0.0
        total += generated * math.log(generated / (data + generated)) if generated > 0 else 0.0
    return total


def assert_untouched(seen: Observation, case: Pair, shape: tuple[int, ...]) -> None:
    """The call left its arguments and the global random state alone; its result has shape and dtype."""
    for after, before in zip(seen.args, case, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, shape, case.p.dtype)


def assert_gradient(function: RemoteFunction, expected_of: Map, seed: int, weights: Tensor) -> None:
    """Gradients agree along the simplex, that is, through a softmax."""
    first, second = (normal((3, 4), seed + n).requires_grad_() for n in range(2))
    p, q = first.softmax(-1), second.softmax(-1)
    by_p, by_q = function.grad(p.detach(), q.detach(), wrt=(0, 1), cotangent=weights)
    assert_true(by_p is not None and by_q is not None, "the result is cut off from its inputs")
    actual = torch.autograd.grad([p, q], [first, second], [by_p, by_q], retain_graph=True)
    expected = torch.autograd.grad((weights * expected_of(p, q)).sum(), [first, second])
    for one, other in zip(actual, expected, strict=True):
        assert_close(one, other, rtol=1e-4, what="the gradient through a softmax")


# -- optimal_discriminator ---------------------------------------------------------------------------------


@check("optimal_discriminator", points=0.75, title="is Bayes' rule for an even mixture")
@given(case=pairs())
def test_optimal_discriminator_formula(candidate: Candidate, case: Pair) -> None:
    """Some entry is not the probability that an outcome came from the data and not from the generator."""
    expected = 1 / (1 + (case.q.double().log() - case.p.double().log()).exp())
    assert_close(candidate.optimal_discriminator(*case), expected.to(case.p.dtype))


@check("optimal_discriminator", points=0.5, title="no discriminator does better", kind="law")
def test_optimal_discriminator_is_optimal(candidate: Candidate) -> None:
    """At the result, the value of the game has a slope: another discriminator has a higher value."""
    case = make_pair((3, 4), 1)
    best = candidate.optimal_discriminator(*case)
    assert_shape(best, (3, 4))
    assert_true(bool(((best > 0) & (best < 1)).all()), "some entry is not strictly between 0 and 1")
    slope = case.p / best - case.q / (1 - best)
    assert_close(slope, torch.zeros(3, 4, dtype=torch.float64), atol=1e-5, what="the slope")


@check("optimal_discriminator", points=0.25, title="outcomes of probability zero", kind="extreme")
def test_optimal_discriminator_zeros(candidate: Candidate) -> None:
    """Where one of the two probabilities is zero, the result is not exactly 0 or 1."""
    p, q = with_zeros(4, [1, 1, 0], [0, 1, 1]), with_zeros(5, [0, 1, 1], [0, 1, 1])
    q[1, 0] = 1e-9
    assert_close(candidate.optimal_discriminator(p, q), p / (p + q), atol=1e-6)


@check("optimal_discriminator", points=0.5, title="its gradient reaches both distributions", kind="gradient")
def test_optimal_discriminator_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to the logits of the two distributions are wrong or absent."""
    assert_gradient(candidate.optimal_discriminator, lambda p, q: p / (p + q), 2, normal((3, 4), 9))


@check("optimal_discriminator", points=0.25, title="one value per outcome, inputs left alone", kind="purity")
def test_optimal_discriminator_pure(candidate: Candidate) -> None:
    """An input was modified, randomness was used, a global setting changed, or shape or dtype of the result are wrong."""
    for dtype, shape in zip(DTYPES, ((2, 3), (4,)), strict=True):
        case = make_pair(shape, 3, dtype)
        assert_untouched(candidate.optimal_discriminator.observe(*case), case, shape)


# -- js_divergence -----------------------------------------------------------------------------------------


@check("js_divergence", points=1.25, title="equals SciPy's divergence")
@given(case=pairs())
def test_js_divergence_matches_scipy(candidate: Candidate, case: Pair) -> None:
    """The divergence of some pair of distributions is wrong."""
    assert_close(candidate.js_divergence(*case), rows(*case, divergence), atol=1e-6)


@check("js_divergence", points=0.5, title="outcomes of probability zero", kind="extreme")
def test_js_divergence_zeros(candidate: Candidate) -> None:
    """Where probabilities are zero or tiny, in one distribution or in both, the divergence is wrong or not finite."""
    p = with_zeros(15, [1, 1, 0, 0], [0, 1, 0, 0], [1, 1, 1, 0])
    q = with_zeros(16, [0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 0, 0])
    for one, other in (Pair(p, q), Pair(p.float(), q.float()), many_outcomes(17)):
        assert_close(candidate.js_divergence(one, other), rows(one, other, divergence), atol=1e-6)


@check("js_divergence", points=0.25, title="symmetric, and between 0 and log 2", kind="law")
def test_js_divergence_laws(candidate: Candidate) -> None:
    """Exchanging the distributions changes the divergence, or it is not positive, or exceeds log 2."""
    case = make_distant_pair((6, 3), 11)
    there, back = candidate.js_divergence(*case), candidate.js_divergence(case.q, case.p)
    assert_shape(there, (6,))
    assert_close(back, there, rtol=1e-6, what="the divergence after the exchange")
    assert_true(bool(((there > 0) & (there < math.log(2))).all()), "a divergence is not between 0 and log 2")


@check(
    "js_divergence", points=0.25, title="mixing both with a third distribution brings them closer", kind="law"
)
def test_js_divergence_scaling(candidate: Candidate) -> None:
    """If both distributions put half of their mass on a common new outcome, the divergence does not halve."""
    case = make_distant_pair((3, 4), 12)
    common = torch.full((3, 1), 0.5, dtype=torch.float64)
    mixed = [torch.cat([part / 2, common], 1) for part in case]
    whole = candidate.js_divergence(*case)
    assert_shape(whole, (3,))
    assert_true(bool(whole.abs().min() > 1e-3), "different distributions have no divergence")
    assert_close(candidate.js_divergence(*mixed), whole / 2, rtol=1e-5)


@check("js_divergence", points=0.5, title="its gradient reaches both distributions", kind="gradient")
def test_js_divergence_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to the logits of the two distributions are wrong or absent."""

    def expected(p: Tensor, q: Tensor) -> Tensor:
        m = (p + q) / 2
        return ((p * (p / m).log() + q * (q / m).log()) / 2).sum(-1)

    assert_gradient(candidate.js_divergence, expected, 13, normal((3,), 19))


@check("js_divergence", points=0.25, title="one value per pair, inputs left alone", kind="purity")
def test_js_divergence_pure(candidate: Candidate) -> None:
    """An input was modified, randomness was used, a global setting changed, or shape or dtype of the result are wrong."""
    for dtype, shape in zip(DTYPES, ((2, 3), (4,)), strict=True):
        case = make_pair(shape, 14, dtype)
        assert_untouched(candidate.js_divergence.observe(*case), case, shape[:-1])


# -- gan_value ---------------------------------------------------------------------------------------------


@check("gan_value", points=1.25, title="equals the definition at the best discriminator")
@given(case=pairs())
def test_gan_value_definition(candidate: Candidate, case: Pair) -> None:
    """The value is not the sum of p_data log D* and p_g log(1 - D*) over the outcomes."""
    assert_close(candidate.gan_value(*case), rows(*case, game), atol=1e-6)


@check("gan_value", points=0.5, title="is -2 log 2 plus twice the Jensen-Shannon divergence", kind="law")
def test_gan_value_and_divergence(candidate: Candidate) -> None:
    """The value is not an affine function of the divergence, or falls below -2 log 2, or rises above 0."""
    case = make_distant_pair((8, 5), 21)
    values = candidate.gan_value(*case)
    assert_close(values, 2 * rows(*case, divergence) - 2 * math.log(2), atol=1e-6)
    assert_true(bool(((values > -2 * math.log(2)) & (values < 0)).all()), "a value is out of range")


@check("gan_value", points=0.5, title="outcomes of probability zero", kind="extreme")
def test_gan_value_zeros(candidate: Candidate) -> None:
    """Where only one of the probabilities is zero, or many are tiny, the value is wrong or not finite."""
    p = with_zeros(24, [1, 1, 0], [0, 1, 1], [1, 0, 0])
    q = with_zeros(25, [0, 1, 1], [1, 0, 0], [0, 1, 1])
    for one, other in (Pair(p, q), many_outcomes(26)):
        assert_close(candidate.gan_value(one, other), rows(one, other, game), atol=1e-6)
    # Without common outcomes the value is 0, which in single precision is what is left of two logarithms.
    assert_close(candidate.gan_value(p.float(), q.float()), rows(p.float(), q.float(), game), atol=1e-5)


@check("gan_value", points=0.5, title="its gradient reaches both distributions", kind="gradient")
def test_gan_value_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to the logits of the two distributions are wrong or absent."""

    def expected(p: Tensor, q: Tensor) -> Tensor:
        return (p * (p / (p + q)).log() + q * (q / (p + q)).log()).sum(-1)

    assert_gradient(candidate.gan_value, expected, 22, normal((3,), 29))


@check("gan_value", points=0.25, title="one value per pair, inputs left alone", kind="purity")
def test_gan_value_pure(candidate: Candidate) -> None:
    """An input was modified, randomness was used, a global setting changed, or shape or dtype of the result are wrong."""
    for dtype, shape in zip(DTYPES, ((2, 3), (4,)), strict=True):
        case = make_pair(shape, 23, dtype)
        assert_untouched(candidate.gan_value.observe(*case), case, shape[:-1])
