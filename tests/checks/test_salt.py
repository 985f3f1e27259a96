"""Hidden inputs: other ones for every attempt, the same for the same attempt, public ones for visible checks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given

from autograder.assessment.examples import draw_examples
from autograder.assessment.runner import RunOptions
from autograder.checks import salt
from autograder.checks.salt import NONE, mix, salt_of, salted
from autograder.checks.strategies import (  # fmt: skip
    Deferred,
    batches,
    generator,
    made,
    normal,
    number,
    numpy_generator,
    one_of,
    seeds,
    uniform,
    whole,
)

DRAWS = {
    "normal": lambda: normal((3, 2), 5).tolist(),
    "uniform": lambda: uniform((3, 2), 5, 0.0, 1.0).tolist(),
    "generator": lambda: torch.rand(3, generator=generator(5)).tolist(),
    "numpy_generator": lambda: numpy_generator(5).random(3).tolist(),
    "number": lambda: number(5, 0.0, 1.0, digits=9),
    "whole": lambda: whole(5, 0, 10**9),
    "one_of": lambda: one_of(5, range(10**9)),
}


@pytest.mark.parametrize("name", DRAWS)
def test_everything_that_is_drawn_is_salted(name: str) -> None:
    """The same under the same salt, something else under another one, and what it always was without."""
    draw = DRAWS[name]
    plain = draw()
    seen = []
    for value in (3, 3, 5):
        with salted(value):
            seen.append(draw())
    assert seen[0] == seen[1]
    assert len({str(seen[0]), str(seen[2]), str(plain)}) == 3
    assert draw() == plain


def test_without_a_salt_seeds_are_used_as_they_stand() -> None:
    """Visible checks have the numbers that students can draw themselves."""
    expected = torch.round(torch.randn((2, 2), generator=torch.Generator().manual_seed(7), dtype=torch.float64), decimals=2)
    assert torch.equal(normal((2, 2), 7), expected)
    assert mix(7) == 7


def test_mixed_seeds_are_of_use_to_every_generator() -> None:
    """Within 32 bits, and neighbours have nothing in common."""
    with salted(salt_of(1, "x")):
        found = [mix(seed) for seed in range(2000)]
    assert all(0 <= one < 2**32 for one in found)
    assert len(set(found)) == 2000
    bits = np.array([[one >> bit & 1 for bit in range(32)] for one in found])
    # 2000 fair coins: a share outside 0.5 ± 0.07 has probability below 1e-9 (Hoeffding).
    assert np.abs(bits.mean(0) - 0.5).max() < 0.07


def test_the_salt_is_that_of_the_attempt() -> None:
    """Another run seed or other content gives another one; none of them is no salt."""
    salts = {RunOptions(seed, content).salt for seed in range(20) for content in ("", "a", "b")}
    assert len(salts) == 60
    assert NONE not in salts
    assert RunOptions(1, "a").salt == RunOptions(1, "a").salt
    options = RunOptions(1, "a")
    assert options.salt_for("visible") == NONE
    assert options.afresh("x").salt not in (options.salt, options.afresh("y").salt)


def test_the_salt_ends_with_its_block() -> None:
    """Also after an error."""
    with pytest.raises(ZeroDivisionError), salted(5):
        raise ZeroDivisionError
    assert salt._current == NONE


def test_drawn_examples_are_made_when_they_are_used() -> None:
    """What a class shares is the draw of shapes and seeds; the values belong to one attempt."""

    @given(case=batches(), pair=made(lambda seed: (seed, number(seed, 0, 1, digits=9)), seeds()))
    def drawn(candidate: Any, case: Any, pair: Any) -> None: ...

    examples = draw_examples(drawn, 3, frozenset({"candidate"}))
    assert all(type(value) is Deferred for example in examples for value in example.values())
    values = []
    for secret in (3, 3, 5):
        with salted(secret):
            values.append([(one["case"].value().x.tolist(), one["pair"].value()) for one in examples])
    assert values[0] == values[1]
    assert all(first != other for first, other in zip(values[0], values[2], strict=True))


def test_plain_hypothesis_gets_the_examples_themselves() -> None:
    """Outside the grader a strategy is an ordinary one."""
    seen = []

    @given(case=batches())
    def drawn(case: Any) -> None:
        seen.append(case.x.shape)

    drawn()
    assert seen
