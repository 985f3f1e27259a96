"""Wrong beliefs about masked layers, with the behaviour they lead to."""

import torch

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe

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


misconception(
    "MaskedLinear", name="bias_left_out", belief="masks are for weights, and weights are all",
    replace=("self.register_buffer", "self.register_parameter(\"bias\", None)\n        self.register_buffer"),
    hint="Your layer has no bias. What does the formula add to the masked product?",
)  # fmt: skip

misconception(
    "MaskedLinear", name="masked_only_at_construction", belief="masking at construction is enough",
    replace=[
        ('self.register_buffer("mask", mask)', 'self.register_buffer("mask", mask)\n        self.weight.data *= mask'),
        ("self.weight * self.mask", "self.weight"),
    ],
    hint="Weights that should not exist come back as soon as somebody writes into them, an optimiser for example. When must "
    "the mask be applied?",
)  # fmt: skip

misconception(
    "MaskedLinear", name="weights_overwritten_in_forward", belief="overwriting the weights in forward masks them",
    replace=(
        "return F.linear(x, self.weight * self.mask",
        "self.weight.data.mul_(self.mask)\n        return F.linear(x, self.weight",
    ),
    hint="The outputs are right, but masked weights still get a gradient, and your forward pass changes the parameters. Does "
    "autograd see what you do to weight.data?",
)  # fmt: skip

misconception(
    "MaskedLinear", name="mask_not_registered", belief="a mask of plain attributes is enough",
    replace=('self.register_buffer("mask", mask)', "self.mask = mask"),
    hint="After moving or saving the model the mask is left behind. How does a module know which of its tensors belong to it?",
)  # fmt: skip

misconception(
    "MaskedLinear", name="mask_inverted", belief="True marks what is masked away",
    replace=("self.weight * self.mask", "self.weight.masked_fill(self.mask.bool(), 0.0)"),
    hint="Exactly the wrong connections work in your layer. Does True in the mask mean that a connection exists or that it is "
    "cut?",
)  # fmt: skip

misconception(
    "MaskedLinear", name="bias_dropped", belief="the bias leaks information", replace=(", self.bias", ""),
    hint="A unit without connections gives 0 in your layer. Does the bias depend on any input, so that it would have to be "
    "masked?",
)  # fmt: skip

misconception(
    "MaskedLinear", name="mask_never_used", belief="the mask is remembered, and nn.Linear does the rest",
    replace=("self.weight * self.mask", "self.weight"),
    hint="Your layer behaves like an ordinary linear layer. Where does the mask enter the computation?",
)  # fmt: skip

misconception(
    "MaskedLinear", name="mask_added_as_in_attention", belief="a large negative number cuts a connection, as in attention",
    replace=("self.weight * self.mask", "self.weight + torch.where(self.mask.bool(), 0.0, -1e4).to(x.dtype)"),
    hint="Through masked connections your layer passes on enormous numbers. Minus infinity is cut off by a softmax; what cuts "
    "off a weight?",
)  # fmt: skip

misconception(
    "MaskedLinear", name="mask_registered_as_parameter", belief="the mask is learned, or at least a parameter",
    replace=('self.register_buffer("mask", mask)', "self.mask = nn.Parameter(mask.float(), requires_grad=False)"),
    hint="An optimiser would find the mask among the things it may change. Which kind of tensor moves with the module but is "
    "not trained?",
)  # fmt: skip


misconception(
    "MaskedLinear", name="mask_not_saved", belief="the mask can be made again",
    replace=('self.register_buffer("mask", mask)', 'self.register_buffer("mask", mask, persistent=False)'),
    hint="Your mask moves with the layer, but it is not in the state dict. What does persistent=False do?",
)  # fmt: skip
