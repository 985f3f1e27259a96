# ruff: noqa: ANN001, ANN201, ANN204, D101, D102, D103
"""Batch and group normalisation, dropout, other activations, pooling and upsampling; separate heads."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributions import Normal


def reparameterize(mu: Tensor, logvar: Tensor, eps: Tensor | None = None) -> Tensor:
    sigma = torch.sqrt(torch.exp(logvar))
    if eps is None:
        return Normal(mu, sigma).rsample()
    return torch.addcmul(mu, sigma, eps)


class Encoder(nn.Module):
    def __init__(self, latent_dim: int = 16, in_channels: int = 1) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(in_channels, 16, 3, padding=1, bias=False)
        self.n1 = nn.BatchNorm2d(16)
        self.c2 = nn.Conv2d(16, 32, 3, padding=1)
        self.n2 = nn.GroupNorm(4, 32)
        self.drop = nn.Dropout(0.2)
        self.mu = nn.Linear(32 * 8 * 8, latent_dim)
        self.logvar = nn.Linear(32 * 8 * 8, latent_dim)
        nn.init.zeros_(self.logvar.weight)
        nn.init.constant_(self.logvar.bias, -1.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = F.max_pool2d(F.leaky_relu(self.n1(self.c1(x)), 0.1), 2)
        h = F.avg_pool2d(F.silu(self.n2(self.c2(h))), 2)
        h = self.drop(h.reshape(h.shape[0], -1))
        return self.mu(h), self.logvar(h).clamp(-20, 20)


class Decoder(nn.Module):
    def __init__(self, latent_dim: int = 16, out_channels: int = 1) -> None:
        super().__init__()
        self.first = nn.Linear(latent_dim, 32 * 8 * 8)
        self.body = nn.Sequential(
            nn.BatchNorm2d(32), nn.ELU(), nn.Upsample(scale_factor=2, mode="nearest"),
            nn.Conv2d(32, 16, 3, padding=1), nn.BatchNorm2d(16), nn.LeakyReLU(0.2), nn.Dropout2d(0.1),
            nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(16, out_channels, 5, padding=2),
        )  # fmt: skip

    def forward(self, z: Tensor) -> Tensor:
        return self.body(self.first(z).view(z.size(0), 32, 8, 8))


class VAE(nn.Module):
    def __init__(self, latent_dim: int = 16, in_channels: int = 1) -> None:
        super().__init__()
        self.L = latent_dim
        self.enc = Encoder(latent_dim, in_channels)
        self.dec = Decoder(latent_dim, in_channels)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.enc(x)

    def decode(self, z: Tensor) -> Tensor:
        return self.dec(z)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        z = Normal(mu, (logvar / 2).exp()).rsample()
        return self.decode(z), mu, logvar

    @torch.no_grad()
    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        return self.decode(torch.randn(num_samples, self.L, generator=generator))


class MLPVAE(nn.Module):
    def __init__(self, latent_dim=16, image_shape=(1, 28, 28), hidden=400):
        super().__init__()
        self.latent_dim, self.image_shape = latent_dim, tuple(image_shape)
        pixels = int(torch.tensor(image_shape).prod())
        self.fc1 = nn.Linear(pixels, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.fc21 = nn.Linear(hidden, latent_dim)
        self.fc22 = nn.Linear(hidden, latent_dim)
        self.fc3 = nn.Linear(latent_dim, hidden)
        self.fc4 = nn.Linear(hidden, pixels)

    def encode(self, x):
        h = torch.tanh(self.norm(self.fc1(x.reshape(len(x), -1))))
        return self.fc21(h), self.fc22(h)

    def decode(self, z):
        return self.fc4(F.gelu(self.fc3(z))).view(-1, *self.image_shape)

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(reparameterize(mu, logvar)), mu, logvar

    def sample(self, num_samples, generator=None):
        z = torch.empty(num_samples, self.latent_dim).normal_(generator=generator)
        with torch.no_grad():
            return self.decode(z)


def interpolate(vae, x_a, x_b, steps=10):
    with torch.no_grad():
        a, b = vae.encode(x_a)[0], vae.encode(x_b)[0]
        frames = [vae.decode(torch.lerp(a, b, k / (steps - 1))) for k in range(steps)]
    return torch.stack(frames, dim=1)
