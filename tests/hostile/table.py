"""The table of attacks as a document: what each is after, where it is shown to bite, which wall stops it.

Run ``python -m hostile.table`` in ``tests/`` to write ``README.md`` anew; a test fails when it is stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import forged_frames, lying_values, patched_process, processes, public_judges, snooping
from .attack import Attack

README = Path(__file__).with_name("README.md")
_WORDS = {"gain": "points", "tell": "hidden inputs", "harm": "harm", "noise": "nothing: it must do no damage"}


@dataclass(frozen=True)
class Family:
    """Attacks of one table."""

    title: str
    attacks: list[Attack]
    usual: str
    """What they are after, where an attack does not say."""
    bites: str
    wall: str


FAMILIES = (
    Family("Lying values", lying_values.ATTACKS, "gain", "`test_witnesses`: a careless judge is convinced",
           "only plain data crosses, and is judged in another process"),
    Family("The worker's own program patched", patched_process.ATTACKS, "gain", "`test_reached`: the mark is met",
           "what a worker says is data; operations are bound before student code runs"),
    Family("Looking for what is hidden", snooping.ATTACKS, "tell", "`test_texts_are_equal`: untold texts differ by seed",
           "two parts, salted inputs, three outcomes, one text each; private root and Landlock"),
    Family("Forged frames and callbacks", forged_frames.ATTACKS, "gain", "`test_reached`: the mark is met",
           "counting decoder, form of replies, sequence numbers, bounded callback graph"),
    Family("Processes, files, memory, time", processes.ATTACKS, "harm", "not shown without the wall yet",
           "system call filter, namespaces, limits, budget, deadlines"),
    Family("How public judges were beaten", public_judges.ATTACKS, "gain",
           "`test_reached`: the mark is met; `test_public_judges`: a judge that invites it is beaten",
           "fresh inputs, expected values elsewhere, values taken when they are sent"),
)  # fmt: skip

_HEAD = """# What attacks the grader here

Every attack is graded like a submission (`test_attacks.py`, a selection below S3 in `test_weaker_walls.py`): no point is
gained, nothing hidden is told, the next student is unharmed. An attack that would do nothing anywhere proves nothing, so a
witness shows that it bites. `test_kinds.py` has the kinds of somebody who has read the source, each with its wall and
without it. Written by `table.py`.
"""


def document() -> str:
    """The text of the table."""
    parts = [_HEAD]
    for family in FAMILIES:
        parts.append(f"\n## {family.title}\n\nStopped by: {family.wall}.\n\n| attack | after | where it bites |\n|---|---|---|")
        for attack in family.attacks:
            intent = attack.intent or family.usual
            bites = attack.unwitnessed or attack.effect or ("nowhere" if intent == "noise" else family.bites)
            parts.append(f"| {attack.name} | {_WORDS[intent]} | {bites} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    README.write_text(document(), "utf-8")
