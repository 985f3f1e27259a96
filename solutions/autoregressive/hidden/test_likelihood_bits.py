"""Hidden checks of likelihood.py: bits_per_dim."""

import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import DTYPES, normal


def make_log_prob(size: int, seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Log-probabilities, all negative: whoever takes the absolute value is right wherever there are probabilities."""
    return -1 - normal((size,), seed, dtype, 40.0).abs()


@check("bits_per_dim", points=1.25, title="equals minus the binary logarithm, per dimension")
@given(
    seed=st.integers(0, 2**20),
    size=st.integers(1, 5),
    num_dims=st.integers(1, 784),
    dtype=st.sampled_from(DTYPES),
)
def test_bits_per_dim_matches_log2(
    candidate: Candidate, seed: int, size: int, num_dims: int, dtype: torch.dtype
) -> None:
    """The value differs from -log2(p(x)) / D."""
    log_prob = make_log_prob(size, seed, dtype)
    expected = -log_prob.double() * math.log2(math.e) / num_dims
    assert_close(candidate.bits_per_dim(log_prob, num_dims), expected.to(dtype), rtol=1e-5)


@check("bits_per_dim", points=0.5, title="two independent halves cost their average", kind="law")
def test_bits_per_dim_of_two_halves(candidate: Candidate) -> None:
    """Two images of equal size, taken as one image, do not cost the average of their bits per dimension."""
    first, second = make_log_prob(4, 51), make_log_prob(4, 52)
    both = candidate.bits_per_dim(first + second, 24)
    assert_shape(both, (4,))
    assert_true(both.std() > 1e-6, "the result does not depend on the log-probability")
    average = (candidate.bits_per_dim(first, 12) + candidate.bits_per_dim(second, 12)) / 2
    assert_close(both, average, rtol=1e-5, what="the bits per dimension of both")


@check("bits_per_dim", points=0.5, title="passes gradients to the log-probability", kind="gradient")
def test_bits_per_dim_gradient(candidate: Candidate) -> None:
    """The derivative with respect to the log-probability is not a constant of the right size and sign."""
    weights = normal((3,), 56)
    (gradient,) = candidate.bits_per_dim.grad(make_log_prob(3, 53), 7, wrt=(0,), cotangent=weights)
    assert_close(gradient, -weights / (7 * np.log(2.0)), rtol=1e-5, what="the gradient")


@check("bits_per_dim", points=0.25, title="leaves its input as it is", kind="purity")
def test_bits_per_dim_pure(candidate: Candidate) -> None:
    """The input was modified, or the random state or a global setting was changed."""
    log_prob = make_log_prob(3, 54)
    seen = candidate.bits_per_dim.observe(log_prob, 5)
    assert_close(seen.args[0], log_prob, rtol=0, atol=0, what="log_prob after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (3,))


@check("bits_per_dim", points=0.25, title="computes in the dtype of its input", kind="dtype")
def test_bits_per_dim_precision(candidate: Candidate) -> None:
    """With float64 input the result is not float64, or not that precise."""
    log_prob = make_log_prob(3, 55)
    assert_close(candidate.bits_per_dim(log_prob, 3), -log_prob / np.log(8.0), rtol=1e-12, atol=0.0)
