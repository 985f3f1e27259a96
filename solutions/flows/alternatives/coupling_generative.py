"""Right answers for coupling.py whose RealNVP is defined from z to x, with networks of its own."""

import math

import torch
from torch import Tensor, nn


def coupling_forward(x_b: Tensor, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Through the diagonal matrix of the factors."""
    factors = torch.diag_embed(s.exp())
    return torch.bmm(factors, x_b.unsqueeze(-1)).squeeze(-1) + t, s @ torch.ones_like(s[0])


def coupling_inverse(y_b: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """The way forward with other arguments."""
    x_b, _ = coupling_forward(y_b, -s, -t * torch.exp(-s))
    return x_b


def network(size_in: int, size_out: int, hidden: int) -> nn.Sequential:
    """Two hidden layers; the last layer begins at zero."""
    last = nn.Linear(hidden, size_out)
    nn.init.constant_(last.weight, 0.0)
    nn.init.constant_(last.bias, 0.0)
    return nn.Sequential(
        nn.Linear(size_in, hidden), nn.LeakyReLU(0.01), nn.Linear(hidden, hidden), nn.GELU(), last
    )


class AffineCoupling(nn.Module):
    """Splits, transforms, concatenates; the scale is bounded by an arctangent."""

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """Two networks."""
        super().__init__()
        self.cut, self.flip = dim // 2, flip
        a, b = (dim - self.cut, self.cut) if flip else (self.cut, dim - self.cut)
        self.s, self.t = network(a, b, hidden), network(a, b, hidden)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both cases spelled out."""
        left, right = x[:, : self.cut], x[:, self.cut :]
        if self.flip:
            y, log_det = coupling_forward(left, self.log_scale(right), self.t(right))
            return torch.cat((y, right), dim=1), log_det
        y, log_det = coupling_forward(right, self.log_scale(left), self.t(left))
        return torch.cat((left, y), dim=1), log_det

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """Both cases spelled out."""
        left, right = torch.tensor_split(y, [self.cut], dim=1)
        kept, changed = (right, left) if self.flip else (left, right)
        s = self.log_scale(kept)
        x = coupling_inverse(changed, s, self.t(kept))
        return torch.hstack((x, kept) if self.flip else (kept, x)), -torch.sum(s, 1)

    def log_scale(self, kept: Tensor) -> Tensor:
        """Between -pi / 2 and pi / 2."""
        return torch.atan(self.s(kept))


class RealNVP(nn.Module):
    """Layers are applied forwards when sampling; interleaved coordinates; no AffineCoupling inside."""

    def __init__(self, dim: int = 2, num_layers: int = 6, hidden: int = 64) -> None:
        """Even coordinates decide on odd ones, and the other way round."""
        super().__init__()
        self.dim = dim
        order = torch.arange(dim)
        self.sides = [(order[i % 2 :: 2], order[1 - i % 2 :: 2]) for i in range(num_layers)]
        self.networks = nn.ModuleList(network(len(a), 2 * len(b), hidden) for a, b in self.sides)

    def inverse(self, z: Tensor) -> Tensor:
        """First layer first."""
        x = z.clone()
        for (a, b), net in zip(self.sides, self.networks, strict=True):
            s, t = net(x[:, a]).tensor_split(2, dim=1)
            x = x.index_copy(1, b, x[:, b] * torch.exp(torch.tanh(s)) + t)
        return x

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Last layer first."""
        log_det = torch.zeros_like(x[:, 0])
        for (a, b), net in reversed(list(zip(self.sides, self.networks, strict=True))):
            s, t = net(x[:, a]).tensor_split(2, dim=1)
            x = x.index_copy(1, b, (x[:, b] - t) * torch.exp(-torch.tanh(s)))
            log_det = log_det - torch.tanh(s).sum(1)
        return x, log_det

    def log_prob(self, x: Tensor) -> Tensor:
        """By hand."""
        z, log_det = self(x)
        return (
            log_det
            - 0.5 * torch.linalg.vector_norm(z, dim=1) ** 2
            - self.dim * math.log(math.sqrt(2 * math.pi))
        )

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """torch.normal with a size."""
        with torch.inference_mode():
            return self.inverse(torch.normal(0.0, 1.0, (num_samples, self.dim), generator=generator))
