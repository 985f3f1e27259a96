"""What the audit has measured is shown as it was measured."""

from __future__ import annotations

import importlib.util
import json
import sys
import tomllib
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from corpus.written_answers import answers

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("audit_figures", ROOT / "tools" / "audit_figures.py")
assert SPEC is not None
assert SPEC.loader is not None
shown = importlib.util.module_from_spec(SPEC)
sys.modules["audit_figures"] = shown
SPEC.loader.exec_module(shown)


@pytest.mark.parametrize("path", shown.documents(), ids=lambda path: path.name)
def test_documents_are_current(path: Path) -> None:
    """README, the page and the badges say what the records say."""
    assert path.read_text("utf-8") == shown.documents()[path], "run: make docs"


def test_the_record_of_foreign_answers_is_of_those_that_are_there() -> None:
    """Counts by the files of the corpus."""
    record = json.loads((shown.RESULTS / "corpus.json").read_text())
    right, wrong = (tomllib.loads((ROOT / "tests/corpus" / f"{name}.toml").read_text("utf-8")) for name in ("right", "wrong"))
    written = Counter(answer.right for answer in answers() for _ in answer.exercises)
    assert record["right"] == sum(map(len, right.values())) + written[True], "run: python benchmarks/fairness/corpus.py"
    assert record["wrong"] == sum(map(len, wrong.values())) + written[False], "run: python benchmarks/fairness/corpus.py"


@pytest.mark.parametrize(
    ("part", "whole", "told"), [(9999, 10000, "99.9 %"), (10000, 10000, "100 %"), (0, 3, "0 %"), (1, 3, "33.3 %")]
)
def test_only_everything_is_everything(part: int, whole: int, told: str) -> None:
    """Rounded down."""
    assert shown._share(part, whole) == told


def test_a_record_that_is_worse_is_shown_as_worse() -> None:
    """Not green, and with its number."""
    audit = json.loads((shown.RESULTS / "audit.json").read_text())
    audit["findings"][0]["wrong"] += 3
    audit["mutation"]["vae"]["caught"] -= 50
    score, alarms, _ = shown._of_audit(audit)
    assert (score.good, alarms.good) == (False, False)
    assert alarms.value.startswith("3 of ")
    assert score.value != "100 %"
    assert shown._MIXED in shown.badge(score)


def test_badges_are_pictures_with_a_name() -> None:
    """Well-formed, read aloud, and without an address."""
    for one in shown.figures():
        picture = ElementTree.fromstring(shown.badge(one))
        assert picture.attrib["aria-label"] == f"{one.name}: {one.value}"
        assert "http" not in shown.badge(one).replace("http://www.w3.org/2000/svg", "")


def test_readme_needs_its_marks() -> None:
    """Rather than losing the table unseen."""
    with pytest.raises(ValueError, match="README"):
        shown.with_table("# no marks", shown.figures())
