"""Hidden checks of sde.py: one step back along the reverse SDE and along the probability flow."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from autograder.checks import Candidate, Observation, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import made, normal, number, uniform, whole

SHAPES = [(1, 3), (4, 2), (3, 3), (2, 1, 5), (3, 4, 3), (2, 3, 4, 4), (4, 4, 4, 4), (2, 3, 1, 2, 2), (2, 2, 2, 2, 2)]
BETAS = [(), (0.1, 20.0), (0.5, 3.0), (1.2, 9.0)]
STEPS = 250


class State(NamedTuple):
    """The arguments of both steps; ``betas`` is empty where the defaults are meant."""

    x: Tensor
    score: Tensor
    t: Tensor
    dt: float
    noise: Tensor
    betas: tuple[float, ...]

    def reverse(self) -> tuple:
        """The arguments of reverse_step in their order."""
        return (*self[:5], *self.betas)

    def flow(self) -> tuple:
        """The arguments of probability_flow_step in their order."""
        return (*self[:4], *self.betas)

    def beta(self, b: int) -> float:
        """beta at the time of sample b."""
        low, high = self.betas or (0.1, 20.0)
        return low + (high - low) * float(self.t[b])


def states() -> st.SearchStrategy[State]:
    """Batches of both precisions, times in [0, 1], several speeds and step sizes."""
    dtypes = st.sampled_from([torch.float32, torch.float64])
    return made(
        make_state, st.sampled_from(SHAPES), st.integers(0, 2**20), dtypes, st.sampled_from(BETAS)
    )


def make_state(
    shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64, betas: tuple[float, ...] = ()
) -> State:
    """Fill the tensors from a seed; the score is no function of x."""
    x, score, noise = (normal(shape, seed + 101 * k, dtype) for k in range(3))
    return State(
        x, score, uniform(shape[:1], seed + 1, 0.0, 1.0, dtype), 0.01 * whole(seed, 1, 13), noise, betas
    )


def true_reverse(case: State) -> Tensor:
    """Drift and diffusion of the reversed SDE, sample by sample."""
    rows = []
    for b in range(len(case.t)):
        beta, x = case.beta(b), case.x[b].double()
        drift = -0.5 * beta * x - beta * case.score[b].double()
        rows.append(x - drift * case.dt + math.sqrt(beta) * math.sqrt(case.dt) * case.noise[b].double())
    return torch.stack(rows).to(case.x.dtype)


def true_flow(case: State) -> Tensor:
    """The velocity of the probability flow, sample by sample."""
    rows = []
    for b in range(len(case.t)):
        beta, x = case.beta(b), case.x[b].double()
        velocity = -0.5 * beta * x - 0.5 * beta * case.score[b].double()
        rows.append(x - velocity * case.dt)
    return torch.stack(rows).to(case.x.dtype)


def assert_untouched(seen: Observation, arguments: tuple) -> None:
    """The call left its arguments and the global random state alone."""
    for after, before in zip(seen.args, arguments, strict=True):
        if isinstance(before, Tensor):
            assert_close(after, before, rtol=0, atol=0, what="an input after the call")
    assert_true(not seen.rng_used, "the global random state was used")


def data_moments() -> tuple[float, float]:
    """Mean and standard deviation of Gaussian data."""
    return number(51, 1.2, 1.8), number(52, 0.55, 0.7)


def marginal_moments(t: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance at time t of the forward process started at Gaussian data, default speeds."""
    mean, deviation = data_moments()
    left = torch.exp(-(0.1 * t + 9.95 * t**2))
    return left.sqrt() * mean, left * deviation**2 + 1 - left


