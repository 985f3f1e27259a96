"""Visible checks of network.py."""

import math

import torch

from autograder.checks import Candidate, assert_close, check


@check("timestep_embedding", points=0.75, title="timesteps 0 and 2 in four dimensions")
def test_timestep_embedding_known_values(candidate: Candidate) -> None:
    """With dim = 4 and max_period = 100 the frequencies are 1 and 0.1; cosines come first, then sines."""
    embedding = candidate.timestep_embedding(torch.tensor([0, 2]), 4, max_period=100)
    expected = [[1, 1, 0, 0], [math.cos(2), math.cos(0.2), math.sin(2), math.sin(0.2)]]
    assert_close(embedding, torch.tensor(expected), dtype=False)
