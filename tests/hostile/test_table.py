"""The document of attacks is current."""

from __future__ import annotations

from .table import FAMILIES, README, document


def test_the_table_of_attacks_is_current() -> None:
    """Run ``python -m hostile.table`` in ``tests/`` when this fails."""
    assert README.read_text("utf-8") == document()


def test_names_of_attacks_are_unique() -> None:
    """Each can be spoken of."""
    names = [attack.name for family in FAMILIES for attack in family.attacks]
    assert len(names) == len(set(names))
