"""Hidden checks of GaussianDiffusion in process.py: p_mean_variance and p_sample.

Each method is compared with the truth, or else with what the candidate's own lower method implies, so that
one mistake is charged once. A candidate's own values count only where they depend on everything they should.
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
    assert_close_to_any,
    assert_draws_afresh,
    assert_shape,
    assert_true,
    check,
    fail,
    load_beside,
)

shared = load_beside(__file__, "noise_schedule")
LENGTH, schedule = shared.LENGTH, shared.schedule
RTOL = 1e-4  # buffers may be kept, and everything may be computed, in float32


class Case(NamedTuple):
    """Noisy data with a predicted noise that does not depend on it; each sample comes three times.

    First as it is, then with x_t moved, then with the predicted noise moved.
    """

    x: Tensor
    eps: Tensor
    t: Tensor
    noise: Tensor

    def denoise(self, x: Tensor, t: Tensor, y: Tensor | None = None) -> Tensor:
        """The noise predictor of this case."""
        return self.eps

    def at(self, table: Tensor) -> Tensor:
        """One value per sample, spread over the shape of the data."""
        return table[self.t].reshape(-1, *[1] * (self.x.ndim - 1)).expand(self.x.shape)

    def moments(self) -> Tensor:
        """The true mean, written directly in the predicted noise, and the true variance."""
        beta, alpha_bar, variance = (self.at(table) for table in schedule())
        mean = (self.x - beta / (1 - alpha_bar).sqrt() * self.eps) / (1 - beta).sqrt()
        return torch.stack([mean, variance]).to(self.x.dtype)

    def start(self) -> Tensor:
        """The x_0 that the predicted noise implies."""
        alpha_bar = self.at(schedule().alpha_bars)
        return ((self.x - (1 - alpha_bar).sqrt() * self.eps) / alpha_bar.sqrt()).to(self.x.dtype)

    def sample(self, moments: Tensor) -> Tensor:
        """The step back that mean and variance imply, without noise at t = 0."""
        deviation = moments[1].clamp(min=0).sqrt() * (self.at(torch.arange(LENGTH)) > 0)
        return moments[0] + deviation * self.noise

    def credible(self, moments: Tensor) -> bool:
        """Whether the mean mostly reacts to x_t and to the predicted noise, and there is variance where t > 0."""
        base, moved_x, moved_eps = moments[0].chunk(3)
        reactions = [float(((moved - base).abs() > 1e-3).double().mean()) for moved in (moved_x, moved_eps)]
        return bool(min(reactions) > 0.4 and (moments[1][self.at(torch.arange(LENGTH)) > 0] > 1e-3).all())


def make_case(t: list[int], trailing: tuple[int, ...], rng: torch.Generator) -> Case:
    """Draw data, predicted noise and noise for the given timesteps."""
    x, eps = torch.randn(2, len(t), *trailing, generator=rng)
    noise = torch.randn(3 * len(t), *trailing, generator=rng)
    return Case(torch.cat([x, x + 1, x]), torch.cat([eps, eps, eps + 1]), torch.tensor(t * 3), noise)


def moments_of(value: object, shape: tuple[int, ...]) -> Tensor:
    """Mean and variance of a triple, stacked."""
    if not isinstance(value, tuple | list) or len(value) != 3:
        fail("the result is not (mean, variance, log_variance_clipped)")
    mean, variance, _ = value
    assert_shape(mean, shape, what="the mean")
    if not isinstance(variance, Tensor) or variance.ndim not in (0, len(shape)):
        fail("the variance does not broadcast against the mean")
    if any(size not in (1, full) for size, full in zip(variance.shape, shape, strict=False)):
        fail("the variance does not broadcast against the mean")
    return torch.stack([mean, variance.expand(shape).to(mean.dtype)])


def matches(actual: Tensor, truth: Tensor, own: Callable[[], Tensor | None], what: str) -> None:
    """``actual`` equals the truth, or else what the candidate's own method implies."""
    try:
        assert_close(actual, truth, rtol=RTOL, dtype=False, what=what)
    except CheckFailed:
        implied = own()
        if implied is None:
            raise
        accepted = {"the formula": truth, "your own method": implied}
        assert_close_to_any(actual, accepted, rtol=RTOL, dtype=False, what=what)


def from_own_posterior(diffusion: RemoteObject, case: Case) -> Tensor | None:
    """Mean and variance of the candidate's own q_posterior, unless they are degenerate."""
    moments = moments_of(diffusion.q_posterior(case.start(), case.x, case.t), tuple(case.x.shape))
    return moments if case.credible(moments) else None