def transport(step: Callable[..., Tensor]) -> tuple[float, float]:
    """Mean and variance after many small steps from t = 1 back to 0, with the exact score of Gaussian data.

    The score is linear in x, so ``step(x, score, t, dt, noise)`` is x -> slope x + offset + deviation * noise; a single
    call tells all three for all times.
    """
    times = torch.arange(STEPS, 0, -1, dtype=torch.float64) / STEPS
    t = times.repeat(3)
    x, noise = torch.zeros(3 * STEPS, 1).double(), torch.zeros(3 * STEPS, 1).double()
    x[STEPS : 2 * STEPS] = 1
    noise[2 * STEPS :] = 1
    centre, spread = marginal_moments(t)
    moved = step(x, (centre[:, None] - x) / spread[:, None], t, 1 / STEPS, noise)
    assert_shape(moved, (3 * STEPS, 1))
    offsets, at_one, with_noise = moved.double().reshape(3, STEPS).tolist()
    mean, variance = (float(moment) for moment in marginal_moments(torch.ones(1).double()))
    for offset, one, noisy in zip(offsets, at_one, with_noise, strict=True):
        slope = one - offset
        mean, variance = slope * mean + offset, slope**2 * variance + (noisy - offset) ** 2
    return mean, variance


# -- reverse_step ------------------------------------------------------------------------------------------


@check("reverse_step", points=1.25, title="equals drift and diffusion of the reversed SDE, sample by sample")
@given(case=states())
def test_reverse_step_formula(candidate: Candidate, case: State) -> None:
    """The result is not one Euler-Maruyama step of the reverse-time SDE with beta at t."""
    assert_close(candidate.reverse_step(*case.reverse()), true_reverse(case), what="the new state")


@check("reverse_step", points=1, title="many small steps carry noise to Gaussian data")
def test_reverse_step_transports_moments(candidate: Candidate) -> None:
    """With the exact score of Gaussian data, many small steps from t = 1 to 0 do not end at the data's moments."""
    mean, variance = transport(candidate.reverse_step)
    assert_close(mean, data_moments()[0], rtol=0.02, what="the mean at the end")
    assert_close(variance, data_moments()[1] ** 2, rtol=0.02, what="the variance at the end")


@check("reverse_step", points=0.25, title="the variance of the fresh noise grows like the step", kind="law")
def test_reverse_step_noise_scale(candidate: Candidate) -> None:
    """A step four times as long must add noise of twice the standard deviation, and none if the noise is zero."""
    case = make_state((2, 3), 31)
    shares = []
    for dt in (0.01, 0.04):
        with_noise, without = (case._replace(dt=dt, noise=noise) for noise in (case.noise, 0 * case.noise))
        shares.append(
            candidate.reverse_step(*with_noise.reverse()) - candidate.reverse_step(*without.reverse())
        )
    assert_shape(shares[0], (2, 3), what="the share of the noise")
    assert_true(bool((shares[0].abs().amax(1) > 1e-6).all()), "the noise has no effect")
    assert_close(shares[1], 2 * shares[0], rtol=1e-4, what="the share of the noise")


