"""A class graded on a busy machine and on an idle one: ``benchmarks/fairness/same_under_load.py [--students 20] [--load 20]``.

Right answers, mistakes of ``tests/corpus`` and one answer that never ends. The same seed twice, once with so many busy loops
beside it; writes what differs between the two, but for durations, to ``results/same_under_load.json``. Exit code 1 if
anything does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.atomic import write_atomically

sys.path.insert(0, str(Path(__file__).parents[1]))

from machine import describe_machine
from same_results import differences, results_of

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "same_under_load.json"
LONGEST = 3000
"""Seconds after which a busy loop ends whatever becomes of this program."""
sys.path.insert(0, str(ROOT / "tests" / "corpus"))


def write_class(folder: Path, students: int, assignment: str) -> None:
    """Folders of students, each with another mistake; every fifth is right and the second never ends."""
    from test_corpus import COURSE, WRONG, with_answer

    chosen = COURSE.assignment(assignment)
    answers = {key.partition(" ")[2]: found for key, found in WRONG.items() if key.split()[0] == assignment}
    mistakes = [(name, body) for name, found in answers.items() for _, body in found]
    for number in range(students):
        files = chosen.reference_files()
        if number % 5:
            name, body = mistakes[number * len(mistakes) // students]
            exercise = next(one for one in chosen.exercises if one.kind == "function") if number == 1 else chosen.exercise(name)
            files = with_answer(chosen, exercise, "while True: pass\n" if number == 1 else body)
        (folder / f"student{number:02}").mkdir(parents=True)
        for name, content in files.items():
            (folder / f"student{number:02}" / name).write_bytes(content)


def grade(submissions: Path, out: Path, assignment: str, load: int) -> float:
    """Grade the class with ``load`` busy loops beside it; returns the seconds that it took."""
    spin = f"import time\nend = time.monotonic() + {LONGEST}\nwhile time.monotonic() < end: sum(range(10000))"
    loops = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(load)]
    begun = time.monotonic()
    try:
        command = [sys.executable, "-m", "autograder", "grade", assignment, str(submissions), "--out", str(out), "--seed", "7",
                   "--no-training", "--quiet"]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 2):
            raise SystemExit(done.stderr[-3000:])
        return time.monotonic() - begun
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def main() -> None:
    """Grade twice and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--load", type=int, default=20)
    parser.add_argument("--assignment", default="warmup")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_class(home / "class", options.students, options.assignment)
        seconds = {load: grade(home / "class", home / f"load{load}", options.assignment, load) for load in (0, options.load)}
        idle, busy = results_of(home / "load0"), results_of(home / f"load{options.load}")
    found = [f"{line} idle and under load" for line in differences(idle, busy)]
    content = {
        "machine": describe_machine(), "assignment": options.assignment, "students": len(idle), "busy_loops": options.load,
        "seconds": {f"{load} loops": round(value, 1) for load, value in seconds.items()}, "differences": found,
    }  # fmt: skip
    write_atomically(RESULTS, json.dumps(content, indent=1) + "\n")
    print("\n".join(found) or f"{len(idle)} results are the same but for durations")
    raise SystemExit(1 if found or len(idle) != options.students else 0)


if __name__ == "__main__":
    main()
