"""Hidden checks of GaussianDiffusion in process.py: the sampling loop, watched through the network it calls.

What the network is shown is the whole trajectory x_T, ..., x_1; with the result x_0 every step can be judged. The
truth, or else the candidate's own p_sample, says what a step should do, so that one mistake is charged once.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from autograder.checks import (
    Candidate,
    CheckFailed,
    RemoteObject,
    assert_close,
    assert_draws_afresh,
    assert_shape,
    assert_true,
    check,
    fail,
    load_beside,
)
from autograder.checks.strategies import generator, normal

shared = load_beside(__file__, "noise_schedule")
LENGTH, schedule = shared.LENGTH, shared.schedule
DATA_MEAN, DATA_VARIANCE = 8.0, 0.25
SIGMAS = 6.5
"""For 400 or more standard normal values, mean, mean square and mean lag products leave 6.5 standard errors with
probability below 1e-8 each (Chernoff). A check looks at fewer than ten of them: false alarms below 1e-7."""


def at(table: Tensor, t: Tensor, ndim: int) -> Tensor:
    """One value per sample, ready to multiply a batch; timesteps out of range give some value."""
    return table[t.long().clamp(0, len(table) - 1)].reshape(-1, *[1] * (ndim - 1))


def exact_noise(x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
    """The best possible noise prediction for data ~ N(DATA_MEAN, DATA_VARIANCE): linear in x_t."""
    alpha_bar = at(schedule().alpha_bars, torch.as_tensor(t), x.ndim)
    total = alpha_bar * DATA_VARIANCE + 1 - alpha_bar
    return ((1 - alpha_bar).sqrt() * (x - alpha_bar.sqrt() * DATA_MEAN) / total).to(x.dtype)


def true_step(x: Tensor, t: Tensor, noise: Tensor) -> Tensor:
    """One step back with `exact_noise`, given the noise to add."""
    betas, alpha_bars, variances = schedule()
    beta, alpha_bar = at(betas, t, x.ndim), at(alpha_bars, t, x.ndim)
    mean = (x - beta / (1 - alpha_bar).sqrt() * exact_noise(x, t)) / (1 - beta).sqrt()
    return (mean + at(variances, t, x.ndim).sqrt() * noise).float()


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
        repeated = last is not None and torch.equal(last.x, x) and torch.equal(last.t, torch.as_tensor(t))
        if not repeated:
            self.calls.append(Seen(x.detach().clone(), torch.as_tensor(t).clone(), y))
        return exact_noise(x, t)

    def trajectory(self, sample: Tensor, shape: tuple[int, ...]) -> tuple[Tensor, Tensor, Tensor]:
        """All x_t, the timesteps, and what each x_t became; steps first."""
        assert_shape(sample, shape, what="the samples")
        if len(self.calls) < 3:
            fail("the network was called too seldom")
        for seen in self.calls:
            assert_shape(seen.x, shape, what="the data that the network saw")
            assert_shape(seen.t, shape[:1], what="the timesteps that the network saw")
        states = torch.stack([*(seen.x for seen in self.calls), sample])
        return states[:-1], torch.stack([seen.t for seen in self.calls]), states[1:]

    def random_parts(self, sample: Tensor, shape: tuple[int, ...]) -> Tensor:
        """The first x, and what the second step added to its mean."""
        before, t, after = self.trajectory(sample, shape)
        return torch.stack([before[0], after[1] - true_step(before[1], t[1], torch.zeros_like(before[1]))])


def assert_white(z: Tensor, what: str) -> None:
    """Standard normal, and independent along every axis."""
    z = z.double()
    bound = SIGMAS / z.numel() ** 0.5
    assert_true(abs(z.mean()) < bound, f"{what} is not centred")
    assert_true(abs((z**2).mean() - 1) < bound * 2**0.5, f"{what} has the wrong size")
    for dim in range(z.ndim):
        pairs = z.narrow(dim, 0, z.shape[dim] - 1) * z.narrow(dim, 1, z.shape[dim] - 1)
        assert_true(abs(pairs.mean()) < SIGMAS / pairs.numel() ** 0.5, f"{what} is not independent")


@check("GaussianDiffusion", points=0.75, title="p_sample_loop: from pure noise, one p_sample after the other")
def test_p_sample_loop_steps(candidate: Candidate) -> None:
    """The first x is not standard normal, or some x is not freshly drawn from p(x_{t-1} | x_t) given the one before."""
    shape, network = (50, 2, 4), Watched()
    diffusion = candidate.GaussianDiffusion(schedule().betas)
    sample = diffusion.p_sample_loop(network, shape, generator=candidate.generator(11))
    before, t, after = network.trajectory(sample, shape)
    assert_white(before[0], "the first x")
    x, steps = before.flatten(0, 1), t.flatten()
    zero, one = torch.zeros_like(x), torch.ones_like(x)
    try:
        _assert_steps(after, true_step(x, steps, zero), true_step(x, steps, one))
    except CheckFailed:
        mean = diffusion.p_sample(exact_noise, x, steps, noise=zero)
        moved = diffusion.p_sample(exact_noise, x, steps, noise=one)
        if not _credible(mean, moved, x, steps):
            raise
        _assert_steps(after, mean, moved)
    _assert_fresh_noise(candidate, candidate.GaussianDiffusion(schedule().betas[:3]))


def _assert_fresh_noise(candidate: Candidate, short: RemoteObject) -> None:
    """Without a generator, the first x and what a later step adds are other ones at every call."""

    def first_x_and_added_noise() -> Tensor:
        network = Watched()
        return network.random_parts(short.p_sample_loop(network, (4, 3)), (4, 3))

    assert_draws_afresh(candidate, lambda: first_x_and_added_noise()[0], "the first x")
    assert_draws_afresh(candidate, lambda: first_x_and_added_noise()[1], "the noise of a step")


def _credible(mean: Tensor, moved: Tensor, x: Tensor, t: Tensor) -> bool:
    """The candidate's own step depends on x, and adds noise where t > 0."""
    assert_shape(mean, tuple(x.shape))
    assert_shape(moved, tuple(x.shape))
    depends = (mean * x).mean() - mean.mean() * x.mean() > 0.1
    return bool(depends and (moved - mean)[t > 0].min() > 0.01)


