"""Hidden checks of coupling.py: AffineCoupling, judged by what it computes under random parameters."""

import torch
from torch import Tensor

from autograder.checks import (
    Candidate,
    RemoteObject,
    assert_alone_in_train_mode,
    assert_close,
    assert_gradients_are_slopes,
    assert_sets_no_seed,
    assert_shape,
    assert_true,
    check,
    load_beside,
)
from autograder.checks.strategies import normal, whole

randomise = load_beside(__file__, "random_parameters").randomise

LAYERS = [(2, False), (3, True), (5, False), (4, True)]
"""Dimensions, even and odd, and which part decides."""


def random_layer(candidate: Candidate, dim: int, flip: bool, seed: int) -> RemoteObject:
    """A layer with random parameters."""
    return randomise(candidate.AffineCoupling(dim, hidden=16, flip=flip), dim, seed, 1.5)


def parts(dim: int, flip: bool) -> tuple[list[int], list[int]]:
    """The deciding coordinates and the others."""
    first, last = list(range(dim // 2)), list(range(dim // 2, dim))
    return (last, first) if flip else (first, last)


def ask(layer: RemoteObject, x: Tensor) -> tuple[Tensor, Tensor]:
    """The layer's two results, of the right shapes."""
    y, log_det = layer(x)
    assert_shape(y, tuple(x.shape), x.dtype, what="y")
    assert_shape(log_det, (len(x),), x.dtype, what="log_det")
    return y, log_det


def log_det_by_autograd(module: RemoteObject, x: Tensor) -> Tensor:
    """log|det| of the Jacobian of the first result of forward; samples do not interact."""
    rows = []
    for i in range(x.shape[1]):
        cotangent = torch.zeros_like(x)
        cotangent[:, i] = 1
        (gradient,) = module.grad(x, wrt=(0,), cotangent=cotangent, select=0)
        assert_shape(gradient, tuple(x.shape), what="the derivative of the result")
        rows.append(gradient)
    return torch.linalg.slogdet(torch.stack(rows, dim=1).double()).logabsdet.to(x.dtype)


@check("AffineCoupling", points=1.25, title="is affine in the transformed coordinates, each on its own")
def test_affine_coupling_structure(candidate: Candidate) -> None:
    """For given x_a, y_b is not x_b times factors plus shifts, or log_det not the sum of log-factors."""
    scaled, shifted = 0.0, 0.0
    for number, (dim, flip) in enumerate(LAYERS):
        a, b = parts(dim, flip)
        x_a = normal((4, len(a)), number, torch.float32)
        units = torch.cat([torch.zeros(1, len(b)), torch.eye(len(b)), torch.full((1, len(b)), 2.5)])
        x = torch.zeros(4, len(units), dim)
        x[..., a], x[..., b] = x_a.unsqueeze(1), units
        y, log_det = ask(random_layer(candidate, dim, flip, number), x.reshape(-1, dim))
        y, log_det = y.view_as(x), log_det.view(4, -1)
        assert_close(y[..., a], x[..., a], what="the deciding coordinates of y")
        shift = y[:, :1, b]
        factor = (y[:, 1:-1, b] - shift).diagonal(dim1=1, dim2=2).unsqueeze(1)
        assert_true(factor.min() > 0, "a factor is not positive")
        scaled, shifted = max(scaled, float(factor.std())), max(shifted, float(shift.std()))
        assert_close(
            y[..., b], x[..., b] * factor + shift, rtol=1e-3, atol=1e-4, what="the other coordinates of y"
        )
        expected = factor.log().sum(dim=-1).expand(4, len(units))
        assert_close(log_det, expected, rtol=1e-3, atol=1e-3, what="log_det")
    # One layer's scale may be saturated at all four points: once in fifty times, all layers' once in 1e9.
    assert_true(scaled > 1e-3 and shifted > 1e-3, "x_b is not scaled or not shifted")


@check("AffineCoupling", points=1, title="log_det is the log-determinant of the whole layer's Jacobian")
def test_affine_coupling_jacobian(candidate: Candidate) -> None:
    """log_det differs from the log-determinant of dy / dx that autograd finds."""
    varied = 0.0
    for dim, flip in [(3, False), (4, True)]:
        layer = random_layer(candidate, dim, flip, 20 + dim)
        x = normal((5, dim), dim, torch.float32)
        _, log_det = ask(layer, x)
        varied = max(varied, float(log_det.std()))
        assert_close(log_det, log_det_by_autograd(layer, x), rtol=1e-3, atol=1e-4, what="log_det")
    assert_true(varied > 1e-4, "log_det does not depend on x")


@check("AffineCoupling", points=1, title="inverse undoes forward, and forward inverse", kind="law")
def test_affine_coupling_invertible(candidate: Candidate) -> None:
    """One direction after the other is not the identity, or their log-determinants do not add up to zero."""
    moved, scaled = 0.0, 0.0
    for number, (dim, flip) in enumerate(LAYERS):
        layer = random_layer(candidate, dim, flip, 30 + number)
        x = normal((4, dim), 31 + number, torch.float32)
        y, log_det = ask(layer, x)
        moved, scaled = max(moved, float((y - x).abs().max())), max(scaled, float(log_det.abs().max()))
        assert_close(layer.inverse(y), (x, -log_det), rtol=1e-3, atol=1e-4, what="inverse(forward(x))")
        back, inverse_log_det = layer.inverse(x)
        assert_close(
            ask(layer, back), (x, -inverse_log_det), rtol=1e-3, atol=1e-4, what="forward(inverse(y))"
        )
    assert_true(moved > 1e-2, "the layer changes nothing")
    assert_true(scaled > 1e-2, "the layer never changes the volume")


@check(
    "AffineCoupling", points=0.5, title="every deciding coordinate has a say in scale and shift", kind="law"
)
def test_affine_coupling_conditioning(candidate: Candidate) -> None:
    """Changing a deciding coordinate does not change how the others are scaled, or how they are shifted."""
    for dim, flip in [(5, False), (5, True)]:
        a, b = parts(dim, flip)
        layer = random_layer(candidate, dim, flip, 40 + dim)
        x = normal((6, dim), 41, torch.float32)
        x[:, b] = 0.0
        variants = torch.stack([x] + [x + torch.eye(dim)[i] for i in a])
        y, log_det = ask(layer, variants.reshape(-1, dim))
        shift, volume = y.view_as(variants)[..., b], log_det.view(len(a) + 1, 6)
        assert_true(
            (shift[1:] - shift[0]).abs().amax(dim=1).min() > 1e-5, "the shift ignores a deciding coordinate"
        )
        assert_true(
            (volume[1:] - volume[0]).abs().amax(dim=1).min() > 1e-5, "the scale ignores a deciding coordinate"
        )


@check("AffineCoupling", points=0.25, title="its network is more than one linear map", kind="law")
def test_affine_coupling_is_nonlinear(candidate: Candidate) -> None:
    """The shift is a linear function of x_a."""
    x = torch.zeros(3, 7, 4)
    x[..., :2] = normal((7, 2), 45, torch.float32, 2.0) * torch.tensor([-1.0, 0.0, 1.0]).reshape(3, 1, 1)
    y, _ = ask(random_layer(candidate, 4, False, 46), x.reshape(-1, 4))
    low, middle, high = y.view_as(x)[..., 2:]
    mistake = "no_nonlinearity" if (high - middle).abs().max() > 1e-3 else ""
    assert_true((low - 2 * middle + high).abs().max() > 1e-3, "the shift is a linear function of x_a", mistake=mistake)


@check(
    "AffineCoupling", points=0.5, title="is the identity at initialisation, whatever the input", kind="law"
)
def test_affine_coupling_identity_at_initialisation(candidate: Candidate) -> None:
    """A fresh layer changes some input, or one of its log-determinants is not zero, or making it sets a seed for everybody."""
    for dim, flip in LAYERS:
        layer = candidate.AffineCoupling(dim, flip=flip)
        x = normal((4, dim), 50 + dim, torch.float32, 5.0)
        assert_close(ask(layer, x), (x, torch.zeros(4)), atol=1e-5, what="forward(x)")
        assert_close(layer.inverse(x), (x, torch.zeros(4)), atol=1e-5, what="inverse(x)")
    assert_sets_no_seed(candidate, lambda: candidate.AffineCoupling(4, hidden=8))


@check("AffineCoupling", points=0.5, title="is able to learn from its initial state", kind="gradient")
def test_affine_coupling_learns(candidate: Candidate) -> None:
    """After a few steps of gradient descent from the initial state, every x_a is still treated alike, or no volume changes."""
    candidate.seed(6)
    layer = candidate.AffineCoupling(4, hidden=16)
    x, weights = normal((8, 4), 61, torch.float32), normal((8, 4), 62, torch.float32)
    for _ in range(3):
        _, gradients = layer.grad(x, wrt=(0,), cotangent=weights, select=0, parameters=True)
        largest = {name: float(gradient.abs().max()) for name, gradient in gradients.items() if gradient is not None}
        kept = [name for name, size in largest.items() if size > 1e-8]
        assert_true(len(kept) > 0, "no parameter gets a gradient")
        # Steps of 0.1 for every tensor, as Adam's: where weights begin small, the gradients of the next layer's are, too.
        values = layer.parameters_by_name()
        layer.set_parameters({name: values[name] - 0.1 / largest[name] * gradients[name] for name in kept})
    x[:, 2:] = 1.0
    y, log_det = ask(layer, x)
    assert_true(y[:, 2:].std(dim=0).max() > 1e-4, "the others are still treated alike, whatever x_a is")
    assert_true(log_det.abs().max() > 1e-6, "the scale never leaves its initial value")


@check("AffineCoupling", points=0.25, title="hidden is the width of the network", kind="law")
def test_affine_coupling_hidden(candidate: Candidate) -> None:
    """A larger value of hidden did not lead to more parameters, or a small one to fewer transformed coordinates."""
    counts = []
    for hidden in (2, whole(63, 12, 20), whole(64, 32, 48)):
        layer = randomise(candidate.AffineCoupling(5, hidden=hidden), 5, 62, 1.5)
        x = normal((4, 5), 61, torch.float32)
        moved = (ask(layer, x)[0] - x)[:, 2:].abs().amax(dim=0)
        assert_true(moved.min() > 1e-4, "a narrow network leaves coordinates unchanged")
        counts.append(sum(value.numel() for value in layer.parameters_by_name().values()))
    assert_true(counts[0] < counts[1] < counts[2], "the network does not grow with hidden")


@check(
    "AffineCoupling", points=0.25, title="leaves its input and the random state as they are", kind="purity"
)
def test_affine_coupling_pure(candidate: Candidate) -> None:
    """In eval mode, the input was modified, or the random state or a global setting was changed, by forward or inverse."""
    layer = random_layer(candidate, 3, False, 70)
    x = normal((4, 3), 71, torch.float32)
    for seen in (layer.observe(x), layer.inverse.observe(x)):
        assert_close(seen.args[0], x, rtol=0, atol=0, what="the input after the call")
        assert_true(not seen.rng_used, "the global random state was used")
        assert_shape(seen.value[0], (4, 3))


@check("AffineCoupling", points=0.25, title="treats every sample on its own", kind="law")
def test_affine_coupling_batch_independence(candidate: Candidate) -> None:
    """In eval or in train mode, the result of a sample changed with the other samples of its batch."""
    layer = random_layer(candidate, 3, True, 72)
    x = normal((5, 3), 73, torch.float32)
    y, log_det = ask(layer, x)
    assert_true((y - x).abs().max() > 1e-2, "the layer changes nothing")
    assert_close(layer(x[2:3]), (y[2:3], log_det[2:3]), rtol=1e-3, what="the results for a single sample")
    assert_alone_in_train_mode(candidate, layer, ("__call__", "inverse"), x, 1 - 2 * x)


@check("AffineCoupling", points=0.75, title="its gradients are the slopes of its values", kind="gradient")
def test_affine_coupling_gradients(candidate: Candidate) -> None:
    """A gradient of y, of x or of a log-determinant is cut or wrong on its way to the input or to a parameter."""
    layer = random_layer(candidate, 3, False, 74)
    x = normal((6, 3), 75, torch.float32)
    for method in ("__call__", "inverse"):
        assert_gradients_are_slopes(layer, method, x, results=(0, 1))
