"""Shows what the audit has measured: ``docs/audit.md``, badges in ``docs/badges/``, and the table in README.

Every figure is read from a committed record: ``benchmarks/results/audit.json`` (``make mutants``), ``corpus.json`` there
(``benchmarks/fairness/corpus.py``), and the table of attacks in ``tests/hostile/attacks/``.
"""

from __future__ import annotations

import html
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
README = ROOT / "README.md"
BEGIN, END = "<!-- figures of the audit: make docs -->", "<!-- end of the figures -->"
_GOOD, _MIXED = "#2f6f3e", "#8a5a00"  # white letters on both: contrast above 5
_ABOUT = """Checks are programs, and programs have faults: the checks of this course are tested like everything else. The
figures are read from records in `benchmarks/results/`. `make mutants` measures the first three anew, which takes days: the date
says when that was, and checks that have changed since are tried with fewer seeds by `autograder audit`. `python
benchmarks/fairness/corpus.py` measures those on foreign answers, and the test suite runs all attacks each time. Foreign answers
were written here, in other people's styles, and are what checks and hints are developed against: they show that known faults
stay mended, not how often an unknown one occurs. An attack that is not stopped yet counts against its figure, and is named in
the tests."""
_WIDTH = 6.6
"""Pixels of a letter in a badge, on average."""


@dataclass(frozen=True)
class Figure:
    """One thing that is measured."""

    name: str
    question: str
    value: str
    good: bool
    how: str
    """Measured on what."""


def figures() -> list[Figure]:
    """Read the records; raises ``OSError`` where one is missing."""
    audit: dict[str, Any] = json.loads((RESULTS / "audit.json").read_text("utf-8"))
    corpus: dict[str, int] = json.loads((RESULTS / "corpus.json").read_text("utf-8"))
    return [*_of_audit(audit), *_of_corpus(corpus), _of_attacks()]


def _of_audit(audit: Mapping[str, Any]) -> list[Figure]:
    counted: Counter[str] = Counter()
    for one in audit["findings"]:
        honest = one["subject"] in ("reference", "alternative")
        counted["honest" if honest else one["subject"]] += one["right"] + one["wrong"]
        counted["refused" if honest else f"wrong {one['subject']}"] += one["wrong"]
    mutants = sum(one["mutants"] for one in audit["mutation"].values())
    caught, same = (sum(one[key] for one in audit["mutation"].values()) for key in ("caught", "equivalent"))
    named, on = counted["misconception"] - counted["wrong misconception"], f"; {audit['date']}"
    return [
        Figure(
            "mutation score", "Does every wrong answer lose points?", _share(caught, mutants - same),
            caught == mutants - same, f"{mutants} changes of the references, {same} of them without any effect{on}",
        ),
        Figure(
            "false alarms", "Does a right answer ever lose points?", f"{counted['refused']} of {counted['honest']}",
            not counted["refused"], f"references and alternatives, each exercise with {audit['seeds']} seeds{on}",
        ),
        Figure(
            "misconceptions", "Is a mistake from the catalogue caught, and named first?",
            _share(named, counted["misconception"]), named == counted["misconception"],
            f"{counted['misconception']} wrong variants{on}",
        ),
    ]  # fmt: skip


def _of_corpus(corpus: Mapping[str, int]) -> list[Figure]:
    return [
        Figure(
            "foreign answers", "Do right answers in foreign styles get everything?",
            _share(corpus["right_in_full"], corpus["right"]), corpus["right_in_full"] == corpus["right"],
            f"{corpus['right']} answers, written here in other people's styles",
        ),
        Figure(
            "foreign mistakes", "Do mistakes as students make them lose points?",
            _share(corpus["wrong_caught"], corpus["wrong"]), corpus["wrong_caught"] == corpus["wrong"],
            f"{corpus['wrong']} mistakes, written here",
        ),
        Figure(
            "hints right", "Is the first hint on such a mistake, where there is one, the one that fits?",
            _share(corpus["hints_fitting"], corpus["hints_given"]), corpus["hints_fitting"] == corpus["hints_given"],
            f"{corpus['hints_given']} hints for {corpus['hints_asked']} mistakes with a name; "
            f"{corpus['hinted']} of all have one",
        ),
    ]  # fmt: skip


def _of_attacks() -> Figure:
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        from hostile.attacks.tables import ATTACKS
    finally:
        sys.path.pop(0)
    hostile = [one for one in ATTACKS if one.intent != "none"]
    stopped = sum(not one.known for one in hostile)
    told = f"{len(hostile)} attacks, each with a witness that bites where a wall is open; a test runs all of them"
    return Figure(
        "attacks stopped", "Do attacks gain nothing, learn nothing and break nothing?", f"{stopped} of {len(hostile)}",
        stopped == len(hostile), told,
    )  # fmt: skip


def _share(part: int, whole: int) -> str:
    """A percentage that is rounded down: only everything is 100 %."""
    tenths = 1000 * part // whole if whole else 0
    return f"{tenths / 10:g} %"


def table(found: list[Figure]) -> str:
    """The figures as Markdown."""
    lines = ["| question | measured | on what |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {one.question} | **{one.value}** | {one.how} |" for one in found)]) + "\n"


def page(found: list[Figure]) -> str:
    """The page of the site."""
    badges = "\n".join(f"![{one.name}: {one.value}](badges/{_file(one)})" for one in found)
    return f"# How good are the checks?\n\n{badges}\n\n{_ABOUT}\n\n{table(found)}"


def badge(one: Figure) -> str:
    """A badge as SVG that needs nothing from elsewhere."""
    left, right = (round(_WIDTH * len(text) + 14) for text in (one.name, one.value))
    name, value = html.escape(one.name), html.escape(one.value)
    colour = _GOOD if one.good else _MIXED
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{name}: {value}">'
        f'<title>{name}: {value}</title><rect width="{left}" height="20" rx="3" fill="#444"/>'
        f'<rect x="{left}" width="{right}" height="20" rx="3" fill="{colour}"/>'
        f'<rect x="{left - 3}" width="6" height="20" fill="{colour}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14">{name}</text><text x="{left + right / 2:g}" y="14">{value}</text></g></svg>\n'
    )


def with_table(readme: str, found: list[Figure]) -> str:
    """README with badges and table between the two marks; raises ``ValueError`` where they are not there."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md has no place between {BEGIN} and {END}")
    badges = "\n".join(f"![{one.name}: {one.value}](docs/badges/{_file(one)})" for one in found)
    return f"{before}{BEGIN}\n{badges}\n\n{table(found)}{END}{after}"


def documents() -> dict[Path, str]:
    """Everything that shows the figures, by its path."""
    found = figures()
    badges = {ROOT / "docs" / "badges" / _file(one): badge(one) for one in found}
    return {ROOT / "docs" / "audit.md": page(found), README: with_table(README.read_text("utf-8"), found), **badges}


def _file(one: Figure) -> str:
    return one.name.replace(" ", "-") + ".svg"
