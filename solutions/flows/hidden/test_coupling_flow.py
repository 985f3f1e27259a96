"""Hidden checks of coupling.py: RealNVP, judged by what it computes under random parameters."""

import math

import torch
from torch import Tensor

from autograder.checks import (
    Candidate,
    CheckFailed,
    RemoteObject,
    assert_alone_in_train_mode,
    assert_close,
    assert_draws_afresh,
    assert_gradients_are_slopes,
    assert_sets_no_seed,
    assert_shape,
    assert_true,
    check,
    load_beside,
)
from autograder.checks.strategies import normal, whole

randomise = load_beside(__file__, "random_parameters").randomise


def random_flow(
    candidate: Candidate, dim: int, num_layers: int, seed: int, scale: float = 1.0
) -> RemoteObject:
    """A stack with random parameters."""
    return randomise(candidate.RealNVP(dim, num_layers=num_layers, hidden=12), dim, seed, scale)


def ask(flow: RemoteObject, x: Tensor) -> tuple[Tensor, Tensor]:
    """Forward's two results, of the right shapes."""
    z, log_det = flow(x)
    assert_shape(z, tuple(x.shape), x.dtype, what="z")
    assert_shape(log_det, (len(x),), x.dtype, what="log_det")
    return z, log_det


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


def standard_normal(z: Tensor) -> Tensor:
    """Its log-density, summed over coordinates."""
    return -0.5 * z.square().sum(1) - 0.5 * z.shape[1] * math.log(2 * math.pi)


@check("RealNVP", points=1.5, title="log_det is the log-determinant of the whole stack's Jacobian")
def test_real_nvp_jacobian(candidate: Candidate) -> None:
    """log_det differs from the log-determinant of dz / dx that autograd finds."""
    for dim, num_layers in [(2, 3), (3, 6)]:
        flow = random_flow(candidate, dim, num_layers, 10 + dim)
        x = normal((5, dim), 11 + dim, torch.float32)
        _, log_det = ask(flow, x)
        assert_true(log_det.std() > 1e-3, "log_det does not depend on x")
        assert_close(log_det, log_det_by_autograd(flow, x), rtol=1e-3, atol=2e-3, what="log_det")


@check("RealNVP", points=1.25, title="log_prob is the change of variables from the standard normal")
def test_real_nvp_log_prob_formula(candidate: Candidate) -> None:
    """log_prob differs from log N(z; 0, I) plus the log-determinant of dz / dx."""
    for dim, num_layers in [(2, 4), (5, 3)]:
        flow = random_flow(candidate, dim, num_layers, 20 + dim)
        x = normal((6, dim), 21 + dim, torch.float32)
        z, own = ask(flow, x)
        log_prob = flow.log_prob(x)
        assert_true(own.std() > 1e-3, "log_det does not depend on x")
        try:
            assert_close(log_prob, standard_normal(z) + own, rtol=1e-3, atol=2e-3, what="log_prob")
        except CheckFailed:
            truth = log_det_by_autograd(flow, x)
            assert_close(log_prob, standard_normal(z) + truth, rtol=1e-3, atol=2e-3, what="log_prob")


@check("RealNVP", points=1, title="every coordinate is transformed", kind="law")
def test_real_nvp_transforms_every_coordinate(candidate: Candidate) -> None:
    """Some coordinate of x reappears unchanged in z."""
    for dim, sizes in [(2, {}), (3, {}), (5, {}), (3, {"num_layers": 2})]:
        x = normal((6, dim), 31 + dim, torch.float32)
        z, _ = ask(randomise(candidate.RealNVP(dim, hidden=12, **sizes), dim, 30 + dim), x)
        differences = (z.unsqueeze(2) - x.unsqueeze(1)).abs().amax(dim=0)
        assert_true(differences.min() > 1e-3, "a coordinate passes through unchanged")


@check("RealNVP", points=1, title="inverse undoes forward, and forward inverse", kind="law")
def test_real_nvp_invertible(candidate: Candidate) -> None:
    """One direction after the other is not the identity."""
    for dim, num_layers in [(2, 3), (3, 4), (5, 5)]:
        flow = random_flow(candidate, dim, num_layers, 40 + dim, 0.8)
        x = normal((5, dim), 41 + dim, torch.float32)
        z, log_det = ask(flow, x)
        assert_true(log_det.abs().max() > 1e-3, "the flow never changes the volume")
        assert_close(flow.inverse(z), x, rtol=1e-3, atol=1e-3, what="inverse(forward(x))")
        assert_close(ask(flow, flow.inverse(x))[0], x, rtol=1e-3, atol=1e-3, what="forward(inverse(z))")


