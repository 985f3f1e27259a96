"""From failing behaviour to a named misconception and a hint.

Instructors write wrong variants with the hint that a teaching assistant would give
(``solutions/<assignment>/misconceptions``). When an exercise fails, the submission's fingerprint is compared with each
variant's. Mistakes that every exercise shares (a constant factor, a sum for a mean, a detached graph) are
recognised from the same records by :mod:`autograder.generic_mistakes`.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from autograder.candidate import Candidate, Remote
from autograder.course import Assignment, Exercise, load_file, module_under_test, open_course
from autograder.errors import GraderError
from autograder.fingerprint import Fingerprint, Probe, Record, same_entry, take_fingerprint
from autograder.generic_mistakes import generic_diagnoses, generic_variants
from autograder.local_session import LocalSession
from autograder.reports.schema import Diagnosis
from autograder.runner import CandidateSession
from autograder.sandbox.modules import ModuleSpace

__all__ = ["Catalogue", "Misconception", "Record", "catalogue", "diagnose", "misconception", "probe", "reference"]

MAX_HINTS = 3

Object = TypeVar("Object", bound=Callable[..., Any])


@dataclass(frozen=True)
class Misconception:
    """A wrong variant of one exercise, the belief behind it, and a hint that asks rather than tells."""

    exercise: str
    name: str
    belief: str
    hint: str
    variant: Callable[..., Any]


_MISCONCEPTIONS: dict[str, list[Misconception]] = {}
_PROBES: dict[str, dict[str, Probe]] = {}


def misconception(exercise: str, *, belief: str, hint: str) -> Callable[[Object], Object]:
    """Mark a function or class as a wrong variant of ``exercise``; its name is the misconception's name."""

    def register(variant: Object) -> Object:
        entry = Misconception(exercise, variant.__name__, belief, hint, variant)
        _MISCONCEPTIONS.setdefault(variant.__module__, []).append(entry)
        return variant

    return register


def probe(exercise: str) -> Callable[[Probe], Probe]:
    """Mark a function ``(candidate, record)`` as the probe of ``exercise``."""

    def register(function: Probe) -> Probe:
        _PROBES.setdefault(function.__module__, {})[exercise] = function
        return function

    return register


def reference(assignment: str, module: str) -> types.ModuleType:
    """One reference module of the course, as plain Python."""
    return open_course().assignment(assignment).reference(module)


class VariantSpace:
    """The reference modules with one function or class replaced by a variant."""

    def __init__(self, base: ModuleSpace, module: str, name: str, variant: object) -> None:
        self._base = base
        self._modules: dict[str, types.ModuleType] = {}
        changed = types.ModuleType(module)
        changed.__dict__.update(vars(base.module(module)))
        setattr(changed, name, variant)
        self._modules[module] = changed

    def module(self, name: str) -> types.ModuleType:
        """Return the changed module, or a reference module."""
        return self._modules.get(name) or self._base.module(name)

    def loaded(self) -> Iterator[types.ModuleType]:
        """Yield the modules that substitution may touch."""
        yield from self._modules.values()


@dataclass
class _Known:
    """Fingerprints of the reference and of every variant of one exercise, computed once per process."""

    probe: Probe
    reference: Fingerprint
    variants: list[tuple[Misconception, Fingerprint]]
    generic: list[tuple[Misconception, Fingerprint]]


@dataclass
class Catalogue:
    """An assignment's misconceptions and probes by exercise (``module.name``)."""

    assignment: Assignment
    misconceptions: dict[str, list[Misconception]] = field(default_factory=dict)
    probes: dict[str, Probe] = field(default_factory=dict)
    _known: dict[str, _Known | None] = field(default_factory=dict)

    def variant_session(self, exercise: Exercise, variant: object) -> LocalSession:
        """A session in which the exercise is the given variant and everything else the reference."""
        space = VariantSpace(self.assignment.reference_space(), exercise.module, exercise.name, variant)
        return LocalSession(space)  # type: ignore[arg-type]

    def known(self, exercise: Exercise) -> _Known | None:
        """What is known of an exercise's behaviour; ``None`` without a probe."""
        if exercise.key not in self._known:
            self._known[exercise.key] = self._learn(exercise)
        return self._known[exercise.key]

    def _learn(self, exercise: Exercise) -> _Known | None:
        function = self.probes.get(exercise.key)
        if function is None:
            return None

        def observe(variant: object) -> Fingerprint:
            return _observe(function, exercise, self.variant_session(exercise, variant))

        original = getattr(self.assignment.reference(exercise.module), exercise.name)
        baseline = observe(original)
        variants = [(known, observe(known.variant)) for known in self.misconceptions.get(exercise.key, [])]
        generic = []
        if exercise.kind == "function":
            for name, hint, variant in generic_variants(original):
                entry = Misconception(exercise.name, name, "", hint, variant)
                generic.append((entry, observe(variant)))
        return _Known(function, baseline, variants, generic)


