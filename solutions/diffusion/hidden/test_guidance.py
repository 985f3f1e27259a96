"""Hidden checks of guidance.py."""

from typing import NamedTuple

import torch
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_draws_afresh, assert_shape, assert_true, check
from autograder.checks.strategies import generator, number, whole

SHAPES = [(1, 3), (4, 2), (2, 1, 5), (2, 3, 4, 4), (2, 3, 1, 2, 2)]
COUNT = 4000


class Predictions(NamedTuple):
    """The arguments of guided_noise, in their order."""

    eps_cond: Tensor
    eps_uncond: Tensor
    w: float


def make_predictions(
    shape: tuple[int, ...], seed: int, w: float, dtype: torch.dtype = torch.float32
) -> Predictions:
    """Draw two independent predictions."""
    eps_cond, eps_uncond = torch.randn(2, *shape, generator=generator(seed), dtype=torch.float64).to(dtype)
    return Predictions(eps_cond, eps_uncond, w)


def formula(case: Predictions) -> Tensor:
    """The weighted sum that the definition amounts to."""
    return (case.w * case.eps_cond.double() + (1 - case.w) * case.eps_uncond.double()).to(case.eps_cond.dtype)


def null_label() -> int:
    """A label that no sample has."""
    return whole(70, 10, 30)


def all_labels() -> Tensor:
    """Ten classes in no particular order, equally many of each."""
    return torch.randperm(COUNT, generator=generator(75)) % 10


def dropped(labels: Tensor, y: Tensor) -> Tensor:
    """Which labels were replaced; fails if some became anything but the null label."""
    assert_shape(labels, tuple(y.shape), what="the labels")
    replaced = labels != y
    assert_true(bool((labels[replaced] == null_label()).all()), "some label became neither itself nor the null label")
    return replaced


# -- drop_labels -------------------------------------------------------------------------------------------


@check("drop_labels", points=0.5, title="replaces each label with probability p")
def test_drop_labels_frequency(candidate: Candidate) -> None:
    """The share of dropped labels is not p, or labels became something else than the null label."""
    y, null = all_labels(), null_label()
    for p in (number(76, 0.15, 0.25), number(77, 0.6, 0.8)):
        replaced = dropped(candidate.drop_labels(y, null, p, generator=candidate.generator(71)), y)
        # 4000 Bernoulli draws leave 6.5 standard errors with probability below 1e-8 (Chernoff).
        bound = 6.5 * (p * (1 - p) / COUNT) ** 0.5
        assert_true(abs(replaced.double().mean() - p) < bound, "the share of dropped labels is not p")
    candidate.seed(72)
    share = dropped(candidate.drop_labels(y, null), y).double().mean()
    assert_true(abs(share - 0.1) < 6.5 * (0.1 * 0.9 / COUNT) ** 0.5, "by default p is not 0.1")


@check("drop_labels", points=0.25, title="drops labels independently of each other", kind="law")
def test_drop_labels_independence(candidate: Candidate) -> None:
    """Whether a label is dropped depends on others, its place, its value, how many are, or a seed that is set inside."""
    labels, null = all_labels(), null_label()
    replaced = dropped(candidate.drop_labels(labels, null, 0.5, generator=candidate.generator(73)), labels)
    signs = 2 * replaced.double() - 1
    # Means of 2000 or more fair signs, and of products of them: beyond 6.5 standard errors with probability < 1e-9.
    assert_true(abs((signs[1:] * signs[:-1]).mean()) < 6.5 / 3999**0.5, "neighbours are dropped together")
    assert_true(abs(signs[:2000].mean()) < 6.5 / 2000**0.5, "places are not treated alike")
    assert_true(abs(signs[labels < 5].mean()) < 6.5 / 2000**0.5, "labels are not treated alike")
    source, y = candidate.generator(74), torch.arange(8)
    counts = {int(dropped(candidate.drop_labels(y, null, 0.5, generator=source), y).sum()) for _ in range(18)}
    # The commonest count, 4 of 8, has probability 0.273: eighteen equal counts have probability 1e-10.
    assert_true(len(counts) > 1, "the same number of labels is dropped every time")
    assert_draws_afresh(candidate, lambda: candidate.drop_labels(labels[:200], null, p=0.5), "which labels are dropped")