def from_own_moments(diffusion: RemoteObject, case: Case) -> Tensor | None:
    """The step that the candidate's own p_mean_variance implies, unless that is degenerate."""
    moments = moments_of(diffusion.p_mean_variance(case.denoise, case.x, case.t), tuple(case.x.shape))
    return case.sample(moments) if case.credible(moments) else None


@check("GaussianDiffusion", points=1, title="p_mean_variance: the posterior at the x_0 that the noise implies")
def test_p_mean_variance_formula(candidate: Candidate, rng: torch.Generator) -> None:
    """Mean or variance differ from those of q_posterior at the x_0 implied by the predicted noise."""
    diffusion = candidate.GaussianDiffusion(schedule().betas)

    def compare(case: Case) -> None:
        moments = moments_of(diffusion.p_mean_variance(case.denoise, case.x, case.t), tuple(case.x.shape))
        matches(moments, case.moments(), lambda: from_own_posterior(diffusion, case), "mean or variance")

    compare(make_case([0, 3, 5, 1], (3,), rng))
    compare(make_case([2, 4], (1, 2, 2), rng))
    far = make_case([5, 2], (3,), rng)
    compare(far._replace(x=60 * far.x))


@check("GaussianDiffusion", points=1, title="p_sample: mean plus noise of the right size, for mixed timesteps")
def test_p_sample_given_noise(candidate: Candidate, rng: torch.Generator) -> None:
    """With the noise given, some sample is not mean + deviation * noise (mean alone at t = 0), or an input was modified."""
    diffusion = candidate.GaussianDiffusion(schedule().betas)

    def compare(case: Case) -> None:
        seen = diffusion.p_sample.observe(case.denoise, case.x, case.t, noise=case.noise)
        matches(seen.value, case.sample(case.moments()), lambda: from_own_moments(diffusion, case), "the sample")
        for after, before in zip((*seen.args[1:], seen.kwargs["noise"]), (case.x, case.t, case.noise), strict=True):
            assert_close(after, before, rtol=0, atol=0, what="an input after the call")

    compare(make_case([3, 0, 5, 1], (3,), rng))
    compare(make_case([0, 4], (2, 2, 2), rng))


@check("GaussianDiffusion", points=0.5, title="p_sample: draws its own noise when none is given", kind="random")
def test_p_sample_draws_noise(candidate: Candidate) -> None:
    """Without given noise, what is added is not standard normal noise, fresh at every call, or t = 0 gets some."""
    t = torch.tensor([4] * 400 + [0] * 100)
    shape = (500, 2, 3)
    zeros, eps = torch.zeros(shape), torch.linspace(-1, 1, 3).expand(shape)
    case = Case(zeros, eps, t, zeros)
    diffusion = candidate.GaussianDiffusion(schedule().betas)
    candidate.seed(77)
    sample = diffusion.p_sample(case.denoise, zeros, t)
    assert_shape(sample, shape)
    # With a mistake in the mean or the deviation, charged elsewhere, the candidate's own ones count.
    with_zeros = diffusion.p_sample(case.denoise, zeros, t, noise=zeros)
    with_ones = diffusion.p_sample(case.denoise, zeros, t, noise=zeros + 1)
    assert_shape(with_zeros, shape)
    assert_shape(with_ones, shape)
    true_mean, true_variance = case.moments()
    try:
        _assert_noise(sample, true_mean, true_variance.sqrt(), t)
    except CheckFailed:
        if not (with_ones - with_zeros)[:400].min() > 0.01:
            raise
        _assert_noise(sample, with_zeros, with_ones - with_zeros, t)
    few = torch.zeros(4, 3), torch.full((4,), 4)
    assert_draws_afresh(candidate, lambda: diffusion.p_sample(lambda x, t, y=None: x + 1, *few), "the noise")


def _assert_noise(sample: Tensor, mean: Tensor, deviation: Tensor, t: Tensor) -> None:
    """The standardised sample is white where t > 0 and nothing where t = 0."""
    assert_close(sample[t == 0], mean[t == 0], rtol=1e-3, dtype=False, what="the sample at t = 0")
    z = ((sample - mean) / deviation)[t > 0].double()
    n = z.numel()
    # For N = 2400 standard normal values each bound is broken with probability below 1e-8 (Chernoff).
    bound = 6.5 / n**0.5
    assert_true(abs(z.mean()) < bound, "the drawn noise is not centred")
    assert_true(abs((z**2).mean() - 1) < bound * 2**0.5, "the drawn noise has the wrong size")
    for dim in range(z.ndim):
        pairs = z.narrow(dim, 0, z.shape[dim] - 1) * z.narrow(dim, 1, z.shape[dim] - 1)
        assert_true(abs(pairs.mean()) < 6.5 / pairs.numel() ** 0.5, "the drawn noise is not independent")