_CATALOGUES: dict[str, Catalogue] = {}


def catalogue(assignment: Assignment) -> Catalogue:
    """Load an assignment's misconceptions, once per process."""
    key = str(assignment.folder)
    if key not in _CATALOGUES:
        found = Catalogue(assignment)
        for path in sorted((assignment.folder / "misconceptions").glob("*.py")):
            module = module_under_test(path, assignment.modules)
            name = f"autograder_misconceptions.{assignment.name}.{path.stem}"
            load_file(path, name)
            _collect(found, module, name)
        _CATALOGUES[key] = found
    return _CATALOGUES[key]


def _collect(found: Catalogue, module: str, name: str) -> None:
    known = {exercise.key for exercise in found.assignment.exercises}
    for entry in _MISCONCEPTIONS.pop(name, []):
        key = f"{module}.{entry.exercise}"
        if known and key not in known:
            raise GraderError(f"misconception {entry.name} is for {key}, which the outline does not list", name)
        found.misconceptions.setdefault(key, []).append(entry)
    for exercise, function in _PROBES.pop(name, {}).items():
        found.probes[f"{module}.{exercise}"] = function


def _observe(function: Probe, exercise: Exercise, session: CandidateSession | LocalSession) -> Fingerprint:
    session.request({"op": "seed", "seed": 20_241})
    return take_fingerprint(function, Candidate(Remote(session), exercise.module))


def diagnose(known_of: Catalogue, exercise: Exercise, session: CandidateSession | LocalSession) -> list[Diagnosis]:
    """Name the misconceptions whose behaviour the candidate shows, the surest first.

    ``exact``: the same behaviour on every probed input; ``likely``: the same wherever the misconception shows, with
    other differences beside; ``possible``: the same in most of those places. Nothing when nothing fits.
    """
    known = known_of.known(exercise)
    if known is None:
        return []
    seen = _observe(known.probe, exercise, session)
    found = _matches(known, known.variants, seen)
    exact = any(diagnosis.confidence == "exact" for diagnosis in found)
    if not exact:
        # Sort is stable: of two equally sure matches the instructor's own words come first.
        found += _matches(known, known.generic, seen) + generic_diagnoses(known.reference, seen)
    order = {"exact": 0, "likely": 1, "possible": 2}
    found.sort(key=lambda diagnosis: order[diagnosis.confidence])
    sure = [diagnosis for diagnosis in found if diagnosis.confidence != "possible"]
    return (sure or found)[:MAX_HINTS]


def _matches(known: _Known, variants: list[tuple[Misconception, Fingerprint]], seen: Fingerprint) -> list[Diagnosis]:
    scored = []
    for entry, fingerprint in variants:
        confidence, strength = _compare(known.reference, fingerprint, seen)
        if confidence:
            scored.append((strength, Diagnosis(misconception=entry.name, hint=entry.hint, confidence=confidence)))
    scored.sort(key=lambda pair: -pair[0])
    return [diagnosis for _, diagnosis in scored]


def _compare(right: Fingerprint, wrong: Fingerprint, seen: Fingerprint) -> tuple[Any, float]:
    """Return the confidence that ``seen`` shows the mistake ``wrong``, and how much evidence there is."""
    names = right.entries.keys() | wrong.entries.keys()
    telling = [n for n in names if not same_entry(right.entries.get(n), wrong.entries.get(n))]
    if not telling:
        return None, 0.0
    agreeing = [n for n in telling if same_entry(seen.entries.get(n), wrong.entries.get(n))]
    values = [n for n in agreeing if wrong.entries.get(n) is not None and wrong.entries[n].error is None]
    if len(agreeing) == len(telling):
        others = (names | seen.entries.keys()) - set(telling)
        if all(same_entry(seen.entries.get(n), wrong.entries.get(n)) for n in others):
            return "exact", float(len(telling))
        return ("likely", float(len(telling))) if values else (None, 0.0)
    if len(values) >= 2 and len(agreeing) >= 0.5 * len(telling):
        return "possible", len(agreeing) / len(telling)
    return None, 0.0
