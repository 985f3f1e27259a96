"""MADE: an autoencoder whose masks turn it into an autoregressive density model."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from likelihood import bernoulli_log_prob
from torch import Tensor, nn


def hidden_degrees(num_inputs: int, hidden_size: int) -> Tensor:
    """How many of the first inputs each unit of a hidden layer may depend on.

        degree of unit k = (k mod (D - 1)) + 1,    k = 0, ..., H - 1

    Args:
        num_inputs: D, at least 2.
        hidden_size: H, the number of units, at least 1.

    Returns:
        The degrees, shape ``(H,)``, int64.

    Source: Germain et al. 2015, section 4; the degrees are assigned in turn instead of at random (H1).
    """
    ### BEGIN SOLUTION
    return torch.arange(hidden_size) % (num_inputs - 1) + 1
    ### END SOLUTION


def made_masks(num_inputs: int, hidden_sizes: list[int]) -> list[Tensor]:
    """The masks of all layers, from the inputs through the hidden layers to the outputs.

    Inputs have the degrees 1, ..., D and so have outputs; hidden layers have those of `hidden_degrees`. A
    hidden unit sees the units (or inputs) of the layer before it whose degree is at most its own. An output
    sees the units of the last hidden layer whose degree is smaller than its own.

    Args:
        num_inputs: D, at least 2.
        hidden_sizes: numbers of units of the hidden layers, at least one layer.

    Returns:
        One bool mask per layer, ``len(hidden_sizes) + 1`` in all, each in the layout of
        ``nn.Linear.weight``: shape ``(out, in)``, True where the connection exists.

    Source: Germain et al. 2015, equations 13 to 15 (H1).
    """
    ### BEGIN SOLUTION
    inputs = torch.arange(1, num_inputs + 1)
    degrees = [inputs, *(hidden_degrees(num_inputs, size) for size in hidden_sizes)]
    masks = [after[:, None] >= before[None, :] for before, after in pairwise(degrees)]
    return [*masks, inputs[:, None] > degrees[-1][None, :]]
    ### END SOLUTION


class MaskedLinear(nn.Linear):
    """A linear layer in which some connections do not exist.

        y = (mask * weight) x + bias

    Where the mask is False, the entry of ``weight`` has no effect, whatever its value is, and it gets no
    gradient (zero).
    """

    def __init__(self, in_features: int, out_features: int, mask: Tensor) -> None:
        """Make a linear layer with bias and remember the mask.

        Args:
            in_features: size of the inputs.
            out_features: size of the outputs.
            mask: bool, shape ``(out_features, in_features)``, True where the connection exists. It is
                registered as
                the buffer ``mask``: it moves with ``.to()`` and is part of the state dict.
        """
        super().__init__(in_features, out_features)
        ### BEGIN SOLUTION
        self.register_buffer("mask", mask)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer; the parameters themselves stay as they are.

        Args:
            x: shape ``(B, in_features)``.

        Returns:
            y, shape ``(B, out_features)``, dtype of ``x``.
        """
        ### BEGIN SOLUTION
        return F.linear(x, self.weight * self.mask, self.bias)
        ### END SOLUTION


class MADE(nn.Module):
    """A density model of binary vectors: one network, D conditionals, one pass.

        p(x) = product over i of p(x_i | x_1, ..., x_{i-1})

    Masked linear layers with a nonlinearity (such as ReLU) between them. The i-th output depends on the
    inputs before i, on all of them if the hidden layers are wide enough, and on no other. In train mode as
    in eval mode, the result for a vector does not depend on the others of its batch.

    Source: Germain et al. 2015 (H1, 14.1).
    """

    def __init__(self, num_inputs: int, hidden_sizes: list[int]) -> None:
        """Build the layers.

        Args:
            num_inputs: D, at least 2.
            hidden_sizes: numbers of units of the hidden layers, at least one layer.
        """
        super().__init__()
        ### BEGIN SOLUTION
        self.num_inputs = num_inputs
        sizes = [num_inputs, *hidden_sizes, num_inputs]
        layers: list[nn.Module] = []
        for mask, size_in, size_out in zip(
            made_masks(num_inputs, hidden_sizes), sizes, sizes[1:], strict=False
        ):
            layers += [MaskedLinear(size_in, size_out, mask), nn.ReLU()]
        self.network = nn.Sequential(*layers[:-1])
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """The logits of all conditionals.

        Args:
            x: values 0 and 1, shape ``(B, D)``, float.

        Returns:
            Logits, shape ``(B, D)``: sigmoid of column i is p(x_i = 1 | x_1, ..., x_{i-1}).
        """
        ### BEGIN SOLUTION
        return self.network(x)
        ### END SOLUTION

    def log_prob(self, x: Tensor) -> Tensor:
        """The log-probability of each vector.

        Args:
            x: values 0 and 1, shape ``(B, D)``, float.

        Returns:
            Nats, shape ``(B,)``; differentiable in the parameters.
        """
        ### BEGIN SOLUTION
        return bernoulli_log_prob(self(x), x)
        ### END SOLUTION

    def sample(self, num_samples: int, generator: torch.Generator | None = None) -> Tensor:
        """Ancestral sampling: draw x_1, then x_2 given x_1, and so on, in D passes of the network.

        Args:
            num_samples: N.
            generator: source of all random numbers; with it the result is reproducible and the global
                random state
                is left alone. None draws from the global state.

        Returns:
            Samples with values 0 and 1, shape ``(N, D)``, float.
        """
        ### BEGIN SOLUTION
        device = next(self.parameters()).device
        x = torch.zeros(num_samples, self.num_inputs, device=device)
        with torch.no_grad():
            for i in range(self.num_inputs):
                x[:, i] = torch.bernoulli(self(x)[:, i].sigmoid(), generator=generator)
        return x
        ### END SOLUTION
