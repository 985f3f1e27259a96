"""The same checks on the same submissions through other graders and through this one: what it costs, and who earns what.

Run ``python benchmarks/peers/run.py [--only speed|attacks] [PEER…]`` or ``make bench-peers``; writes ``peers.json``,
``peers.md`` and ``peers.svg`` to ``benchmarks/results/``. Each peer is installed from PyPI into an environment of its own below
``build/peers/`` (:mod:`environments`); the check functions, and the values that they are given, are this course's, with the
same number of examples. Peers have no diagnosis and no pages: what they are spared is part of the comparison.

Speed: rounds are interleaved, one submission through everybody, then the next. Graders that take a class, nbgrader and this
one, are given all of them at once; this one three times, at the start, in the middle and at the end, and once a class of a
hundred and one of a thousand, in which the start of a run counts for less. CPU time is that of all processes that were
started. Everybody is kept on one core: a request that finds the other process on another core costs more, and a class that
keeps all cores busy has no other to go to.

Attacks: submissions with one function wrong that try to get its points all the same, and honest ones with odd habits
(:mod:`attacks`). An attack has earned something where the score is more than that of the rest, which is right.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from adapters import Nbgrader, OneByOne, Otter, Ours, Turn  # noqa: E402
from attacks import ATTACKED, ATTACKS, HONEST, NOT_RUN, Tried  # noqa: E402
from environments import PEERS, ROOT  # noqa: E402
from machine import describe_machine, one_core  # noqa: E402
from nbgrader_speed import SUBREAPER  # noqa: E402
from pages import write_pages  # noqa: E402

from autograder.audit.audit import alternatives  # noqa: E402
from autograder.course.assignment import Assignment  # noqa: E402
from autograder.course.course import open_course  # noqa: E402

ASSIGNMENT = "warmup"
CLASSES = (100, 1000)
RESULT = HERE.parent / "results" / "peers.json"
OURS = "autograder"


def hand_in(assignment: Assignment, folder: Path, students: int) -> list[Path]:
    """Right submissions, in the styles that the course has alternatives for; no two are the same."""
    styles = [assignment.reference_files()]
    styles += [{**assignment.reference_files(), f"{module}.py": path.read_bytes()} for path, module in alternatives(assignment)]
    homes = []
    for number in range(students):
        homes.append(_written(folder / f"student{number:02d}", styles[number % len(styles)]))
    return homes


def hand_in_tries(assignment: Assignment, folder: Path, tries: Sequence[Tried]) -> list[Path]:
    """A submission for each attack or odd habit."""
    reference = assignment.reference_files()
    return [
        _written(folder / f"tried{number:02d}", reference | {"warmup.py": one.source(reference["warmup.py"].decode()).encode()})
        for number, one in enumerate(tries)
    ]


def _written(home: Path, files: dict[str, bytes]) -> Path:
    home.mkdir(parents=True)
    for name, content in files.items():
        (home / name).write_bytes(content + f"\n# {home.name}\n".encode())
    return home


class Comparison:
    """All graders of a run, on the same submissions."""

    def __init__(self, names: Sequence[str], scratch: Path) -> None:
        self.scratch = scratch
        self.assignment = open_course(ROOT).assignment(ASSIGNMENT)
        self.ours = Ours(self.assignment, scratch)
        self.nbgrader = Nbgrader(self.assignment, scratch) if "nbgrader" in names else None
        single = [name for name in names if not PEERS[name].classwise]
        self.single = {name: (Otter if name == "otter-grader" else OneByOne)(name, self.assignment, scratch) for name in single}

    def speed(self, students: int) -> Iterator[dict[str, Any]]:
        """Seconds for each submission, and whether the scores are equal: so far, after every round."""
        homes = hand_in(self.assignment, self.scratch / "class", students)
        turns: dict[str, list[Turn]] = {}
        own = [self._told(OURS, self.ours.grade_class(homes))]
        large: dict[int, Turn] = {}
        if self.nbgrader is not None:
            turns["nbgrader"] = [self._told("nbgrader", self.nbgrader.grade_class(homes))]
        for number, home in enumerate(homes):
            for name, grader in self.single.items():
                turns.setdefault(name, []).append(self._told(name, grader.grade(home)))
            if number in (len(homes) // 2, len(homes) - 1):
                own.append(self._told(OURS, self.ours.grade_class(homes)))
            yield self._rows(turns, own, large)
        for size in CLASSES:
            handed_in = hand_in(self.assignment, self.scratch / f"class{size}", size)
            large[size] = self._told(f"a class of {size}", self.ours.grade_class(handed_in))
            yield self._rows(turns, own, large)

    def _rows(self, turns: dict[str, list[Turn]], own: list[Turn], large: dict[int, Turn]) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        for name, found in turns.items():
            scores = {key: value for turn in found for key, value in turn.scores.items()}
            equal = all(value == own[0].scores[key] for key, value in scores.items())
            rows[name] = _row(sum(one.wall_s for one in found), sum(one.cpu_s for one in found), len(scores), equal)
            rows[name] |= {"walls": PEERS[name].walls, "version": PEERS[name].version}
        right = all(score == self.assignment.points for turn in [*own, *large.values()] for score in turn.scores.values())
        middle = [statistics.median(getattr(one, what) for one in own) for what in ("wall_s", "cpu_s")]
        rows[OURS] = _row(middle[0], middle[1], len(own[0].scores), right) | {"walls": self.ours.profile}
        for size, turn in large.items():
            row = _row(turn.wall_s, turn.cpu_s, size, right)
            rows[f"{OURS}, a class of {size}"] = row | {"walls": self.ours.profile}
        return rows

    def attacks(self, known: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Scores of every try by grader, None where there is no result: so far, after every one; what is known is kept."""
        tries = [*ATTACKS, *HONEST]
        homes = hand_in_tries(self.assignment, self.scratch / "tries", tries)
        names = dict(zip((home.name for home in homes), (one.name for one in tries), strict=True))
        scores: dict[str, dict[str, float | None]] = known.get("scores", {})
        rest = self.assignment.points - self.assignment.exercise(ATTACKED).points
        found = {
            "points": self.assignment.points, "points_of_the_rest": rest, "not_run": NOT_RUN,
            "attacks": [one.name for one in ATTACKS], "honest": [one.name for one in HONEST], "scores": scores,
        }  # fmt: skip
        classwise: list[tuple[str, Ours | Nbgrader]] = [(OURS, self.ours)]
        classwise += [("nbgrader", self.nbgrader)] if self.nbgrader is not None else []
        for name, takes_all in classwise:
            left = [home for home in homes if names[home.name] not in scores.get(name, {})]
            if left:
                turn = self._told(name, takes_all.grade_class(left))
                scores[name] = scores.get(name, {}) | {names[key]: score for key, score in turn.scores.items()}
                yield found
        for home in homes:
            for name, grader in self.single.items():
                mine = scores.setdefault(name, {})
                if PEERS[name].packages and names[home.name] not in mine:
                    mine[names[home.name]] = self._told(name, grader.grade(home)).scores[home.name]
                    yield found

    def _told(self, name: str, turn: Turn) -> Turn:
        scores = ", ".join(f"{key} {value}" for key, value in list(turn.scores.items())[:40])
        print(f"{name}: {turn.wall_s:.1f} s, CPU {turn.cpu_s:.1f} s: {scores}", file=sys.stderr, flush=True)
        if None in turn.scores.values() and turn.said:
            print(f"   {turn.said[-300:]!r}", file=sys.stderr, flush=True)
        return turn


