"""Hidden checks of network.py."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from autograder.checks import Candidate, assert_close, assert_shape, assert_true, check
from autograder.checks.strategies import whole


class Timesteps(NamedTuple):
    """The arguments of timestep_embedding, in their order."""

    t: Tensor
    dim: int
    max_period: float


def formula(case: Timesteps) -> Tensor:
    """The embedding, entry by entry."""
    half = case.dim // 2
    angles = [[step / case.max_period ** (k / half) for k in range(half)] for step in case.t.tolist()]
    return torch.tensor([[math.cos(a) for a in row] + [math.sin(a) for a in row] for row in angles])


# Angles reach 1000: single precision leaves them an error of about 1e-4, more where the frequencies carry one too.
ATOL = 2e-3


@check("timestep_embedding", points=0.75, title="equals the formula")
def test_timestep_embedding_formula(candidate: Candidate, rng: torch.Generator) -> None:
    """Some entry is not the cosine, or sine, of t times its frequency."""
    for batch, dim, max_period in ((1, 2, 10000), (3, 4, 100), (4, 6, 50.5), (6, 10, 10000), (2, 16, 1000.0)):
        case = Timesteps(torch.randint(0, 2000, (batch,), generator=rng), dim, max_period)
        assert_close(candidate.timestep_embedding(*case), formula(case), atol=ATOL, dtype=False)


@check("timestep_embedding", points=0.5, title="has shape (B, dim) and the default dtype", kind="shape")
def test_timestep_embedding_shape(candidate: Candidate) -> None:
    """The result is not a float32 tensor of shape (B, dim)."""
    for batch, dim in ((1, 2), (3, 64)):
        t = whole(1, 3, 30) * torch.arange(batch)
        assert_shape(candidate.timestep_embedding(t, dim), (batch, dim), torch.float32)


@check("timestep_embedding", points=0.25, title="cosine and sine of a frequency belong together", kind="law")
def test_timestep_embedding_unit_circle(candidate: Candidate) -> None:
    """The squares of entries k and k + dim / 2 do not add up to one, or do not turn with t."""
    embedding = candidate.timestep_embedding(torch.tensor([0, whole(2, 2, 20), whole(3, 100, 500)]), 12)
    assert_shape(embedding, (3, 12))
    cosines, sines = embedding.double().chunk(2, dim=1)
    assert_close(cosines**2 + sines**2, torch.ones(3, 6, dtype=torch.float64), rtol=1e-5, what="the sum of squares")
    assert_close(cosines[0], torch.ones(6, dtype=torch.float64), rtol=1e-5, what="the cosines at t = 0")


@check("timestep_embedding", points=0.25, title="the default period is 10000", kind="law")
def test_timestep_embedding_default_period(candidate: Candidate) -> None:
    """Without max_period the frequencies are not those of 10000."""
    case = Timesteps(torch.tensor([whole(4, 2, 9), whole(5, 20, 60)]), 8, 10000)
    assert_close(candidate.timestep_embedding(case.t, case.dim), formula(case), atol=1e-4, dtype=False)


@check("timestep_embedding", points=0.25, title="treats every timestep on its own", kind="law")
def test_timestep_embedding_batch_independence(candidate: Candidate) -> None:
    """The embedding of a timestep changed with the others in its batch."""
    t = torch.tensor([whole(6, 1, 9), whole(7, 300, 600), whole(8, 10, 60)])
    together, alone = candidate.timestep_embedding(t, 6), candidate.timestep_embedding(t[2:], 6)
    assert_shape(together, (3, 6))
    assert_true(together.std(dim=0).max() > 0, "all timesteps have the same embedding")
    assert_close(together[2:], alone, what="the embedding in the batch")


@check("timestep_embedding", points=0.25, title="leaves the timesteps as they are", kind="purity")
def test_timestep_embedding_pure(candidate: Candidate) -> None:
    """The timesteps were modified, or the random state or a global setting was changed."""
    t = torch.tensor([4, whole(9, 5, 14), whole(10, 15, 99)])
    seen = candidate.timestep_embedding.observe(t, 6)
    assert_close(seen.args[0], t, what="t after the call")
    assert_true(not seen.rng_used, "the global random state was used")
    assert_shape(seen.value, (3, 6))