@check("RealNVP", points=0.5, title="the density integrates to one", kind="law")
def test_real_nvp_density_integral(candidate: Candidate) -> None:
    """The integral of the density over the plane is not 1."""
    axis = torch.arange(-8, 8, 0.16)
    grid = torch.cartesian_prod(axis, axis)
    for seed, scale in enumerate((0.5, 0.45, 0.4, 0.3, 0.2, 0.15)):
        log_prob = random_flow(candidate, 2, 4, 50 + seed, scale).log_prob(grid)
        assert_shape(log_prob, (len(grid),))
        if not log_prob.isfinite().all():  # far out, log-scales without bounds leave single precision
            continue
        assert_true((log_prob - standard_normal(grid)).abs().max() > 0.05, "the density is the standard normal's")
        if _fits(log_prob.view(len(axis), len(axis)).double().exp()):
            break
    integral = log_prob.double().exp().sum() * 0.16**2
    assert_close(integral, torch.tensor(1.0).double(), rtol=0.02, what="the integral")


def _fits(density: Tensor) -> bool:
    """Whether a grid holds a density and resolves it: hardly anything at its edges, and the same with half the points."""
    edges = torch.cat([density[[0, -1]].flatten(), density[:, [0, -1]].flatten()])
    return bool(edges.max() < 1e-6) and bool((4 * density[::2, ::2].sum() / density.sum() - 1).abs() < 0.01)


@check("RealNVP", points=1.25, title="samples come from the density", kind="random")
def test_real_nvp_sample_distribution(candidate: Candidate) -> None:
    """Taken to the latent space by forward, the samples are not standard normal, or a seed of your own decides them."""
    number = 2000
    for dim, num_layers, seed in [(2, 4, 60), (3, 3, 61)]:
        flow = random_flow(candidate, dim, num_layers, seed)
        sample = flow.sample(number, generator=candidate.generator(seed))
        assert_shape(sample, (number, dim), torch.float32, what="the samples")
        z, log_det = ask(flow, sample)
        assert_true(log_det.std() > 1e-3, "the flow never changes the volume")
        _assert_standard_normal(z.double())
    assert_draws_afresh(candidate, lambda: flow.sample(4), "the set of samples")


def _assert_standard_normal(z: Tensor) -> None:
    """Means, mean sizes and all second moments of the columns.

    6.5 standard errors of means of 2000 light-tailed values are left with probability below 1e-9 each
    (Chernoff); there are at most 12 of them per model: false alarms below 1e-7.
    """
    bound = 6.5 / len(z) ** 0.5
    # Of 4000 values none is beyond 2.6 with probability (1 - 0.0093)^4000 < 1e-16.
    assert_true(z.abs().max() > 2.6, "the latents are cut off")
    assert_true(z.mean(0).abs().max() < bound, "the latent means are not 0")
    size = (2 / math.pi) ** 0.5
    assert_true(
        (z.abs().mean(0) - size).abs().max() < bound * (1 - size**2) ** 0.5, "the latent sizes are wrong"
    )
    moments = z.T @ z / len(z) - torch.eye(z.shape[1])
    deviations = 1 + (2**0.5 - 1) * torch.eye(z.shape[1])
    assert_true((moments.abs() / deviations).max() < bound, "the latent covariance is not the identity")


@check("RealNVP", points=0.5, title="sample: a generator makes it reproducible", kind="random")
def test_real_nvp_sample_generator(candidate: Candidate) -> None:
    """Equal generators give different samples, different ones equal samples, or the global state was used or seeded."""
    flow = random_flow(candidate, 3, 2, 70)
    assert_shape(flow.sample(1, generator=candidate.generator(3)), (1, 3), what="a single sample")
    first = flow.sample.observe(4, generator=candidate.generator(1))
    again = flow.sample(4, generator=candidate.generator(1))
    other = flow.sample(4, generator=candidate.generator(2))
    assert_shape(first.value, (4, 3))
    assert_close(again, first.value, what="the second set of samples")
    assert_shape(other, (4, 3))
    assert_true(not torch.allclose(other, first.value), "another seed gave the same samples")
    assert_true(not first.rng_used, "the global random state was used although a generator was given")
    assert_sets_no_seed(candidate, lambda: candidate.RealNVP(3, num_layers=2, hidden=12))