def _assert_steps(after: Tensor, mean: Tensor, moved: Tensor) -> None:
    """What each x became is its mean plus white noise, or the mean alone in steps without noise."""
    mean, deviation = mean.view(after.shape), (moved - mean).view(after.shape)
    silent = deviation.abs().flatten(1).amax(dim=1) < 1e-3
    assert_close(after[silent], mean[silent], rtol=1e-3, dtype=False, what="the last step")
    assert_white(((after - mean) / deviation)[~silent], "the noise added by the steps")


@check("GaussianDiffusion", points=0.75, title="p_sample_loop: Gaussian data come out with the right moments")
def test_p_sample_loop_gaussian_data(candidate: Candidate) -> None:
    """With the exact network for Gaussian data, mean or variance of the samples differ from what the chain implies."""
    diffusion = candidate.GaussianDiffusion(schedule().betas)
    sample = diffusion.p_sample_loop(exact_noise, (1500, 2), generator=candidate.generator(12))
    assert_shape(sample, (1500, 2))
    try:
        _assert_moments(sample, *chain_moments(true_step))
    except CheckFailed:
        own = chain_moments(lambda x, t, noise: diffusion.p_sample(exact_noise, x, t, noise=noise))
        if not own[1] > 0.01:
            raise
        _assert_moments(sample, *own)


def chain_moments(step: Callable[[Tensor, Tensor, Tensor], Tensor]) -> tuple[float, float]:
    """Mean and variance after the whole chain: every step is x -> slope x + offset + deviation z."""
    t = torch.arange(LENGTH).repeat(3)
    x, noise = torch.zeros(len(t), 1), torch.zeros(len(t), 1)
    x[LENGTH : 2 * LENGTH] = 1
    noise[2 * LENGTH :] = 1
    moved = step(x, t, noise)
    assert_shape(moved, tuple(x.shape))
    offset, at_one, with_noise = moved.double().view(3, -1).tolist()
    mean, variance = 0.0, 1.0
    for step_index in reversed(range(LENGTH)):
        base, slope = offset[step_index], at_one[step_index] - offset[step_index]
        mean = base + slope * mean
        variance = slope**2 * variance + (with_noise[step_index] - base) ** 2
    return mean, variance


def _assert_moments(sample: Tensor, mean: float, variance: float) -> None:
    z = (sample.double() - mean) / variance**0.5
    bound = SIGMAS / z.numel() ** 0.5
    assert_true(abs(z.mean()) < bound, "the samples have the wrong mean")
    assert_true(abs(z.var() - 1) < bound * 2**0.5, "the samples have the wrong variance")


@check("GaussianDiffusion", points=0.5, title="the network gets the labels and int64 timesteps", kind="law")
def test_p_sample_loop_labels(candidate: Candidate) -> None:
    """Labels or timesteps were not passed on to the network unchanged, or t was not int64 of shape (B,)."""
    network, y = Watched(), torch.randint(0, 10, (3,), generator=generator(91))
    diffusion = candidate.GaussianDiffusion(schedule().betas[:3])
    diffusion.p_sample_loop(network, (3, 1, 2, 2), y=y)
    assert_true(len(network.calls) > 0, "the network was never called")
    for seen in network.calls:
        assert_shape(seen.t, (3,), torch.int64, what="t")
        assert_close(seen.y, y, what="the labels that the network saw")
    single, x, t = Watched(), normal((3, 2), 92, torch.float32), torch.tensor([2, 0, 1])
    diffusion.p_sample(single, x, t, y)
    assert_true(len(single.calls) > 0, "the network was never called")
    assert_close(single.calls[0].x, x, what="the data that the network saw in p_sample")
    assert_close(single.calls[0].t, t, what="the timesteps that the network saw in p_sample")
    assert_close(single.calls[0].y, y, what="the labels that the network saw in p_sample")


@check("GaussianDiffusion", points=0.5, title="p_sample_loop: a generator makes it reproducible", kind="random")
def test_p_sample_loop_generator(candidate: Candidate) -> None:
    """With equal generators the samples differ, with different ones samples or noise agree, or the global state was used."""
    diffusion, network, another = candidate.GaussianDiffusion(schedule().betas[:3]), Watched(), Watched()
    first = diffusion.p_sample_loop.observe(network, (2, 3), generator=candidate.generator(1))
    again = diffusion.p_sample_loop(exact_noise, (2, 3), generator=candidate.generator(1))
    other = diffusion.p_sample_loop(another, (2, 3), generator=candidate.generator(2))
    assert_shape(first.value, (2, 3))
    assert_close(again, first.value, what="the second set of samples")
    assert_shape(other, (2, 3))
    assert_true(not torch.allclose(other, first.value), "another seed gave the same samples")
    assert_true(not first.rng_used, "the global random state was used although a generator was given")
    if len(network.calls) == len(another.calls) == 3:  # a loop of another length is told so elsewhere
        pairs = zip(network.random_parts(first.value, (2, 3)), another.random_parts(other, (2, 3)), strict=True)
        same = [torch.allclose(one, two, atol=1e-3) and one.abs().max() > 1e-3 for one, two in pairs]  # or there is none
        assert_true(not any(same), "with another seed the first x or the noise of a step was the same")
