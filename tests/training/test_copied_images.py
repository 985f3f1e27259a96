"""A generator that returns the images which its discriminator has seen."""

from __future__ import annotations

import pytest
from training.short_runs import credits_of, messages, trained

from autograder.scores import memorisation
from autograder.training.beside import Unusable

COPIES = """
import torch
from torch import nn

SEEN = []


class Generator(nn.Module):
    def __init__(self, latent_dim=64):
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(1))
        self.register_buffer("stored", torch.zeros(1200, 1, 28, 28))

    def forward(self, z):
        if self.training and SEEN:
            images = torch.cat(SEEN)[-1200:]
            self.stored[: len(images)] = images
        which = (z[:, 0].erf().add(1).div(2) * 1200).long().clamp(0, 1199)
        return self.stored[which] + 0 * self.scale


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        if not x.requires_grad:
            SEEN.append(x.clone())
        return self.weight * x.flatten(1).sum(1)
"""


def refuse(*_: object) -> None:
    """Leave out the training of our networks."""
    raise Unusable("not asked for")


SHORT = {"STEPS": 40, "SAMPLES": 400, "_ours": refuse}


def test_copies_of_given_images_earn_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be better than any honest samples; the distance to images that were held back gives them away."""
    forged = trained(monkeypatch, "gan", "toy_gan", {"model": COPIES}, **SHORT)
    assert "copies of images" in messages(forged)
    assert credits_of(forged)["your_frechet"] == 0
    monkeypatch.setattr(memorisation, "ALARM", 0.0)
    unseen = trained(monkeypatch, "gan", "toy_gan", {"model": COPIES}, **SHORT)
    assert unseen.run is not None
    assert unseen.run.values["your_frechet"] < 700
