"""Right answers for made.py: a network without `MaskedLinear`, masked by frozen parameters and made at its first use."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class MADE(nn.Module):
    """Weights as plain parameters, masks as bool and degrees as integer parameters that are never trained."""

    def __init__(self, num_inputs: int, hidden_sizes: list[int]) -> None:
        """Degrees alone."""
        super().__init__()
        inputs = torch.arange(num_inputs)
        degrees = [inputs, *(torch.arange(size) % (num_inputs - 1) for size in hidden_sizes), inputs]
        self.degrees = nn.ParameterList([nn.Parameter(degree, requires_grad=False) for degree in degrees])
        self.masks = nn.ParameterList()
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()

    def _build(self) -> None:
        last = len(self.degrees) - 2
        for number in range(last + 1):
            before, after = self.degrees[number], self.degrees[number + 1]
            mask = after[:, None] > before if number == last else after[:, None] >= before
            self.masks.append(nn.Parameter(mask, requires_grad=False))
            self.weights.append(nn.Parameter(torch.randn(mask.shape) / mask.shape[1] ** 0.5))
            self.biases.append(nn.Parameter(torch.zeros(len(after))))

    def forward(self, x: Tensor) -> Tensor:
        """ELU between layers."""
        if not len(self.weights):
            self._build()
        for number, (mask, weight, bias) in enumerate(zip(self.masks, self.weights, self.biases, strict=True)):
            x = F.linear(x if number == 0 else F.elu(x), weight.where(mask, torch.zeros(())), bias)
        return x

    def log_prob(self, x: Tensor) -> Tensor:
        """Cross-entropy."""
        return -F.binary_cross_entropy_with_logits(self(x), x, reduction="none").sum(1)

    @torch.no_grad()
    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Pixel by pixel."""
        x = torch.zeros(num_samples, len(self.degrees[0]))
        for i in range(x.shape[1]):
            x[:, i] = torch.rand(num_samples, generator=generator) < self(x)[:, i].sigmoid()
        return x
