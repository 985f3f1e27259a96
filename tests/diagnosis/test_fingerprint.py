"""Fingerprints: what a probe records, and when two behaviours are the same."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
import torch

from autograder.checks.calls import Remote
from autograder.checks.candidate import Candidate
from autograder.diagnosis.called_differently import Suspect
from autograder.diagnosis.fingerprint import Entry, Fingerprint, Record, same_entry, same_value, take_fingerprint
from autograder.diagnosis.matching import _compare
from autograder.diagnosis.systematic import Suspected, fitting
from autograder.runtime.module_space import ModuleSpace
from autograder.sessions.local import LocalSession

_numbers = itertools.count()


def candidate_of(source: str) -> Candidate:
    """A candidate in this process."""
    files = {"main.py": ("import torch\n" + source).encode()}
    return Candidate(Remote(LocalSession(ModuleSpace(files, (), f"fingerprint_test_{next(_numbers)}."))), "main")


NAN = float("nan")

SAME: list[tuple[Any, Any]] = [
    (1, 1),
    (1, 1.0),
    (2.0, np.float64(2.0)),
    (torch.tensor(2.0), 2.0),
    (torch.tensor([1.0, NAN]), torch.tensor([1.0, NAN])),
    (torch.tensor([1.0]), torch.tensor([1.0 + 1e-7])),
    (np.array([1.0, np.inf]), np.array([1.0, np.inf])),
    (torch.ones(2, dtype=torch.bfloat16), torch.ones(2, dtype=torch.bfloat16)),
    (torch.tensor([True, False]), torch.tensor([True, False])),
    (torch.zeros(0, 3), torch.zeros(0, 3)),
    ((1, [2.0, None]), (1, [2.0, None])),
    ({"a": torch.ones(1)}, {"a": torch.ones(1)}),
    (None, None),
    ("a", "a"),
]

DIFFERENT: list[tuple[Any, Any]] = [
    (1, 2),
    (1.0, 1.1),
    (1.0, None),
    (True, 1),
    ("1", 1),
    (torch.ones(2), torch.ones(3)),
    (torch.ones(2), torch.ones(2, 1)),
    (torch.ones(2), torch.ones(2, dtype=torch.float64)),
    (torch.ones(2), np.ones(2, np.float32)),
    (torch.tensor([1.0, NAN]), torch.tensor([1.0, 2.0])),
    (torch.tensor([np.inf]), torch.tensor([-np.inf])),
    (torch.tensor([np.inf]), torch.tensor([3.0])),
    (torch.tensor([1 + 1j]), torch.tensor([1 - 1j])),
    ((1, 2), (1, 2, 3)),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, [1]),
    (1.0, [1.0]),
    (1.0, "1.0"),
    (torch.ones(1), None),
    (np.array(["a"]), np.array([1.0])),
]


@pytest.mark.parametrize(("one", "other"), SAME, ids=repr)
def test_values_that_agree(one: Any, other: Any) -> None:
    """In both directions."""
    assert same_value(one, other)
    assert same_value(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=repr)
def test_values_that_differ(one: Any, other: Any) -> None:
    """In both directions, whatever the types."""
    assert not same_value(one, other)
    assert not same_value(other, one)


def test_a_record_keeps_values_errors_gradients_changes_and_randomness() -> None:
    """One entry per call, and nothing raises."""
    candidate = candidate_of(
        "def f(x):\n    return 2 * x\ndef bad(x):\n    raise KeyError\ndef edits(x):\n    return x.add_(1)\n"
        "def draws(x):\n    return torch.rand(1)\ndef detached(x):\n    return x.detach()\n"
    )
    x = torch.ones(2)
    record = Record()
    assert torch.equal(record("f", candidate.f, x, batch=2), 2 * x)
    assert record("bad", candidate.bad, x) is None
    record("edits", candidate.edits, x)
    record("draws", candidate.draws, x)
    record.grad("grad", candidate.f, x)
    record.grad("no grad", candidate.detached, x)
    record.grad("bad grad", candidate.bad, x)
    record.value("own", 3.0)
    entries = record.fingerprint.entries
    assert entries["bad"].error == entries["bad grad"].error == "KeyError"
    assert [name for name, entry in entries.items() if entry.changed] == ["edits"]
    assert [name for name, entry in entries.items() if entry.rng_used] == ["draws"]
    assert [name for name, entry in entries.items() if entry.gradient] == ["grad", "no grad", "bad grad"]
    assert torch.equal(entries["grad"].value[0], torch.full((2,), 2.0))
    assert entries["no grad"].value == (None,)
    assert entries["own"].value == 3.0


def test_a_probe_that_cannot_go_on_says_so() -> None:
    """The candidate's errors, and values of a structure that the probe does not expect."""

    def probe(candidate: Candidate, record: Record) -> None:
        record("first", candidate.f, 1)
        first, second = candidate.f(2)
        record.value("sum", first + second)

    sources = {"def f(x):\n    return x, x\n": None, "def f(x):\n    return x\n": "TypeError", "": "Absent"}
    for source, error in sources.items():
        fingerprint = take_fingerprint(probe, candidate_of(source))
        assert fingerprint.aborted is (error is not None)
        assert "first" in fingerprint.entries
        assert (fingerprint.entries["<end>"].error if error else None) == error


