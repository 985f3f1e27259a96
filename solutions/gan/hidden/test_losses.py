"""Hidden checks of losses.py: the losses of the original GAN, from logits."""

import math
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Bernoulli

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check, naming
from autograder.checks.strategies import DTYPES, made, normal, number, seeds, uniform

SAFE = 2e-6
"""Precision asked for at ordinary logits: an answer with a guard of 1e-8 inside the logarithm has it."""
HUGE = torch.tensor([1e4, -1e4, 1e4, 1e4], dtype=torch.float64)

MILD = HUGE / 2e4


class Logits(NamedTuple):
    """Logits of a real and of a generated batch; the batches may differ in size."""

    real: Tensor
    fake: Tensor


def batches_of_logits() -> st.SearchStrategy[Logits]:
    """One to five logits each, of size about two, in one of two dtypes."""
    sizes = st.sampled_from([(1, 1), (3, 3), (2, 5), (4, 1), (5, 3)])
    return made(make_logits, sizes, seeds(), st.sampled_from(DTYPES))


def make_logits(sizes: tuple[int, int], seed: int, dtype: torch.dtype = torch.float64) -> Logits:
    """Draw logits that tell both batches apart; none is 0, where a stable softplus written by hand has a kink.

    Probabilities stay above 1 / 100, so that a guard of 1e-8 is no more than the precision that is asked for.
    """
    real, fake = (normal((size,), seed + n, dtype, 2.0) for n, size in enumerate(sizes))
    return Logits((real + 0.705).clamp(-4.5, 4.5), (fake - 0.395).clamp(-4.5, 4.5))


def mixed() -> tuple[Tensor, float]:
    """Four logits, three of them large, and a quarter of the probability that belongs to the first."""
    first = number(40, 0.3, 0.8)
    return torch.tensor([first, 40.0, -1e4, 25.0], dtype=torch.float64), 0.25 / (1 + math.exp(-first))


def log_likelihood(logits: Tensor, label: float) -> Tensor:
    """Mean log-probability of one label under the sigmoids of the logits."""
    return Bernoulli(logits=logits.double()).log_prob(torch.tensor(label).double()).mean().to(logits.dtype)


def assert_precise(actual: object, expected: Tensor) -> None:
    """The right number, up to a small guard inside a logarithm."""
    assert_close(actual, expected, atol=SAFE + 1e-4 * (expected.dtype is torch.float32))


def bounded(loss: object, expected: float, mild: object, expected_mild: Tensor) -> str:
    """The mistake of a logarithm that is kept in bounds: right at mild logits, and far too small for a confident error."""
    numbers = [float(value) if isinstance(value, Tensor) and value.numel() == 1 else math.nan for value in (loss, mild)]
    is_right = abs(numbers[1] - float(expected_mild)) < 1e-3
    return "logarithm_cannot_fall" if is_right and abs(numbers[0]) < 0.2 * abs(expected) else ""


def assert_untouched(seen: Observation, arguments: tuple[Tensor, ...]) -> None:
    """The call left its arguments and the global random state alone, and returned a scalar tensor."""
    for after, before in zip(seen.args, arguments, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (), arguments[0].dtype)


# -- discriminator_loss ------------------------------------------------------------------------------------


@check("discriminator_loss", points=1.25, title="equals the log-likelihood of the labels")
@given(case=batches_of_logits())
def test_discriminator_loss_matches_bernoulli(candidate: Candidate, case: Logits) -> None:
    """The loss differs from minus the mean log-probabilities of label 1 for real and label 0 for generated samples."""
    expected = -(log_likelihood(case.real, 1.0) + log_likelihood(case.fake, 0.0))
    assert_precise(candidate.discriminator_loss(*case), expected)


@check(
    "discriminator_loss", points=0.5, title="its gradient is the error of the probabilities", kind="gradient"
)
def test_discriminator_loss_gradient(candidate: Candidate) -> None:
    """The derivatives are not (sigmoid - label) / batch size for each batch."""
    case = make_logits((4, 3), 11)
    by_real, by_fake = candidate.discriminator_loss.grad(*case, wrt=(0, 1))
    assert_close(by_real, (case.real.sigmoid() - 1) / 4, rtol=1e-4, what="the gradient of the real logits")
    assert_close(by_fake, case.fake.sigmoid() / 3, rtol=1e-4, what="the gradient of the generated logits")