@check("reverse_step", points=0.5, title="its gradient reaches x, score and noise", kind="gradient")
def test_reverse_step_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to x, score and noise are not their coefficients."""
    case, weights = make_state((3, 2, 2), 32), normal((3, 2, 2), 33)
    actual = candidate.reverse_step.grad(*case.reverse(), wrt=(0, 1, 4), cotangent=weights)
    zero = torch.zeros_like(weights)
    for got, name in zip(actual, ("x", "score", "noise"), strict=True):
        alone = case._replace(x=zero, score=zero, noise=zero)._replace(**{name: weights})
        assert_close(got, true_reverse(alone), rtol=1e-4, what=f"the gradient of {name}")


@check("reverse_step", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_reverse_step_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_state((3, 2), 34)
    assert_close(candidate.reverse_step(*case.reverse()), true_reverse(case), rtol=1e-10, atol=1e-12)


@check(
    "reverse_step",
    points=0.25,
    title="depends on nothing but its inputs, and leaves them alone",
    kind="purity",
)
def test_reverse_step_pure(candidate: Candidate) -> None:
    """An input was modified, or noise was drawn although it is given."""
    case = make_state((2, 3, 2), 35)
    seen = candidate.reverse_step.observe(*case.reverse())
    assert_untouched(seen, case.reverse())
    assert_shape(seen.value, (2, 3, 2))


@check("reverse_step", points=0.25, title="treats every sample on its own", kind="law")
def test_reverse_step_batch_independence(candidate: Candidate) -> None:
    """The new state of a sample changed with the other samples of its batch."""
    case = make_state((4, 4), 36)
    whole = candidate.reverse_step(*case.reverse())
    half = candidate.reverse_step(case.x[2:], case.score[2:], case.t[2:], case.dt, case.noise[2:])
    assert_shape(whole, (4, 4), what="the new state of the whole batch")
    assert_close(half, whole[2:], what="the new state of half the batch")


@check("reverse_step", points=0.25, title="the two ends of time", kind="extreme")
def test_reverse_step_extremes(candidate: Candidate) -> None:
    """At t = 0 and t = 1 the step must use beta_min and beta_max, and stay finite for large states."""
    case = make_state((2, 3), 37, torch.float32)
    case = case._replace(t=torch.tensor([0.0, 1.0]), x=1e4 * case.x, score=-1e4 * case.score)
    assert_close(candidate.reverse_step(*case.reverse()), true_reverse(case), what="the new state")


# -- probability_flow_step ---------------------------------------------------------------------------------


@check("probability_flow_step", points=1.25, title="equals the velocity of the flow, sample by sample")
@given(case=states())
def test_probability_flow_step_formula(candidate: Candidate, case: State) -> None:
    """The result is not one Euler step of the probability-flow ODE with beta at t."""
    assert_close(candidate.probability_flow_step(*case.flow()), true_flow(case), what="the new state")


@check("probability_flow_step", points=1, title="many small steps carry noise to Gaussian data")
def test_probability_flow_step_transports_moments(candidate: Candidate) -> None:
    """With the exact score of Gaussian data, many small steps from t = 1 to 0 do not end at the data's moments."""
    step = candidate.probability_flow_step
    mean, variance = transport(lambda x, score, t, dt, noise: step(x, score, t, dt))
    assert_close(mean, data_moments()[0], rtol=0.02, what="the mean at the end")
    assert_close(variance, data_moments()[1] ** 2, rtol=0.02, what="the variance at the end")


@check("probability_flow_step", points=0.25, title="leaves the standard normal where it is", kind="law")
def test_probability_flow_step_fixed_point(candidate: Candidate) -> None:
    """Standard normal data have score -x at every time: no sample may move."""
    x = normal((3, 4), 41)
    moved = candidate.probability_flow_step(x, -x, torch.tensor([0.0, 0.4, 1.0]).double(), 0.05)
    assert_close(moved, x, what="the new state")


@check("probability_flow_step", points=0.5, title="its gradient reaches x and score", kind="gradient")
def test_probability_flow_step_gradient(candidate: Candidate) -> None:
    """The derivatives with respect to x and score are not their coefficients."""
    case, weights = make_state((3, 2, 2), 42), normal((3, 2, 2), 43)
    actual = candidate.probability_flow_step.grad(*case.flow(), wrt=(0, 1), cotangent=weights)
    zero = torch.zeros_like(weights)
    for got, name in zip(actual, ("x", "score"), strict=True):
        alone = case._replace(x=zero, score=zero)._replace(**{name: weights})
        assert_close(got, true_flow(alone), rtol=1e-4, what=f"the gradient of {name}")


@check("probability_flow_step", points=0.25, title="computes in the dtype of its inputs", kind="dtype")
def test_probability_flow_step_dtype(candidate: Candidate) -> None:
    """With float64 inputs the result is not float64, or not that precise."""
    case = make_state((3, 2), 44)
    assert_close(candidate.probability_flow_step(*case.flow()), true_flow(case), rtol=1e-10, atol=1e-12)


@check(
    "probability_flow_step", points=0.25, title="is deterministic, and leaves its inputs alone", kind="purity"
)
def test_probability_flow_step_pure(candidate: Candidate) -> None:
    """An input was modified, or noise was drawn although the flow has none."""
    case = make_state((2, 3, 2), 45)
    seen = candidate.probability_flow_step.observe(*case.flow())
    assert_untouched(seen, case.flow())
    assert_shape(seen.value, (2, 3, 2))
