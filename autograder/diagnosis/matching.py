"""From the behaviour of a wrong answer to the misconceptions that explain it."""

from __future__ import annotations

from typing import Any

from autograder.checks.calls import CandidateSession
from autograder.course.assignment import Exercise
from autograder.diagnosis.catalogue import Catalogue, Known, observed
from autograder.diagnosis.fingerprint import Fingerprint, same_entry
from autograder.diagnosis.generic_mistakes import generic_diagnoses
from autograder.diagnosis.registry import Misconception
from autograder.results.schema import Diagnosis
from autograder.sessions.local import LocalSession

MAX_HINTS = 3


def diagnose(known_of: Catalogue, exercise: Exercise, session: CandidateSession | LocalSession) -> list[Diagnosis]:
    """Name the misconceptions whose behaviour the candidate shows, the surest first.

    ``exact``: the same behaviour on every probed input; ``likely``: the same wherever the misconception shows, with
    other differences beside; ``possible``: the same in most of those places. Nothing when nothing fits.
    """
    known = known_of.known(exercise)
    if known is None:
        return []
    seen = observed(known.probe, exercise, session)
    found = _matches(known, known.variants, seen)
    exact = any(diagnosis.confidence == "exact" for diagnosis in found)
    if not exact:
        # Sort is stable: of two equally sure matches the instructor's own words come first.
        found += _matches(known, known.generic, seen) + generic_diagnoses(known.reference, seen)
    order = {"exact": 0, "likely": 1, "possible": 2}
    found.sort(key=lambda diagnosis: order[diagnosis.confidence])
    sure = [diagnosis for diagnosis in found if diagnosis.confidence != "possible"]
    return (sure or found)[:MAX_HINTS]


def _matches(known: Known, variants: list[tuple[Misconception, Fingerprint]], seen: Fingerprint) -> list[Diagnosis]:
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
