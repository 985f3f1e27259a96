"""Right answers for coupling.py with binary masks, as in the paper."""

import torch
from torch import Tensor, nn
from torch.distributions import Normal


def coupling_forward(x_b: Tensor, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Multiply and add in one go."""
    return torch.addcmul(t, x_b, torch.exp(s)), torch.einsum("bd->b", s)


def coupling_inverse(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """Subtract, then divide."""
    return torch.div(y_b - t, torch.exp(s))


class AffineCoupling(nn.Module):
    """Two networks that see the masked vector and answer for every coordinate."""

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """Two networks; a learned factor that begins at zero tames the scale."""
        super().__init__()
        mask = (torch.arange(dim) < dim // 2).float()
        self.register_buffer("mask", 1 - mask if flip else mask)
        self.scale_net = nn.Sequential(nn.Linear(dim, hidden), nn.Tanh(), nn.Linear(hidden, dim), nn.Tanh())
        self.shift_net = nn.Sequential(nn.Linear(dim, hidden), nn.Tanh(), nn.Linear(hidden, dim))
        self.factor = nn.Parameter(torch.zeros(dim))
        for parameter in self.shift_net[-1].parameters():
            nn.init.zeros_(parameter)

    def parts(self, kept: Tensor) -> tuple[Tensor, Tensor]:
        """Log-scale and shift, zero where nothing is to be transformed."""
        return self.factor * self.scale_net(kept) * (1 - self.mask), self.shift_net(kept) * (1 - self.mask)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Coordinates under the mask have s = t = 0."""
        s, t = self.parts(x * self.mask)
        return coupling_forward(x, s, t)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """The masked coordinates are known already."""
        s, t = self.parts(y * self.mask)
        return coupling_inverse(y, s, t), -s.sum(1)


class RealNVP(nn.Module):
    """Alternating masks and a normal distribution."""

    def __init__(self, dim: int = 2, num_layers: int = 6, hidden: int = 64) -> None:
        """Even layers keep the first half, odd ones the second."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(dim))
        self.couplings = nn.ModuleList([AffineCoupling(dim, hidden, bool(i % 2)) for i in range(num_layers)])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Collect, then add up."""
        log_dets = []
        for coupling in self.couplings:
            x, log_det = coupling(x)
            log_dets.append(log_det)
        return x, torch.stack(log_dets).sum(0)

    def inverse(self, z: Tensor) -> Tensor:
        """Last layer first."""
        for coupling in self.couplings[::-1]:
            z = coupling.inverse(z)[0]
        return z

    def log_prob(self, x: Tensor) -> Tensor:
        """By torch.distributions."""
        z, log_det = self.forward(x)
        return Normal(self.mean, 1.0).log_prob(z).sum(-1) + log_det

    @torch.no_grad()
    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Sample by sample."""
        z = torch.stack([torch.randn(self.mean.shape, generator=generator) for _ in range(num_samples)])
        return self.inverse(z)
