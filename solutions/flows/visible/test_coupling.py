"""Visible checks of coupling.py."""

import math

import torch

from autograder.checks import Candidate, RemoteObject, assert_close, assert_shape, assert_true, check

X = torch.tensor([[0.5, -1.0, 2.0], [-0.3, 0.8, 0.1], [1.5, 0.4, -0.7]])


def randomise(module: RemoteObject, dim: int = 3) -> RemoteObject:
    """Give a module random parameters of moderate size."""
    generator = torch.Generator().manual_seed(5)
    named = module.built(torch.zeros(2, dim)).parameters_by_name()
    module.set_parameters(
        {name: 0.3 * torch.randn(value.shape, generator=generator) for name, value in named.items()}
    )
    return module


def log_det_by_autograd(module: RemoteObject, x: torch.Tensor) -> torch.Tensor:
    """log|det| of the Jacobian of the first result of forward, row by row."""
    rows = []
    for i in range(x.shape[1]):
        cotangent = torch.zeros_like(x)
        cotangent[:, i] = 1
        (gradient,) = module.grad(x, wrt=(0,), cotangent=cotangent, select=0)
        rows.append(torch.zeros_like(x) if gradient is None else gradient)
    return torch.linalg.slogdet(torch.stack(rows, dim=1)).logabsdet


@check("coupling_forward", points=1, title="double, halve and shift")
def test_coupling_forward_known_value(candidate: Candidate) -> None:
    """(3 * 2 + 10, 4 / 2 - 1) = (16, 1), the area unchanged; (1 * 4, 1 * 2) = (4, 2), eight times the area."""
    s = torch.tensor([[1.0, -1.0], [2.0, 1.0]]) * math.log(2)
    t = torch.tensor([[10.0, -1.0], [0.0, 0.0]])
    y_b, log_det = candidate.coupling_forward(torch.tensor([[3.0, 4.0], [1.0, 1.0]]), s, t)
    assert_close(y_b, torch.tensor([[16.0, 1.0], [4.0, 2.0]]), what="y_b")
    assert_close(log_det, torch.tensor([0.0, 3 * math.log(2)]), what="log_det")


@check("coupling_forward", points=0.5, title="one log-determinant per sample", kind="shape")
def test_coupling_forward_shapes(candidate: Candidate) -> None:
    """y_b has the shape of x_b and log_det the shape (B,)."""
    y_b, log_det = candidate.coupling_forward(torch.ones(4, 3), torch.zeros(4, 3), torch.ones(4, 3))
    assert_shape(y_b, (4, 3), torch.float32, what="y_b")
    assert_shape(log_det, (4,), torch.float32, what="log_det")


@check("coupling_inverse", points=0.75, title="undo doubling, halving and shifting")
def test_coupling_inverse_known_value(candidate: Candidate) -> None:
    """((16 - 10) / 2, (1 + 1) * 2) = (3, 4)."""
    s, t = torch.tensor([[1.0, -1.0]]) * math.log(2), torch.tensor([[10.0, -1.0]])
    assert_close(candidate.coupling_inverse(torch.tensor([[16.0, 1.0]]), s, t), torch.tensor([[3.0, 4.0]]))


@check("coupling_inverse", points=0.5, title="undoes x * exp(s) + t")
def test_coupling_inverse_undoes_forward(candidate: Candidate) -> None:
    """The inverse of x_b * exp(s) + t is not x_b."""
    s, t = X.sin(), X.square()
    assert_close(candidate.coupling_inverse(X * s.exp() + t, s, t), X)


@check("AffineCoupling", points=0.5, title="is the identity at initialisation", kind="law")
def test_affine_coupling_identity(candidate: Candidate) -> None:
    """A fresh layer changes its input, or its log-determinant is not zero."""
    for flip in (False, True):
        y, log_det = candidate.AffineCoupling(3, hidden=8, flip=flip)(X)
        assert_close(y, X, atol=1e-6, what="y")
        assert_close(log_det, torch.zeros(3), atol=1e-6, what="log_det")


