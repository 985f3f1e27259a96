"""The unit in which the cost of training is stated."""

from __future__ import annotations

import math

import torch

from autograder.audit.yardstick import yardstick


def test_the_yardstick_leaves_the_process_as_it_was() -> None:
    """Threads and random state; it takes time."""
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    assert 0 < yardstick(repeats=1, steps=2) < math.inf
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
