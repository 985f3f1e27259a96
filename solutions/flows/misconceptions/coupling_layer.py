"""Wrong beliefs about what AffineCoupling computes, with the behaviour they lead to."""

import torch
from torch import Tensor

from autograder.checks import Candidate
from autograder.diagnosis import Record, misconception, probe, reference

coupling = reference("flows", "coupling")
AffineCoupling = coupling.AffineCoupling
Pair = tuple[Tensor, Tensor]

X = torch.tensor([[0.8, -1.9, 2.4], [3.1, 0.2, -0.7], [-1.3, 1.1, 0.5], [0.4, -0.6, -2.2]])


def set_parameters(layer: object, scale: float) -> None:
    """Random numbers in the order of the parameters, whatever their names."""
    generator = torch.Generator().manual_seed(8)
    named = layer.built(X).parameters_by_name()  # type: ignore[attr-defined]
    values = {name: torch.randn(value.shape, generator=generator) * scale for name, value in named.items()}
    layer.set_parameters(values)  # type: ignore[attr-defined]


def close(one: Tensor, other: Tensor) -> bool:
    """Equal up to rounding, shape included."""
    return one.shape == other.shape and torch.allclose(one, other, rtol=1e-3, atol=1e-3)


def relation(one: Tensor, other: Tensor) -> str:
    """How one log-determinant relates to another."""
    names = {
        "equal": other, "negative": -other, "summed": other.sum(), "zero": torch.zeros_like(other),
        "half": other / 2, "a third": other / 3, "column": other[:, None],
    }  # fmt: skip
    return next((name for name, value in names.items() if close(one, value)), "other")


def facts(layer: object, x: Tensor) -> dict[str, object]:
    """What holds for a layer with random parameters, whatever its architecture."""
    y, log_det = layer(x)  # type: ignore[operator]
    back, inverse_log_det = layer.inverse(y)  # type: ignore[attr-defined]
    rows = []
    for i in range(x.shape[1]):
        cotangent = torch.zeros_like(x)
        cotangent[:, i] = 1
        (gradient,) = layer.grad(x, wrt=(0,), cotangent=cotangent, select=0)  # type: ignore[attr-defined]
        rows.append(gradient)
    jacobian = torch.stack(rows, dim=1)
    return {
        "kept": (y - x).abs().amax(dim=0).lt(1e-5).tolist(),
        "pattern": jacobian.abs().amax(dim=0).gt(1e-5).tolist(),
        "log_det": relation(log_det, torch.linalg.slogdet(jacobian).logabsdet),
        "own": relation(log_det, jacobian.diagonal(dim1=1, dim2=2).abs().log().sum(1)),
        "volume": bool(log_det.abs().max() > 1e-4),
        "inverse": close(back, x),
        "again": close(back, layer(y)[0]),  # type: ignore[operator]
        "log_det of the inverse": relation(inverse_log_det, log_det),
        "shapes": [list(log_det.shape), list(inverse_log_det.shape)],
    }


def learns(layer: object) -> bool:
    """Whether two steps along the gradient make a shift or a scale that is not the same for all samples."""
    for _ in range(2):
        named = layer.parameters_by_name()  # type: ignore[attr-defined]
        _, gradients = layer.grad(X, wrt=(0,), cotangent=X.cos(), select=0, parameters=True)  # type: ignore[attr-defined]
        steps = {name: 0.3 * slope for name, slope in gradients.items() if slope is not None}
        layer.set_parameters({name: named[name] + step for name, step in steps.items()})  # type: ignore[attr-defined]
    ones = torch.cat([X[:, :1], torch.ones(4, 2)], dim=1)
    return bool(layer(ones)[0][:, 1:].std(dim=0).max() > 1e-5)  # type: ignore[operator]


@probe("AffineCoupling")
def observe_affine_coupling(candidate: Candidate, record: Record) -> None:
    """A fresh layer, and facts about random ones of odd dimension, both ways round."""
    wide, narrow = (candidate.AffineCoupling(3, hidden=hidden).built(X).parameters_by_name() for hidden in (16, 8))
    sizes = [sum(value.numel() for value in values.values()) for values in (wide, narrow)]
    is_fixed = 0 < sizes[0] == sizes[1]
    record.value("has the same size whatever hidden is", is_fixed)
    if is_fixed:  # of a network that is far wider, random parameters say something else
        return
    layer = candidate.AffineCoupling(3, hidden=8)
    set_parameters(layer, 0.5)
    record.value("input kept", close(layer.observe(X).args[0], X))
    candidate.seed(4)
    layer = candidate.AffineCoupling(3, hidden=8)
    record.value("identity", close(layer(X)[0], X))
    record.value("learns to tell inputs apart", learns(layer))
    for flip in (False, True):
        layer = candidate.AffineCoupling(3, hidden=8, flip=flip)
        set_parameters(layer, 0.5)
        record.value(f"flip {flip}", facts(layer, X))
    ends = torch.tensor([[-2.0, 0, 0], [0, 0, 0], [2, 0, 0], [-1, 0, 0], [1, 0, 0]])
    layer = candidate.AffineCoupling(3, hidden=8)
    set_parameters(layer, 0.5)
    shift = layer(ends)[0][:, 1:]
    bent = (shift[0] + shift[2] - 2 * shift[1]).abs() + (shift[3] + shift[4] - 2 * shift[1]).abs()
    shifted = bool((shift - ends[:, 1:]).abs().max() > 1e-3)
    record.value("shifted", shifted)
    record.value("nonlinear", bool(bent.max() > 1e-3) if shifted else None)
    (through,) = layer.grad(X, wrt=(0,), cotangent=torch.ones_like(X) - torch.eye(3)[0], select=0)
    record.value("the deciding coordinate gets a gradient", bool((through[:, 0] != 0).any()))


