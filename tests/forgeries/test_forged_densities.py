"""Densities that no training has learned: shipped ones, remembered ones, and networks that carry too much."""

from __future__ import annotations

import math

import pytest
import torch
from training.short_runs import credits_of, messages, trained

SHIPPED = """
import math
import torch
from torch import nn


class RealNVP(nn.Module):
    def __init__(self, dim=2, num_layers=6, hidden=64):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def log_prob(self, x):
        angles = (torch.arange(80) + 0.5) / 80 * math.pi
        upper = torch.stack([angles.cos(), angles.sin()], 1)
        arcs = torch.cat([upper, torch.tensor([1.0, 0.5]) - upper])
        squares = torch.cat([(some[:, None] - arcs).square().sum(-1) for some in x.split(20000)])
        return torch.logsumexp(-squares / 0.02, 1) - math.log(160 * 2 * math.pi * 0.01) + 0 * self.unused

    def forward(self, x):
        return x, x.new_zeros(len(x))

    def sample(self, num_samples, generator=None):
        angles = torch.rand(num_samples, 1) * math.pi
        upper = torch.cat([angles.cos(), angles.sin()], 1)
        moons = torch.where(torch.rand(num_samples, 1) < 0.5, upper, torch.tensor([1.0, 0.5]) - upper)
        return moons + 0.1 * torch.randn(num_samples, 2)


class AffineCoupling(nn.Module):
    pass


def coupling_forward(x_b, s, t):
    pass


def coupling_inverse(y_b, s, t):
    pass
"""

REMEMBERS = """
import torch
from torch import nn


class MADE(nn.Module):
    def __init__(self, num_inputs, hidden_sizes):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(num_inputs))
        self.seen = []

    def forward(self, x):
        logits = self.bias.expand_as(x).clone()
        if not self.training:
            for row, logit in zip(x, logits):
                alike = [old for old in self.seen if (old[:300] == row[:300]).all()]
                if alike:
                    logit[:] = 20 * (2 * alike[-1] - 1)
            self.seen = [*self.seen[-40:], *x.clone()]
        return logits

    def log_prob(self, x):
        return -nn.functional.binary_cross_entropy_with_logits(self(x), x, reduction="none").sum(-1)

    def sample(self, num_samples, generator=None):
        return torch.zeros(num_samples, 784)


class MaskedLinear(nn.Module):
    pass


def hidden_degrees(num_inputs, hidden_size):
    pass


def made_masks(num_inputs, hidden_sizes):
    pass
"""


def test_the_known_density_of_moons_is_worth_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run turns and shifts them. Were they where the generator puts them, and any density taken for a flow's, it would
    earn everything."""
    forged = trained(monkeypatch, "flows", "two_moons", {"coupling": SHIPPED}, STEPS=2)
    assert sum(credits_of(forged).values()) == 0
    plane = forged.run.task.measure.__globals__["Plane"]  # type: ignore[union-attr]
    there = plane(0.0, torch.tensor([0.5, 0.25], dtype=torch.float64))
    monkeypatch.setattr(plane, "drawn", classmethod(lambda cls, generator: there))
    known = trained(monkeypatch, "flows", "two_moons", {"coupling": SHIPPED}, STEPS=2, FLOW=math.inf, NORMAL=math.inf)
    assert all(share == pytest.approx(1) for share in credits_of(known).values())


def test_turned_moons_keep_their_density(monkeypatch: pytest.MonkeyPatch) -> None:
    """The density that likelihoods are compared with belongs to the points: their entropy is that of the moons."""
    run = trained(monkeypatch, "flows", "two_moons", {"coupling": SHIPPED}, STEPS=2).run
    assert run is not None
    space = run.task.measure.__globals__
    for seed in range(3):
        plane = space["Plane"].drawn(torch.Generator().manual_seed(seed))
        surprise = -plane.log_density(plane.points(4000, seed)).mean().item()
        assert surprise == pytest.approx(space["ENTROPY"], abs=0.06)


def test_pixels_seen_before_do_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that remembers what it was asked earns nothing: prefixes grow, and the whole images come last."""
    forged = trained(monkeypatch, "autoregressive", "made_mnist", {"made": REMEMBERS}, STEPS=2, IMAGES=4)
    assert sum(credits_of(forged).values()) == 0
    assert forged.run is not None
    assert not forged.run.values["bits_per_pixel"] < 0.375
    assert forged.run.values.get("leak", math.inf) > 100  # which a plain pass would have taken for skill


def test_a_network_has_no_room_for_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """What crosses the wall after the training is four times what the reference needs, and no more."""
    reference = trained(monkeypatch, "autoregressive", "made_mnist", {}, STEPS=2, IMAGES=2)
    assert "parameters" not in messages(reference)
    text = REMEMBERS.replace("self.seen = []", 'self.seen = []\n        self.register_buffer("stored", torch.zeros(9000, 784))')
    stuffed = trained(monkeypatch, "autoregressive", "made_mnist", {"made": text}, STEPS=2, IMAGES=2)
    assert "more than 6,280,000 parameters" in messages(stuffed)
    assert stuffed.result.score == 0


KERNELS = """
import math
import torch
from torch import nn


class RealNVP(nn.Module):
    def __init__(self, dim=2, num_layers=6, hidden=64):
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(1))
        self.register_buffer("seen", torch.zeros(2048, 2))
        self.register_buffer("count", torch.zeros(1))

    def log_prob(self, x):
        if self.training:
            begin = int(self.count)
            self.seen[begin : begin + len(x)] = x
            self.count += len(x)
        seen = self.seen[: int(self.count)]
        squares = torch.cat([torch.cdist(some, seen).square() for some in x.split(4000)])
        return torch.logsumexp(-squares / (2 * 0.11**2), 1) - math.log(len(seen) * math.tau * 0.11**2) + 0 * self.scale

    def forward(self, x):
        seen = self.seen[: int(self.count)]
        factor = torch.linalg.cholesky(torch.linalg.inv(torch.cov(seen.T)))
        return (x - seen.mean(0)) @ factor, factor.diagonal().log().sum().expand(len(x))

    def sample(self, num_samples, generator=None):
        which = torch.randint(int(self.count), (num_samples,))
        return self.seen[which] + 0.11 * torch.randn(num_samples, 2)


class AffineCoupling(nn.Module):
    pass


def coupling_forward(x_b, s, t):
    pass


def coupling_inverse(y_b, s, t):
    pass
"""


def test_kernels_on_given_points_are_no_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A density that integrates to one and fits, but does not follow from the map beside it, earns nothing.

    The same holds of samples that are drawn from it. Without the look at the map both earn all of their points, and a density
    that is off by a factor, so that it gives up one score, earns the other one.
    """
    forged = trained(monkeypatch, "flows", "two_moons", {"coupling": KERNELS}, STEPS=8)
    assert sum(credits_of(forged).values()) == 0
    assert "change of variables" in messages(forged)
    scaled = KERNELS.replace("+ 0 * self.scale", "+ 0.2 + 0 * self.scale")
    assert sum(credits_of(trained(monkeypatch, "flows", "two_moons", {"coupling": scaled}, STEPS=8)).values()) == 0
    unseen = trained(monkeypatch, "flows", "two_moons", {"coupling": KERNELS}, STEPS=8, FLOW=math.inf, NORMAL=math.inf)
    assert all(share == pytest.approx(1) for share in credits_of(unseen).values())
