"""Hidden checks of ddim_sample_loop in ddim.py, watched through the network that the loop calls."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_draws_afresh, assert_shape, assert_true, check, fail
from autograder.checks.strategies import generator, uniform

LENGTH = 11
DATA_MEAN, DATA_VARIANCE = 8.0, 0.25
SIGMAS = 6.5
"""For 400 or more standard normal values, mean, mean square and mean lag products leave 6.5 standard errors with
probability below 1e-8 each (Chernoff). A check looks at fewer than ten of them: false alarms below 1e-7."""


def schedule() -> Tensor:
    """Decreasing alpha_bars of eleven steps, float32."""
    return (1 - uniform((LENGTH,), 60, 0.1, 0.3)).cumprod(0).float()


def at(t: Tensor, ndim: int) -> Tensor:
    """alpha_bar of each sample in float64; timesteps out of range give some value."""
    steps = torch.as_tensor(t).long().clamp(0, LENGTH - 1)
    return schedule().double()[steps].reshape(-1, *[1] * (ndim - 1))


def exact_noise(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
    """The best possible noise prediction for data ~ N(DATA_MEAN, DATA_VARIANCE): linear in x_t."""
    alpha_bar = at(t, x.ndim)
    total = alpha_bar * DATA_VARIANCE + 1 - alpha_bar
    return ((1 - alpha_bar).sqrt() * (x - alpha_bar.sqrt() * DATA_MEAN) / total).to(x.dtype)


class Seen(NamedTuple):
    """What the network was shown in one call."""

    x: Tensor
    t: Tensor
    y: Tensor | None


class Watched:
    """A network that remembers what it was shown; the same question asked twice in a row counts once."""

    def __init__(self) -> None:
        self.calls: list[Seen] = []

    def __call__(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """Note the question and answer it exactly."""
        last = self.calls[-1] if self.calls else None
        if last is None or not (torch.equal(last.x, x) and torch.equal(last.t, torch.as_tensor(t))):
            self.calls.append(Seen(x.detach().clone(), torch.as_tensor(t).clone(), y))
        return exact_noise(x, t)

    def trajectory(self, sample: Tensor, shape: tuple[int, ...], count: int) -> list[Tensor]:
        """All x, from the first to the result."""
        assert_shape(sample, shape, what="the samples")
        if len(self.calls) != count:
            fail("the network was not called once per step")
        for seen in self.calls:
            assert_shape(seen.x, shape, what="the data that the network saw")
        return [*(seen.x for seen in self.calls), sample]


def levels(count: int) -> list[tuple[int, float, float]]:
    """Timestep, its alpha_bar and the next alpha_bar, for every step of a loop."""
    steps = [k * LENGTH // count for k in reversed(range(count))]
    now = schedule()[steps].tolist()
    return list(zip(steps, now, [*now[1:], 1.0], strict=True))


def step(x: Tensor, t: int, now: float, then: float, eta: float) -> tuple[Tensor, float]:
    """Mean and standard deviation of one step with `exact_noise`."""
    eps = exact_noise(x, torch.full(x.shape[:1], t)).double()
    sigma = eta * math.sqrt((1 - then) / (1 - now) * (1 - now / then))
    x_start = (x.double() - math.sqrt(1 - now) * eps) / math.sqrt(now)
    return math.sqrt(then) * x_start + math.sqrt(max(1 - then - sigma**2, 0)) * eps, sigma


def assert_white(z: Tensor, what: str) -> None:
    """Standard normal, and independent along every axis."""
    z = z.double()
    bound = SIGMAS / z.numel() ** 0.5
    assert_true(abs(z.mean()) < bound, f"{what} is not centred")
    assert_true(abs((z**2).mean() - 1) < bound * 2**0.5, f"{what} has the wrong size")
    for dim in range(z.ndim):
        pairs = z.narrow(dim, 0, z.shape[dim] - 1) * z.narrow(dim, 1, z.shape[dim] - 1)
        assert_true(abs(pairs.mean()) < SIGMAS / pairs.numel() ** 0.5, f"{what} is not independent")


@check("ddim_sample_loop", points=1, title="with eta = 0 every step is the deterministic one")
def test_ddim_sample_loop_deterministic_steps(candidate: Candidate) -> None:
    """Some x is not the DDIM step of the x before, between the alpha_bars of the two timesteps."""
    for shape, count in (((2, 3), 4), ((3, 1, 2, 2), 11)):
        network = Watched()
        sample = candidate.ddim_sample_loop(network, shape, schedule(), count)
        path = network.trajectory(sample, shape, count)
        for before, after, level in zip(path, path[1:], levels(count), strict=False):
            assert_close(after, step(before, *level, 0.0)[0].float(), rtol=1e-3, dtype=False, what="the next x")


@check("ddim_sample_loop", points=0.5, title="starts from standard normal noise", kind="random")
def test_ddim_sample_loop_start(candidate: Candidate) -> None:
    """The first x is not standard normal, or not another one at every call, or not in torch's default dtype."""
    network, shape = Watched(), (100, 2, 5)
    sample = candidate.ddim_sample_loop(network, shape, schedule(), 1, generator=candidate.generator(61))
    path = network.trajectory(sample, shape, 1)
    assert_white(path[0], "the first x")
    assert_shape(sample, shape, torch.float32, what="the samples")

    def first_x() -> Tensor:
        watched = Watched()
        return watched.trajectory(candidate.ddim_sample_loop(watched, (4, 3), schedule(), 2), (4, 3), 2)[0]

    assert_draws_afresh(candidate, first_x, "the first x")