@check("RealNVP", points=0.5, title="is the standard normal at initialisation, in any dimension", kind="law")
def test_real_nvp_initial_density(candidate: Candidate) -> None:
    """A fresh model's log_prob is not that of the standard normal, constant included."""
    for dim in (2, 3, 6):
        x = normal((4, dim), 80 + dim, torch.float32, 3.0)
        assert_close(candidate.RealNVP(dim).log_prob(x), standard_normal(x), what="log_prob")


@check("RealNVP", points=0.25, title="is able to learn from its initial state", kind="gradient")
def test_real_nvp_learns(candidate: Candidate) -> None:
    """A small step along the gradient of log_prob, from the initial state, did not raise it."""
    candidate.seed(9)
    flow = candidate.RealNVP(2, num_layers=4, hidden=12)
    x = 0.5 * normal((40, 2), 91, torch.float32) + torch.tensor([1.0, -2.0])
    before = flow.log_prob(x)
    assert_shape(before, (40,))
    _, gradients = flow.log_prob.grad(x, wrt=(0,), parameters=True)
    kept = {name: gradient / 40 for name, gradient in gradients.items() if gradient is not None}
    steepness = sum(float(gradient.square().sum()) for gradient in kept.values())
    assert_true(steepness > 1e-6, "no parameter gets a gradient")
    values = flow.parameters_by_name()
    flow.set_parameters({name: values[name] + 0.02 / steepness * gradient for name, gradient in kept.items()})
    # To first order the mean rises by 0.02.
    assert_true((flow.log_prob(x) - before).mean() > 0.005, "log_prob did not rise")


@check("RealNVP", points=0.25, title="num_layers and hidden say how large the networks are", kind="law")
def test_real_nvp_sizes(candidate: Candidate) -> None:
    """More layers, or wider ones, did not lead to more parameters."""
    counts, few, narrow = [], whole(92, 2, 6), whole(93, 3, 40)
    sizes = [(few, narrow), (few + 2, narrow), (few + 2, narrow + 5), (few + 5, narrow + 5)]
    for num_layers, hidden in sizes:
        flow = candidate.RealNVP(3, num_layers=num_layers, hidden=hidden).built(torch.zeros(2, 3))
        named = flow.parameters_by_name()
        counts.append(sum(value.numel() for value in named.values()))
    assert_true(
        counts[0] < counts[1] < counts[2] < counts[3], "the model does not grow with num_layers and hidden"
    )


@check("RealNVP", points=0.25, title="leaves inputs, the random state and other samples alone", kind="purity")
def test_real_nvp_pure(candidate: Candidate) -> None:
    """In eval mode, an input, the random state or a global setting was changed, or in some mode a sample with its batch."""
    flow = random_flow(candidate, 3, 3, 95)
    x = normal((4, 3), 96, torch.float32)
    for method in (flow.method("__call__"), flow.inverse, flow.log_prob):
        seen = method.observe(x)
        assert_close(seen.args[0], x, rtol=0, atol=0, what="the input after the call")
        assert_true(not seen.rng_used, "the global random state was used")
    whole = flow.log_prob(x)
    assert_shape(whole, (4,))
    assert_true((whole - standard_normal(x)).abs().max() > 0.01, "the density is the standard normal's")
    assert_close(flow.log_prob(x[1:2]), whole[1:2], rtol=1e-3, what="log_prob of a single sample")
    assert_alone_in_train_mode(candidate, flow, ("__call__", "inverse", "log_prob"), x, 1 - 2 * x)


@check("RealNVP", points=0.75, title="its gradients are the slopes of its values", kind="gradient")
def test_real_nvp_gradients(candidate: Candidate) -> None:
    """A gradient of z, of log_det, of log_prob or of inverse is cut or wrong on its way to the input or to a parameter."""
    flow = random_flow(candidate, 3, 3, 97, 0.8)
    x = normal((6, 3), 98, torch.float32)
    assert_gradients_are_slopes(flow, "log_prob", x)
    assert_gradients_are_slopes(flow, "__call__", x, results=(0, 1))
    assert_gradients_are_slopes(flow, "inverse", x)
