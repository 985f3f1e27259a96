"""Misconceptions: how an assignment writes them down, and how a wrong answer is matched with them by behaviour."""

from autograder.diagnosis.catalogue import reference
from autograder.diagnosis.fingerprint import Record, record_entries
from autograder.diagnosis.registry import misconception, probe, shared_mistake, with_argument_changed

__all__ = ["Record", "misconception", "probe", "record_entries", "reference", "shared_mistake", "with_argument_changed"]
