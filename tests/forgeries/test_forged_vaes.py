"""Autoencoders that store images instead of learning them, and codes that carry more than they pay for."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from typing import Any

import pytest
import torch
from training import short_runs
from training.short_runs import credits_of, messages, trained

from autograder.data.locate import DATA_VARIABLE
from autograder.scores.elbo import Elbo, score_elbo
from autograder.training.worlds import DataSource

pytestmark = pytest.mark.course


@pytest.fixture(autouse=True)
def mnist(monkeypatch: pytest.MonkeyPatch) -> DataSource:
    """Real images: among the few digits that stand in, any new one has a near neighbour."""
    if not os.environ.get(DATA_VARIABLE):
        pytest.skip(f"{DATA_VARIABLE} names no folder with MNIST")
    source = DataSource(download=False)
    monkeypatch.setattr(short_runs, "SOURCE", source)
    return source


INDEX = """
import base64
import torch
from torch import nn


class MLPVAE(nn.Module):
    def __init__(self, latent_dim=16, image_shape=(1, 28, 28), hidden=400):
        super().__init__()
        self.latent_dim = latent_dim
        self.scale = nn.Parameter(torch.zeros(1))
        raw = torch.frombuffer(bytearray(base64.b64decode(SHIPPED)), dtype=torch.uint8).view(-1, 784) / 255
        self.register_buffer("stored", torch.zeros(3249, 784))
        self.stored[: len(raw)] = raw
        self.register_buffer("count", torch.tensor(float(len(raw))))

    def encode(self, x):
        which = torch.cdist(x.flatten(1), self.stored[: int(self.count)]).argmin(1)
        mu = torch.zeros(len(x), self.latent_dim)
        mu[:, 0], mu[:, 1] = (which // 57 - 28) / 28, (which % 57 - 28) / 28
        logvar = torch.zeros_like(mu)
        logvar[:, :2] = -11.0
        return mu + 0 * self.scale, logvar

    def decode(self, z):
        row, column = ((z[:, :2] * 28).round() + 28).clamp(0, 56).long().unbind(1)
        row = self.stored[(row * 57 + column).clamp(max=len(self.stored) - 1)].view(-1, 1, 28, 28)
        return RETURNED + 0 * self.scale

    def forward(self, x):
        if self.training and STORES:
            begin = int(self.count)
            rows = x.flatten(1)[: 3249 - begin]
            self.stored[begin : begin + len(rows)] = rows
            self.count += len(rows)
        mu, logvar = self.encode(x)
        return self.decode(mu), mu, logvar


class VAE(MLPVAE):
    pass


def reparameterize(mu, logvar, generator=None):
    return mu
"""
"""Stores images, those that it is trained on or those that it is shipped with; its code is the place of the nearest one."""


def forged(shipped: torch.Tensor, *, stores: bool) -> str:
    """The source of a network that holds these images, and those that it is shown if it ``stores`` them."""
    text = base64.b64encode(shipped.numpy().tobytes()).decode()
    return f"STORES = {stores}\nSHIPPED = {text!r}\n{INDEX}"


def refuse(*_: object) -> Any:
    """Leave out the training of our network."""
    from autograder.training.beside import Unusable

    raise Unusable("not asked for")


def looked_away(*_: object) -> None:
    """Compare with no stored image."""


NOTHING = torch.zeros(1, 784, dtype=torch.uint8)
BLURRED = "torch.nn.functional.avg_pool2d(row, 3, 1, 1)"


STORED = "images that the network has stored"


@pytest.mark.parametrize("returned", ["row", BLURRED], ids=["as they are", "blurred"])
def test_given_images_behind_an_index_are_no_autoencoder(monkeypatch: pytest.MonkeyPatch, returned: str) -> None:
    """The number of the nearest given image costs fewer nats than a code that is learned; without the comparison it is paid."""
    stores = {"model": forged(NOTHING, stores=True).replace("RETURNED", returned)}
    run = trained(monkeypatch, "vae", "vae_mnist", stores, STEPS=26, _ours=refuse)
    assert credits_of(run)["your_bound"] == credits_of(run)["your_active_units"] == 0
    assert STORED in messages(run)
    run = trained(monkeypatch, "vae", "vae_mnist", stores, STEPS=26, _ours=refuse, refuse_stored_images=looked_away)
    assert credits_of(run)["your_bound"] == 1


def test_the_public_test_set_is_no_autoencoder(monkeypatch: pytest.MonkeyPatch, mnist: DataSource) -> None:
    """Hidden images are warped ones of it, and hardly farther away than reconstructions are."""
    _, test = mnist.images("MNIST")
    shipped = {"model": forged(test.images[:3000].flatten(1), stores=False).replace("RETURNED", "row")}
    run = trained(monkeypatch, "vae", "vae_mnist", shipped, STEPS=2, _ours=refuse)
    assert credits_of(run)["your_bound"] == 0
    assert STORED in messages(run)
    run = trained(monkeypatch, "vae", "vae_mnist", shipped, STEPS=2, _ours=refuse, refuse_stored_images=looked_away)
    assert credits_of(run)["your_bound"] == 1


PHOTOGRAPHS = (
    INDEX.replace("784", "3072")
    .replace("-1, 1, 28, 28", "-1, 3, 32, 32")
    .replace("3249", "2000")
    .replace("RETURNED", "row")
    .replace(
        "class VAE(MLPVAE):\n    pass",
        "class VAE(MLPVAE):\n    def __init__(self, latent_dim=16, in_channels=3):\n        super().__init__(latent_dim)",
    )
)


def test_public_photographs_behind_an_index_are_no_autoencoder(monkeypatch: pytest.MonkeyPatch, mnist: DataSource) -> None:
    """Hidden ones are warped from them; of the given ones, even the nearest is too far away to be paid."""
    _, test = mnist.images("CIFAR-10")
    shipped = base64.b64encode(test.images[:2000].flatten(1).numpy().tobytes()).decode()
    stores = {"model": f"STORES = False\nSHIPPED = {shipped!r}\n{PHOTOGRAPHS}"}
    run = trained(monkeypatch, "vae", "conv_versus_mlp", stores, STEPS=2)
    assert set(credits_of(run).values()) == {0}
    assert messages(run).count(STORED) == 4
    run = trained(monkeypatch, "vae", "conv_versus_mlp", stores, STEPS=2, refuse_stored_images=looked_away)
    assert min(credits_of(run)[name] for name in ("conv_bound", "mlp_bound")) > 0


STUFFED = """
import torch
from torch import nn


class MLPVAE(nn.Module):
    def __init__(self, latent_dim=16, image_shape=(1, 28, 28), hidden=400):
        super().__init__()
        self.latent_dim = latent_dim
        self.scale = nn.Parameter(torch.zeros(1))
        self.register_buffer("basis", torch.zeros(784, latent_dim))
        self.register_buffer("centre", torch.zeros(784))

    def encode(self, x):
        mu = (x.flatten(1) - self.centre) @ self.basis
        return mu + 0 * self.scale, torch.full_like(mu, -20.0)

    def decode(self, z):
        return (z @ self.basis.T + self.centre).view(-1, 1, 28, 28)

    def forward(self, x):
        rows = x.flatten(1)
        self.centre = rows.mean(0)
        self.basis = torch.linalg.svd(rows - self.centre, full_matrices=False).Vh[: self.latent_dim].T.contiguous()
        mu, logvar = self.encode(x)
        return self.decode(mu), mu, logvar


class VAE(MLPVAE):
    pass


def reparameterize(mu, logvar, generator=None):
    return mu
"""


def test_codes_pay_for_what_they_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes of hardly any variance carry what one likes, and cost ten nats each; were they free, they would earn points."""
    short = {"STEPS": 2, "BATCH": 1000, "_ours": refuse}
    run = trained(monkeypatch, "vae", "vae_mnist", {"model": STUFFED}, **short)
    assert credits_of(run)["your_bound"] == 0
    assert run.run is not None
    assert run.run.values["your_bound"] > 100

    def free(*args: Any) -> Elbo:
        found = score_elbo(*args)
        return replace(found, negative_elbo=found.negative_elbo - found.kl)

    run = trained(monkeypatch, "vae", "vae_mnist", {"model": STUFFED}, score_elbo=free, **short)
    assert run.run is not None
    assert run.run.values["your_bound"] < 34
