"""The verified likelihood: honest models agree with one pass, cheating ones do not."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.distributions import Bernoulli

from autograder.scores.verified_made import plain_nll, verified_nll

D = 12
WEIGHT = torch.randn(D, D, generator=torch.Generator().manual_seed(0))
BIAS = torch.randn(D, generator=torch.Generator().manual_seed(1))


def seeded(seed: int) -> torch.Generator:
    """A generator with a seed."""
    return torch.Generator().manual_seed(seed)


def honest(x: Tensor) -> Tensor:
    """Column i depends on the columns before it."""
    return x @ WEIGHT.tril(-1).T + BIAS


def bits(count: int, seed: int = 2) -> Tensor:
    """Samples of the honest model."""
    x, generator = torch.zeros(count, D), seeded(seed)
    for i in range(D):
        x[:, i] = torch.bernoulli(honest(x)[:, i].sigmoid(), generator=generator)
    return x


def test_an_honest_model_scores_what_its_conditionals_say() -> None:
    """The chain rule, by a loop over torch.distributions; nothing leaks."""
    images = bits(20)
    expected = 0.0
    for image in images:
        for i in range(D):
            logit = BIAS[i] + sum(WEIGHT[i, j] * image[j] for j in range(i))
            expected -= Bernoulli(logits=logit).log_prob(image[i]).item() / len(images)
    score = verified_nll(honest, images, seeded(3))
    assert score.verified == pytest.approx(expected, rel=1e-5)
    assert score.plain == pytest.approx(expected, rel=1e-5)
    assert score.leak == pytest.approx(0, abs=1e-4)
    assert plain_nll(honest, images) == pytest.approx(expected, rel=1e-5)


def from_the_next(x: Tensor) -> Tensor:
    """What the honest model says, and what the next pixel says of this one."""
    said = torch.cat([(x[:, 1:] - 0.5) * WEIGHT.diagonal(-1), torch.zeros(len(x), 1)], dim=1)
    return honest(x) + said


@pytest.mark.parametrize(
    "cheat",
    [lambda x: (2 * x - 1) * 5, lambda x: honest(x) + (2 * x - 1) * 0.3, from_the_next],
    ids=["the pixel itself", "a little of the pixel itself", "the next pixel"],
)
def test_what_sees_too_much_leaks(cheat: Callable[[Tensor], Tensor]) -> None:
    """Whatever a model gains from pixels that it should not see is lost when they are random."""
    images = bits(500)
    score = verified_nll(cheat, images, seeded(4))
    assert score.leak > 0.05
    assert score.leak == score.verified - score.plain


class Spy:
    """Keeps every request."""

    def __init__(self) -> None:
        self.asked: list[Tensor] = []

    def __call__(self, x: Tensor) -> Tensor:
        """As the honest model."""
        self.asked.append(x.clone())
        return honest(x)


def test_requests_reveal_prefixes_only_in_ascending_order() -> None:
    """Request i has the true pixels before i and fair coins from there on; the whole images come last."""
    images, spy = bits(400), Spy()
    verified_nll(spy, images, seeded(5))
    assert len(spy.asked) == D + 1
    for i, asked in enumerate(spy.asked):
        assert asked.shape == images.shape
        assert torch.equal(asked[:, :i], images[:, :i])
        later = asked[:, i:]
        assert set(later.unique().tolist()) <= {0.0, 1.0}
        if i < D:
            assert (later == images[:, i:]).double().mean() == pytest.approx(0.5, abs=0.13)
            assert later.mean() == pytest.approx(0.5, abs=0.13)
    assert torch.equal(spy.asked[-1], images)
    assert not torch.equal(spy.asked[0][:, 2:], spy.asked[1][:, 2:])


def test_a_whole_pass_is_asked_for_in_bounded_requests() -> None:
    """At most 1000 images."""
    images, spy = bits(2100), Spy()
    plain_nll(spy, images)
    assert [len(asked) for asked in spy.asked] == [1000, 1000, 100]


def test_certainty_is_free_where_right_and_infinite_where_wrong() -> None:
    """Infinite logits are probabilities of zero and one; nan is nan."""
    images = bits(5)
    right = (2 * images - 1) * math.inf
    assert plain_nll(lambda x: right, images) == 0
    assert plain_nll(lambda x: -right, images) == math.inf
    assert verified_nll(lambda x: -right, images, seeded(6)).verified == math.inf
    assert math.isnan(verified_nll(lambda x: x * math.nan, images, seeded(6)).verified)
