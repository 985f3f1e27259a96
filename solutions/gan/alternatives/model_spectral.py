"""Right answers for model.py with spectral normalisation, dropout, layer norms and a scaled sigmoid."""

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class Generator(nn.Module):
    """Layer norms and a sigmoid stretched to [-1, 1]."""

    def __init__(self, latent_dim: int = 64) -> None:
        """Two hidden layers."""
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(latent_dim, 64), nn.Linear(64, 128)])
        self.norms = nn.ModuleList([nn.LayerNorm(64), nn.LayerNorm(128)])
        self.dropout = nn.Dropout(0.2)
        self.pixels = nn.Linear(128, 28 * 28)

    def forward(self, z: Tensor) -> Tensor:
        """Pixels as probabilities first."""
        for layer, norm in zip(self.hidden, self.norms, strict=True):
            z = self.dropout(nn.functional.gelu(norm(layer(z))))
        return (2 * torch.sigmoid(self.pixels(z)) - 1).reshape(len(z), 1, 28, 28)


class Discriminator(nn.Module):
    """Every layer has spectral norm one."""

    def __init__(self) -> None:
        """Two hidden layers and dropout."""
        super().__init__()
        self.first = spectral_norm(nn.Linear(784, 128))
        self.second = spectral_norm(nn.Linear(128, 64))
        self.dropout = nn.Dropout(0.3)
        self.head = spectral_norm(nn.Linear(64, 1))

    def forward(self, x: Tensor) -> Tensor:
        """One logit per image."""
        h = nn.functional.leaky_relu(self.first(x.reshape(x.shape[0], -1)), 0.2)
        h = nn.functional.leaky_relu(self.second(self.dropout(h)), 0.2)
        return self.head(self.dropout(h))[:, 0]