def _row(wall: float, cpu: float, submissions: int, equal: bool) -> dict[str, Any]:
    return {
        "submissions": submissions, "wall_s": round(wall / submissions, 3), "cpu_s": round(cpu / submissions, 3),
        "scores_equal": equal,
    }  # fmt: skip


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peers", nargs="*", help=f"of {', '.join(PEERS)}; default: all")
    parser.add_argument("--only", choices=["speed", "attacks", "pages"], help="measure one part; the other stays as it is")
    parser.add_argument("--students", type=int, default=10, help="honest submissions")
    parser.add_argument("--afresh", action="store_true", help="run attacks again whose scores are known")
    parser.add_argument("--out", type=Path, default=RESULT)
    wanted = parser.parse_args()
    if unknown := set(wanted.peers) - set(PEERS):
        raise SystemExit(f"there is no peer {', '.join(sorted(unknown))}; choose from {', '.join(PEERS)}")
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    known: dict[str, Any] = json.loads(wanted.out.read_text()) if wanted.out.exists() else {}
    if wanted.only != "pages":
        about = {"assignment": ASSIGNMENT, "machine": describe_machine()}
        with tempfile.TemporaryDirectory(prefix="peers-") as scratch:
            comparison = Comparison(wanted.peers or list(PEERS), Path(scratch))
            for part in ("speed", "attacks"):
                if wanted.only not in (None, part):
                    continue
                measured = {"date": time.strftime("%Y-%m-%d"), "load_before": round(os.getloadavg()[0], 1)}
                attacks = {} if wanted.afresh else known.get("attacks", {})
                steps = comparison.speed(wanted.students) if part == "speed" else comparison.attacks(attacks)
                with one_core() if part == "speed" else contextlib.nullcontext():
                    for found in steps:
                        known |= about | {part: found, f"{part}_measured": measured}
                        wanted.out.write_text(json.dumps(known, indent=1) + "\n")
    print(write_pages(known, wanted.out))


if __name__ == "__main__":
    main()
