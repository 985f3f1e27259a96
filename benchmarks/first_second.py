"""How long the shell waits for one command, beside `import torch` and an empty Python, all in turns in one run.

Run ``python benchmarks/first_second.py [--tree before=FOLDER]… [--rounds 5]``; writes ``benchmarks/results/first_second.json``
and ``first_second.md``. Another working copy, which a label names, takes turns with this one. Wall time is the median of the
rounds; ratios are taken round by round, so that a machine that others use too slows both sides.

The bound of a graded submission is 1.6 times `import torch` plus the checks themselves: what the same checks take in a plain
interpreter without walls that has imported everything and checks for the first time (examples are drawn, oracles used, and what
a library imports on its first use is imported). `of its bound` is the command's wall time over that sum.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from machine import describe_machine
from phases import submission_of

from autograder.assessment.assess import assess
from autograder.assessment.runner import RunOptions
from autograder.course.course import open_course
from autograder.sessions.subjects import LoadedModules

RESULT = Path(__file__).parent / "results" / "first_second.json"
PLAIN, TORCH = "python -c pass", "import torch"
GRADED = ("diffusion", "vae")
"""Assignments of which one right submission is graded and checked: without an optimiser, and with one."""
BOUND = 1.6
"""Times `import torch` that a graded submission may take beside its checks."""
ALONE = "--alone"


def commands(folder: Path) -> dict[str, list[str]]:
    """What is timed."""
    tool = [sys.executable, "-m", "autograder"]
    found = {
        PLAIN: [sys.executable, "-c", "pass"],
        TORCH: [sys.executable, "-c", "import torch"],
        "list": [*tool, "list"],
        "list vae": [*tool, "list", "vae"],
        "coverage": [*tool, "coverage"],
        "--help": [*tool, "--help"],
        "usage error": [*tool, "gradee"],
    }
    for name in GRADED:
        work = folder / name
        work.mkdir()
        for file, content in submission_of(open_course().assignment(name)).files.items():
            (work / file).write_bytes(content)
        found[f"checks of grade {name}"] = [sys.executable, __file__, ALONE, name]
        found[f"checks of check {name}"] = [sys.executable, __file__, ALONE, name, "--visible"]
        found[f"grade {name}"] = [*tool, "grade", name, str(work), "--out", str(folder / "out"), "--no-training", "-q"]
        checks = Path(open_course().root) / "assignments" / name
        found[f"check {name}"] = [*tool, "check", str(work), "--checks", str(checks)]
    return found


def alone(name: str, visible: bool) -> None:
    """Print what the checks of a right submission take here, without walls: wall and processor seconds."""
    torch.set_num_threads(1)  # as in every worker
    assignment = open_course().assignment(name)
    subject = LoadedModules(assignment, assignment.reference_files())
    begun, computed = time.perf_counter(), time.process_time()
    assess(assignment, assignment.exercises, subject, RunOptions(visible_only=visible), None)
    print(time.perf_counter() - begun, time.process_time() - computed)


def timed(command: list[str], tree: Path) -> tuple[float, float]:
    """Wall and processor seconds of a command with everything that it starts and waits for, run from a working copy."""
    if ALONE in command:
        told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tree).stdout.split()
        return float(told[-2]), float(told[-1])
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, cwd=tree)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(trees: dict[str, Path], rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Medians by working copy and command."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = commands(Path(folder))
        turns = [(label, name) for name in chosen for label in trees]
        taken: dict[tuple[str, str], list[tuple[float, float]]] = {turn: [] for turn in turns}
        for number in range(rounds + 1):
            for label, name in turns:
                found = timed(chosen[name], trees[label])
                if number:  # the first round writes bytecode and fetches pages of files
                    taken[label, name].append(found)
    return {label: {name: _row(taken, label, name) for name in chosen} for label in trees}


def _row(taken: dict[tuple[str, str], list[tuple[float, float]]], label: str, name: str) -> dict[str, float]:
    runs = taken[label, name]
    row = {
        "wall_s": statistics.median(wall for wall, _ in runs),
        "cpu_s": statistics.median(cpu for _, cpu in runs),
    }
    for base in (PLAIN, TORCH):
        pairs = zip(runs, taken[label, base], strict=True)
        row[f"times {base}"] = statistics.median(run[0] / one[0] for run, one in pairs)
    if (label, f"checks of {name}") in taken:
        rounds = zip(runs, taken[label, TORCH], taken[label, f"checks of {name}"], strict=True)
        row["of its bound"] = statistics.median(run[0] / (BOUND * one[0] + checks[0]) for run, one, checks in rounds)
    return {key: round(value, 3) for key, value in row.items()}


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Markdown: labels beside each other; the ratio of processor times is what a busy machine changes least."""
    titles = ("wall s", "times import torch", "of its bound", "CPU s", "CPU times import torch")
    heads = ["command", *(f"{title}, {label}" for label in results for title in titles)]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name in next(iter(results.values())):
        cells = [name]
        for rows in results.values():
            row = rows[name]
            bound = f"{row['of its bound']:.2f}" if "of its bound" in row else ""
            cells += [f"{row['wall_s']:.2f}", f"{row[f'times {TORCH}']:.2f}", bound, f"{row['cpu_s']:.2f}"]
            cells += [f"{row['cpu_s'] / rows[TORCH]['cpu_s']:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", action="append", default=[], metavar="LABEL=FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(ALONE, metavar="ASSIGNMENT", help=argparse.SUPPRESS)
    parser.add_argument("--visible", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        alone(chosen.alone, chosen.visible)
        return
    trees = {label: Path(folder) for label, _, folder in (one.partition("=") for one in chosen.tree)}
    results = measure({**trees, "now": Path(__file__).parents[1]}, chosen.rounds)
    RESULT.write_text(json.dumps({"machine": describe_machine(), "results": results}, indent=1) + "\n")
    RESULT.with_suffix(".md").write_text(table(results) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
