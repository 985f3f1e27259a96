"""Right answers for coupling.py with a permutation between layers that all transform the same half."""

import torch
from torch import Tensor, nn
from torch.distributions import AffineTransform, MultivariateNormal


def coupling_forward(x_b: Tensor, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """By torch.distributions, with the sum done by hand."""
    transform = AffineTransform(t, s.exp(), event_dim=0)
    return transform(x_b), torch.stack([row.sum() for row in s])


def coupling_inverse(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """Distribute the factor."""
    shrink = (-s).exp()
    return y_b * shrink - t * shrink


class AffineCoupling(nn.Module):
    """Gathers by index; the network's output begins at zero through a gate."""

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """One hidden layer with layer normalisation."""
        super().__init__()
        order = torch.arange(dim)
        first, last = order[: dim // 2], order[dim // 2 :]
        self.register_buffer("kept", last if flip else first)
        self.register_buffer("changed", first if flip else last)
        self.body = nn.Sequential(nn.Linear(len(self.kept), hidden), nn.SiLU(), nn.LayerNorm(hidden))
        self.head_s = nn.Linear(hidden, len(self.changed))
        self.head_t = nn.Linear(hidden, len(self.changed))
        self.gate = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Scatter the changed coordinates back."""
        h = self.gate * self.body(x[:, self.kept])
        s, t = self.head_s(h) - self.head_s.bias, self.head_t(h) - self.head_t.bias
        y_b, log_det = coupling_forward(x[:, self.changed], 2 * torch.tanh(s / 2), t)
        return x.index_copy(1, self.changed, y_b), log_det

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """The log-determinant comes from the way forward."""
        h = self.gate * self.body(y[:, self.kept])
        s, t = self.head_s(h) - self.head_s.bias, self.head_t(h) - self.head_t.bias
        x_b = coupling_inverse(y[:, self.changed], 2 * torch.tanh(s / 2), t)
        x = y.index_copy(1, self.changed, x_b)
        return x, self(x)[1].neg()


class RealNVP(nn.Module):
    """Reverses the order of the coordinates after every layer."""

    def __init__(self, dim: int = 2, num_layers: int = 6, hidden: int = 64) -> None:
        """Layers without flips."""
        super().__init__()
        self.dim = dim
        self.layers = nn.Sequential(*(AffineCoupling(dim, hidden) for _ in range(num_layers)))
        self.base = MultivariateNormal(torch.zeros(dim), torch.eye(dim))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Coupling, then reversal, whose determinant is one."""
        log_det = 0.0
        for layer in self.layers:
            x, more = layer(x)
            x = x.flip(1)
            log_det = log_det + more
        return x, log_det

    def inverse(self, z: Tensor) -> Tensor:
        """Reversal, then coupling."""
        for layer in list(self.layers)[::-1]:
            z = layer.inverse(torch.flip(z, dims=[1]))[0]
        return z

    def log_prob(self, x: Tensor) -> Tensor:
        """By torch.distributions."""
        z, log_det = self(x)
        return self.base.log_prob(z) + log_det

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Normal numbers from uniform ones."""
        u = torch.rand(num_samples, self.dim, generator=generator, dtype=torch.float64)
        z = torch.special.ndtri(u.clamp(1e-12, 1 - 1e-12)).float()
        return self.inverse(z).detach()
