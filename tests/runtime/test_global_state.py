"""Snapshots of the random state: exact, and blind to nothing that was drawn."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.runtime import generator_state
from autograder.runtime.global_state import RandomLanes, random_state, same_state, seed_everything, set_random_state

DRAWS: dict[str, Callable[[], object]] = {
    "torch": lambda: torch.rand(3).tolist(),
    "torch normal": lambda: torch.randn(17).tolist(),
    "numpy": lambda: np.random.random(3).tolist(),
    "one numpy normal": lambda: float(np.random.randn()),  # keeps a second one for the next call
    "numpy integer": lambda: int(np.random.randint(10**6)),
    "numpy permutation": lambda: np.random.permutation(5).tolist(),
    "python": random.random,
    "python normal": lambda: random.gauss(0, 1),
}
NAMES = st.lists(st.sampled_from(sorted(DRAWS)), max_size=6)


def draw(names: list[str]) -> list[object]:
    """Draw in turn from the named generators."""
    return [DRAWS[name]() for name in names]


@given(before=NAMES, between=NAMES, after=NAMES)
def test_a_snapshot_brings_the_same_numbers_back(before: list[str], between: list[str], after: list[str]) -> None:
    """Whatever was drawn before and since."""
    seed_everything(3)
    draw(before)
    state = random_state()
    expected = draw(after)
    draw(between)
    set_random_state(state)
    assert draw(after) == expected


@pytest.mark.parametrize("name", sorted(DRAWS))
@pytest.mark.parametrize("before", [[], ["one numpy normal"], ["python normal"]])
def test_every_draw_is_noticed(name: str, before: list[str]) -> None:
    """Even the second of a pair of normal numbers, for which the generator itself does not move."""
    seed_everything(4)
    draw(before)
    state = random_state()
    assert same_state(state, random_state())
    draw([name])
    assert not same_state(state, random_state())


def test_seeding_again_is_noticed_and_undone() -> None:
    """A submission that seeds NumPy changes the state as much as one that draws."""
    seed_everything(5)
    state = random_state()
    np.random.seed(99)
    assert not same_state(state, random_state())
    set_random_state(state)
    assert same_state(state, random_state())


@given(turns=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(sorted(DRAWS))), max_size=12))
def test_lanes_do_not_disturb_each_other(turns: list[tuple[int, str]]) -> None:
    """Interleaved or one after the other: each lane draws the same numbers, if each began with the same seed."""
    interleaved: dict[int, list[object]] = {0: [], 1: [], 2: []}
    lanes = RandomLanes()
    for lane in interleaved:
        lanes.enter(lane)
        seed_everything(lane)
    for lane, name in turns:
        lanes.enter(lane)
        interleaved[lane] += draw([name])
    for lane, drawn in interleaved.items():
        seed_everything(lane)
        assert draw([name for of, name in turns if of == lane]) == drawn


@pytest.mark.parametrize("name", sorted(DRAWS))
@pytest.mark.parametrize("before", [[], ["one numpy normal"], ["python normal"]])
def test_a_snapshot_brings_everything_back(name: str, before: list[str]) -> None:
    """Also the second of two normal numbers, which a generator keeps for the next call."""
    seed_everything(6)
    draw(before)
    state = random_state()
    assert same_state(state, random_state())
    expected = draw([name])
    assert not same_state(state, random_state())
    set_random_state(state)
    assert same_state(state, random_state())
    assert draw([name]) == expected


def test_a_generator_put_in_place_of_numpys_own_is_seen_and_taken_out_again() -> None:
    """A submission may set another bit generator; a snapshot from before it brings NumPy's own back, with its numbers."""
    own = np.random.get_bit_generator()
    seed_everything(7)
    state = random_state()
    expected = draw(["numpy", "one numpy normal"])
    try:
        np.random.set_bit_generator(np.random.MT19937(1))
        assert not same_state(state, random_state())
        set_random_state(state)
        assert draw(["numpy", "one numpy normal"]) == expected
        np.random.set_bit_generator(np.random.PCG64(1))
        other = random_state()
        assert not same_state(state, other)
        set_random_state(state)
        assert draw(["numpy", "one numpy normal"]) == expected
        set_random_state(other)
        assert same_state(other, random_state())
    finally:
        np.random.set_bit_generator(own)


def test_the_words_are_looked_at_in_place_here() -> None:
    """Otherwise every snapshot goes the long way, which is right and slow."""
    assert generator_state._ADDRESS != 0


@pytest.mark.parametrize("before", [[], ["one numpy normal"]])
def test_the_long_way_leads_to_the_same(before: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where NumPy's words cannot be looked at."""
    monkeypatch.setattr(generator_state, "_ADDRESS", 0)
    monkeypatch.setattr(generator_state.NumpyState, "_latest", None)
    seed_everything(8)
    draw(before)
    state = random_state()
    expected = draw(["one numpy normal", "numpy"])
    assert not same_state(state, random_state())
    set_random_state(state)
    assert same_state(state, random_state())
    assert draw(["one numpy normal", "numpy"]) == expected
