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
