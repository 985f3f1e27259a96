"""Hidden checks of warmup.py: the losses of a GAN.

Tolerances leave room for a guard such as log(d + 1e-8); only the checks of extreme outputs notice one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

from autograder.checks import Candidate, RemoteFunction, assert_close, assert_true, check, naming
from autograder.checks.strategies import made, number, numpy_generator, probabilities, seeds, uniform

Array = NDArray[np.float64]

SHAPES = ((1,), (2,), (3,), (5,), (4, 1), (2, 3), (2, 1, 3))
GUARD = 1e-5
"""Absolute tolerance: what a small guard inside the logarithm may change."""


def some_real() -> Array:
    """Outputs for real samples."""
    return uniform((4,), 1, 0.3, 0.92).numpy()


def some_fake() -> Array:
    """Outputs for generated ones, of another number."""
    return uniform((3,), 2, 0.07, 0.5).numpy()


def extreme() -> Array:
    """Outputs very near 0 and 1."""
    return np.array([2e-6, number(3, 5e-6, 5e-5, digits=8), number(4, 0.4, 0.6), 1 - 1e-5])


def leaves_everything_alone(function: RemoteFunction, *inputs: Array) -> None:
    """A call neither changes its inputs nor draws global random numbers."""
    observed = function.observe(*inputs)
    assert_close(list(observed.args), list(inputs), what="the inputs after the call")
    assert_true(not observed.rng_used, "the call draws from the global random state")


def assert_sure(loss: object, expected: float, mild: object, expected_mild: float) -> None:
    """The loss of extreme outputs; tells of one that is right for ordinary ones and merely too small here."""
    numbers = [float(value) if isinstance(value, int | float | np.generic) else np.nan for value in (loss, mild)]
    is_right, ratio = abs(numbers[1] - expected_mild) < 1e-5, numbers[0] / expected
    with naming("probability_kept_from_the_ends" if is_right and 0 < ratio < 1 - 1e-6 else ""):
        assert_close(loss, expected, rtol=1e-6, scalar=True)


def cross_entropy(outputs: Array | float, label: int) -> float:
    """Mean binary cross-entropy with one label for all, through logits: mean of softplus(-logit) or softplus(logit)."""
    logits = special.logit(outputs)
    return float(np.mean(np.logaddexp(0.0, -logits if label else logits)))


class Batches(NamedTuple):
    """Outputs of a discriminator for a real and a generated batch."""

    d_real: Array
    d_fake: Array


def draw_batches(shape_real: tuple[int, ...], shape_fake: tuple[int, ...], seed: int) -> Batches:
    """Probabilities away from 0 and 1, rounded to two decimals."""
    random = numpy_generator(seed)
    return Batches(*(random.uniform(0.03, 0.97, shape).round(2) for shape in (shape_real, shape_fake)))


BATCHES = made(draw_batches, st.sampled_from(SHAPES), st.sampled_from(SHAPES), seeds())
OUTPUTS = probabilities(SHAPES, margin=0.03)


# -- discriminator_loss ------------------------------------------------------------------------------------------


@check("discriminator_loss", points=2.0, title="is the cross-entropy of labels 1 and 0, each averaged on its own")
@given(case=BATCHES)
def test_discriminator_loss_matches_cross_entropy(candidate: Candidate, case: Batches) -> None:
    """The value differs from the sum of the two binary cross-entropies."""
    expected = cross_entropy(case.d_real, 1) + cross_entropy(case.d_fake, 0)
    assert_close(candidate.discriminator_loss(case.d_real, case.d_fake), expected, atol=GUARD, scalar=True)


@check("discriminator_loss", points=0.75, title="treats real and generated samples as mirror images", kind="law")
def test_discriminator_loss_mirror(candidate: Candidate) -> None:
    """Exchanging the batches and their probabilities changes the loss, or a better discriminator does not lower it."""
    loss = candidate.discriminator_loss(some_real(), some_fake())
    assert_close(candidate.discriminator_loss(1 - some_fake(), 1 - some_real()), loss, atol=GUARD, scalar=True)
    better = candidate.discriminator_loss(some_real() + 0.05, some_fake() - 0.05)
    assert_true(float(better) < float(loss) - 1e-3, "a better discriminator does not get a lower loss")


@check("discriminator_loss", points=0.5, title="does not change when a batch is repeated", kind="law")
def test_discriminator_loss_repeated(candidate: Candidate) -> None:
    """Giving every sample of one batch several times changes the loss."""
    loss = candidate.discriminator_loss(some_real(), some_fake())
    assert_close(candidate.discriminator_loss(np.tile(some_real(), 3), some_fake()), loss, atol=GUARD, scalar=True)
    assert_close(candidate.discriminator_loss(some_real(), np.tile(some_fake(), 3)), loss, atol=GUARD, scalar=True)


@check("discriminator_loss", points=0.5, title="accepts plain numbers and single precision", kind="dtype")
def test_discriminator_loss_number_types(candidate: Candidate) -> None:
    """Plain numbers or single precision give a different value."""
    assert_close(candidate.discriminator_loss(0.5, 0.5), 2 * np.log(2), atol=GUARD, scalar=True)
    single = candidate.discriminator_loss(some_real().astype(np.float32), some_fake().astype(np.float32))
    expected = cross_entropy(some_real(), 1) + cross_entropy(some_fake(), 0)
    assert_close(single, expected, rtol=1e-4, atol=1e-4, scalar=True)


@check("discriminator_loss", points=0.5, title="changes nothing but its result", kind="purity")
def test_discriminator_loss_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.discriminator_loss, some_real(), some_fake())


@check("discriminator_loss", points=0.25, title="is accurate for a discriminator that is very sure", kind="extreme")
def test_discriminator_loss_extreme(candidate: Candidate) -> None:
    """Probabilities very near 0 and 1 do not give the right loss."""
    expected = cross_entropy(extreme(), 1) + cross_entropy(1 - extreme(), 0)
    mild = candidate.discriminator_loss(some_real(), some_fake())
    expected_mild = cross_entropy(some_real(), 1) + cross_entropy(some_fake(), 0)
    assert_sure(candidate.discriminator_loss(extreme(), 1 - extreme()), expected, mild, expected_mild)


def rising() -> tuple[float, float, float]:
    """Three outputs about a fifth apart."""
    return number(5, 0.09, 0.11), number(6, 0.29, 0.31), number(7, 0.49, 0.51)


# -- generator_loss_saturating -----------------------------------------------------------------------------------


@check("generator_loss_saturating", points=1.75, title="is minus the cross-entropy of label 0")
@given(d_fake=OUTPUTS)
def test_generator_loss_saturating_matches_cross_entropy(candidate: Candidate, d_fake: Array) -> None:
    """The value differs from the generator's term of the minimax game."""
    expected = -cross_entropy(d_fake, 0)
    assert_close(candidate.generator_loss_saturating(d_fake), expected, atol=GUARD, scalar=True)