def test_entries_agree_in_every_respect() -> None:
    """Value, error, changes, randomness; a missing entry agrees with a missing one only."""
    entry = Entry(1.0)
    assert same_entry(entry, Entry(1.0, args=(5,)))
    assert not same_entry(entry, Entry(1.0, changed=True))
    assert not same_entry(entry, Entry(1.0, rng_used=True))
    assert not same_entry(entry, Entry(error="ValueError"))
    assert not same_entry(Entry(error="KeyError"), Entry(error="ValueError"))
    assert not same_entry(entry, None)
    assert same_entry(None, None)


def fingerprint_of(**values: list[float]) -> Fingerprint:
    """A record of tensors."""
    return Fingerprint({name: Entry(torch.tensor(numbers)) for name, numbers in values.items()})


def test_nan_is_no_evidence_for_one_mistake() -> None:
    """Many mistakes lead to a root of something negative; numbers that agree are another matter."""
    nan = float("nan")
    right = fingerprint_of(a=[1.0, 2.0], b=[3.0, 4.0], c=[5.0, 6.0])
    wrong = fingerprint_of(a=[nan, nan], b=[nan, nan], c=[8.0, 9.0])
    assert _compare(right, wrong, fingerprint_of(a=[nan, nan], b=[nan, nan], c=[0.1, 0.2]), True) == (None, 0.0)
    assert _compare(right, wrong, wrong, True)[0] == "exact"
    numbers = fingerprint_of(a=[7.0, 7.5], b=[nan, nan], c=[8.0, 9.0])
    seen = fingerprint_of(a=[7.0, 7.5], b=[0.3, 0.4], c=[8.0, 9.0])
    assert _compare(right, numbers, seen, True)[0] == "possible"


def test_what_squashed_a_result_is_not_told_from_its_ends() -> None:
    """A cut to [-1, 1] and tanh agree where both leave nothing but ones; not where something lies between."""

    def name_of(values: list[float]) -> str | None:
        right = torch.tensor(values)

        def behaviour(variant: object, record: Record) -> Fingerprint:
            record.fingerprint.entries["a"] = Entry(right.tanh())
            return record.fingerprint

        suspected = Suspected(Fingerprint({"a": Entry(right)}), [Suspect(3, "tanh_once_more", "", lambda: len)])
        found = fitting(suspected, Fingerprint({"a": Entry(right.tanh())}), behaviour)
        return found and found.name

    assert name_of([0.4, -0.7, 1.3, 2.0]) == "tanh_once_more"
    assert name_of([40.0, -70.0, 13.0, 20.0]) is None


def test_two_numbers_agree_as_their_arrays_do() -> None:
    """The short way for numbers in double precision says what the way over arrays says."""
    dice = random.Random(1)
    numbers = [0.0, -0.0, 1.0, -1.0, 1e-13, 1e-12, 2e-12, math.inf, -math.inf, math.nan, 1e308, 5e-324]
    numbers += [dice.choice([1, -1]) * 10 ** dice.uniform(-15, 15) for _ in range(60)]
    numbers += [number * (1 + dice.uniform(-3e-6, 3e-6)) for number in numbers]
    for one, other in itertools.product(numbers, repeat=2):
        assert same_value(one, other) == same_value(np.float64(one), np.float64(other)), (one, other)
    whole = [0, 1, -1, 999_999, 1_000_000, 1_000_001, 2**52, 2**53, 2**53 + 1, 2**63 - 1]
    for one, other in itertools.product([*whole, *(-number for number in whole)], repeat=2):
        assert same_value(one, other) == same_value(np.int64(one), np.int64(other)), (one, other)
