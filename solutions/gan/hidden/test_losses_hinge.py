"""Hidden checks of losses.py: hinge losses and the Wasserstein critic's loss."""

from typing import NamedTuple

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import DTYPES, SHAPES, Batch, batches, made, normal, number, seeds, uniform, whole


class Scores(NamedTuple):
    """Scores of real and of generated samples, each batch of its own size."""

    real: Tensor
    fake: Tensor


def averages(scores: Tensor) -> list[float]:
    """The average score of each sample, patch by patch."""
    return [float(np.mean([float(patch) for patch in sample.ravel()])) for sample in scores.double().numpy()]


def hinge(real: Tensor, fake: Tensor) -> Tensor:
    """The hinge loss of every pair, written out."""
    pairs = zip(averages(real), averages(fake), strict=True)
    losses = [0.5 * (max(0.0, 1 - r) + max(0.0, 1 + f)) for r, f in pairs]
    return torch.tensor(losses, dtype=torch.float64).to(real.dtype)


def assert_untouched(seen: Observation, arguments: tuple[Tensor, ...], shape: tuple[int, ...]) -> None:
    """The call left its arguments and the global random state alone; its result has shape and dtype."""
    for after, before in zip(seen.args, arguments, strict=True):
        assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, shape, arguments[0].dtype)


# -- hinge_discriminator_loss ------------------------------------------------------------------------------


@check("hinge_discriminator_loss", points=1.25, title="equals the hinge loss of average scores")
@given(case=batches(scale=1.5))
def test_hinge_discriminator_loss_formula(candidate: Candidate, case: Batch) -> None:
    """The loss of some pair is not 1/2 (relu(1 - r) + relu(1 + f)) with each sample's average scores r and f."""
    fake = case.more(1, 1.5)
    assert_close(candidate.hinge_discriminator_loss(case.x, fake), hinge(case.x, fake))


@check("hinge_discriminator_loss", points=0.5, title="its gradient stops beyond the margin", kind="gradient")
def test_hinge_discriminator_loss_gradient(candidate: Candidate) -> None:
    """The derivatives are not 1/2 over the number of patches on the wrong side of the margin, and 0 beyond."""
    # Averages stay 0.2 away from the margin.
    real = torch.tensor([[[0.5, -2.0]], [[4.0, -1.0]], [[3.0, 0.0]]]) + uniform((3, 1, 2), 10, -0.3, 0.3)
    fake = torch.tensor([[[-9.0, 3.0]], [[-1.0, 0.5]], [[2.0, 3.0]]]) + uniform((3, 1, 2), 11, -0.3, 0.3)
    weights = uniform((3,), 12, 1.0, 3.0) * torch.tensor([1.0, 1.0, -1.0])
    by_real, by_fake = candidate.hinge_discriminator_loss.grad(real, fake, wrt=(0, 1), cotangent=weights)
    each = 0.25 * weights.view(3, 1, 1).expand(3, 1, 2)
    short = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64).view(3, 1, 1)
    over = torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64).view(3, 1, 1)
    assert_close(by_real, -each * short, rtol=1e-4, what="the gradient of the real scores")
    assert_close(by_fake, each * over, rtol=1e-4, what="the gradient of the generated scores")


@check("hinge_discriminator_loss", points=0.25, title="compares each pair on its own", kind="law")
def test_hinge_discriminator_loss_batch_independence(candidate: Candidate) -> None:
    """The loss of a pair changed with the other pairs of its batch."""
    real, fake = normal((4, 2, 2), 1, scale=1.5), normal((4, 2, 2), 2, scale=1.5)
    together, half = (
        candidate.hinge_discriminator_loss(real, fake),
        candidate.hinge_discriminator_loss(real[2:], fake[2:]),
    )
    assert_close(half, hinge(real, fake)[2:], what="the loss of half the batch")
    assert_close(together[2:], half, what="the loss in the whole batch")


@check("hinge_discriminator_loss", points=0.25, title="asks for no more than the margin", kind="law")
def test_hinge_discriminator_loss_margin(candidate: Candidate) -> None:
    """Scores beyond the margin are still rewarded, or scores far on the wrong side are not charged in proportion."""
    short, over = whole(13, 3, 20), whole(14, 10, 40)
    real = torch.tensor([[number(15, 1.2, 1.8)], [90.0], [-short]])
    fake = torch.tensor([[-number(16, 1.1, 1.6)], [-70.0], [over]])
    expected = torch.tensor([0.0, 0.0, (2 + short + over) / 2])
    assert_close(candidate.hinge_discriminator_loss(real, fake), expected, atol=1e-6)


@check("hinge_discriminator_loss", points=0.25, title="one loss per pair, inputs left alone", kind="purity")
def test_hinge_discriminator_loss_pure(candidate: Candidate) -> None:
    """An input was modified, randomness was used, a global setting changed, or shape or dtype of the result are wrong."""
    for dtype, shape in zip(DTYPES, ((3, 1, 2, 2), (1, 4)), strict=True):
        case = (normal(shape, 3, dtype), normal(shape, 4, dtype))
        assert_untouched(candidate.hinge_discriminator_loss.observe(*case), case, shape[:1])


