"""The law of everything that draws: who calls it decides on the seed, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from autograder.checks.candidate import Candidate
from autograder.checks.closeness import assert_close, fail

FIXED_SEED = "seed_fixed_inside"


def assert_draws_afresh(candidate: Candidate, draw: Callable[[], Tensor], what: str = "the draw") -> None:
    """Check that ``draw()``, which is given no generator, follows the global random state and moves it on.

    Under each of three seeds it is called twice: the second call must give other numbers than the first, another seed other
    ones, to both calls, and the first seed the first ones again. A seed that is set inside, a generator made inside, or a
    seed taken from the arguments breaks one of these, wherever it stands. ``draw`` must give so many numbers that two
    honest draws are never equal: eight continuous ones, or sixty-four fair bits.
    """
    seen = []
    for seed in (301, 302, 301):
        candidate.seed(seed)
        seen.append([_tensor(draw(), what) for _ in range(2)])
    (first, second), (other, other_second), (again, _) = seen
    if not _differ(first, second):
        if not _differ(first, first.flatten()[:1].expand_as(first)):
            fail(f"{what} is one number, the same at every call")
        fail(f"{what} is the same at every call: its seed is decided inside", mistake=FIXED_SEED)
    if not (_differ(first, other) and _differ(second, other_second)):
        fail(f"{what} does not follow the global seed", mistake=FIXED_SEED)
    assert_close(again, first, what=f"{what} after the same seed")


def assert_sets_no_seed(candidate: Candidate, act: Callable[[], object]) -> None:
    """Check that ``act()``, which may draw, leaves the global random state to whoever seeded it.

    Under two seeds, what the grader's own program draws in the worker afterwards must differ: nothing else of the
    submission is asked, whose mistakes are judged elsewhere.
    """
    seen = []
    for seed in (303, 304):
        candidate.seed(seed)
        act()
        seen.append(candidate.drawn(8))
    if not _differ(*seen):
        fail("a seed is set for everybody", mistake=FIXED_SEED)


def _tensor(value: object, what: str) -> Tensor:
    return value if isinstance(value, Tensor) else fail(f"{what} is not a tensor")


def _differ(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and not torch.allclose(one.double(), other.double(), rtol=1e-5, atol=1e-7)