@check("ddim_sample_loop", points=0.75, title="with eta > 0 every step adds fresh noise of the right size")
def test_ddim_sample_loop_noisy_steps(candidate: Candidate) -> None:
    """With eta > 0, some x is not drawn around the mean of its step with standard deviation sigma."""
    network, shape, count, eta = Watched(), (50, 2, 4), 5, 0.7
    sample = candidate.ddim_sample_loop(network, shape, schedule(), count, eta, generator=candidate.generator(62))
    path = network.trajectory(sample, shape, count)
    residuals = []
    for before, after, level in zip(path, path[1:], levels(count), strict=False):
        mean, sigma = step(before, *level, eta)
        if sigma > 0:
            residuals.append((after - mean) / sigma)
        else:
            assert_close(after, mean.float(), rtol=1e-3, dtype=False, what="the last step")
    assert_white(torch.stack([path[0].double(), *residuals]), "the noise of the steps")

    def added_noise() -> Tensor:
        watched = Watched()
        sample = candidate.ddim_sample_loop(watched, (4, 3), schedule(), 3, eta)
        return _first_noise(watched.trajectory(sample, (4, 3), 3), eta)

    assert_draws_afresh(candidate, added_noise, "the noise of a step")


@check("ddim_sample_loop", points=0.5, title="Gaussian data come out with the right moments")
def test_ddim_sample_loop_gaussian_data(candidate: Candidate) -> None:
    """With the exact network for Gaussian data, mean or variance of the samples differ from what the steps imply."""
    count, eta = 4, 0.5
    sample = candidate.ddim_sample_loop(
        exact_noise, (1500, 2), schedule(), count, eta=eta, generator=candidate.generator(63)
    )
    assert_shape(sample, (1500, 2))
    mean, variance = 0.0, 1.0
    for level in levels(count):
        # Every step is x -> slope x + offset + sigma z.
        ends, sigma = step(torch.tensor([[0.0], [1.0]]), *level, eta)
        offset, slope = float(ends[0]), float(ends[1] - ends[0])
        mean, variance = offset + slope * mean, slope**2 * variance + sigma**2
    z = (sample.double() - mean) / math.sqrt(variance)
    bound = SIGMAS / z.numel() ** 0.5
    assert_true(abs(z.mean()) < bound, "the samples have the wrong mean")
    assert_true(abs(z.var() - 1) < bound * 2**0.5, "the samples have the wrong variance")


@check("ddim_sample_loop", points=0.5, title="the network gets labels and int64 timesteps", kind="law")
def test_ddim_sample_loop_labels(candidate: Candidate) -> None:
    """In some step the labels were not passed on unchanged, or t was not int64 of shape (B,)."""
    network, y = Watched(), torch.randint(0, 10, (3,), generator=generator(64))
    candidate.ddim_sample_loop(network, (3, 1, 2, 2), schedule(), 3, y=y)
    assert_true(len(network.calls) > 0, "the network was never called")
    for seen in network.calls:
        assert_shape(seen.t, (3,), torch.int64, what="t")
        assert_close(seen.y, y, what="the labels that the network saw")


@check("ddim_sample_loop", points=0.5, title="a generator makes it reproducible", kind="random")
def test_ddim_sample_loop_generator(candidate: Candidate) -> None:
    """With equal generators the samples differ, with different ones samples or noise agree, or the global state was used."""
    network, another, arguments = Watched(), Watched(), ((2, 3), schedule(), 3, 0.5)
    first = candidate.ddim_sample_loop.observe(network, *arguments, generator=candidate.generator(1))
    again = candidate.ddim_sample_loop(exact_noise, *arguments, generator=candidate.generator(1))
    other = candidate.ddim_sample_loop(another, *arguments, generator=candidate.generator(2))
    assert_shape(first.value, (2, 3))
    assert_close(again, first.value, what="the second set of samples")
    assert_shape(other, (2, 3))
    assert_true(not torch.allclose(other, first.value), "another seed gave the same samples")
    assert_true(not first.rng_used, "the global random state was used although a generator was given")
    assert_close(first.args[2], schedule(), rtol=0, atol=0, what="alphas_cumprod after the call")
    if len(network.calls) == len(another.calls) == 3:  # a loop of another length is told so elsewhere
        one = _first_noise(network.trajectory(first.value, (2, 3), 3))
        two = _first_noise(another.trajectory(other, (2, 3), 3))
        same = torch.allclose(one, two, atol=1e-3) and one.abs().max() > 1e-3  # a step without noise is told so elsewhere
        assert_true(not same, "with another seed the noise of a step was the same")


def _first_noise(path: list[Tensor], eta: float = 0.5) -> Tensor:
    """What the first of three steps added to its mean."""
    return path[1] - step(path[0], *levels(3)[0], eta)[0]
