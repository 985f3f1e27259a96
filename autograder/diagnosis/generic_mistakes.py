"""Mistakes that any exercise can show, recognised from its recorded behaviour without a variant of its own."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from torch import Tensor

from autograder.checks.closeness import as_array
from autograder.diagnosis.fingerprint import Entry, Fingerprint, numel, same_entry, same_value
from autograder.diagnosis.recognised.almost_right import almost_right
from autograder.diagnosis.recognised.in_parts import in_parts
from autograder.diagnosis.recognised.right_for_some import right_for_some
from autograder.diagnosis.recognised.same_for_all import number_where_nothing_is, same_for_all
from autograder.results.schema import Confidence, Diagnosis

EXPLAIN_ALL = (
    "sign_flipped", "nats_or_bits", "constant_factor", "constant_added", "sum_instead_of_mean", "mean_instead_of_sum",
)  # fmt: skip
"""Named only where they account for every value."""

Variant = tuple[str, str, Callable[..., Any]]


def generic_variants(reference: Callable[..., Any]) -> Iterator[Variant]:
    """Yield ``(name, hint, variant)`` for mistakes that can be made by calling the reference differently."""
    names = list(inspect.signature(reference).parameters)
    if len(names) >= 2:
        yield (
            "arguments_swapped",
            f"Your result is what comes out when {names[0]} and {names[1]} change places. Which is which?",
            _swapped(reference),
        )


def _swapped(reference: Callable[..., Any]) -> Callable[..., Any]:
    def variant(*args: Any, **kwargs: Any) -> Any:
        return reference(args[1], args[0], *args[2:], **kwargs) if len(args) >= 2 else reference(*args, **kwargs)

    return variant


def generic_diagnoses(right: Fingerprint, seen: Fingerprint) -> list[Diagnosis]:
    """Name generic mistakes that explain how ``seen`` differs from the right behaviour."""
    pairs = [(entry, seen.entries[name]) for name, entry in right.entries.items() if name in seen.entries]
    wrong = [(good, bad) for good, bad in pairs if not same_entry(good, bad)]
    if not wrong:
        return []
    by_records = (_side_effects, _detached, _packed, _same_for_all, _scaled, _offset, _only_some_inputs, _reduced, _transposed)
    for recognise in by_records:
        found = recognise(pairs, wrong)
        if found:
            return found
    near = almost_right(wrong)
    return _named(*near, "possible") if near else []


Pairs = list[tuple[Entry, Entry]]


def _named(name: str, hint: str, confidence: Confidence = "likely") -> list[Diagnosis]:
    return [Diagnosis(misconception=name, hint=hint, confidence=confidence)]


def _side_effects(pairs: Pairs, wrong: Pairs) -> list[Diagnosis]:
    found = []
    values_right = all(same_value(good.value, bad.value) for good, bad in wrong if bad.error is None)
    if any(bad.changed and not good.changed for good, bad in wrong):
        found += _named(
            "input_modified_in_place",
            "One of the arguments has different values after the call. Which line writes into it (+=, *=, a method "
            "ending in _ , an indexed assignment)?",
            "exact" if values_right else "likely",
        )
    if any(bad.switched for _, bad in wrong):
        found += _named(
            "global_mode_left_switched",
            "After the call a setting of torch is another one for everybody: gradients, the default dtype, anomaly detection "
            "or deterministic algorithms. Which line sets it, and how does it end (a with block, an argument dtype=)?",
            "exact" if values_right else "likely",
        )
    if any(bad.rng_used and not good.rng_used and not bad.switched for good, bad in wrong):
        found += _named(
            "global_randomness_used",
            "The call draws from (or reseeds) the global random state, which it should leave alone. Where does the "
            "randomness come from, and is there an argument that should provide it?",
            "exact" if values_right else "likely",
        )
    return found


def _detached(pairs: Pairs, wrong: Pairs) -> list[Diagnosis]:
    gradients = [(good, bad) for good, bad in wrong if good.gradient]
    if not gradients or len(gradients) != len(wrong):
        return []
    if all(bad.error is not None or _all_none(bad.value) for _, bad in gradients):
        return _named(
            "detached_from_the_graph",
            "The values are right, but no gradient flows back through them. Is there a detach(), .item(), .data, "
            "numpy() or no_grad() on the way, or a tensor built anew from numbers?",
            "exact",
        )
    return []


def _packed(pairs: Pairs, _: Pairs) -> list[Diagnosis]:
    found = in_parts(pairs)
    return _named(*found) if found else []


def _same_for_all(pairs: Pairs, _: Pairs) -> list[Diagnosis]:
    return same_for_all(pairs) or number_where_nothing_is(pairs)


def _all_none(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_all_none(item) for item in value)
    if isinstance(value, Tensor):
        return not bool(value.abs().sum() > 0)
    return value is None


def _only_some_inputs(pairs: Pairs, wrong: Pairs) -> list[Diagnosis]:
    found = right_for_some([(good, bad) for good, bad in pairs if good.args and isinstance(good.args[0], Tensor)])
    return _named(*found) if found else []


def _scaled(pairs: Pairs, wrong: Pairs) -> list[Diagnosis]:
    ratios = [(_ratio(good.value, bad.value), good.args) for good, bad in pairs if not good.gradient and bad.error is None]
    known = [(ratio, args) for ratio, args in ratios if ratio is not None]
    if not known or len(known) < len([1 for good, bad in wrong if not good.gradient]):
        return []
    values = [ratio for ratio, _ in known]
    if all(math.isclose(value, values[0], rel_tol=_leeway(values[0])) for value in values) and len(values) >= 2:
        return _constant_factor(values[0])
    return _factor_of_size(known)


def _constant_factor(factor: float) -> list[Diagnosis]:
    if math.isclose(factor, 1.0, rel_tol=1e-3) or abs(factor) < 1e-6:
        return []
    if math.isclose(factor, -1.0, rel_tol=1e-3):
        return _named(
            "sign_flipped",
            "The magnitude is right and the sign is opposite. Is this quantity meant to be maximised or minimised?",
        )
    for value, words in ((math.log(2), "ln 2"), (1 / math.log(2), "1/ln 2")):
        if math.isclose(factor, value, rel_tol=1e-3):
            return _named(
                "nats_or_bits",
                f"Your result is {words} times the right one: nats or bits, natural or binary logarithm?",
            )
    for value, words in _FACTORS:
        if math.isclose(factor, value, rel_tol=1e-3):
            return _named(
                "constant_factor",
                f"Your result is always {words} the right one. Which constant in the formula is missing or too much?",
            )
    # No number: it would be the submission's own choice, and could be one that the grader had sent to it.
    return _named(
        "constant_factor",
        "Your result is always the right one times one constant factor. Which constant in the formula is missing or too much?",
    )


def _offset(pairs: Pairs, wrong: Pairs) -> list[Diagnosis]:
    """One constant too much or too little, the same on all inputs; gradients do not see it."""
    differences: list[float] = []
    for good, bad in pairs:
        if good.gradient:
            continue
        right, value = good.value, bad.value
        if bad.error is not None or not 0 < numel(right) == numel(value) or _shape(right) != _shape(value):
            return []
        if _is_complex(right) or _is_complex(value):
            return []
        differences += list(_flat(value) - _flat(right))
    if len(differences) < 3 or any(good.gradient for good, _ in wrong) or not np.isfinite(differences).all():
        return []
    if abs(differences[0]) > 1e-3 and np.allclose(differences, differences[0], rtol=1e-3):
        return _named(
            "constant_added",
            "Your result differs from the right one by the same constant on all inputs. Which term is missing or too much?",
        )
    return []


_FACTORS = ((2.0, "twice"), (0.5, "half"), (-2.0, "minus twice"), (-0.5, "minus half"))


def _factor_of_size(known: list[tuple[float, tuple[Any, ...]]]) -> list[Diagnosis]:
    """The ratio follows the batch size, the number of features or the number of elements."""
    sizes: list[tuple[str, Callable[[Any], int]]] = [
        ("the batch size", lambda x: _shape(x)[0] if _shape(x) else 1),
        ("the number of elements per sample", lambda x: int(np.prod(_shape(x)[1:]))),
        ("the number of elements", lambda x: int(np.prod(_shape(x)))),
        ("the last dimension", lambda x: _shape(x)[-1] if _shape(x) else 1),
    ]
    usable = [(ratio, args[0]) for ratio, args in known if args and numel(args[0]) > 0]
    for words, size in sizes:
        numbers = [size(x) for _, x in usable]
        if len(set(numbers)) < 2:
            continue
        if all(math.isclose(ratio, number, rel_tol=1e-3) for (ratio, _), number in zip(usable, numbers, strict=True)):
            return _named(
                "sum_instead_of_mean",
                f"Your result is too large by exactly {words}. Where should a mean stand instead of a sum?",
            )
        if all(math.isclose(ratio * number, 1.0, rel_tol=1e-3) for (ratio, _), number in zip(usable, numbers, strict=True)):
            return _named(
                "mean_instead_of_sum",
                f"Your result is too small by exactly {words}. Where should a sum stand instead of a mean?",
            )
    return []


def _reduced(pairs: Pairs, wrong: Pairs) -> list[Diagnosis]:
    """A reduction over too many, too few or the wrong dimensions."""
    cases = [(good.value, bad.value, good.args[0]) for good, bad in wrong if not good.gradient and good.args]
    cases = [case for case in cases if all(isinstance(part, Tensor | np.ndarray) or np.isscalar(part) for part in case)]
    if not cases:
        return []
    if not _same_total([(good, bad) for good, bad, _ in cases]):
        return []  # other shapes come of other formulas, too
    if all(_shape(bad) == () and _shape(good) != () for good, bad, _ in cases):
        return _named(
            "reduced_over_the_batch_too",
            "You return one number where one per sample is expected. Which dimension must survive the reduction?",
        )
    if all(_shape(bad) == _shape(x) != _shape(good) for good, bad, x in cases):
        return _named("not_reduced", "You return one value per element. Over which dimensions does the formula sum or average?")
    if all(len(_shape(x)) > 1 and _shape(bad) == _shape(x)[1:] != _shape(good) for good, bad, x in cases):
        if all(_shape(good) == () for good, _, _ in cases):
            return _named("first_dimension_only", "You reduced over the first dimension only. How many numbers are asked for?")
        return _named("wrong_axis", "You reduced over the batch dimension and kept the others. Which dimension is the batch?")
    return []


def _same_total(cases: list[tuple[Any, Any]]) -> bool:
    """Whether the right and the wrong values have the same sum, or the same mean, up to one constant factor."""
    if any(numel(value) <= 0 or _is_complex(value) for case in cases for value in case):
        return False
    for total in (np.sum, np.mean):
        ratios = [float(total(_flat(bad))) / (float(total(_flat(good))) or math.nan) for good, bad in cases]
        if all(math.isclose(ratio, ratios[0], rel_tol=1e-3) and abs(ratio) > 1e-6 for ratio in ratios) and (
            len(ratios) > 1 or math.isclose(ratios[0], 1.0, rel_tol=1e-3)
        ):
            return True
    return False


def _transposed(pairs: Pairs, wrong: Pairs) -> list[Diagnosis]:
    cases = [(good.value, bad.value) for good, bad in wrong if not good.gradient]
    flipped = [
        isinstance(good, Tensor) and isinstance(bad, Tensor) and good.ndim == 2 and same_value(good.T, bad)
        for good, bad in cases
    ]
    if flipped and all(flipped):
        return _named("transposed", "Your result is the transpose of the right one. Which dimension comes first?", "exact")
    return []


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(value.shape) if isinstance(value, Tensor) else np.shape(value)


def _ratio(good: Any, bad: Any) -> float | None:
    """The constant c with ``bad = c * good``, if there is one."""
    if isinstance(good, tuple | list) and isinstance(bad, tuple | list) and good and bad:
        return _ratio(good[0], bad[0])
    if numel(good) <= 0 or numel(bad) != numel(good) or _shape(good) != _shape(bad):
        return None
    if _is_complex(good) or _is_complex(bad):
        return None
    one, other = _flat(good), _flat(bad)
    if not (np.isfinite(one).all() and np.isfinite(other).all()) or np.abs(one).max() < 1e-9:
        return None
    factor = float(np.dot(one, other) / np.dot(one, one))
    return factor if np.allclose(other, factor * one, rtol=_leeway(factor), atol=1e-6 * np.abs(one).max()) else None


def _leeway(factor: float) -> float:
    """How far numbers with one factor between them may be off: near one a part of what the factor itself is off by.

    A small number that is added somewhere changes everything by nearly the same, too.
    """
    return max(1e-5, min(1e-3, 0.05 * abs(factor - 1)))


def _is_complex(value: Any) -> bool:
    return value.is_complex() if isinstance(value, Tensor) else np.iscomplexobj(value)


def _flat(value: Any) -> np.ndarray:
    """All elements in double precision, which NumPy cannot read off every torch dtype by itself."""
    return as_array(value).astype(np.float64).ravel()
