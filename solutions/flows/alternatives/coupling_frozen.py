"""Right answers for coupling.py whose design is kept in frozen and integer parameters, with layers that are made late."""

import math

import torch
from torch import Tensor, nn


def coupling_forward(x_b: Tensor, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """As asked."""
    return x_b * s.exp() + t, s.sum(dim=-1)


def coupling_inverse(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """As asked."""
    return (y_b - t) * torch.exp(-s)


class AffineCoupling(nn.Module):
    """A mask as a parameter that is never trained, a lazy first layer, a last one that is made when it is needed."""

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """Nothing knows its input size yet."""
        super().__init__()
        keep = (torch.arange(dim) < dim // 2) != flip
        self.keep = nn.Parameter(keep.float(), requires_grad=False)
        self.size = nn.Parameter(torch.tensor([dim, hidden]), requires_grad=False)
        self.first = nn.LazyLinear(hidden)
        self.last: nn.ParameterList | None = None

    def _parts(self, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden = torch.tanh(self.first(x * self.keep))
        if self.last is None:
            dim, width = self.size.tolist()
            self.last = nn.ParameterList([torch.zeros(width, dim), torch.zeros(dim), torch.zeros(width, dim), torch.zeros(dim)])
        s = torch.tanh(hidden @ self.last[0] + self.last[1])
        return s * (1 - self.keep), (hidden @ self.last[2] + self.last[3]) * (1 - self.keep)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Masked coordinates have s = t = 0."""
        s, t = self._parts(x)
        return coupling_forward(x, s, t)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """The masked coordinates are known."""
        s, t = self._parts(y)
        return coupling_inverse(y, s, t), -s.sum(dim=-1)


class RealNVP(nn.Module):
    """Layers under names of their own; the order in which coordinates take turns is an integer parameter."""

    def __init__(self, dim: int = 2, num_layers: int = 6, hidden: int = 64) -> None:
        """One attribute for each layer."""
        super().__init__()
        self.turns = nn.Parameter(torch.arange(num_layers) % 2 == 1, requires_grad=False)
        self.base = nn.Parameter(torch.zeros(dim), requires_grad=False)
        for number, flip in enumerate(self.turns.tolist()):
            setattr(self, f"step{number}", AffineCoupling(dim, hidden, flip))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """One after the other."""
        total = torch.zeros(len(x), dtype=x.dtype)
        for number in range(len(self.turns)):
            x, log_det = getattr(self, f"step{number}")(x)
            total = total + log_det
        return x, total

    def inverse(self, z: Tensor) -> Tensor:
        """Backwards."""
        for number in range(len(self.turns) - 1, -1, -1):
            z = getattr(self, f"step{number}").inverse(z)[0]
        return z

    def log_prob(self, x: Tensor) -> Tensor:
        """Change of variables."""
        z, log_det = self(x)
        return -0.5 * ((z - self.base).square() + math.log(2 * math.pi)).sum(dim=-1) + log_det

    @torch.no_grad()
    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Backwards from noise."""
        return self.inverse(torch.randn(num_samples, len(self.base), generator=generator))
