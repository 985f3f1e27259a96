"""Hidden checks of likelihood.py: the two log-probabilities."""

import itertools
import math
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Bernoulli, Categorical

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check, naming
from autograder.checks.strategies import DTYPES, generator, made, normal, uniform, whole

LOOSE = {torch.float64: 1e-5, torch.float32: 1e-4}
"""Relative tolerances under which a guard such as log(p + 1e-8) is still close enough."""


class Observed(NamedTuple):
    """Logits and the data whose probability is asked for."""

    logits: Tensor
    x: Tensor


def sequences() -> st.SearchStrategy[Observed]:
    """Sequences of 1 to 5 steps over 2 to 6 categories, logits of size 1.5."""
    shapes = [(1, 1, 2), (1, 2, 3), (2, 1, 3), (3, 3, 3), (2, 4, 4), (4, 2, 6), (5, 5, 2), (3, 5, 4)]
    return made(make_sequence, st.sampled_from(shapes), st.sampled_from(DTYPES), st.integers(0, 2**20))


def make_sequence(shape: tuple[int, int, int], dtype: torch.dtype, seed: int, scale: float = 1.5) -> Observed:
    """Logits ``(B, T, K)`` and categories."""
    x = torch.randint(shape[2], shape[:2], generator=generator(seed))
    return Observed(normal(shape, seed + 1, dtype, scale), x)


def binaries() -> st.SearchStrategy[Observed]:
    """Binary vectors of length 1 to 9, logits of size 1.5."""
    shapes = [(1, 1), (1, 3), (3, 1), (2, 2), (3, 3), (2, 5), (5, 4), (4, 9)]
    return made(make_binary, st.sampled_from(shapes), st.sampled_from(DTYPES), st.integers(0, 2**20))


def make_binary(shape: tuple[int, int], dtype: torch.dtype, seed: int, scale: float = 1.5) -> Observed:
    """Logits ``(B, D)`` and zeros and ones."""
    x = torch.randint(2, shape, generator=generator(seed)).to(dtype)
    return Observed(normal(shape, seed + 1, dtype, scale), x)


def assert_untouched(seen: Observation, arguments: tuple[Tensor, ...]) -> None:
    """The call left its arguments and the global random state alone."""
    for after, before in zip(seen.args, arguments, strict=False):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


def near(value: object, expected: Tensor) -> bool:
    """Whether a result is right but for a guard."""
    return isinstance(value, Tensor) and value.shape == expected.shape and bool((value - expected).abs().max() < 1e-3)


def floor_of(value: object, expected: Tensor, mild_is_right: bool) -> str:
    """The mistake of a logarithm that cannot fall: right where it is mild, and far above values of minus thousands."""
    if not (mild_is_right and isinstance(value, Tensor) and value.shape == expected.shape and value.isfinite().all()):
        return ""
    deep = expected < -1000
    return "logarithm_cannot_fall" if bool((value[deep] > 0.2 * expected[deep]).all()) else ""


# -- categorical_log_prob ----------------------------------------------------------------------------------


@check("categorical_log_prob", points=2, title="equals the sum over steps of torch.distributions.Categorical")
@given(case=sequences())
def test_categorical_log_prob_matches_distribution(candidate: Candidate, case: Observed) -> None:
    """The value differs from the log-probabilities of the observed categories, summed over the steps."""
    expected = Categorical(logits=case.logits.double()).log_prob(case.x).sum(1).to(case.logits.dtype)
    assert_close(candidate.categorical_log_prob(case.logits, case.x), expected, rtol=LOOSE[case.logits.dtype])


@check(
    "categorical_log_prob", points=0.75, title="the probabilities of all sequences add up to one", kind="law"
)
def test_categorical_log_prob_is_normalised(candidate: Candidate) -> None:
    """For given logits, the total probability of all K^T sequences is not 1, or some are impossible."""
    x = torch.tensor(list(itertools.product(range(3), repeat=3)))
    logits = normal((3, 3), 5, torch.float64, 2.0).expand(27, 3, 3).contiguous()
    log_prob = candidate.categorical_log_prob(logits, x)
    assert_shape(log_prob, (27,))
    assert_true(log_prob.std() > 0.1, "all sequences have the same probability")
    assert_close(
        log_prob.exp().sum(), torch.tensor(1.0, dtype=torch.float64), rtol=1e-4, what="the total probability"
    )


@check("categorical_log_prob", points=0.5, title="adds up over the two halves of a sequence", kind="law")
def test_categorical_log_prob_additivity(candidate: Candidate) -> None:
    """The log-probability of a sequence is not the sum of those of its first and its second part."""
    logits, x = make_sequence((3, 5, 4), torch.float64, 31)
    whole = candidate.categorical_log_prob(logits, x)
    first = candidate.categorical_log_prob(logits[:, :2].contiguous(), x[:, :2].contiguous())
    second = candidate.categorical_log_prob(logits[:, 2:].contiguous(), x[:, 2:].contiguous())
    assert_shape(whole, (3,))
    assert_true(whole.std() > 1e-6, "the result does not depend on the data")
    assert_close(first + second, whole, rtol=1e-4, what="the sum over both parts")