@check("discriminator_loss", points=0.5, title="logits of size 10 000", kind="extreme")
def test_discriminator_loss_extremes(candidate: Candidate) -> None:
    """For very large logits the loss, or its gradient, is not finite or not accurate."""
    fake, up = mixed()
    loss = candidate.discriminator_loss(HUGE, fake)
    expected = 2500 + (math.log1p(math.exp(float(fake[0]))) + 65) / 4
    mild = -(log_likelihood(MILD, 1.0) + log_likelihood(-MILD, 0.0))
    with naming(bounded(loss, expected, candidate.discriminator_loss(MILD, -MILD), mild)):
        assert_close(loss, torch.tensor(expected, dtype=torch.float64), atol=1e-5)
    by_real, by_fake = candidate.discriminator_loss.grad(HUGE, fake, wrt=(0, 1))
    for actual, expected in ((by_real, [0.0, -0.25, 0.0, 0.0]), (by_fake, [up, 0.25, 0.0, 0.25])):
        assert_close(actual, torch.tensor(expected).double(), atol=1e-6, what="the gradient")


@check("discriminator_loss", points=0.25, title="treats both errors alike", kind="law")
def test_discriminator_loss_symmetry(candidate: Candidate) -> None:
    """Exchanging the batches and all signs changes the loss, or the order within a batch does."""
    # The right loss of these is below 2 log(1 + exp(-1/2)) = 0.95.
    case = Logits(uniform((4,), 12, 0.5, 3.0), uniform((4,), 13, -3.0, -0.5))
    loss = candidate.discriminator_loss(*case)
    assert_shape(loss, ())
    assert_true(abs(float(loss) - 2 * math.log(2)) > 1e-3, "the loss does not depend on the logits")
    mirrored = candidate.discriminator_loss(-case.fake, -case.real.flip(0))
    assert_close(mirrored, loss, rtol=1e-5, what="the loss after the exchange")


@check("discriminator_loss", points=0.25, title="returns a scalar and leaves its inputs alone", kind="purity")
def test_discriminator_loss_pure(candidate: Candidate) -> None:
    """An input was modified, randomness used, a global setting changed, or the result is no scalar of their dtype."""
    for dtype in DTYPES:
        case = make_logits((3, 2), 13, dtype)
        assert_untouched(candidate.discriminator_loss.observe(*case), case)


# -- generator losses --------------------------------------------------------------------------------------


@check("generator_loss_saturating", points=1.0, title="equals the mean of log(1 - D)")
@given(case=batches_of_logits())
def test_generator_loss_saturating_matches_bernoulli(candidate: Candidate, case: Logits) -> None:
    """The loss differs from the mean log-probability that the samples are called generated."""
    assert_precise(candidate.generator_loss_saturating(case.fake), log_likelihood(case.fake, 0.0))


@check(
    "generator_loss_saturating",
    points=0.5,
    title="its gradient vanishes where D is close to 0",
    kind="gradient",
)
def test_generator_loss_saturating_gradient(candidate: Candidate) -> None:
    """The derivatives are not -sigmoid(logit) / batch size."""
    logits = make_logits((1, 5), 21).fake
    (gradient,) = candidate.generator_loss_saturating.grad(logits, wrt=(0,))
    assert_close(gradient, -logits.sigmoid() / 5, rtol=1e-4, what="the gradient")


@check("generator_loss_saturating", points=0.25, title="logits of size 10 000", kind="extreme")
def test_generator_loss_saturating_extremes(candidate: Candidate) -> None:
    """For very large logits the loss, or its gradient, is not finite or not accurate."""
    loss, mild = candidate.generator_loss_saturating(HUGE), candidate.generator_loss_saturating(MILD)
    with naming(bounded(loss, -7500.0, mild, log_likelihood(MILD, 0.0))):
        assert_close(loss, torch.tensor(-7500.0).double(), atol=1e-5)
    fake, up = mixed()
    (gradient,) = candidate.generator_loss_saturating.grad(fake, wrt=(0,))
    assert_close(gradient, -torch.tensor([up, 0.25, 0.0, 0.25]).double(), atol=1e-6, what="the gradient")