misconception(
    "AffineCoupling", name="flip_ignored", belief="flip is for the stack to care about",
    replace=("(last, first) if flip else (first, last)", "(first, last)"),
    hint="Your layer does the same with flip as without. Which coordinates decide when flip is set?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="roles_exchanged", belief="the first half is transformed", replace=("if flip", "if not flip"),
    hint="Your layer does without flip what it should do with it. Which part decides, and which part is scaled and shifted?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="odd_dimensions_rounded_up", belief="the larger part decides when the dimension is odd",
    replace=("slice(0, dim // 2), slice(dim // 2, dim)", "slice(0, (dim + 1) // 2), slice((dim + 1) // 2, dim)"),
    hint="Your layer is right for even dimensions. How many of three coordinates are the first dim // 2?",
)  # fmt: skip


@misconception(
    "AffineCoupling",
    belief="the transformed part is put behind the other one",
    hint="With flip, the coordinates come out in another order than they went in. In which order must the "
    "two parts be put together again?",
)
class parts_joined_in_another_order(AffineCoupling):
    """Concatenate (x_a, y_b) in any case."""

    def forward(self, x: Tensor) -> Pair:
        """Join without looking at flip."""
        y, log_det = super().forward(x)
        return torch.cat([y[:, self.a], y[:, self.b]], dim=1), log_det

    def inverse(self, y: Tensor) -> Pair:
        """Undo that as well."""
        size_a = y[:, self.a].shape[1]
        x = torch.empty_like(y)
        x[:, self.a], x[:, self.b] = y[:, :size_a], y[:, size_a:]
        return super().inverse(x)


@misconception(
    "AffineCoupling",
    belief="flip turns the vector round",
    hint="With flip, y is in the reverse order of x. The docstring says which coordinates decide then: does it let them change "
    "places?",
)
class coordinates_reversed(AffineCoupling):
    """Reverse the input, and leave the output so."""

    def __init__(self, dim: int, hidden: int = 64, flip: bool = False) -> None:
        """A layer that is never flipped itself."""
        super().__init__(dim, hidden)
        self.reverse = flip

    def forward(self, x: Tensor) -> Pair:
        """Of the reversed input."""
        return super().forward(x.flip(1) if self.reverse else x)

    def inverse(self, y: Tensor) -> Pair:
        """Undo that as well."""
        x, log_det = super().inverse(y)
        return (x.flip(1) if self.reverse else x), log_det


misconception(
    "AffineCoupling", name="last_half_decides_when_flipped", belief="with flip the last dim // 2 coordinates decide",
    replace=("first, last = slice(0, dim // 2), slice(dim // 2, dim)",
             "half = (dim + 1) // 2 if flip else dim // 2\n        first, last = slice(0, half), slice(half, dim)"),
    hint="Your layer is right for even dimensions, and for odd ones without flip. With flip the first dim // 2 coordinates are "
    "transformed: how many are left of three?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="inverse_log_det_not_negated", belief="both directions have the same log-determinant",
    replace=("return x, -s", "return x, s"),
    hint="Your two log-determinants are equal. If the layer doubles volumes, what does its inverse do to them?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="network_sees_every_coordinate", belief="the network may see the whole vector",
    replace=[
        ("nn.Linear(size_a", "nn.Linear(dim"),
        ("self.network(x[:, self.a])", "self.network(x)"),
        ("self.network(y[:, self.a])", "self.network(y)"),
    ],
    hint="Your layer cannot be undone, and its log_det is not that of its Jacobian. Which coordinates are still known to the "
    "network when the layer is inverted?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="log_det_summed_over_the_batch", belief="log_det is one number per batch",
    replace=[("return y, log_det", "return y, log_det.sum()"), ("-s.tanh().sum(dim=-1)", "-s.tanh().sum()")],
    hint="A batch goes in and a single log-determinant comes out. Does every sample have the same Jacobian?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="never_scaled", belief="a shift is all that a coupling layer needs",
    replace=[
        ("coupling_forward(x[:, self.b], s.tanh(), t)", "coupling_forward(x[:, self.b], 0 * s, t)"),
        ("coupling_inverse(y[:, self.b], s.tanh(), t)", "coupling_inverse(y[:, self.b], 0 * s, t)"),
        ("-s.tanh().sum", "(0 * s).sum"),
    ],
    hint="Your log_det is always zero: the layer shifts but never scales. Where does s(x_a) come in?",
)  # fmt: skip

misconception(
    "AffineCoupling", name="input_overwritten", belief="the result may be written into the input",
    replace=("y = x.clone()", "y = x"),
    hint="After a call the caller's x has changed, and autograd complains. Is y = x a copy?",
)  # fmt: skip


@misconception(
    "AffineCoupling",
    belief="running the layer again undoes it",
    hint="Your inverse transforms a second time instead of going back. Which of the two coupling "
    "functions belongs into it?",
)
class inverse_transforms_again(AffineCoupling):
    """Use the forward transformation."""

    def inverse(self, y: Tensor) -> Pair:
        """Forward, with the sign of the inverse."""
        x, log_det = self.forward(y)
        return x, -log_det


misconception(
    "AffineCoupling", name="network_input_detached", belief="x_a only passes through",
    replace=("self.network(x[:, self.a])", "self.network(x[:, self.a].detach())"),
    hint="y changes with x_a through s and t, but no gradient flows back to x_a on that way. What cuts it off?",
)  # fmt: skip
