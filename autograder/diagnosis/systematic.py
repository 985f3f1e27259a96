"""Mistakes that nobody wrote down: wrong answers made from the reference when they are needed, and compared by behaviour.

The reference is called with other arguments, its result treated once more, its draws made wrongly, or one place of its
formula changed (:mod:`autograder.diagnosis.formula_changes`). A hint is given only where such an answer does what the
student's does on every input of the probe, and on the same inputs rearranged; then the hint is true, whatever the student
wrote. It is worded from signature and family: nothing of the reference's source is in it. All of this runs in the
grader's process on the reference alone.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor

from autograder.checks.candidate import RemoteFunction, RemoteObject
from autograder.checks.closeness import as_array
from autograder.course.assignment import Assignment, Exercise
from autograder.diagnosis import called_differently, drawn_differently, results_treated
from autograder.diagnosis.called_differently import Suspect
from autograder.diagnosis.fingerprint import Entry, Fingerprint, Record, numel, same_entry
from autograder.diagnosis.formula_changes import changes, other_variables, signs_as_typed
from autograder.diagnosis.replacements import definition_of

MOST = 800
"""Suspects of one exercise; a count and no time, so that the hint is the same on a busy machine."""
ENOUGH = 3
"""Wrong numbers that must be the same before a coincidence is ruled out."""


class Rearranged(Record):
    """A record that asks everything again with the samples of each argument in another order.

    Rearranged inputs stay within what the contract allows, and tell apart what agrees by chance on one set of them.
    """

    def __call__(self, name: str, function: RemoteFunction | RemoteObject, *args: Any, batch: int = 0, **kwargs: Any) -> Any:
        """Record both; returns the value for the inputs as they are."""
        value = super().__call__(name, function, *args, batch=batch, **kwargs)
        others = tuple(_rolled(value, index + 1) for index, value in enumerate(args))
        if any(one is not other for one, other in zip(args, others, strict=True)):
            super().__call__(f"{name}, rearranged", function, *others, batch=batch, **kwargs)
        return value


class Differs(Exception):
    """A suspect does something else than the student's answer."""


class Watched(dict[str, Entry]):
    """Entries that must be the student's."""

    def __init__(self, seen: Fingerprint) -> None:
        super().__init__()
        self._seen = seen

    def __setitem__(self, name: str, entry: Entry) -> None:
        """Take an entry, or end the probe."""
        super().__setitem__(name, entry)
        if not same_entry(entry, self._seen.entries.get(name)):
            raise Differs


def comparing(seen: Fingerprint) -> Record:
    """A record that ends the probe with :class:`Differs` at the first thing that is not as in ``seen``."""
    record = Rearranged()
    record.fingerprint.entries = Watched(seen)
    return record


@dataclass
class Suspected:
    """The reference's behaviour, and the wrong answers made from it with what each is known to do."""

    right: Fingerprint
    suspects: list[Suspect]
    begun: dict[int, dict[str, Entry] | None] = field(default_factory=dict)
    """Entries up to the first that an answer had otherwise, by place in the list; ``None`` for what cannot be made or asked."""


def suspects_of(assignment: Assignment, exercise: Exercise) -> list[Suspect]:
    """All wrong answers that can be made of an exercise's reference, the most specific first."""
    module = assignment.reference(exercise.module)
    found: list[Suspect] = []
    if exercise.kind == "function":
        function = getattr(module, exercise.name)
        signature = inspect.signature(function)
        found += [*called_differently.suspects(function, signature), *results_treated.suspects(function, signature)]
    elif exercise.kind != "class":
        return []
    source = assignment.reference_files()[f"{exercise.module}.py"].decode("utf-8")
    found += _changed(module, source, exercise.name)
    return sorted(found, key=lambda suspect: suspect.rank)[:MOST]


def _changed(module: types.ModuleType, source: str, name: str) -> Iterator[Suspect]:
    """What draws wrongly, and what has one place of its code changed."""
    flags, text = definition_of(source, name)
    tree = ast.parse(text)
    if any(isinstance(node, ast.While) for node in ast.walk(tree)):  # a changed one might never end
        return
    code = functools.partial(compile, filename=f"{module.__name__} (changed)", mode="exec", flags=flags, dont_inherit=True)
    yield from drawn_differently.suspects(name, vars(module), code(tree))
    mutants = itertools.chain(((slip, tree) for slip in changes(tree)), signs_as_typed(text), other_variables(ast.parse(text)))
    for (family, words), mutated in mutants:
        try:
            compiled = code(mutated)
        except (SyntaxError, ValueError, TypeError):
            continue
        hint = f"Your values are those of the right formula with {words}. Go through the formula with that in mind: where?"
        yield Suspect(2, family, hint, functools.partial(_defined, module, compiled, name))