@check("generator_loss_saturating", points=0.5, title="falls as samples look more real, slowly at first", kind="law")
def test_generator_loss_saturating_slope(candidate: Candidate) -> None:
    """The loss does not fall with D(G(z)), or is not flatter where the discriminator wins."""
    low, middle, high = (float(candidate.generator_loss_saturating(np.array([d]))) for d in rising())
    assert_true(low - 0.1 > middle > high + 0.1, "more convincing samples do not get a lower loss")
    assert_true(middle - high > low - middle, "the loss is not flatter where the discriminator wins")


@check("generator_loss_saturating", points=0.25, title="does not change when the batch is repeated", kind="law")
def test_generator_loss_saturating_repeated(candidate: Candidate) -> None:
    """Giving every sample several times changes the loss."""
    loss = candidate.generator_loss_saturating(some_fake())
    assert_close(candidate.generator_loss_saturating(np.tile(some_fake(), 3)), loss, atol=GUARD, scalar=True)


@check("generator_loss_saturating", points=0.25, title="accepts plain numbers and single precision", kind="dtype")
def test_generator_loss_saturating_number_types(candidate: Candidate) -> None:
    """A plain number or single precision gives a different value."""
    output = number(8, 0.6, 0.9)
    assert_close(candidate.generator_loss_saturating(output), np.log(1 - output), atol=GUARD, scalar=True)
    single = candidate.generator_loss_saturating(some_fake().astype(np.float32))
    assert_close(single, -cross_entropy(some_fake(), 0), rtol=1e-4, atol=1e-4, scalar=True)