@check(
    "categorical_log_prob",
    points=1,
    title="its gradient is observation minus prediction",
    kind="gradient",
)
def test_categorical_log_prob_gradient(candidate: Candidate) -> None:
    """The derivative with respect to the logits is not one-hot(x) - softmax(logits)."""
    logits, x = make_sequence((3, 2, 4), torch.float64, 32)
    weights = normal((3,), 36)
    (gradient,) = candidate.categorical_log_prob.grad(logits, x, wrt=(0,), cotangent=weights)
    expected = torch.eye(4, dtype=torch.float64)[x] - logits.exp() / logits.exp().sum(-1, keepdim=True)
    assert_close(gradient, expected * weights.reshape(3, 1, 1), rtol=1e-4, what="the gradient of the logits")


@check(
    "categorical_log_prob", points=0.75, title="stays finite and exact for logits of size 1e4", kind="extreme"
)
def test_categorical_log_prob_extremes(candidate: Candidate) -> None:
    """With very large logits or many categories the value or its gradient is not finite, or not accurate."""
    many = make_sequence((2, 2, whole(38, 300, 500)), torch.float64, 39)
    many.x[:, 0] = many.logits.shape[2] - 1
    expected = Categorical(logits=many.logits).log_prob(many.x).sum(1)
    assert_close(candidate.categorical_log_prob(many.logits, many.x), expected, what="the value for many categories")
    large = float(whole(37, 9000, 11000))
    logits = large * torch.tensor([[[1.0, -1, 0], [0, -1, -1]], [[1, 1, -1], [-1, -1, -1]]])
    x = torch.tensor([[1, 0], [0, 2]])
    expected = torch.tensor([-2 * large, -math.log(2) - math.log(3)])
    # Neighbouring float32 numbers near 1e4 are 1e-3 apart: subtracting a log-sum-exp leaves errors of that size.
    value = candidate.categorical_log_prob(logits, x)
    mild = candidate.categorical_log_prob(logits / large, x)
    with naming(floor_of(value, expected, near(mild, Categorical(logits=logits / large).log_prob(x).sum(1)))):
        assert_close(value, expected, rtol=1e-5, atol=5e-3)
    (gradient,) = candidate.categorical_log_prob.grad(logits, x, wrt=(0,))
    third = 1 / 3
    rows = [[[-1.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[0.5, -0.5, 0.0], [-third, -third, 1 - third]]]
    assert_close(gradient, torch.tensor(rows), what="the gradient")


@check("categorical_log_prob", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_categorical_log_prob_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_sequence((2, 3, 4), torch.float32, 33)
    seen = candidate.categorical_log_prob.observe(*case)
    assert_untouched(seen, case)
    assert_shape(seen.value, (2,))


@check("categorical_log_prob", points=0.25, title="treats every sequence on its own", kind="law")
def test_categorical_log_prob_batch_independence(candidate: Candidate) -> None:
    """The value of a sequence changed with the other sequences of its batch."""
    logits, x = make_sequence((5, 3, 4), torch.float32, 34)
    whole = candidate.categorical_log_prob(logits, x)
    part = candidate.categorical_log_prob(logits[1:3].contiguous(), x[1:3].contiguous())
    assert_close(whole[1:3], Categorical(logits=logits[1:3]).log_prob(x[1:3]).sum(1), rtol=1e-4)
    assert_close(part, whole[1:3], what="the values of a part of the batch")


@check("categorical_log_prob", points=0.25, title="computes in the dtype of the logits", kind="dtype")
def test_categorical_log_prob_precision(candidate: Candidate) -> None:
    """With float64 logits the result is not float64, or not that precise."""
    logits, x = make_sequence((2, 4, 5), torch.float64, 35)
    expected = Categorical(logits=logits).log_prob(x).sum(1)
    assert_close(candidate.categorical_log_prob(logits, x), expected, rtol=1e-11, atol=0.0)


# -- bernoulli_log_prob ------------------------------------------------------------------------------------


@check(
    "bernoulli_log_prob", points=1.75, title="equals the sum over dimensions of torch.distributions.Bernoulli"
)
@given(case=binaries())
def test_bernoulli_log_prob_matches_distribution(candidate: Candidate, case: Observed) -> None:
    """The value differs from the log-probabilities of the observed bits, summed over the dimensions."""
    expected = Bernoulli(logits=case.logits.double()).log_prob(case.x.double()).sum(1).to(case.logits.dtype)
    assert_close(candidate.bernoulli_log_prob(case.logits, case.x), expected, rtol=LOOSE[case.logits.dtype])


@check(
    "bernoulli_log_prob",
    points=0.5,
    title="the probabilities of all binary vectors add up to one",
    kind="law",
)
def test_bernoulli_log_prob_is_normalised(candidate: Candidate) -> None:
    """For given logits, the total probability of all 2^D vectors is not 1, or all are equally likely."""
    x = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)), dtype=torch.float64)
    logits = torch.tensor([2.0, -1.0, 0.5, -0.3]) + uniform((4,), 47, -0.2, 0.2)
    log_prob = candidate.bernoulli_log_prob(logits.expand(16, 4).contiguous(), x)
    assert_shape(log_prob, (16,))
    assert_true(log_prob.std() > 0.1, "all vectors have the same probability")
    assert_close(
        log_prob.exp().sum(), torch.tensor(1.0, dtype=torch.float64), rtol=1e-4, what="the total probability"
    )