def _defined(module: types.ModuleType, code: types.CodeType, name: str) -> Callable[..., Any]:
    namespace = dict(vars(module))
    exec(code, namespace)
    return namespace[name]  # type: ignore[no-any-return]


def fitting(suspected: Suspected, seen: Fingerprint, behaviour: Callable[[object, Record], Fingerprint]) -> Suspect | None:
    """The most specific suspect that does all that the student's answer does; ``behaviour`` runs the probe on one.

    Nothing where too little could be compared to rule out a coincidence. What a suspect does is kept as far as it was seen,
    so that most need not be run again for the next student.
    """
    if not are_telling(wrong_numbers(suspected.right, seen)):
        return None
    with warnings.catch_warnings(), np.errstate(all="ignore"):  # what a changed formula warns of concerns nobody
        warnings.simplefilter("ignore")
        return _first_fitting(suspected, seen, behaviour)


def _first_fitting(
    suspected: Suspected, seen: Fingerprint, behaviour: Callable[[object, Record], Fingerprint]
) -> Suspect | None:
    values_are_right = all(
        entry.gradient or same_entry(entry, suspected.right.entries.get(name)) for name, entry in seen.entries.items()
    )
    for number, suspect in enumerate(suspected.suspects):
        if suspect.name in ("argument_detached", "intermediate_detached") and not values_are_right:
            continue
        begun = suspected.begun.get(number, {})
        if begun is None or not all(same_entry(entry, seen.entries.get(name)) for name, entry in begun.items()):
            continue
        record = comparing(seen)
        try:
            found = behaviour(suspect.make(), record)
        except Differs:
            suspected.begun[number] = dict(record.fingerprint.entries)
            continue
        except Exception:  # a changed formula need not even be defined
            suspected.begun[number] = None
            continue
        if found.entries.keys() != seen.entries.keys() or (suspect.name in _SQUASHING and _saturated(suspected, seen)):
            continue
        if suspect.name == "another_dtype" and not _have_dtypes_of(found, seen):
            continue
        return suspect
    return None


_SQUASHING = tuple(f"{key}_once_more" for key in ("tanh", "sigmoid", "unit", "symmetric"))
"""Changes of a result that give the same where they leave nothing but their ends."""


def _saturated(suspected: Suspected, seen: Fingerprint) -> bool:
    """Whether what is wrong consists of zeros and ones of either sign: what squashed it cannot be told from that."""
    return all(min(abs(abs(number) - end) for end in (0, 1)) < 1e-4 for number in wrong_numbers(suspected.right, seen))


def _have_dtypes_of(found: Fingerprint, seen: Fingerprint) -> bool:
    """Whether values come in the very dtypes of a suspect's: coarse ones are close to much that is no rounding."""
    return all(_dtypes(entry.value) == _dtypes(seen.entries[name].value) for name, entry in found.entries.items())


def _dtypes(value: Any) -> Any:
    """The dtypes of a value's parts, by name; a plain number has none."""
    if isinstance(value, tuple | list):
        return [_dtypes(part) for part in value]
    return str(getattr(value, "dtype", "")).removeprefix("torch.")


def wrong_numbers(right: Fingerprint, seen: Fingerprint) -> list[float]:
    """The finite numbers among what is recorded of a wrong answer and is not as it should be."""
    values = []
    for name, entry in seen.entries.items():
        good = right.entries.get(name)
        if entry.error is None and not same_entry(entry, good):
            # A gradient that is missing says so by that; what should be there tells how much there was to see.
            values.append(good.value if entry.gradient and good is not None else entry.value)
    return _finite_numbers(values)


def are_telling(value: Any) -> bool:
    """Whether numbers are so many, and so different, that nobody has the same ones by chance."""
    numbers = _finite_numbers(value)
    return len(numbers) >= ENOUGH and len({round(number, 6) for number in numbers}) >= 2


def _finite_numbers(value: Any) -> list[float]:
    """The finite real numbers of a recorded value, at most 64 of each of its parts; facts and counts are none."""
    if isinstance(value, tuple | list):
        return [number for part in value for number in _finite_numbers(part)]
    if isinstance(value, int) or numel(value) < 0:
        return []
    array = as_array(value)
    return [] if array.dtype.kind == "c" else [float(number) for number in array.ravel()[:64] if np.isfinite(number)]


def _rolled(value: Any, by: int) -> Any:
    """The samples in another order; each argument in one of its own, so that pairs are new ones."""
    if type(value) is Tensor and value.ndim > 0 and len(value) > 1 and by % len(value):
        return value.roll(by, 0)
    if type(value) is np.ndarray and value.ndim > 0 and len(value) > 1 and by % len(value):
        return np.roll(value, by, axis=0)
    return value