@check(
    "generator_loss_saturating",
    points=0.25,
    title="differs from the other loss by the mean logit",
    kind="law",
)
def test_generator_loss_saturating_difference(candidate: Candidate) -> None:
    """log(1 - D) - log D is minus the logit, but the mean over a batch does not show it."""
    logits = make_logits((1, 4), 22).fake
    expected = log_likelihood(logits, 1.0) - logits.mean()
    assert_close(candidate.generator_loss_saturating(logits), expected, atol=SAFE)


@check(
    "generator_loss_saturating",
    points=0.25,
    title="returns a scalar and leaves its input alone",
    kind="purity",
)
def test_generator_loss_saturating_pure(candidate: Candidate) -> None:
    """The input was modified, randomness used, a global setting changed, or the result is no scalar of its dtype."""
    for dtype in DTYPES:
        logits = make_logits((1, 3), 23, dtype).fake
        assert_untouched(candidate.generator_loss_saturating.observe(logits), (logits,))


@check("generator_loss_nonsaturating", points=1.0, title="equals minus the mean of log D")
@given(case=batches_of_logits())
def test_generator_loss_nonsaturating_matches_bernoulli(candidate: Candidate, case: Logits) -> None:
    """The loss differs from minus the mean log-probability that the samples are called real."""
    assert_precise(candidate.generator_loss_nonsaturating(case.fake), -log_likelihood(case.fake, 1.0))


@check(
    "generator_loss_nonsaturating",
    points=0.5,
    title="its gradient is large where D is close to 0",
    kind="gradient",
)
def test_generator_loss_nonsaturating_gradient(candidate: Candidate) -> None:
    """The derivatives are not -(1 - sigmoid(logit)) / batch size."""
    logits = make_logits((1, 5), 31).fake
    (gradient,) = candidate.generator_loss_nonsaturating.grad(logits, wrt=(0,))
    assert_close(gradient, (logits.sigmoid() - 1) / 5, rtol=1e-4, what="the gradient")


@check("generator_loss_nonsaturating", points=0.25, title="logits of size 10 000", kind="extreme")
def test_generator_loss_nonsaturating_extremes(candidate: Candidate) -> None:
    """For very large logits the loss, or its gradient, is not finite or not accurate."""
    loss, mild = candidate.generator_loss_nonsaturating(HUGE), candidate.generator_loss_nonsaturating(MILD)
    with naming(bounded(loss, 2500.0, mild, -log_likelihood(MILD, 1.0))):
        assert_close(loss, torch.tensor(2500.0).double(), atol=1e-5)
    fake, up = mixed()
    (gradient,) = candidate.generator_loss_nonsaturating.grad(fake, wrt=(0,))
    assert_close(
        gradient, -torch.tensor([0.25 - up, 0.0, 0.25, 0.0]).double(), atol=1e-6, what="the gradient"
    )


@check(
    "generator_loss_nonsaturating",
    points=0.25,
    title="is the real half of the discriminator's loss",
    kind="law",
)
def test_generator_loss_nonsaturating_half(candidate: Candidate) -> None:
    """The loss is not the cross-entropy that a discriminator pays for samples labelled 1."""
    logits = make_logits((4, 1), 32).real
    expected = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
    assert_close(candidate.generator_loss_nonsaturating(logits), expected, atol=SAFE)


@check(
    "generator_loss_nonsaturating",
    points=0.25,
    title="returns a scalar and leaves its input alone",
    kind="purity",
)
def test_generator_loss_nonsaturating_pure(candidate: Candidate) -> None:
    """The input was modified, randomness used, a global setting changed, or the result is no scalar of its dtype."""
    for dtype in DTYPES:
        logits = make_logits((1, 3), 33, dtype).fake
        assert_untouched(candidate.generator_loss_nonsaturating.observe(logits), (logits,))
