"""Networks that are lent, and what samplers should make of them, against the references' samplers."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from autograder.course.course import open_course
from autograder.training.beside import Unusable
from autograder.training.denoisers import LentDenoiser, ancestral_samples, deterministic_samples, random_parts

LEVELS = 20
BETAS = torch.linspace(1e-3, 0.2, LEVELS, dtype=torch.float64)
SIGNAL = torch.cumprod(1 - BETAS, 0)
SHAPE = (50, 1, 6, 6)


class Guess(nn.Module):
    """Some noise predictor that minds its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.lean = nn.Parameter(torch.tensor(0.7))

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """Shrunk images, differently at each noise level and for each label."""
        labels = torch.zeros_like(t) if y is None else y
        return torch.tanh(self.lean * x + 0.01 * (t + labels).view(-1, 1, 1, 1))


def reference(module: str) -> ModuleType:
    """A module of the reference."""
    return open_course().assignment("diffusion").reference(module)


def sampled(lent: LentDenoiser) -> Tensor:
    """Samples by the reference's ancestral sampler."""
    process = reference("process").GaussianDiffusion(BETAS)
    return process.p_sample_loop(lent, SHAPE, generator=torch.Generator().manual_seed(3)).detach()


@pytest.mark.parametrize("steps", [1, 7, LEVELS])
def test_one_noise_leads_to_one_image(steps: int) -> None:
    """The equation's way in other coordinates is the reference's sampler."""
    lent, ddim = LentDenoiser(Guess()), reference("ddim")
    generator = torch.Generator().manual_seed(1)
    samples = ddim.ddim_sample_loop(lent, SHAPE, SIGNAL.float(), steps, generator=generator)
    times = [k * LEVELS // steps for k in reversed(range(steps))]
    assert lent.times == times
    torch.testing.assert_close(deterministic_samples(Guess(), lent.asked[0], SIGNAL, times), samples, rtol=1e-4, atol=1e-4)


def test_a_right_sampler_adds_the_noise_that_it_should() -> None:
    """One in each step, none in the last."""
    lent = LentDenoiser(Guess())
    randomness, astray = random_parts(lent, sampled(lent), SIGNAL)
    assert len(randomness) == LEVELS - 1
    assert (randomness - 1).abs().max() < 0.08
    assert astray < 1e-4


def test_our_sampler_is_the_references() -> None:
    """Means and spreads of many samples agree."""
    network = Guess()
    start = torch.randn(4000, 1, 2, 2, generator=torch.Generator().manual_seed(4))
    ours = ancestral_samples(network, start, SIGNAL, torch.Generator().manual_seed(5))
    process = reference("process").GaussianDiffusion(BETAS)
    theirs = process.p_sample_loop(network, (4000, 1, 2, 2), generator=torch.Generator().manual_seed(6)).detach()
    assert abs(ours.mean() - theirs.mean()) < 0.05
    assert abs(ours.std() / theirs.std() - 1) < 0.05


def doubled(x: Tensor) -> Tensor:
    """Other images than the sampler arrived at."""
    return 2 * x


def stored(x: Tensor) -> Tensor:
    """Images from elsewhere."""
    return torch.full_like(x, 0.5)


@pytest.mark.parametrize("change", [doubled, stored])
def test_images_that_do_not_follow_from_the_path_are_seen(change: Callable[[Tensor], Tensor]) -> None:
    """Asking as a sampler asks does not help."""
    lent = LentDenoiser(Guess())
    assert random_parts(lent, change(sampled(lent)), SIGNAL)[1] > 0.02


def test_noise_of_the_wrong_size_is_seen() -> None:
    """A sampler that takes the variance for the standard deviation."""
    lent = LentDenoiser(Guess())
    process = reference("process").GaussianDiffusion(BETAS)
    x, generator = torch.randn(SHAPE, generator=torch.Generator().manual_seed(8)), torch.Generator().manual_seed(9)
    for step in reversed(range(LEVELS)):
        mean, variance, _ = process.p_mean_variance(lent, x, torch.full((len(x),), step))
        x = mean + variance * torch.randn(SHAPE, generator=generator)
    randomness, astray = random_parts(lent, x.detach(), SIGNAL)
    assert randomness.mean() < 0.6
    assert astray < 1e-4


def test_a_path_with_other_timesteps_is_none() -> None:
    """Nothing can be said of it."""
    lent = LentDenoiser(Guess())
    samples = sampled(lent)
    lent.times.reverse()
    with pytest.raises(Unusable, match="once at each timestep"):
        random_parts(lent, samples, SIGNAL)


@pytest.mark.parametrize("t", [torch.zeros(3, dtype=torch.int64), torch.zeros((), dtype=torch.int64)])
def test_a_question_of_the_wrong_shape_is_an_error_of_who_asks(t: Tensor) -> None:
    """Before the network sees it."""
    with pytest.raises(ValueError, match="shape"):
        LentDenoiser(Guess())(torch.zeros(SHAPE), t)
