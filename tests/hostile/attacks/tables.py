"""All attacks that are one function of a submission."""

from __future__ import annotations

from . import forged_frames, lying_values, patched_process, processes, public_judges, snooping
from .attack import Attack

TABLES: dict[str, list[Attack]] = {
    "Values that lie": lying_values.ATTACKS,
    "What beat public judges": public_judges.ATTACKS,
    "The process patched": patched_process.ATTACKS,
    "Looking and telling": snooping.ATTACKS,
    "Forged frames, callbacks": forged_frames.ATTACKS,
    "Processes, files, memory": processes.ATTACKS,
}
"""By chapter of the table in `README.md`."""

ATTACKS = [attack for table in TABLES.values() for attack in table]
