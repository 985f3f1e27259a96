"""Diffusion networks of ours in training tasks: students' code asks them for noise, and never holds their weights.

What samplers should make of such a network is computed here in the coordinates in which noise is added and data are never
scaled: with abar = 1 / (1 + s^2) a noisy image is x = u / sqrt(1 + s^2), where u = x_0 + s * noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from autograder.training.beside import Unusable
from autograder.training.image_shapes import own_size_only
from autograder.training.run import TrainingRun

PUBLIC = "unet_digits"
SECRET = ("unet_transposed", "unet_mirrored")
"""The given networks: what students get, and what the grader alone has."""
MOST_ASKED = 2**24
"""Numbers in all images that a lent network is asked about and that are kept; the longest sampler's are 2.5 million."""


def public_network(run: TrainingRun) -> nn.Module:
    """The network that students have too, to be trained further."""
    network: nn.Module = run.ours.UNet()
    network.load_state_dict(run.weights(PUBLIC)[1])
    return own_size_only(network, run).to(run.device)


def secret_network(run: TrainingRun) -> tuple[str, nn.Module]:
    """The name of a network to sample from, and the network; on a student's machine, the public one."""
    name, state = run.weights(PUBLIC, *SECRET)
    network: nn.Module = run.ours.UNet()
    network.load_state_dict(state)
    return name, own_size_only(network, run).to(run.device).eval().requires_grad_(False)


class LentDenoiser:
    """A network that is lent to a worker, with what it was asked there and could answer.

    Attributes:
        network: takes noisy images, noise levels and labels or None.
        device: where it lies; what it answers lies where the question does.
        asked: the noisy images of each question that was answered, float32.
        answered: the noise that it found.
        times: the noise level of each question's first image.
    """

    def __init__(self, network: nn.Module, device: str = "cpu") -> None:
        self.network = network.to(device).eval().requires_grad_(False)
        self.device = device
        self.asked: list[Tensor] = []
        self.answered: list[Tensor] = []
        self.times: list[int] = []

    def __call__(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """The noise in ``x``."""
        if x.ndim != 4 or t.shape != x.shape[:1] or (y is not None and y.shape != t.shape):
            raise ValueError(f"x has shape {tuple(x.shape)}, t {tuple(t.shape)}, y {None if y is None else tuple(y.shape)}")
        if sum(map(Tensor.numel, self.asked)) + x.numel() > MOST_ASKED:
            raise ValueError("the network was asked about more images than any sampler needs")
        asked, time = x.detach().float().to(self.device), int(t[0].item())
        with torch.no_grad():
            answer: Tensor = self.network(asked, t.to(self.device), None if y is None else y.to(self.device))
        self.asked.append(asked)  # only now: what has no answer is no part of a path, and not to be kept
        self.times.append(time)
        self.answered.append(answer)
        return answer.to(x, copy=True)  # whoever samples may go on in its place


def levels_of_noise(alphas_cumprod: Tensor) -> list[float]:
    """The standard deviation of the noise beside data of full size, for each noise level."""
    return ((1 - alphas_cumprod.double()) / alphas_cumprod.double()).sqrt().tolist()


@torch.no_grad()
def deterministic_samples(network: nn.Module, start: Tensor, alphas_cumprod: Tensor, times: Sequence[int]) -> Tensor:
    """Where the network's ordinary differential equation leads from noisy images at the first of some noise levels.

    Euler's method, from each noise level to the next, which is less noisy, and from the last one to no noise.

    Args:
        network: takes noisy images and noise levels.
        start: ``(n, C, H, W)``, as the network sees them.
        alphas_cumprod: of all noise levels.
        times: those to visit, descending.

    Returns:
        Images like ``start``.
    """
    spread = levels_of_noise(alphas_cumprod)
    visited = [*(spread[t] for t in times), 0.0]
    u = start.double() * math.hypot(1.0, visited[0])
    for t, now, then in zip(times, visited[:-1], visited[1:], strict=True):
        x = (u / math.hypot(1.0, now)).to(start.dtype)
        u = u + (then - now) * network(x, torch.full((len(x),), t, dtype=torch.int64, device=x.device)).double()
    return u.to(start.dtype)


@torch.no_grad()
def ancestral_samples(network: nn.Module, start: Tensor, alphas_cumprod: Tensor, generator: torch.Generator) -> Tensor:
    """Samples by small random steps through all noise levels, from ``start`` on, as the network sees it."""
    x = start
    for t in range(len(alphas_cumprod) - 1, -1, -1):
        mean, deviation = _step_back(x, network(x, torch.full((len(x),), t, device=x.device)), t, alphas_cumprod)
        x = mean + deviation * torch.randn(x.shape, generator=generator).to(x)
    return x


@torch.no_grad()
def random_parts(lent: LentDenoiser, samples: Tensor, alphas_cumprod: Tensor) -> tuple[Tensor, float]:
    """What was random in a sampler's steps, in units of what should be, and how far its last step went astray.

    The sampler asked for the noise once at each noise level, so its questions are its path.

    Returns:
        The root mean square of the random part of each step but the last, which is 1 in a right sampler; and the greatest
        difference of the samples from what the last step should give.

    Raises:
        Unusable: it did not ask once at each noise level, from the noisiest on.
    """
    if lent.times != list(range(len(alphas_cumprod) - 1, -1, -1)):
        raise Unusable("the sampler did not ask the network once at each timestep, from the last to the first",
                       f"it asked {len(lent.times)} times")  # fmt: skip
    path = [*lent.asked, samples.to(lent.device)]
    shapes = {tuple(x.shape) for x in path}
    if len(shapes) > 1:
        raise Unusable("the sampler asked for images of another shape than it returned", str(shapes))
    sizes = []
    for t, x, noise, after in zip(lent.times, path[:-1], lent.answered, path[1:], strict=True):
        mean, deviation = _step_back(x, noise, t, alphas_cumprod)
        astray = (after - mean).double()
        sizes.append(astray.square().mean().sqrt() / (deviation or 1.0))
    return torch.stack(sizes[:-1]), astray.abs().amax().item()


def _step_back(x: Tensor, noise: Tensor, t: int, alphas_cumprod: Tensor) -> tuple[Tensor, float]:
    """Mean and standard deviation of the next less noisy image."""
    spread = levels_of_noise(alphas_cumprod)
    now, then = spread[t], spread[t - 1] if t else 0.0
    shrink = math.hypot(1.0, then)
    mean = (x.double() * math.hypot(1.0, now) + (then * then / now - now) * noise.double()) / shrink
    return mean.to(x.dtype), then * math.sqrt(1 - (then / now) ** 2) / shrink


def less_noisy(u: Tensor, noise: Tensor, now: float, then: float, fresh: Tensor | None = None) -> Tensor:
    """Data plus noise of standard deviation ``then``, from data plus noise of ``now``: deterministic, or with fresh noise."""
    if fresh is None:
        return u + (then - now) * noise
    return u + (then * then / now - now) * noise + then * math.sqrt(1 - (then / now) ** 2) * fresh
