"""That every attack bites: what has to be seen of it where a wall is open.

An attack names its witness as ``place: what is seen``. Places:

``judge NAME``
    a judge in the process of the submission, :mod:`hostile.witness.judges`; ``judge`` alone is the one that only runs it.
``client``
    a reader of its frames without limits that takes what comes, :mod:`hostile.witness.client`.
``texts``
    the real grader, with a wording that tells hidden checks like visible ones, :mod:`hostile.witness.shown`.
``effect``
    the real grader, with an attack whose patched function ends the worker when it is called.

The first two are processes without filter, namespaces, Landlock and scratch folder.
"""

from __future__ import annotations

from collections.abc import Callable

from hostile.attacks.attack import Attack
from hostile.witness.open_process import Task
from hostile.witness.record import Record

HANG, SOON, LONG = 1.0, 2.0, 60.0
"""Seconds after which an attack hangs: one that should, one that may, one that must not."""


def task_of(attack: Attack, files: dict[str, bytes]) -> Task:
    """What to run in the open."""
    place, _, seen = attack.witness.partition(": ")
    hang = HANG if seen == "hangs" else SOON if seen == "breaks" else LONG
    if place == "client":
        return Task("client", attack, files, (), hang)
    return Task("judge", attack, files, (place.partition(" ")[2] or "runs",), hang)


SEEN: dict[str, Callable[[Record, str], bool]] = {
    "believes": lambda record, word: bool(record.believed),
    "doubts": lambda record, word: not record.believed and not record.ended,
    "takes": lambda record, word: word in record.seen and not record.ended,
    "dies": lambda record, word: record.ended == "dies",
    "hangs": lambda record, word: record.ended == "hangs",
    "swells": lambda record, word: record.ended == "swells",
    "breaks": lambda record, word: record.ended != "",
    "raises": lambda record, word: record.ended == "raises" and word in record.error,
    "bites": lambda record, word: any(word in bite for bite in record.bitten),
    "alters": lambda record, word: word in record.altered,
    "prints": lambda record, word: record.printed >= int(word) if word.isdigit() else word in record.output,
    "leaves": lambda record, word: any(word in name for name in record.files),
    "harms": lambda record, word: record.harmed,
}
"""What can be seen in the open, by the first word of the witness."""


def bites(record: Record, witness: str) -> bool:
    """Whether a record from the open shows what the witness promises."""
    seen = witness.partition(": ")[2]
    first, _, word = seen.partition(" ")
    return SEEN[first](record, word)
