"""Wrong beliefs about masked layers, with the behaviour they lead to."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

made = reference("autoregressive", "made")

MASK = torch.tensor([[True, False, True], [False, False, True]])
WEIGHT = torch.tensor([[0.8, -1.7, 0.4], [2.3, 0.9, -1.2]])
BIAS = torch.tensor([0.6, -1.1])
X = torch.tensor([[1.0, -0.5, 2.0], [0.3, 1.4, -0.7]])


@probe("MaskedLinear")
def observe_masked_linear(candidate: Candidate, record: Record) -> None:
    """Output, gradients, parameters after a pass, buffers, state dict, double precision."""
    layer = candidate.MaskedLinear(3, 2, MASK)
    record.value("buffers", {name: value.float() for name, value in layer.buffers_by_name().items()})
    record.value("state", sorted(layer.state_dict()))
    cut = layer(torch.tensor([[0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]))
    record.value("masked from the start", bool((cut[0] - cut[1]).abs().max() < 1e-5))
    layer.set_parameters({"weight": WEIGHT, "bias": BIAS})
    record("output", layer, X)
    record.value("weight afterwards", layer.parameters_by_name().get("weight"))
    layer.set_parameters({"weight": WEIGHT})
    (of_x,), gradients = layer.grad(X, wrt=(0,), parameters=True)
    record.value("gradients", [of_x, gradients.get("weight"), gradients.get("bias")])
    layer.set_parameters({"weight": WEIGHT})
    layer.to(torch.float64)
    record("double", layer, X.double())


@misconception(
    "MaskedLinear",
    belief="masking at construction is enough",
    hint="Weights that should not exist come back as soon as somebody writes into them, an optimiser for "
    "example. When must the mask be applied?",
)
class masked_only_at_construction(nn.Linear):
    """Zero the weights once."""

    def __init__(self, in_features: int, out_features: int, mask: Tensor) -> None:
        """Zero the weights."""
        super().__init__(in_features, out_features)
        self.register_buffer("mask", mask)
        self.weight.data *= mask


@misconception(
    "MaskedLinear",
    belief="overwriting the weights in forward masks them",
    hint="The outputs are right, but masked weights still get a gradient, and your forward pass changes "
    "the parameters. Does autograd see what you do to weight.data?",
)
class weights_overwritten_in_forward(made.MaskedLinear):
    """Multiply weight.data in place."""

    def forward(self, x: Tensor) -> Tensor:
        """Mask outside of the graph."""
        self.weight.data.mul_(self.mask)
        return F.linear(x, self.weight, self.bias)


@misconception(
    "MaskedLinear",
    belief="a mask of plain attributes is enough",
    hint="After moving or saving the model the mask is left behind. How does a module know which of its "
    "tensors belong to it?",
)
class mask_not_registered(made.MaskedLinear):
    """A plain attribute."""

    def __init__(self, in_features: int, out_features: int, mask: Tensor) -> None:
        """Keep the mask without registering it."""
        super().__init__(in_features, out_features, mask)
        del self.mask
        object.__setattr__(self, "mask", mask)


@misconception(
    "MaskedLinear",
    belief="True marks what is masked away",
    hint="Exactly the wrong connections work in your layer. Does True in the mask mean that a connection "
    "exists or that it is cut?",
)
class mask_inverted(made.MaskedLinear):
    """Use the complement."""

    def forward(self, x: Tensor) -> Tensor:
        """Zero where the mask is True."""
        return F.linear(x, self.weight.masked_fill(self.mask.bool(), 0.0), self.bias)


@misconception(
    "MaskedLinear",
    belief="the bias leaks information",
    hint="A unit without connections gives 0 in your layer. Does the bias depend on any input, so that it "
    "would have to be masked?",
)
class bias_dropped(made.MaskedLinear):
    """Leave the bias out."""

    def forward(self, x: Tensor) -> Tensor:
        """No bias."""
        return F.linear(x, self.weight * self.mask)


@misconception(
    "MaskedLinear",
    belief="the mask is remembered, and nn.Linear does the rest",
    hint="Your layer behaves like an ordinary linear layer. Where does the mask enter the computation?",
)
class mask_never_used(made.MaskedLinear):
    """Inherit forward from nn.Linear."""

    def forward(self, x: Tensor) -> Tensor:
        """Unmasked."""
        return F.linear(x, self.weight, self.bias)


@misconception(
    "MaskedLinear",
    belief="a large negative number cuts a connection, as in attention",
    hint="Through masked connections your layer passes on enormous numbers. Minus infinity is cut off by "
    "a softmax; what cuts off a weight?",
)
class mask_added_as_in_attention(made.MaskedLinear):
    """Add a penalty where the mask is False, as attention layers do before their softmax."""

    def forward(self, x: Tensor) -> Tensor:
        """Large negative weights instead of none."""
        return F.linear(x, self.weight + torch.where(self.mask.bool(), 0.0, -1e4).to(x.dtype), self.bias)


@misconception(
    "MaskedLinear",
    belief="the mask is learned, or at least a parameter",
    hint="An optimiser would find the mask among the things it may change. Which kind of tensor moves "
    "with the module but is not trained?",
)
class mask_registered_as_parameter(made.MaskedLinear):
    """nn.Parameter without gradient."""

    def __init__(self, in_features: int, out_features: int, mask: Tensor) -> None:
        """Register a parameter."""
        super().__init__(in_features, out_features, mask)
        del self.mask
        self.mask = nn.Parameter(mask.float(), requires_grad=False)
