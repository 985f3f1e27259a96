"""How long the shell waits for one command, beside `import torch` and an empty Python, all in turns in one run.

Run ``python benchmarks/first_second.py [--tree before=FOLDER]… [--rounds 5]``; writes ``benchmarks/results/first_second.json``
and ``first_second.md``. Another working copy, which a label names, takes turns with this one. Wall time is the median of the
rounds; ratios are taken round by round, so that a machine that others use too slows both sides.
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

from machine import describe_machine
from phases import submission_of

from autograder.course.course import open_course

RESULT = Path(__file__).parent / "results" / "first_second.json"
PLAIN, TORCH = "python -c pass", "import torch"
GRADED = ("diffusion", "vae")
"""Assignments of which one right submission is graded and checked: without an optimiser, and with one."""


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
        found[f"grade {name}"] = [*tool, "grade", name, str(work), "--out", str(folder / "out"), "--no-training", "-q"]
        checks = Path(open_course().root) / "assignments" / name
        found[f"check {name}"] = [*tool, "check", str(work), "--checks", str(checks)]
    return found


def timed(command: list[str], tree: Path) -> tuple[float, float]:
    """Wall and processor seconds of a command with everything that it starts and waits for, run from a working copy."""
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
    return {key: round(value, 3) for key, value in row.items()}


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Markdown: labels beside each other; the ratio of processor times is what a busy machine changes least."""
    titles = ("wall s", "times import torch", "CPU s", "CPU times import torch")
    heads = ["command", *(f"{title}, {label}" for label in results for title in titles)]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name in next(iter(results.values())):
        cells = [name]
        for rows in results.values():
            row = rows[name]
            cells += [f"{row['wall_s']:.2f}", f"{row[f'times {TORCH}']:.2f}", f"{row['cpu_s']:.2f}"]
            cells += [f"{row['cpu_s'] / rows[TORCH]['cpu_s']:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", action="append", default=[], metavar="LABEL=FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    trees = {label: Path(folder) for label, _, folder in (one.partition("=") for one in chosen.tree)}
    results = measure({**trees, "now": Path(__file__).parents[1]}, chosen.rounds)
    RESULT.write_text(json.dumps({"machine": describe_machine(), "results": results}, indent=1) + "\n")
    RESULT.with_suffix(".md").write_text(table(results) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