@check(
    "AffineCoupling",
    points=0.5,
    title="leaves the deciding coordinates alone and changes the others",
    kind="law",
)
def test_affine_coupling_split(candidate: Candidate) -> None:
    """Of three coordinates the first decides on the other two, or, with flip, the last two on the first."""
    for flip, kept in [(False, [0]), (True, [1, 2])]:
        y, _ = randomise(candidate.AffineCoupling(3, hidden=8, flip=flip))(X)
        assert_shape(y, (3, 3), what="y")
        assert_close(y[:, kept], X[:, kept], what="the deciding coordinates")
        changed = [i for i in range(3) if i not in kept]
        assert_true((y - X)[:, changed].abs().amax(dim=0).min() > 1e-3, "a coordinate does not change")


@check("AffineCoupling", points=0.75, title="inverse undoes forward", kind="law")
def test_affine_coupling_inverse(candidate: Candidate) -> None:
    """Forward and inverse do not lead back, or their log-determinants are not each other's negative."""
    layer = randomise(candidate.AffineCoupling(3, hidden=8))
    y, log_det = layer(X)
    x, inverse_log_det = layer.inverse(y)
    assert_true((y - X).abs().max() > 1e-3, "the layer changes nothing")
    assert_close(x, X, what="inverse(forward(x))")
    assert_close(inverse_log_det, -log_det, what="the log-determinant of the inverse")


@check("AffineCoupling", points=0.75, title="log_det is the log-determinant of the Jacobian")
def test_affine_coupling_log_det(candidate: Candidate) -> None:
    """log_det differs from the log-determinant of the Jacobian that autograd finds."""
    layer = randomise(candidate.AffineCoupling(3, hidden=8))
    _, log_det = layer(X)
    expected = log_det_by_autograd(layer, X)
    assert_true(expected.std() > 1e-3, "the volume never changes")
    assert_close(log_det, expected, what="log_det")


@check("RealNVP", points=0.75, title="is the standard normal at initialisation", kind="law")
def test_real_nvp_standard_normal(candidate: Candidate) -> None:
    """A fresh model's log_prob is not that of the standard normal."""
    expected = -0.5 * X.square().sum(1) - 1.5 * math.log(2 * math.pi)
    assert_close(candidate.RealNVP(3, num_layers=4, hidden=8).log_prob(X), expected)


@check("RealNVP", points=0.75, title="inverse undoes forward", kind="law")
def test_real_nvp_inverse(candidate: Candidate) -> None:
    """From x to z and back is not x."""
    flow = randomise(candidate.RealNVP(3, num_layers=4, hidden=8))
    z, _ = flow(X)
    assert_shape(z, (3, 3), what="z")
    assert_true((z.abs().sum(1) - X.abs().sum(1)).abs().max() > 1e-3, "the flow changes nothing")
    assert_close(flow.inverse(z), X, rtol=1e-3, what="inverse(forward(x))")


@check("RealNVP", points=0.75, title="log_prob follows the change of variables")
def test_real_nvp_log_prob(candidate: Candidate) -> None:
    """log_prob differs from log N(z; 0, I) plus the log-determinant of the Jacobian that autograd finds."""
    flow = randomise(candidate.RealNVP(3, num_layers=4, hidden=8))
    z, _ = flow(X)
    log_det = log_det_by_autograd(flow, X)
    assert_true(log_det.std() > 1e-3, "the volume never changes")
    expected = -0.5 * z.square().sum(1) - 1.5 * math.log(2 * math.pi) + log_det
    assert_close(flow.log_prob(X), expected, rtol=1e-3)


@check("RealNVP", points=0.5, title="the density integrates to one", kind="law")
def test_real_nvp_integral(candidate: Candidate) -> None:
    """The sum of the density over a fine grid, times the area of a cell, is not 1."""
    axis = torch.linspace(-8, 8, 81)
    log_prob = randomise(candidate.RealNVP(2, num_layers=2, hidden=4), 2).log_prob(
        torch.cartesian_prod(axis, axis)
    )
    assert_shape(log_prob, (81**2,))
    assert_close(
        log_prob.double().exp().sum() * 0.2**2, torch.tensor(1.0).double(), rtol=0.02, what="the integral"
    )


@check("RealNVP", points=0.25, title="samples have the right shape", kind="shape")
def test_real_nvp_sample_shape(candidate: Candidate) -> None:
    """sample(5) of a three-dimensional model must be (5, 3)."""
    assert_shape(candidate.RealNVP(3, num_layers=2, hidden=8).sample(5), (5, 3), torch.float32)
