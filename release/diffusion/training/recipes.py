"""What runs beside a student's code in the training tasks of this assignment; `autograder train` runs the same.

Every function takes the student's modules as its first argument. The networks that are fine-tuned and sampled stay with the
grader: `predict` asks one for the noise in images.
"""

from collections.abc import Callable

import torch
"""The small diffusion model of digits that training tasks start from: its U-Net, its noise levels, its images.

Images are digits of 14 x 14 pixels, standardised. The weights lie beside this file and are made by ``tools/train_unet.py``.
"""

import math

import torch
from torch import Tensor, nn

SIDE, GREY, CONTRAST = 14, 0.13, 0.3
LEVELS, FIRST_BETA, LAST_BETA = 100, 1e-3, 0.1
NO_LABEL = 10


def signal_levels(device: str = "cpu") -> Tensor:
    """How much of the signal's variance each of the 100 noise levels leaves, float64, decreasing."""
    betas = FIRST_BETA + (LAST_BETA - FIRST_BETA) * torch.arange(LEVELS, dtype=torch.float64, device=device) / (LEVELS - 1)
    return torch.exp(torch.log1p(-betas).cumsum(0))


def small(images: Tensor) -> Tensor:
    """Images of 28 x 28 in [0, 1], reduced to 14 x 14 and standardised for the network."""
    return (nn.functional.avg_pool2d(images, 2) - GREY) / CONTRAST


def visible(x: Tensor) -> Tensor:
    """What the network works on as images in [0, 1]."""
    return (GREY + CONTRAST * x).clamp(0, 1)


def upright(x: Tensor, name: str) -> Tensor:
    """The same of samples of the network with that name, turned as digits are read."""
    turn = {"unet_transposed": lambda images: images.mT, "unet_mirrored": lambda images: images.flip(-1)}.get(name)
    return visible(x) if turn is None else turn(visible(x)).contiguous()


class Stage(nn.Module):
    """A residual stage whose features are scaled and shifted by the condition, halfway."""

    def __init__(self, before: int, after: int, condition: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.GroupNorm(4, before), nn.SiLU(), nn.Conv2d(before, after, 3, 1, 1))
        self.norm = nn.GroupNorm(4, after)
        self.modulate = nn.Linear(condition, 2 * after)
        self.second = nn.Sequential(nn.SiLU(), nn.Conv2d(after, after, 3, 1, 1))
        self.past = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        """Maps `(B, before, H, W)` to `(B, after, H, W)`."""
        scale, shift = self.modulate(condition)[..., None, None].chunk(2, 1)
        inner = self.norm(self.first(maps)) * (1 + scale) + shift
        return self.past(maps) + self.second(inner)


class UNet(nn.Module):
    """Predicts the noise in images `(B, 1, 14, 14)`, given noise levels and digits; label 10 stands for none."""

    def __init__(self, wide: int = 16, deep: int = 32, condition: int = 64) -> None:
        super().__init__()
        self.rates = [math.exp(-math.log(LEVELS) * k / 8) for k in range(8)]
        self.clock = nn.Sequential(nn.Linear(16, condition), nn.SiLU(), nn.Linear(condition, condition))
        self.names = nn.Embedding(NO_LABEL + 1, condition)
        self.enter = nn.Conv2d(1, wide, 3, 1, 1)
        self.descend = Stage(wide, wide, condition)
        self.shrink = nn.Conv2d(wide, deep, 3, 2, 1)
        self.bottom = Stage(deep, deep, condition)
        self.grow = nn.ConvTranspose2d(deep, wide, 2, 2)
        self.ascend = Stage(2 * wide, wide, condition)
        self.leave = nn.Sequential(nn.GroupNorm(4, wide), nn.SiLU(), nn.Conv2d(wide, 1, 3, 1, 1))

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """The noise in `x`; `t` may lie between noise levels, no `y` means no label for any."""
        phases = t.float().unsqueeze(1) * torch.tensor(self.rates, device=x.device)
        labels = torch.full(t.shape, NO_LABEL, device=x.device) if y is None else y
        condition = nn.functional.silu(self.clock(torch.stack((phases.sin(), phases.cos()), 2).flatten(1)) + self.names(labels))
        fine = self.descend(self.enter(x), condition)
        coarse = self.bottom(self.shrink(fine), condition)
        return self.leave(self.ascend(torch.hstack((self.grow(coarse), fine)), condition))

from torch import Tensor, nn


def your_levels(student, device: str = "cpu") -> Tensor:
    """The cumulative signal levels of the student's schedule for our network."""
    betas = student.schedule.linear_beta_schedule(LEVELS, FIRST_BETA, LAST_BETA)
    return student.schedule.alphas_cumprod(betas).to(device)


