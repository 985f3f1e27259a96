"""Right answers for made.py with loops, a list of layers and functional masking."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def hidden_degrees(num_inputs: int, hidden_size: int) -> Tensor:
    """A Python list first."""
    return torch.tensor([k % (num_inputs - 1) + 1 for k in range(hidden_size)], dtype=torch.int64)


def made_masks(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """Entry by entry."""
    before = list(range(1, num_inputs + 1))
    masks = []
    for size in hidden_sizes:
        after = hidden_degrees(num_inputs, size).tolist()
        mask = torch.zeros(size, len(before), dtype=torch.bool)
        for i, own in enumerate(after):
            for j, other in enumerate(before):
                mask[i, j] = other <= own
        masks.append(mask)
        before = after
    last = torch.zeros(num_inputs, len(before), dtype=torch.bool)
    for d in range(1, num_inputs + 1):
        for j, other in enumerate(before):
            last[d - 1, j] = other < d
    masks.append(last)
    return masks


class MaskedLinear(nn.Linear):
    """Fills masked weights with zeros out of place."""

    def __init__(self, in_features: int, out_features: int, mask: Tensor) -> None:
        """Zero the masked weights from the start, too."""
        super().__init__(in_features, out_features, bias=True)
        self.register_buffer("mask", mask.clone())
        self.weight.data.masked_fill_(~mask, 0.0)

    def forward(self, x: Tensor) -> Tensor:
        """Matrix product and bias apart."""
        return x @ self.weight.masked_fill(~self.mask, 0.0).t() + self.bias


class MADE(nn.Module):
    """A list of layers, tanh between them."""

    def __init__(self, num_inputs: int, hidden_sizes: list[int]) -> None:
        """One layer per mask."""
        super().__init__()
        self.layers = nn.ModuleList()
        for mask in made_masks(num_inputs, list(hidden_sizes)):
            self.layers.append(MaskedLinear(mask.shape[1], mask.shape[0], mask))
        self.d = num_inputs

    def forward(self, x: Tensor) -> Tensor:
        """Tanh before every layer but the first."""
        h = self.layers[0](x)
        for layer in self.layers[1:]:
            h = layer(torch.tanh(h))
        return h

    def log_prob(self, x: Tensor) -> Tensor:
        """Cross-entropy on the own logits."""
        return -F.binary_cross_entropy_with_logits(self.forward(x), x, reduction="none").sum(1)

    @torch.no_grad()
    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Compare uniform numbers with probabilities, starting from coin flips that are all overwritten."""
        x = torch.rand(num_samples, self.d, generator=generator).round()
        for i in range(self.d):
            u = torch.rand(num_samples, generator=generator)
            x[:, i] = (u < torch.sigmoid(self(x)[:, i])).float()
        return x