@check("bernoulli_log_prob", points=0.5, title="zero and one may change their names", kind="law")
def test_bernoulli_log_prob_symmetry(candidate: Candidate) -> None:
    """Exchanging zeros and ones together with the sign of the logits changes the probability."""
    logits, x = make_binary((4, 5), torch.float64, 41)
    straight = candidate.bernoulli_log_prob(logits, x)
    assert_shape(straight, (4,))
    assert_true(straight.std() > 1e-6, "the result does not depend on the data")
    assert_close(
        candidate.bernoulli_log_prob(-logits, 1 - x), straight, rtol=1e-4, what="the value after the exchange"
    )


@check(
    "bernoulli_log_prob",
    points=0.75,
    title="its gradient is the observation minus the probability",
    kind="gradient",
)
def test_bernoulli_log_prob_gradient(candidate: Candidate) -> None:
    """The derivative with respect to the logits is not x - sigmoid(logits)."""
    logits, x = make_binary((3, 4), torch.float64, 42)
    weights = normal((3,), 46)
    (gradient,) = candidate.bernoulli_log_prob.grad(logits, x, wrt=(0,), cotangent=weights)
    expected = (x - 1 / (1 + (-logits).exp())) * weights.reshape(3, 1)
    assert_close(gradient, expected, rtol=1e-4, what="the gradient of the logits")


@check(
    "bernoulli_log_prob", points=0.75, title="stays finite and exact for logits of size 1e4", kind="extreme"
)
def test_bernoulli_log_prob_extremes(candidate: Candidate) -> None:
    """With very large logits the value or its gradient is not finite, or not accurate."""
    large, medium, far = (float(whole(*limits)) for limits in ((48, 9000, 11000), (49, 50, 70), (50, 150, 300)))
    signs = torch.tensor([[1.0, -1, 1], [1, -1, -1], [1, -1, 0], [-1, 1, 0]])
    # Small and not zero, where formulas with |logit| or max(logit, 0) have a kink, and autograd one of its two slopes.
    small = torch.tensor([[0.0, 0, 0], [0, 0, 0], [0, 0, 1e-6], [0, 0, 1e-6]])
    logits = signs * torch.tensor([[large], [large], [medium], [far]]) + small
    x = torch.tensor([[1.0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 1, 0]])
    expected = torch.tensor([0.0, -2 * large, -2 * medium - math.log(2), -math.log(2)])
    value = candidate.bernoulli_log_prob(logits, x)
    mild = candidate.bernoulli_log_prob(logits / large, x)
    with naming(floor_of(value, expected, near(mild, Bernoulli(logits=logits / large).log_prob(x).sum(1)))):
        assert_close(value, expected, rtol=1e-5, atol=1e-4)
    (gradient,) = candidate.bernoulli_log_prob.grad(logits, x, wrt=(0,))
    rows = [[0.0, 0, 0], [-1.0, 1, 0], [-1.0, 1, 0.5], [0.0, 0, -0.5]]
    assert_close(gradient, torch.tensor(rows), what="the gradient")


@check("bernoulli_log_prob", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_bernoulli_log_prob_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_binary((2, 4), torch.float32, 43)
    seen = candidate.bernoulli_log_prob.observe(*case)
    assert_untouched(seen, case)
    assert_shape(seen.value, (2,))


@check("bernoulli_log_prob", points=0.25, title="treats every vector on its own", kind="law")
def test_bernoulli_log_prob_batch_independence(candidate: Candidate) -> None:
    """The value of a vector changed with the other vectors of its batch."""
    logits, x = make_binary((5, 3), torch.float32, 44)
    whole = candidate.bernoulli_log_prob(logits, x)
    part = candidate.bernoulli_log_prob(logits[1:3].contiguous(), x[1:3].contiguous())
    assert_shape(whole, (5,))
    assert_true(whole.std() > 0, "all vectors have the same value")
    assert_close(part, whole[1:3], what="the values of a part of the batch")


@check("bernoulli_log_prob", points=0.25, title="computes in the dtype of the logits", kind="dtype")
def test_bernoulli_log_prob_precision(candidate: Candidate) -> None:
    """With float64 logits the result is not float64, or not that precise."""
    logits, x = make_binary((2, 6), torch.float64, 45)
    expected = Bernoulli(logits=logits).log_prob(x).sum(1)
    assert_close(candidate.bernoulli_log_prob(logits, x), expected, rtol=1e-11, atol=0.0)
