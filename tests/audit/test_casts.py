"""Wrong variants, cast to other dtypes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_course import write_course
from torch import Tensor

from autograder.audit.audit import audit_casts
from autograder.audit.casts import CASTS, cast_results
from autograder.course.course import Course


def same(value: Any) -> Any:
    """A variant that returns what it is given."""
    return value


def wholes(value: Any) -> Any:
    """A reference of integer results."""
    return torch.zeros(2, dtype=torch.int64)


@pytest.mark.parametrize("dtype", CASTS)
def test_a_tensor_is_cast_wherever_it_stands(dtype: torch.dtype) -> None:
    """Alone, in a pair, in a table; its values survive where they fit."""
    x = torch.tensor([1.0, -2.0])
    other = (lambda value: x.double()) if dtype is torch.float32 else (lambda value: x)
    for wrap in (lambda x: x, lambda x: (x, 3.0, "word"), lambda x: [x], lambda x: {"key": x}):
        wrapped = cast_results(lambda value, wrap=wrap: wrap(value), lambda value, wrap=wrap: wrap(other(value)), dtype)(x)
        found = wrapped["key"] if isinstance(wrapped, dict) else wrapped[0] if isinstance(wrapped, tuple | list) else wrapped
        assert found.dtype == dtype
        assert torch.equal(found.double(), x.double())


def test_numbers_and_arrays_are_cast() -> None:
    """To NumPy's types; bfloat16, which NumPy does not have, makes a tensor."""
    single = cast_results(same, same, torch.float32)
    assert type(single(0.5)) is np.float32
    assert single(np.array([0.5])).dtype == np.float32
    assert cast_results(same, same, torch.bfloat16)(0.5).dtype == torch.bfloat16
    assert type(cast_results(same, lambda value: 0.5, torch.int64)(3.0)) is np.int64
    assert type(cast_results(same, same, torch.float16)(7)) is np.float16


def test_what_is_no_whole_number_stays_what_it_is() -> None:
    """An integer in its place would be another mistake."""
    x = torch.tensor([0.5, 1.0])
    assert cast_results(same, same, torch.int64)(x) is x
    assert cast_results(same, same, torch.int64)(float("inf")) == float("inf")


def test_the_dtype_of_the_reference_is_not_given_away() -> None:
    """A variant whose only mistake is the dtype must not be mended."""
    x = torch.tensor([1.0, 2.0])
    assert cast_results(same, wholes, torch.int64)(x).dtype == torch.float32
    assert cast_results(same, same, torch.float64)(0.5) == 0.5
    assert type(cast_results(same, same, torch.float64)(0.5)) is float


def test_the_reference_is_asked_quietly() -> None:
    """Its copies may be modified, its random numbers do not count, and it does not see functions at all."""

    def careless(x: Tensor) -> Tensor:
        torch.rand(3), np.random.rand()
        return x.zero_()

    x = torch.ones(2)
    torch.manual_seed(1)
    np.random.seed(1)
    assert cast_results(same, careless, torch.float16)(x).dtype == torch.float16
    drawn, number = torch.rand(1), np.random.rand()
    torch.manual_seed(1)
    np.random.seed(1)
    assert (torch.equal(drawn, torch.rand(1)), number, x.sum()) == (True, np.random.rand(), 2)
    calls: list[Any] = []
    ask: Callable[..., Any] = lambda function, x: calls.append(function) or x  # noqa: E731
    cast_results(lambda function, x: x, ask, torch.float16)(same, x)
    assert calls == []


def test_gradients_pass_through_a_cast() -> None:
    """A check of gradients must see the same mistake."""
    x = torch.ones(2, requires_grad=True)
    cast_results(lambda x: 2 * x, lambda x: x, torch.float64)(x).sum().backward()
    assert torch.equal(x.grad, torch.full((2,), 2.0))


def test_a_check_that_is_lenient_with_coarse_results_is_found(tmp_path: Path) -> None:
    """Named with dtype and points; the other misconception gains nothing."""
    name = write_course(tmp_path)
    path = tmp_path / "solutions" / name / "hidden" / "test_pieces.py"
    path.write_text(
        path.read_text() + '\n\n@check("double", points=2, title="is lenient")\n'
        "def test_double_lenient(candidate):\n"
        '    """The value is far off."""\n'
        "    got = candidate.double(torch.ones(2))\n"
        "    limit = 9.0 if got.dtype is torch.float16 else 1e-4\n"
        "    assert_close(got.float(), torch.full((2,), 2.0), rtol=0, atol=limit)\n"
    )
    assignment = Course(tmp_path).assignment(name)
    found = list(audit_casts(assignment, assignment.exercises))
    wrong = [(one.exercise, one.message) for one in found if not one.ok]
    assert wrong
    assert {exercise for exercise, _ in wrong} == {"pieces.double"}
    assert all("as torch.float16: " in message and "float64" not in message for _, message in wrong)
