"""Hidden checks of warmup.py: losses by timestep."""

from __future__ import annotations

import statistics
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from autograder.checks import Candidate, RemoteFunction, assert_close, assert_true, check
from autograder.checks.strategies import made, number, numpy_generator, seeds, uniform

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def leaves_everything_alone(function: RemoteFunction, *inputs: Array | Integers | int) -> None:
    """A call neither changes its inputs nor draws global random numbers."""
    observed = function.observe(*inputs)
    assert_close(list(observed.args), list(inputs), what="the inputs after the call")
    assert_true(not observed.rng_used, "the call draws from the global random state")


def some_losses() -> Array:
    """Six losses."""
    return uniform((6,), 6, 0.5, 6.0).numpy()


def some_timesteps() -> Integers:
    """Three times the timestep 3, twice 1, once 0."""
    return numpy_generator(7).permutation(np.array([3, 1, 3, 0, 1, 3]))


class TimedLosses(NamedTuple):
    """Losses, the timesteps at which they were measured, and the number of timesteps."""

    losses: Array
    t: Integers
    num_timesteps: int


def draw_losses(count: int, num_timesteps: int, seed: int) -> TimedLosses:
    """Some timesteps occur several times, some not at all."""
    random = numpy_generator(seed)
    return TimedLosses(
        random.uniform(0.1, 9.0, count).round(2), random.integers(0, num_timesteps, count), num_timesteps
    )


TIMED = made(draw_losses, st.sampled_from((1, 4, 9, 30)), st.sampled_from((1, 2, 6, 11)), seeds())


@check("loss_by_timestep", points=2.0, title="is the mean of the losses collected at each timestep")
@given(case=TIMED)
def test_loss_by_timestep_matches_lists(candidate: Candidate, case: TimedLosses) -> None:
    """An entry differs from the mean of the losses measured at its timestep."""
    collected: dict[int, list[float]] = {}
    for loss, timestep in zip(case.losses.tolist(), case.t.tolist(), strict=True):
        collected.setdefault(timestep, []).append(loss)
    expected = [statistics.fmean(collected.get(timestep, [np.nan])) for timestep in range(case.num_timesteps)]
    assert_close(candidate.loss_by_timestep(*case), np.array(expected), equal_nan=True)


@check("loss_by_timestep", points=0.5, title="does not depend on the order of the losses", kind="law")
def test_loss_by_timestep_order(candidate: Candidate) -> None:
    """Shuffling losses and timesteps together changes the result."""
    order = np.arange(5, -1, -1)
    losses, t = some_losses(), some_timesteps()
    means = candidate.loss_by_timestep(losses, t, 5)
    assert_close(candidate.loss_by_timestep(losses[order], t[order], 5), means, equal_nan=True)


@check("loss_by_timestep", points=0.5, title="is NaN exactly where no loss fell", kind="law")
def test_loss_by_timestep_empty(candidate: Candidate) -> None:
    """A timestep without losses is not NaN, or one with losses is."""
    means = candidate.loss_by_timestep(some_losses(), some_timesteps(), 7)
    assert_close(np.isnan(means) * 1.0, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0]), what="the pattern of NaN")
    zero_losses = candidate.loss_by_timestep(np.zeros(2), np.array([1, 1]), 2)
    assert_close(zero_losses, np.array([np.nan, 0.0]), equal_nan=True)


@check("loss_by_timestep", points=0.25, title="treats every timestep on its own", kind="purity")
def test_loss_by_timestep_independent(candidate: Candidate) -> None:
    """Changing a loss changes the mean of another timestep."""
    t, more = np.array([0, 1, 2, 1, 2, 0]), number(12, 5, 15)
    means = candidate.loss_by_timestep(some_losses(), t, 3)
    changed = candidate.loss_by_timestep(some_losses() + more * (t == 1), t, 3)
    assert_close(changed - means, np.array([0.0, more, 0.0]), atol=1e-6)


@check("loss_by_timestep", points=0.5, title="accepts other integer types and single precision", kind="dtype")
def test_loss_by_timestep_number_types(candidate: Candidate) -> None:
    """Timesteps as 32-bit integers, or losses in single precision, give a different result."""
    losses, t = some_losses(), some_timesteps()
    expected = np.array([losses[t == 0].mean(), losses[t == 1].mean(), np.nan, losses[t == 3].mean()])
    narrow = candidate.loss_by_timestep(losses.astype(np.float32), t.astype(np.int32), 4)
    assert_close(narrow, expected.astype(np.float32), equal_nan=True)


@check("loss_by_timestep", points=0.5, title="changes nothing but its result", kind="purity")
def test_loss_by_timestep_pure(candidate: Candidate) -> None:
    """The call changes its inputs or the global random state."""
    leaves_everything_alone(candidate.loss_by_timestep, some_losses(), some_timesteps(), 4)
