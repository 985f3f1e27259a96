"""Witnesses of gain: a careless judge that each lie convinces, and the plain wrong answer that convinces it of nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from . import careless_judge, lying_values

LIES = [attack for attack in lying_values.ATTACKS if attack.intent == "gain" and not attack.unwitnessed]


@pytest.fixture(scope="module")
def won() -> dict[str, list[str]]:
    """Fixture -> the careless comparisons that it passes."""
    sources = {attack.name: attack.source("") for attack in lying_values.ATTACKS if attack.intent != "harm"}
    program = Path(careless_judge.__file__)
    done = subprocess.run(
        [sys.executable, str(program)], input=json.dumps(sources), capture_output=True, text=True, timeout=300, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", [attack.name for attack in LIES])
def test_every_lie_convinces_a_careless_judge(name: str, won: dict[str, list[str]]) -> None:
    """It passes a comparison that zeros do not pass: there is something for the grader to withstand."""
    assert set(won[name]) - set(won["zeros"])


def test_wrong_values_convince_nobody(won: dict[str, list[str]]) -> None:
    """The careless judge is careless, not blind: otherwise passing it would show nothing."""
    for name in ("zeros", "constant", "none"):
        assert not won[name], name
