"""The negative evidence lower bound, against closed forms and the course's own loss."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from autograder.scores.batches import rows_of_a_request
from autograder.scores.elbo import score_elbo

LOSSES = Path(__file__).resolve().parents[2] / "solutions" / "vae" / "losses.py"
LATENT, PIXELS = 3, 16


def seeded(seed: int) -> torch.Generator:
    """A generator with a seed."""
    return torch.Generator().manual_seed(seed)


class Linear:
    """An autoencoder whose expected bound is known, and which remembers what it was asked."""

    def __init__(self, seed: int, logvar: float = -1.0) -> None:
        generator = seeded(seed)
        self.down = torch.randn(PIXELS, LATENT, generator=generator) / 4
        self.up = torch.randn(LATENT, PIXELS, generator=generator)
        self.logvar = logvar
        self.asked: list[tuple[str, Tensor]] = []

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """A linear mean, one variance."""
        self.asked.append(("encode", images))
        mu = images.flatten(1) @ self.down
        return mu, torch.full_like(mu, self.logvar)

    def decode(self, z: Tensor) -> Tensor:
        """A linear image."""
        self.asked.append(("decode", z))
        return (z @ self.up).view(-1, 1, 4, 4)


def images_of(count: int, seed: int = 0) -> Tensor:
    """Random images."""
    return torch.rand(count, 1, 4, 4, generator=seeded(seed))


@pytest.mark.parametrize("logvar", [-3.0, -1.0, 0.5])
def test_expected_values_of_a_linear_autoencoder(logvar: float) -> None:
    """E|decode(mu + sigma eps) - x|^2 is |decode(mu) - x|^2 + sigma^2 |W|^2; the divergence is that of torch.distributions."""
    model, images = Linear(1, logvar), images_of(4000)
    mu, _ = model.encode(images)
    exact = (mu @ model.up - images.flatten(1)).square().sum(dim=1).mean() + math.exp(logvar) * model.up.square().sum()
    posterior = Normal(mu, torch.full_like(mu, math.exp(logvar / 2)))
    kl = kl_divergence(posterior, Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum(dim=1).mean()
    score = score_elbo(model.encode, model.decode, images, seeded(2))
    assert score.kl == pytest.approx(kl.item(), rel=1e-5)
    assert score.reconstruction == pytest.approx(exact.item(), rel=0.1)
    assert score.negative_elbo == score.reconstruction + score.kl


def test_the_scale_is_that_of_the_course() -> None:
    """The course's loss of what was decoded is the score."""
    spec = importlib.util.spec_from_file_location("losses_of_the_course", LOSSES)
    assert spec is not None
    assert spec.loader is not None
    losses = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(losses)
    model, images = Linear(3), images_of(50)
    score = score_elbo(model.encode, model.decode, images, seeded(4))
    (z,) = (asked for what, asked in model.asked if what == "decode")
    loss, reconstruction, kl = losses.negative_elbo(model.decode(z), images, *model.encode(images))
    assert (score.negative_elbo, score.reconstruction, score.kl) == pytest.approx(
        (loss.item(), reconstruction.item(), kl.item()), rel=1e-5
    )


def test_noise_is_the_graders_own() -> None:
    """Standard normal in every coordinate, another for each image, the same for the same seed."""
    model, images = Linear(5), images_of(3000)
    score_elbo(model.encode, model.decode, images, seeded(6))
    z = torch.cat([asked for what, asked in model.asked if what == "decode"])
    mu, logvar = model.encode(images)
    noise = (z - mu) / (0.5 * logvar).exp()
    assert noise.mean(dim=0).abs().max() < 0.1
    assert (noise.T.cov() - torch.eye(LATENT)).abs().max() < 0.12
    again = [score_elbo(model.encode, model.decode, images, seeded(seed)) for seed in (6, 6, 7)]
    assert again[0] == again[1] != again[2]


def test_nothing_is_decoded_before_all_is_encoded_and_requests_are_bounded() -> None:
    """At most 1000 images in a request."""
    model = Linear(8)
    score_elbo(model.encode, model.decode, images_of(2300), seeded(9))
    assert [what for what, _ in model.asked] == ["encode"] * 3 + ["decode"] * 3
    assert max(len(asked) for _, asked in model.asked) <= 1000


def test_units_are_active_if_their_mean_depends_on_the_image() -> None:
    """Those whose variance over the images exceeds .01."""
    scales = torch.tensor([1.0, 0.11, 0.09, 0.0])

    def encode(images: Tensor) -> tuple[Tensor, Tensor]:
        mu = torch.randn(len(images), 4, generator=seeded(10)) * scales
        return mu, torch.zeros_like(mu)

    score = score_elbo(encode, lambda z: torch.zeros(len(z), 1, 4, 4), images_of(1000), seeded(11))
    assert score.active_units == 2


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_answered_by_what_is_not_finite(bad: float) -> None:
    """From either side."""
    model, images = Linear(12), images_of(10)
    decoded = score_elbo(model.encode, lambda z: model.decode(z) * bad, images, seeded(13))
    encoded = score_elbo(lambda x: (model.encode(x)[0] * bad, model.encode(x)[1]), model.decode, images, seeded(13))
    assert not math.isfinite(decoded.negative_elbo)
    assert math.isfinite(decoded.kl)
    assert not math.isfinite(encoded.negative_elbo)
    assert encoded.active_units == 0


@pytest.mark.parametrize(("shape", "rows"), [((1, 28, 28), 1000), ((3, 256, 256), 25), ((1, 4000, 4000), 1)])
def test_a_request_holds_twenty_megabytes_and_at_least_one_image(shape: tuple[int, ...], rows: int) -> None:
    """Whichever bound is reached first."""
    assert rows_of_a_request(torch.empty(2000, *shape, device="meta")) == rows