@check("generator_loss_saturating", points=0.5, title="changes nothing but its result", kind="purity")
def test_generator_loss_saturating_pure(candidate: Candidate) -> None:
    """The call changes its input or the global random state."""
    leaves_everything_alone(candidate.generator_loss_saturating, some_fake())


@check("generator_loss_saturating", points=0.25, title="is accurate for samples that fool completely", kind="extreme")
def test_generator_loss_saturating_extreme(candidate: Candidate) -> None:
    """Probabilities very near 1 do not give the right loss."""
    loss = candidate.generator_loss_saturating(1 - extreme())
    mild = candidate.generator_loss_saturating(some_fake())
    assert_sure(loss, -cross_entropy(1 - extreme(), 0), mild, -cross_entropy(some_fake(), 0))


# -- generator_loss_nonsaturating --------------------------------------------------------------------------------


@check("generator_loss_nonsaturating", points=1.75, title="is the cross-entropy of label 1")
@given(d_fake=OUTPUTS)
def test_generator_loss_nonsaturating_matches_cross_entropy(candidate: Candidate, d_fake: Array) -> None:
    """The value differs from the cross-entropy of calling the samples real."""
    expected = cross_entropy(d_fake, 1)
    assert_close(candidate.generator_loss_nonsaturating(d_fake), expected, atol=GUARD, scalar=True)


@check("generator_loss_nonsaturating", points=0.5, title="falls as samples look more real, fast at first", kind="law")
def test_generator_loss_nonsaturating_slope(candidate: Candidate) -> None:
    """The loss does not fall with D(G(z)), or is not steeper where the discriminator wins."""
    low, middle, high = (float(candidate.generator_loss_nonsaturating(np.array([d]))) for d in rising())
    assert_true(low - 0.1 > middle > high + 0.1, "more convincing samples do not get a lower loss")
    assert_true(low - middle > middle - high, "the loss is not steeper where the discriminator wins")


@check("generator_loss_nonsaturating", points=0.25, title="does not change when the batch is repeated", kind="law")
def test_generator_loss_nonsaturating_repeated(candidate: Candidate) -> None:
    """Giving every sample several times changes the loss."""
    loss = candidate.generator_loss_nonsaturating(some_fake())
    assert_close(candidate.generator_loss_nonsaturating(np.tile(some_fake(), 3)), loss, atol=GUARD, scalar=True)


@check("generator_loss_nonsaturating", points=0.25, title="accepts plain numbers and single precision", kind="dtype")
def test_generator_loss_nonsaturating_number_types(candidate: Candidate) -> None:
    """A plain number or single precision gives a different value."""
    output = number(9, 0.1, 0.4)
    assert_close(candidate.generator_loss_nonsaturating(output), -np.log(output), atol=GUARD, scalar=True)
    single = candidate.generator_loss_nonsaturating(some_fake().astype(np.float32))
    assert_close(single, cross_entropy(some_fake(), 1), rtol=1e-4, atol=1e-4, scalar=True)


@check("generator_loss_nonsaturating", points=0.5, title="changes nothing but its result", kind="purity")
def test_generator_loss_nonsaturating_pure(candidate: Candidate) -> None:
    """The call changes its input or the global random state."""
    leaves_everything_alone(candidate.generator_loss_nonsaturating, some_fake())


@check("generator_loss_nonsaturating", points=0.25, title="is accurate for samples that fool nobody", kind="extreme")
def test_generator_loss_nonsaturating_extreme(candidate: Candidate) -> None:
    """Probabilities very near 0 do not give the right loss."""
    loss = candidate.generator_loss_nonsaturating(extreme())
    mild = candidate.generator_loss_nonsaturating(some_fake())
    assert_sure(loss, cross_entropy(extreme(), 1), mild, cross_entropy(some_fake(), 1))