# -- hinge_generator_loss ----------------------------------------------------------------------------------


@check("hinge_generator_loss", points=0.75, title="equals minus the average score")
@given(case=batches(scale=1.5))
def test_hinge_generator_loss_formula(candidate: Candidate, case: Batch) -> None:
    """The loss of some sample is not minus the average of its patch scores."""
    expected = -torch.tensor(averages(case.x), dtype=torch.float64).to(case.x.dtype)
    assert_close(candidate.hinge_generator_loss(case.x), expected)


@check("hinge_generator_loss", points=0.5, title="its gradient is the same everywhere", kind="gradient")
def test_hinge_generator_loss_gradient(candidate: Candidate) -> None:
    """The derivative with respect to a patch score is not minus one over the number of patches."""
    fake, weights = normal((3, 2, 2), 5, scale=4.0), torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    (gradient,) = candidate.hinge_generator_loss.grad(fake, wrt=(0,), cotangent=weights)
    assert_close(gradient, (-weights / 4).view(3, 1, 1).expand(3, 2, 2), rtol=1e-4, what="the gradient")


@check("hinge_generator_loss", points=0.25, title="adds up like a mean", kind="law")
def test_hinge_generator_loss_linear(candidate: Candidate) -> None:
    """Scores far from zero are cut off, or the loss of a sample changed with the others of its batch."""
    fake = torch.tensor([[30.0, -10.0], [-50.0, -20.0], [0.5, 0.25]]) + uniform((3, 2), 17, -5.0, 5.0, torch.float32)
    expected = -torch.tensor(averages(fake))
    assert_close(candidate.hinge_generator_loss(fake), expected)
    assert_close(candidate.hinge_generator_loss(fake[1:2]), expected[1:2], what="the loss of one sample")


@check("hinge_generator_loss", points=0.25, title="one loss per sample, input left alone", kind="purity")
def test_hinge_generator_loss_pure(candidate: Candidate) -> None:
    """The input was modified, randomness was used, a global setting changed, or shape or dtype of the result are wrong."""
    for dtype, shape in zip(DTYPES, ((3, 1, 2, 2), (1, 4)), strict=True):
        fake = normal(shape, 6, dtype)
        assert_untouched(candidate.hinge_generator_loss.observe(fake), (fake,), shape[:1])


# -- critic_loss -------------------------------------------------------------------------------------------


def batches_of_scores() -> st.SearchStrategy[Scores]:
    """One to five scores each, far from zero on average, in one of two dtypes."""
    return made(
        make_scores, st.sampled_from([shape[:1] for shape in SHAPES]), seeds(), st.sampled_from(DTYPES)
    )


def make_scores(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64) -> Scores:
    """Draw two batches of different sizes."""
    return Scores(normal(shape, seed, dtype, 3.0) + 2, normal((whole(seed, 1, 5),), seed + 1, dtype, 3.0) - 1)


@check("critic_loss", points=1.0, title="equals the difference of the mean scores")
@given(case=batches_of_scores())
def test_critic_loss_formula(candidate: Candidate, case: Scores) -> None:
    """The loss is not the mean score of the generated samples minus that of the real ones."""
    real, fake = (sum(part.tolist()) / len(part) for part in case)
    expected = torch.tensor(fake - real, dtype=torch.float64).to(case.real.dtype)
    assert_close(candidate.critic_loss(*case), expected, atol=1e-5)


@check(
    "critic_loss", points=0.25, title="its gradient lifts real scores and lowers the others", kind="gradient"
)
def test_critic_loss_gradient(candidate: Candidate) -> None:
    """The derivatives are not minus, respectively plus, one over the size of the batch."""
    case = make_scores((4,), 7)
    by_real, by_fake = candidate.critic_loss.grad(*case, wrt=(0, 1))
    assert_close(by_real, torch.full((4,), -0.25).double(), rtol=1e-4, what="the gradient of the real scores")
    expected = torch.ones_like(case.fake) / len(case.fake)
    assert_close(by_fake, expected, rtol=1e-4, what="the gradient of the generated scores")


@check("critic_loss", points=0.25, title="ignores what all scores have in common", kind="law")
def test_critic_loss_shift(candidate: Candidate) -> None:
    """Adding a constant to all scores changes the loss, or multiplying all of them does not multiply it."""
    real, fake = uniform((3,), 18, 0.0, 5.0), uniform((2,), 19, -5.0, -1.0)
    loss = fake.mean() - real.mean()
    moved = [candidate.critic_loss(100 + scale * real, 100 + scale * fake) for scale in (1.0, -40.0)]
    assert_close(moved, [loss, -40 * loss], rtol=1e-6)


@check("critic_loss", points=0.25, title="returns a scalar and leaves its inputs alone", kind="purity")
def test_critic_loss_pure(candidate: Candidate) -> None:
    """An input was modified, randomness used, a global setting changed, or the result is no scalar of their dtype."""
    for dtype in DTYPES:
        case = make_scores((3,), 8, dtype)
        assert_untouched(candidate.critic_loss.observe(*case), case, ())
