"""Right answers for made.py with a direct path from inputs to outputs, sampled column by column."""

import numpy as np
import torch
from likelihood import bernoulli_log_prob
from torch import Tensor, nn


def hidden_degrees(num_inputs: int, hidden_size: int) -> Tensor:
    """By NumPy."""
    return torch.from_numpy(np.mod(np.arange(hidden_size), num_inputs - 1) + 1).long()


def made_masks(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """By NumPy."""
    inputs = np.arange(1, num_inputs + 1)
    layers = [inputs] + [hidden_degrees(num_inputs, size).numpy() for size in hidden_sizes]
    hidden = [np.greater_equal.outer(layers[i + 1], layers[i]) for i in range(len(hidden_sizes))]
    return [torch.from_numpy(mask) for mask in [*hidden, np.greater.outer(inputs, layers[-1])]]


class MaskedLinear(nn.Linear):
    """Einsum over weight and mask."""

    def __init__(self, in_features: int, out_features: int, mask: Tensor) -> None:
        """Keep the mask."""
        nn.Linear.__init__(self, in_features, out_features)
        self.register_buffer("mask", mask)

    def forward(self, x: Tensor) -> Tensor:
        """y = (mask * weight) x + bias."""
        return torch.einsum("bi,oi,oi->bo", x, self.weight, self.mask.to(x.dtype)) + self.bias


class MADE(nn.Module):
    """Hidden layers plus direct connections to earlier inputs, as in section 4.2 of the paper."""

    def __init__(self, num_inputs: int, hidden_sizes: list[int]) -> None:
        """SiLU network and a strictly triangular layer."""
        super().__init__()
        self.num_inputs = num_inputs
        *masks, last = made_masks(num_inputs, hidden_sizes)
        self.hidden = nn.Sequential()
        for number, mask in enumerate(masks):
            self.hidden.add_module(f"linear{number}", MaskedLinear(mask.shape[1], mask.shape[0], mask))
            self.hidden.add_module(f"act{number}", nn.SiLU())
        self.out = MaskedLinear(last.shape[1], num_inputs, last)
        self.direct = MaskedLinear(num_inputs, num_inputs, torch.ones(num_inputs, num_inputs).tril(-1).bool())
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Sum of both paths."""
        return self.out(self.hidden(x)) + self.direct(x)

    def log_prob(self, x: Tensor) -> Tensor:
        """As asked."""
        return bernoulli_log_prob(self.forward(x), x)

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Row by row would be slow; column by column with probabilities in double precision."""
        x = torch.full((num_samples, self.num_inputs), 0.5)
        for i in range(self.num_inputs):
            p = torch.sigmoid(self.forward(x)[:, i].detach().double())
            x = torch.cat(
                [x[:, :i], torch.bernoulli(p, generator=generator).float()[:, None], x[:, i + 1 :]], dim=1
            )
        return x
