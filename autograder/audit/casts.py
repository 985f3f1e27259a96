"""Wrong answers do not become right by rounding: every misconception, cast to every other dtype, earns no more.

A comparison that lets a coarse result off lightly pays for coarseness. So every catalogued wrong variant of a function
is run again with its results in half, single and double precision and, where they are whole numbers, as integers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.assessment.outcomes import Outcome
from autograder.assessment.runner import RunOptions, earned, run_checks
from autograder.course.assignment import Assignment, Check, Exercise
from autograder.diagnosis.catalogue import catalogue
from autograder.diagnosis.registry import Misconception

CASTS = (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64)
"""What results are cast to."""


def cast_results(variant: Callable[..., Any], reference: Callable[..., Any], dtype: torch.dtype) -> Callable[..., Any]:
    """`variant`, its tensors, arrays and numbers cast to `dtype`, except where `reference` returns that dtype.

    There a cast would mend a wrong dtype, which is a mistake of its own. Where the reference cannot be asked as well,
    because an argument is a function or an object that would notice, the variant's own dtype is left alone instead.
    """

    def cast(*args: Any, **kwargs: Any) -> Any:
        expected = _ask_quietly(reference, args, kwargs)
        value = variant(*args, **kwargs)
        return _cast(value, value if expected is None else expected, dtype)

    return cast


def _ask_quietly(function: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """What `function` returns for copies of the arguments, random states as before; None where it cannot be asked."""
    if any(not _is_data(value) for value in (*args, *kwargs.values())):
        return None
    state = np.random.get_state()
    try:
        with torch.random.fork_rng(devices=[]):
            return function(*map(_copy, args), **{name: _copy(value) for name, value in kwargs.items()})
    except Exception:
        return None
    finally:
        np.random.set_state(state)


def _is_data(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_data, value))
    return value is None or isinstance(value, Tensor | np.ndarray | np.generic | int | float | str | torch.dtype)


def _copy(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().clone()
    return value.copy() if isinstance(value, np.ndarray | list) else value


def _cast(value: Any, expected: Any, dtype: torch.dtype) -> Any:
    if isinstance(value, tuple | list):
        others = expected if isinstance(expected, tuple | list) and len(expected) == len(value) else value
        parts = [_cast(one, other, dtype) for one, other in zip(value, others, strict=True)]
        return type(value)(parts) if type(value) in (tuple, list) else tuple(parts)
    if isinstance(value, Mapping):
        known = expected if isinstance(expected, Mapping) else value
        return {key: _cast(one, known.get(key, one), dtype) for key, one in value.items()}
    if isinstance(value, bool) or not isinstance(value, Tensor | np.ndarray | np.generic | int | float):
        return value
    if _dtype_of(expected) == dtype or (dtype is torch.int64 and not _is_whole(value)):
        return value
    if isinstance(value, Tensor):
        return value.to(dtype)
    # NumPy has no bfloat16; a number may come as a tensor, too.
    if dtype is torch.bfloat16:
        return torch.tensor(np.asarray(value)).to(dtype)
    cast = np.asarray(value).astype(str(dtype).removeprefix("torch."))
    return cast if isinstance(value, np.ndarray) else cast[()]


def _dtype_of(value: Any) -> torch.dtype | None:
    if isinstance(value, Tensor):
        return value.dtype
    if isinstance(value, np.ndarray | np.generic | int | float) and not isinstance(value, bool):
        array = np.asarray(value)
        return torch.from_numpy(np.zeros(1, array.dtype)).dtype if array.dtype.kind in "iuf" else None
    return None


def _is_whole(value: Any) -> bool:
    plain = value.detach() if isinstance(value, Tensor) else torch.tensor(np.asarray(value))
    return not plain.is_complex() and bool((plain.isfinite() & (plain == plain.double().round())).all())


def gains_by_casting(
    assignment: Assignment,
    exercise: Exercise,
    entry: Misconception,
    dtypes: Sequence[torch.dtype] = CASTS,
    seed: int = 0,
    checks: Sequence[Check] | None = None,
) -> Iterator[tuple[torch.dtype, float, float]]:
    """Yield dtype, score as it is and score when cast, for every dtype that raises the score of a wrong variant.

    Only the points of `checks` (all checks of the exercise when left out) are looked at.
    """
    chosen = list(exercise.checks if checks is None else checks)
    before = _outcomes(assignment, exercise, chosen, entry.variant, seed)
    failed = [outcome.check for outcome in before if not outcome.passed]
    original = getattr(assignment.reference(exercise.module), exercise.name)
    for dtype in dtypes:
        variant = cast_results(entry.variant, original, dtype)
        mended = [one for one in _outcomes(assignment, exercise, failed, variant, seed) if one.passed]
        if not mended:
            continue
        kept = [outcome.check for outcome in before if outcome.passed]
        after = earned(exercise, [*mended, *_outcomes(assignment, exercise, kept, variant, seed)])
        if after > earned(exercise, before):
            yield dtype, earned(exercise, before), after


def _outcomes(assignment: Assignment, exercise: Exercise, checks: Sequence[Check], variant: object, seed: int) -> list[Outcome]:
    session = catalogue(assignment).variant_session(exercise, variant)
    return run_checks(assignment, checks, lambda: session, RunOptions(seed))
