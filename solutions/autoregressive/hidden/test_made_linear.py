"""Hidden checks of made.py: MaskedLinear."""

import torch
from torch import Tensor

from autograder.checks import (
    Candidate,
    RemoteObject,
    assert_close,
    assert_sets_no_seed,
    assert_shape,
    assert_true,
    check,
)
from autograder.checks.strategies import normal, uniform

MASK = torch.tensor([[1, 0, 1, 0], [0, 0, 1, 1], [0, 0, 0, 0]]).bool()


def weight() -> Tensor:
    """Weights of either sign, none of them near zero."""
    signs = torch.tensor([1.0, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1, 1]).view(3, 4)
    return uniform((3, 4), 1, 0.4, 2.0, torch.float32) * signs


def bias() -> Tensor:
    """Biases of either sign."""
    return torch.tensor([0.7, -1.3, 2.1]) + uniform((3,), 4, -0.3, 0.3, torch.float32)


def inputs() -> Tensor:
    """A batch for four inputs."""
    return normal((5, 4), 2, torch.float32)


def masked_layer(
    candidate: Candidate, mask: Tensor = MASK, weights: Tensor | None = None, biases: Tensor | None = None
) -> RemoteObject:
    """A layer with known parameters."""
    layer = candidate.MaskedLinear(mask.shape[1], mask.shape[0], mask)
    layer.set_parameters(
        {"weight": weight() if weights is None else weights, "bias": bias() if biases is None else biases}
    )
    return layer


@check("MaskedLinear", points=2, title="is a linear layer with zeros where the mask is False")
def test_masked_linear_values(candidate: Candidate, rng: torch.Generator) -> None:
    """Some output differs from the bias plus the sum over the connections that exist."""
    for size_in, size_out, batch in [(4, 3, 2), (2, 6, 5), (5, 5, 5), (1, 2, 3)]:
        mask = torch.rand(size_out, size_in, generator=rng) < 0.5
        weights, biases = torch.randn(size_out, size_in, generator=rng), torch.randn(size_out, generator=rng)
        x = torch.randn(batch, size_in, generator=rng)
        expected = biases.repeat(batch, 1)
        for o, i in mask.nonzero().tolist():
            expected[:, o] += weights[o, i] * x[:, i]
        layer = masked_layer(candidate, mask, weights, biases)
        assert_close(layer(x), expected, what="the output")


@check("MaskedLinear", points=1, title="masked weights have no effect", kind="law")
def test_masked_linear_masked_weights_have_no_effect(candidate: Candidate) -> None:
    """Changing weights where the mask is False changed the output, or changing the others did not."""
    layer = masked_layer(candidate)
    before = layer(inputs())
    layer.set_parameters({"weight": torch.where(MASK, weight(), torch.tensor(1000.0))})
    assert_close(layer(inputs()), before, what="the output with other masked weights")
    layer.set_parameters({"weight": torch.where(MASK, 2 * weight(), weight())})
    after = layer(inputs())
    assert_true((after - before)[:, :2].abs().max() > 0.1, "the other weights have no effect either")


@check(
    "MaskedLinear",
    points=1.25,
    title="masked weights get no gradient, the others the usual one",
    kind="gradient",
)
def test_masked_linear_gradients(candidate: Candidate) -> None:
    """The gradient of the weights is not zero where the mask is False, or is wrong elsewhere."""
    layer = masked_layer(candidate)
    weights = normal((5, 3), 3, torch.float32)
    (of_x,), named = layer.grad(inputs(), wrt=(0,), cotangent=weights, parameters=True)
    attached = of_x is not None and all(named.get(name, 0) is not None for name in ("weight", "bias"))
    assert_true(attached, "a gradient is cut off", mistake="gradient_cut_on_the_way")
    assert_close(named.get("weight"), weights.T @ inputs() * MASK, what="the gradient of the weights")
    assert_close(named.get("bias"), weights.sum(0), what="the gradient of the bias")
    assert_close(of_x, weights @ (weight() * MASK), what="the gradient of the inputs")


@check("MaskedLinear", points=0.5, title="keeps the bias, even of a unit without connections", kind="law")
def test_masked_linear_keeps_bias(candidate: Candidate) -> None:
    """With all connections masked the output is not the bias."""
    named = candidate.MaskedLinear(4, 3, MASK).parameters_by_name()
    assert_shape(named.get("weight"), (3, 4), torch.float32, what="the parameter weight")
    assert_shape(named.get("bias"), (3,), torch.float32, what="the parameter bias")
    layer = masked_layer(candidate, torch.zeros(3, 4).bool())
    assert_close(layer(inputs()), bias().expand(5, 3), what="the output")


@check("MaskedLinear", points=0.5, title="its state dict carries the mask to another layer", kind="law")
def test_masked_linear_state_dict(candidate: Candidate) -> None:
    """A layer that loads another one's state dict does not compute the same."""
    state = masked_layer(candidate).state_dict()
    assert_true({"mask", "weight", "bias"} <= set(state), "the state dict lacks mask, weight or bias")
    other = candidate.MaskedLinear(4, 3, ~MASK)
    other.load_state_dict(state)
    assert_close(other(inputs()), inputs() @ (weight() * MASK).T + bias(), what="the output")


@check("MaskedLinear", points=0.25, title="works in double precision", kind="dtype")
def test_masked_linear_double(candidate: Candidate) -> None:
    """After .to(torch.float64) the output is not float64, or not that precise."""
    layer = masked_layer(candidate)
    layer.to(torch.float64)
    expected = inputs().double() @ (weight() * MASK).double().T + bias().double()
    assert_close(layer(inputs().double()), expected, rtol=1e-10, what="the output")


@check("MaskedLinear", points=0.25, title="a forward pass leaves weights and mask as they are", kind="purity")
def test_masked_linear_parameters_kept(candidate: Candidate) -> None:
    """The parameters or the mask differ after a forward pass."""
    layer = masked_layer(candidate)
    layer(inputs())
    assert_close(
        layer.parameters_by_name().get("weight"), weight(), rtol=0, atol=0, what="the weight after a pass"
    )
    assert_close(layer.parameters_by_name().get("bias"), bias(), rtol=0, atol=0, what="the bias after a pass")
    assert_close(layer.buffers_by_name().get("mask"), MASK, dtype=False, what="the mask after a pass")


@check("MaskedLinear", points=0.25, title="leaves its input as it is", kind="purity")
def test_masked_linear_pure(candidate: Candidate) -> None:
    """The input was modified, or the random state or a global setting was changed, or making a layer sets a seed."""
    seen = masked_layer(candidate).observe(inputs())
    assert_close(seen.args[0], inputs(), rtol=0, atol=0, what="x after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (5, 3))
    assert_sets_no_seed(candidate, lambda: candidate.MaskedLinear(4, 3, MASK))
