"""The table of all attacks, `tests/hostile/README.md`, written from the attacks themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .attack import INTENTS, WALLS, Attack
from .tables import TABLES

PATH = Path(__file__).resolve().parents[1] / "README.md"
_HEAD = """# Attacks

Submissions that attack the grader. Each is graded behind the walls (`test_attacks.py`: nothing gained, told, broken or left
behind), and each has a witness (`test_witnesses.py`): it runs once where a wall is open, and bites there. Without the witness
it would prove nothing that it gains nothing.

Where it bites:

- **judge**: a judge in the submission's own process, without filter, namespaces, Landlock or limits of the grader's; it
  compares as the word after it says (`witness/judges.py`). Attacks on a process, a file or an address meet ones that were
  made for them.
- **client**: a reader of the worker's frames that has no limits and takes what comes (`witness/client.py`).
- **texts**: the real grader; what it would tell if hidden checks were told like visible ones (`witness/shown.py`).
- **effect**: the real grader; what the attack patches ends the worker when it is called.

Whole submissions, two conspirers, and what a worker says of itself are in `test_known_submissions.py` and
`test_claims_and_channels.py`, with their witnesses beside them; answers that lean on each other in `test_pieces.py`; the
same attacks from notebooks and archives in `test_containers.py`, out of short answers in `test_short_answers.py`, and under
weaker profiles in `test_weaker_walls.py`.

This file is written by `python -m hostile.attacks.readme` in `tests/`; `test_table.py` sees that it is current.
"""


def rendered() -> str:
    """The table as it should be."""
    return "\n".join([_HEAD, *_legend("Intents", INTENTS), *_legend("Walls", WALLS), *_chapters()])


def _legend(title: str, meanings: dict[str, str]) -> Iterator[str]:
    yield f"## {title}\n"
    yield from (f"- **{name}**: {meaning}" for name, meaning in meanings.items())
    yield ""


def _chapters() -> Iterator[str]:
    for title, attacks in TABLES.items():
        yield f"## {title}\n"
        yield "| attack | intent | where it bites | wall |"
        yield "|---|---|---|---|"
        yield from map(_row, attacks)
        yield ""


def _row(attack: Attack) -> str:
    place, _, seen = attack.witness.partition(": ")
    remark = f" — {attack.known}" if attack.known else ""
    return f"| {attack.name} | {attack.intent} | {place}: {seen} | {attack.wall}{remark} |"


if __name__ == "__main__":
    PATH.write_text(rendered())