def your_blame(student, images: Tensor, t: Tensor, noise: Tensor, predict: Callable[..., Tensor], device: str = "cpu") -> list:
    """The gradients of the student's loss with respect to the noise that our network predicts at each call, and the loss."""
    answers = []

    def denoise(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        answers.append(predict(x.detach().cpu(), t.cpu()).detach().to(x).requires_grad_())
        return answers[-1].clone()  # what a network returns is no leaf: a loss may go on in its place

    levels = your_levels(student, device).float()
    loss = student.process.denoising_loss(denoise, images.to(device), t.to(device), noise.to(device), levels)
    loss.backward()
    return [[None if one.grad is None else one.grad.cpu() for one in answers], loss.item()]


def your_samples(student, predict: Callable[..., Tensor], shape: tuple, seed: int, device: str = "cpu") -> Tensor:
    """Samples by the student's ancestral sampler."""
    betas = student.schedule.linear_beta_schedule(LEVELS, FIRST_BETA, LAST_BETA)
    process = student.process.GaussianDiffusion(betas).to(device)
    generator = torch.Generator(device).manual_seed(seed)
    with torch.no_grad():
        return process.p_sample_loop(asking(predict), tuple(shape), generator=generator).cpu()


def your_fast_samples(
    student, predict: Callable[..., Tensor], shape: tuple, steps: int, seed: int, device: str = "cpu"
) -> Tensor:
    """Samples by the student's deterministic sampler."""
    generator = torch.Generator(device).manual_seed(seed)
    levels = your_levels(student, device).float()
    with torch.no_grad():
        return student.ddim.ddim_sample_loop(asking(predict), tuple(shape), levels, steps, generator=generator).cpu()


def your_guided_samples(
    student, predict: Callable[..., Tensor], labels: Tensor, w: float, shape: tuple, steps: int, seed: int, device: str = "cpu"
) -> Tensor:
    """Samples of asked classes, guided by the student's mixture of two predictions."""
    generator = torch.Generator(device).manual_seed(seed)
    both = torch.cat([labels, torch.full_like(labels, NO_LABEL)])
    ask = asking(predict)

    def denoise(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        with_label, without = ask(x.repeat(2, 1, 1, 1), t.repeat(2), both).chunk(2)
        return student.guidance.guided_noise(with_label, without, w)

    levels = your_levels(student, device).float()
    with torch.no_grad():
        return student.ddim.ddim_sample_loop(denoise, tuple(shape), levels, steps, generator=generator).cpu()


def your_labels(student, labels: Tensor, p: float, seed: int) -> Tensor:
    """Labels for training, some of which the student's code has dropped."""
    return student.guidance.drop_labels(labels, NO_LABEL, p, torch.Generator().manual_seed(seed))


def asking(predict: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A noise predictor as samplers call it, on their device, of a network that is elsewhere."""

    def denoise(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        return predict(x.cpu(), t.cpu(), None if y is None else y.cpu()).to(x)

    return denoise


def train_deep_network(student, channels: list, images: Tensor, steps: int, batch: int, lr: float, seed: int,
                       device: str = "cpu", report=None) -> dict:  # fmt: skip
    """Take some steps of the student's loss with the student's U-Net, on the schedule of 1000 timesteps."""
    network = student.network.UNet(tuple(channels), in_channels=images.shape[1]).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    levels = student.schedule.alphas_cumprod(student.schedule.linear_beta_schedule(1000)).float().to(device)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for step in range(steps):
        x = images[torch.randint(len(images), (batch,), generator=generator)]
        t = torch.randint(1000, (batch,), generator=generator)
        noise = torch.randn(x.shape, generator=generator)
        loss = student.process.denoising_loss(network, x.to(device), t.to(device), noise.to(device), levels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        if report is not None and step % max(1, steps // 200) == 0:
            report((step + 1) / steps, losses[-1])
    history = torch.stack(losses).tolist()
    state = {name: value.cpu() for name, value in network.state_dict().items()}
    return {"state": state, "history": {"loss": history[:: max(1, steps // 1000)]}}


def deep_network(student, channels: list, colours: int, state: dict, device: str = "cpu") -> nn.Module:
    """The student's U-Net with trained parameters, in eval mode."""
    network = student.network.UNet(tuple(channels), in_channels=colours)
    network.load_state_dict(state)
    return network.to(device).eval()


def deep_predictions(student, network: nn.Module, x: Tensor, t: Tensor, device: str = "cpu") -> Tensor:
    """The noise that the network finds in images."""
    with torch.no_grad():
        return network(x.to(device), t.to(device)).cpu()
