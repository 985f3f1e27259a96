"""What does not fit together among the parts of a class: one that is missing, and results that were made in different ways."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from autograder.plaintext import listed
from autograder.results.schema import SubmissionResult

PARTS = "parts"
"""In a run's line: which parts of a class its results are, as ``i/n``; nothing for the whole class."""
_PART = re.compile(r"(\d{1,6})/(\d{1,6})")
_WAYS: Mapping[str, Callable[[SubmissionResult], str]] = {
    "versions of the grader or the course": lambda one: one.grader_version,
    "isolation": lambda one: one.isolation.profile,
    "time limits": lambda one: f"{one.limits.time_s:g} s" if one.limits else "",
    "memory limits": lambda one: f"{one.limits.memory_mb} MB" if one.limits else "",
    "tasks": lambda one: "with training" if any(two.kind == "training" for two in one.exercises) else "without training",
}


def parts_of(line: Mapping[str, object] | None) -> set[str]:
    """The parts that a run's line is about; none where it is about the whole class."""
    if line is None:
        return set()
    parts = line.get(PARTS)
    told = [*(parts if isinstance(parts, list) else []), line.get("shard")]
    return {part for part in told if isinstance(part, str) and _PART.fullmatch(part)}


def missing_parts(starts: Sequence[Mapping[str, object]]) -> list[str]:
    """Return one line where the runs' parts are not all of a class; nothing where one of them was of the whole class."""
    found = [parts_of(start) for start in starts]
    if not found or not all(found):
        return []
    parts = {tuple(map(int, part.split("/"))) for one in found for part in one}
    counts = sorted({count for _, count in parts})
    for count in counts:
        missing = [str(number) for number in range(1, count + 1) if (number, count) not in parts]
        if not missing:
            return []
        if len(counts) == 1:
            told = f"part {missing[0]} of {count} is" if len(missing) == 1 else f"parts {listed(missing, 8)} of {count} are"
            return [f"{told} not among these results (grade it with --shard {missing[0]}/{count} and merge again)"]
    told = listed([f"{number}/{count}" for number, count in sorted(parts)], 8)
    return [f"no division of the class is complete, there are parts {told}: somebody may be in none of them"]


def different_ways(results: Iterable[SubmissionResult]) -> list[str]:
    """Return one line for each thing in which results differ that ought to be the same for a class."""
    graded = [one for one in results if one.status == "graded"]
    lines = []
    for name, way in _WAYS.items():
        counted = Counter(filter(None, map(way, graded)))  # an older result does not say everything
        if len(counted) > 1:
            told = listed([f"{value} ({number})" for value, number in counted.most_common()], 4)
            lines.append(f"these results have different {name}: {told} (`autograder regrade` or --resume makes them alike)")
    return lines
