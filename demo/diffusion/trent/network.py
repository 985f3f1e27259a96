"""The noise predictor: a timestep embedding, and a small U-Net that is given complete."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def timestep_embedding(t: Tensor, dim: int, max_period: float = 10000) -> Tensor:
    """Encode timesteps by cosines and sines of geometrically spaced frequencies.

        frequency_k = max_period ** (-k / (dim / 2)),    k = 0, ..., dim / 2 - 1
        embedding   = [cos(t frequency_0), cos(t frequency_1), ..., sin(t frequency_0), ...]

    All cosines come first, then all sines.

    Args:
        t: timesteps, shape ``(B,)``, int64.
        dim: length of the embedding, even.
        max_period: sets the slowest frequency.

    Returns:
        The embedding, shape ``(B, dim)``, in torch's default dtype.

    Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.5, as used by Ho et al. 2020.
    """
    half = dim // 2
    frequencies = float(max_period) ** (-torch.arange(half, device=t.device) / half)
    angles = t[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class ResidualBlock(nn.Module):
    """Two convolutions with a shortcut; the embedding of timestep and label is added in between."""

    def __init__(self, in_channels: int, out_channels: int, embedding_dim: int) -> None:
        """Build the block: ``(B, in_channels, H, W)`` to ``(B, out_channels, H, W)``."""
        super().__init__()
        self.norm1 = nn.GroupNorm(_num_groups(in_channels), in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.project = nn.Linear(embedding_dim, out_channels)
        self.norm2 = nn.GroupNorm(_num_groups(out_channels), out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        same = in_channels == out_channels
        self.shortcut = nn.Identity() if same else nn.Conv2d(in_channels, out_channels, 1)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """Transform features ``(B, C, H, W)`` given embeddings ``(B, E)``."""
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.project(F.silu(embedding))[:, :, None, None]
        return self.shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class UNet(nn.Module):
    """A small U-Net that predicts the noise in x_t, optionally given class labels.

    Every level has one residual block on the way down and one on the way up, joined by a skip
    connection; between levels the image is halved, so H and W may be odd or even. With
    ``num_classes`` K, labels are 0 ... K - 1 and K is the null label of classifier-free guidance.
    """

    def __init__(
        self, channels: tuple[int, ...] = (32, 64), num_classes: int | None = None, in_channels: int = 1
    ) -> None:
        """Build one level per entry of ``channels``, from full resolution down."""
        super().__init__()
        self.num_classes = num_classes
        self.time_dim = channels[0]
        width = 4 * channels[0]
        self.time_mlp = nn.Sequential(nn.Linear(self.time_dim, width), nn.SiLU(), nn.Linear(width, width))
        self.label_embedding = None if num_classes is None else nn.Embedding(num_classes + 1, width)
        self.stem = nn.Conv2d(in_channels, channels[0], 3, padding=1)
        pairs = list(pairwise(channels))
        self.down_blocks = nn.ModuleList(ResidualBlock(c, c, width) for c in channels[:-1])
        self.downsample = nn.ModuleList(nn.Conv2d(c, d, 3, stride=2, padding=1) for c, d in pairs)
        self.middle = ResidualBlock(channels[-1], channels[-1], width)
        self.up_convs = nn.ModuleList(nn.Conv2d(d, c, 3, padding=1) for c, d in reversed(pairs))
        self.up_blocks = nn.ModuleList(ResidualBlock(2 * c, c, width) for c in reversed(channels[:-1]))
        self.head_norm = nn.GroupNorm(_num_groups(channels[0]), channels[0])
        self.head = nn.Conv2d(channels[0], in_channels, 3, padding=1)

    def forward(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """Predict the noise in images.

        Args:
            x: noisy images, shape ``(B, in_channels, H, W)``.
            t: timesteps, shape ``(B,)``, int64.
            y: labels in 0 ... num_classes, shape ``(B,)``, int64; None means the null label for all.

        Returns:
            The predicted noise, shaped like ``x``.
        """
        embedding = self._embed(t, y)
        x = self.stem(x)
        skips = []
        for block, shrink in zip(self.down_blocks, self.downsample, strict=True):
            x = block(x, embedding)
            skips.append(x)
            x = shrink(x)
        x = self.middle(x, embedding)
        for grow, block in zip(self.up_convs, self.up_blocks, strict=True):
            skip = skips.pop()
            x = grow(F.interpolate(x, size=skip.shape[-2:], mode="nearest"))
            x = block(torch.cat([x, skip], dim=1), embedding)
        return self.head(F.silu(self.head_norm(x)))

    def _embed(self, t: Tensor, y: Tensor | None) -> Tensor:
        """Embed timesteps and labels together: shape ``(B, 4 * channels[0])``."""
        embedding = self.time_mlp(timestep_embedding(t, self.time_dim))
        if self.label_embedding is None:
            return embedding
        if y is None:
            y = torch.full_like(t, self.num_classes)
        return embedding + self.label_embedding(y)


def _num_groups(channels: int) -> int:
    """The largest number of groups up to 8 that divides the channels."""
    return max(groups for groups in range(1, 9) if channels % groups == 0)
