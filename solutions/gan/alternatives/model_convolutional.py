"""Right answers for model.py with convolutions and batch normalisation."""

import torch
from torch import Tensor, nn


class Generator(nn.Module):
    """Transposed convolutions from 7 x 7 to 28 x 28."""

    def __init__(self, latent_dim: int = 64) -> None:
        """Three stages."""
        super().__init__()
        self.project = nn.Linear(latent_dim, 32 * 7 * 7, bias=False)
        self.norm = nn.BatchNorm1d(32 * 7 * 7)
        self.up = nn.Sequential(
            nn.ReLU(),
            nn.Unflatten(1, (32, 7, 7)),
            nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1),
        )

    def forward(self, z: Tensor) -> Tensor:
        """Project, normalise, upsample."""
        return torch.tanh(self.up(self.norm(self.project(z))))


class Discriminator(nn.Module):
    """Strided convolutions down to one number."""

    def __init__(self) -> None:
        """Three convolutions, the last one as large as the image."""
        super().__init__()
        self.down = nn.Sequential(
            nn.Conv2d(1, 16, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(16, 32, 4, 2, 1, bias=False),
            nn.BatchNorm2d(32),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 1, 7),
        )

    def forward(self, x: Tensor) -> Tensor:
        """One logit per image."""
        return self.down(x).view(-1)
