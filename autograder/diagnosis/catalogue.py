"""From failing behaviour to a named misconception and a hint.

Instructors write wrong variants with the hint that a teaching assistant would give
(``solutions/<assignment>/misconceptions``). When an exercise fails, the submission's fingerprint is compared with each
variant's. Mistakes that every exercise shares (a constant factor, a sum for a mean, a detached graph) are
recognised from the same records by :mod:`autograder.diagnosis.generic_mistakes`.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.checks.calls import CandidateSession, Remote
from autograder.checks.candidate import Candidate
from autograder.checks.files import load_file
from autograder.course.assignment import Assignment, Exercise
from autograder.course.check_files import module_under_test
from autograder.course.course import open_course
from autograder.diagnosis.fingerprint import Fingerprint, Probe, Record, take_fingerprint
from autograder.diagnosis.generic_mistakes import generic_variants
from autograder.diagnosis.registry import (
    _MISCONCEPTIONS,
    _PROBES,
    _SHARED,
    Misconception,
    ReplacementInReference,
    SharedMistake,
)
from autograder.diagnosis.replacements import changed_reference
from autograder.diagnosis.systematic import Rearranged, Suspected, suspects_of
from autograder.errors import GraderError
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession
from autograder.wire.protocol import Seed

SHARED_MISTAKES = "shared_mistakes.py"
"""Beside the references: mistakes of the whole assignment."""


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
class Known:
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
    shared: list[SharedMistake] = field(default_factory=list)
    """What every function of the assignment can show: ``shared_mistakes.py``."""
    _known: dict[str, Known | None] = field(default_factory=dict)
    _suspected: dict[str, Suspected] = field(default_factory=dict)

    def variant_session(self, exercise: Exercise, variant: object) -> LocalSession:
        """A session in which the exercise is the given variant and everything else the reference."""
        space = VariantSpace(self.assignment.reference_space(), exercise.module, exercise.name, variant)
        return LocalSession(space, self.assignment.toys)  # type: ignore[arg-type]

    def known(self, exercise: Exercise) -> Known | None:
        """What is known of an exercise's behaviour; ``None`` without a probe."""
        if exercise.key not in self._known:
            self._known[exercise.key] = self._learn(exercise)
        return self._known[exercise.key]

    def suspected(self, exercise: Exercise, probe: Probe) -> Suspected:
        """What the reference does on rearranged inputs too, and the wrong answers made from it; made when first needed."""
        if exercise.key not in self._suspected:
            original = getattr(self.assignment.reference(exercise.module), exercise.name)
            right = observed(probe, exercise, self.variant_session(exercise, original), Rearranged())
            self._suspected[exercise.key] = Suspected(right, suspects_of(self.assignment, exercise))
        return self._suspected[exercise.key]

    def _learn(self, exercise: Exercise) -> Known | None:
        function = self.probes.get(exercise.key)
        if function is None:
            return None

        def observe(variant: object) -> Fingerprint:
            return observed(function, exercise, self.variant_session(exercise, variant))

        original = getattr(self.assignment.reference(exercise.module), exercise.name)
        baseline = observe(original)
        variants = [(known, observe(known.variant)) for known in self.misconceptions.get(exercise.key, [])]
        generic = []
        if exercise.kind == "function":
            shared = [(mistake.name, mistake.hint, mistake.make(original)) for mistake in self.shared]
            for name, hint, variant in [*shared, *generic_variants(original)]:
                entry = Misconception(exercise.name, name, "", hint, variant)
                generic.append((entry, observe(variant)))
        return Known(function, baseline, variants, generic)


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
            _collect(found, module, name, path)
        if (path := assignment.folder / SHARED_MISTAKES).is_file():
            name = f"autograder_misconceptions.{assignment.name}.{path.stem}"
            load_file(path, name)
            found.shared += _SHARED.pop(name, [])
        _CATALOGUES[key] = found
    return _CATALOGUES[key]


def _collect(found: Catalogue, module: str, name: str, path: Path) -> None:
    known = {exercise.key for exercise in found.assignment.exercises}
    for entry in _MISCONCEPTIONS.pop(name, []):
        key = f"{module}.{entry.exercise}"
        if known and key not in known:
            raise GraderError(f"misconception {entry.name} is for {key}, which the outline does not list", name)
        made = _made(found.assignment, module, entry, path) if isinstance(entry, ReplacementInReference) else entry
        found.misconceptions.setdefault(key, []).append(made)
    for exercise, function in _PROBES.pop(name, {}).items():
        found.probes[f"{module}.{exercise}"] = function


def _made(assignment: Assignment, module: str, entry: ReplacementInReference, path: Path) -> Misconception:
    """A misconception with its variant, made from the reference."""
    source = assignment.reference_files()[f"{module}.py"].decode("utf-8")
    where = f"{path}, misconception {entry.name}"
    variant = changed_reference(assignment.reference(module), source, entry.exercise, entry.replacements, where)
    return Misconception(entry.exercise, entry.name, entry.belief, entry.hint, variant)


def observed(
    function: Probe, exercise: Exercise, session: CandidateSession | LocalSession, record: Record | None = None
) -> Fingerprint:
    """The fingerprint of what the session holds, under a seed of its own; written by ``record`` if there is one."""
    session.request(Seed(20_241).to_wire())
    return take_fingerprint(function, Candidate(Remote(session), exercise.module), record)
