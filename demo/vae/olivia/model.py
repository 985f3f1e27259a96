# ruff: noqa: ANN001, ANN201, B905, D101, D102, D103
"""Everything as perceptrons and residual blocks; noise from NumPy or drawn sample by sample; one module, no parts."""

import numpy as np
import torch
from torch import Tensor, nn


def reparameterize(mu, logvar, eps=None):
    std = logvar.mul(0.5).exp()
    if eps is None:
        eps = torch.stack([torch.randn(m.shape, dtype=m.dtype) for m in mu])
    return eps * std + mu


class Encoder(nn.Module):
    def __init__(self, latent_dim: int = 16, in_channels: int = 1) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.net = nn.Sequential(
            nn.Flatten(), nn.LazyLinear(64), nn.Tanh(), nn.Dropout(0.1), nn.Linear(64, 2 * latent_dim)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        out = self.net(2 * x - 1)
        return out[:, : self.latent_dim], out[:, self.latent_dim :]


class Decoder(nn.Module):
    def __init__(self, latent_dim: int = 16, out_channels: int = 1) -> None:
        super().__init__()
        self.out_channels = out_channels
        weight_norm = nn.utils.parametrizations.weight_norm
        first = weight_norm(nn.Linear(latent_dim, 48))
        self.layers = nn.ModuleList([first, nn.Linear(48, 48), nn.Linear(48, out_channels * 1024)])

    def forward(self, z: Tensor) -> Tensor:
        h = torch.tanh(self.layers[0](z))
        h = h + torch.relu(self.layers[1](h))
        return self.layers[2](h).reshape(z.shape[0], self.out_channels, 32, 32)


class _Autoencoder(nn.Module):
    def forward(self, x: Tensor) -> list[Tensor]:
        mu, logvar = self.encode(x)
        noise = torch.from_numpy(np.random.standard_normal(mu.shape)).to(mu)
        x_hat = self.decode(mu + torch.exp(logvar / 2) * noise)
        return [x_hat, mu, logvar]

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        draws = [torch.randn(1, self.latent_dim, generator=generator) for _ in range(num_samples)]
        return self.decode(torch.cat(list(reversed(draws)))).detach()


class VAE(_Autoencoder):
    def __init__(self, latent_dim: int = 16, in_channels: int = 1) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.encode = Encoder(latent_dim, in_channels)
        self.decode = Decoder(latent_dim, in_channels)


class MLPVAE(_Autoencoder):
    def __init__(self, latent_dim: int = 16, image_shape: tuple = (1, 28, 28), hidden: int = 400) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        size = int(np.prod(image_shape))
        self.to_hidden = nn.Sequential(nn.Flatten(1), nn.Linear(size, hidden), nn.ReLU(), nn.BatchNorm1d(hidden))
        self.to_latent = nn.Linear(hidden, latent_dim * 2)
        self.decode = nn.Sequential(
            nn.Linear(latent_dim, hidden), nn.LeakyReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, size), nn.Unflatten(1, list(image_shape)),
        )  # fmt: skip

    def encode(self, x: Tensor) -> tuple[Tensor, ...]:
        return self.to_latent(self.to_hidden(x)).view(len(x), 2, self.latent_dim).unbind(1)


def interpolate(vae, x_a, x_b, steps=10):
    mu_a, _ = vae.encode(x_a)
    mu_b, _ = vae.encode(x_b)
    alphas = torch.linspace(0.0, 1.0, steps)
    rows = []
    for a, b in zip(mu_a, mu_b):
        line = torch.stack([a + alpha * (b - a) for alpha in alphas])
        rows.append(vae.decode(line))
    return torch.stack(rows)