@check("drop_labels", points=0.25, title="a generator makes it reproducible", kind="random")
def test_drop_labels_generator(candidate: Candidate) -> None:
    """With equal generators the result differs, with different ones it agrees, or the global state was used."""
    y, null = all_labels()[:200], null_label()
    first = candidate.drop_labels.observe(y, null, p=0.5, generator=candidate.generator(1))
    again = candidate.drop_labels(y, null, p=0.5, generator=candidate.generator(1))
    other = candidate.drop_labels(y, null, p=0.5, generator=candidate.generator(2))
    dropped(first.value, y)
    assert_close(again, first.value, what="the second result", dtype=False)
    assert_true(not torch.equal(dropped(other, y), dropped(first.value, y)), "another seed gave the same result")
    assert_true(not first.rng_used, "the global random state was used although a generator was given")


@check("drop_labels", points=0.25, title="leaves the labels that it is given", kind="purity")
def test_drop_labels_pure(candidate: Candidate) -> None:
    """The labels that were passed in have changed after the call."""
    y, null = all_labels()[:8], null_label()
    seen = candidate.drop_labels.observe(y, null, p=1.0)
    assert_close(seen.args[0], y, what="y after the call")
    assert_close(seen.value, torch.full((8,), null), dtype=False, what="the labels")


@check("drop_labels", points=0.25, title="returns int64 labels", kind="dtype")
def test_drop_labels_dtype(candidate: Candidate) -> None:
    """The result is not an int64 tensor of shape (B,)."""
    labels = candidate.drop_labels(all_labels()[:3], null_label(), p=0.5)
    assert_shape(labels, (3,), torch.int64, what="the labels")


# -- guided_noise ------------------------------------------------------------------------------------------


@check("guided_noise", points=0.5, title="equals the weighted sum of both predictions")
def test_guided_noise_formula(candidate: Candidate, rng: torch.Generator) -> None:
    """The result differs from eps_uncond + w (eps_cond - eps_uncond)."""
    scales = number(78, 0.2, 0.4), 3, number(79, 6, 9), number(80, -2, -1), number(89, 15, 40)
    for shape, w in zip(SHAPES, scales, strict=True):
        eps_cond, eps_uncond = torch.randn(2, *shape, generator=rng)
        case = Predictions(eps_cond, eps_uncond, w)
        assert_close(candidate.guided_noise(*case), formula(case))


@check("guided_noise", points=0.25, title="equal predictions are left alone", kind="law")
def test_guided_noise_fixed_point(candidate: Candidate) -> None:
    """Where label and null label predict the same noise, no guidance scale may change it."""
    eps = make_predictions((2, 3), 81, 0.0).eps_cond
    for w in (0.0, number(85, 0.3, 0.7), number(86, 3, 5)):
        assert_close(candidate.guided_noise(eps, eps, w), eps)


@check("guided_noise", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_guided_noise_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_predictions((2, 3), 82, number(87, 2, 3), torch.float64)
    assert_close(candidate.guided_noise(*case), formula(case), rtol=1e-10, atol=1e-12)


@check("guided_noise", points=0.25, title="its gradient reaches both predictions", kind="gradient")
def test_guided_noise_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to the predictions are not w and 1 - w."""
    case = make_predictions((2, 3), 83, number(88, 2, 3), torch.float64)
    by_cond, by_uncond = candidate.guided_noise.grad(*case, wrt=(0, 1))
    ones = torch.ones(2, 3, dtype=torch.float64)
    assert_close(by_cond, case.w * ones, rtol=1e-4, what="the gradient of eps_cond")
    assert_close(by_uncond, (1 - case.w) * ones, rtol=1e-4, what="the gradient of eps_uncond")


@check("guided_noise", points=0.25, title="leaves its inputs as they are", kind="purity")
def test_guided_noise_pure(candidate: Candidate) -> None:
    """An input was modified, or the random state or a global setting was changed."""
    case = make_predictions((2, 3), 84, 3.0)
    seen = candidate.guided_noise.observe(*case)
    assert_close(seen.args[0], case.eps_cond, rtol=0, atol=0, what="eps_cond after the call")
    assert_close(seen.args[1], case.eps_uncond, rtol=0, atol=0, what="eps_uncond after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (2, 3))
