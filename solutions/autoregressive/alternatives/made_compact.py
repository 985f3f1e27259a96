"""Right answers for made.py that draw all uniform numbers at once and keep the float mask."""

from itertools import pairwise

import torch
from likelihood import bernoulli_log_prob
from torch import Tensor, nn


def hidden_degrees(num_inputs: int, hidden_size: int) -> Tensor:
    """Repeat 1, ..., D - 1 and cut."""
    once = torch.arange(1, num_inputs)
    return once.repeat(-(-hidden_size // len(once)))[:hidden_size]


def made_masks(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """Outer comparisons on transposed masks."""
    degrees = [torch.arange(num_inputs)]
    for size in hidden_sizes:
        degrees.append(hidden_degrees(num_inputs, size) - 1)
    masks = [d0.unsqueeze(1).le(d1.unsqueeze(0)).t().contiguous() for d0, d1 in pairwise(degrees)]
    masks.append(torch.lt(degrees[-1].unsqueeze(1), degrees[0].unsqueeze(0)).T)
    return masks


class MaskedLinear(nn.Linear):
    """Works through torch.where, so that even infinite masked weights would do no harm."""

    def __init__(self, in_features: int, out_features: int, mask: Tensor) -> None:
        """Register a float copy of the mask."""
        super().__init__(in_features, out_features)
        self.register_buffer("mask", mask.to(torch.float32))

    def forward(self, x: Tensor) -> Tensor:
        """Let nn.functional do the rest."""
        weight = torch.where(self.mask.bool(), self.weight, torch.zeros_like(self.weight))
        return nn.functional.linear(x, weight, self.bias)


class MADE(nn.Sequential):
    """The network is the model."""

    def __init__(self, num_inputs: int, hidden_sizes: list[int]) -> None:
        """ELU between the layers."""
        masks = made_masks(num_inputs, hidden_sizes)
        layers: list[nn.Module] = []
        for mask in masks[:-1]:
            layers.extend((MaskedLinear(mask.size(1), mask.size(0), mask), nn.ELU()))
        super().__init__(*layers, MaskedLinear(masks[-1].size(1), num_inputs, masks[-1]))
        self.num_inputs = num_inputs

    def log_prob(self, x: Tensor) -> Tensor:
        """As asked."""
        return bernoulli_log_prob(self(x), x)

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """All uniform numbers first; logistic noise decides; columns are put together at the end."""
        u = torch.rand((num_samples, self.num_inputs), generator=generator, dtype=torch.float64)
        columns: list[Tensor] = []
        with torch.no_grad():
            for i in range(self.num_inputs):
                padding = torch.zeros(num_samples, self.num_inputs - i)
                logits = self(torch.cat([*columns, padding], dim=1))
                threshold = torch.logit(u[:, i : i + 1])
                columns.append((threshold < logits[:, i : i + 1]).to(torch.float32))
        return torch.cat(columns, dim=1)
