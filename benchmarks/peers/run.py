"""The same checks on the same honest submissions, through other graders and through this one.

Run ``python benchmarks/peers/run.py [PEER…]`` or ``make bench-peers``; writes ``peers.json`` and ``peers.md`` to
``benchmarks/results/``. Each peer is installed from PyPI into an environment of its own below ``build/peers/``, with this
package beside it, from which the check functions come: they run in the peer's process, directly on what the student wrote, with
the same number of examples. Peers have no walls, no diagnosis and no pages: what they are spared is part of the comparison, and
stands in the table.

Rounds are interleaved: one submission through everybody, then the next. This grader takes all of them as a class, once, with
one job; its start counts, as theirs does for each submission. CPU time is that of all processes that were started.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from machine import describe_machine  # noqa: E402

from autograder.audit.audit import alternatives  # noqa: E402
from autograder.course.assignment import Assignment  # noqa: E402
from autograder.course.course import open_course  # noqa: E402

ASSIGNMENT = "warmup"
STUDENTS = 10
RESULT = HERE.parent / "results" / "peers.json"


@dataclass(frozen=True)
class Peer:
    """Another grader.

    Attributes:
        package: its name on PyPI.
        program: what runs one submission with it; prints the points.
        walls: what stands between a submission and the checks.
    """

    package: str
    program: str
    walls: str = "none: one process"


PEERS = {
    "gradescope-utils": Peer("gradescope-utils==0.5.0", "with_gradescope_utils.py"),
    "in-process": Peer("", "without_a_grader.py", "none: the floor, a process for each submission"),
}


def environment(name: str, peer: Peer) -> Path:
    """The interpreter of a peer's environment, made on first use."""
    folder = ROOT / "build" / "peers" / name
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        wanted = ["--constraint", ROOT / "constraints.txt", "--editable", f"{ROOT}[grading]", *filter(None, [peer.package])]
        subprocess.run([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *wanted], check=True)
        (folder / ".ready").touch()
    return python


def hand_in(assignment: Assignment, folder: Path) -> list[Path]:
    """Ten right submissions, in the styles that the course has alternatives for."""
    styles = [assignment.reference_files()]
    styles += [{**assignment.reference_files(), f"{module}.py": path.read_bytes()} for path, module in alternatives(assignment)]
    homes = []
    for number in range(STUDENTS):
        home = folder / f"student{number:02d}"
        home.mkdir(parents=True)
        for name, content in styles[number % len(styles)].items():
            (home / name).write_bytes(content + f"\n# {home.name}\n".encode())
        homes.append(home)
    return homes


def timed(command: list[str | Path], variables: dict[str, str]) -> tuple[float, float, str]:
    """Seconds by the clock, CPU seconds, and what was printed."""
    before, started = _cpu(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | variables, cwd=ROOT)
    wall = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return wall, _cpu() - before, done.stdout


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(names: list[str], say: Callable[[str], None]) -> dict[str, object]:
    """All rounds."""
    assignment = open_course(ROOT).assignment(ASSIGNMENT)
    pythons = {name: environment(name, PEERS[name]) for name in names}
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    told: dict[str, list[tuple[float, float, float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="peers-") as scratch:
        homes = hand_in(assignment, Path(scratch) / "class")
        for home in homes:
            for name in names:
                variables = threads | {"PEER_ASSIGNMENT": ASSIGNMENT, "PEER_SUBMISSION": str(home)}
                wall, cpu, printed = timed([pythons[name], HERE / PEERS[name].program], variables)
                told[name].append((wall, cpu, float(printed.split()[-1])))
                say(f"{home.name} {name} {wall:.1f} s")
        out = Path(scratch) / "out"
        command: list[str | Path] = [sys.executable, "-m", "autograder", "grade", ASSIGNMENT, homes[0].parent, "--out", out]
        wall, cpu, _ = timed([*command, "--jobs", "1", "--no-training", "--quiet", "--format", "json"], {})
        ours = [json.loads((out / f"{home.name}.json").read_text()) for home in homes]
    by_code = [sum(one["score"] for one in result["exercises"]) for result in ours]
    rows: dict[str, object] = {
        name: {
            "walls": PEERS[name].walls,
            "wall_s": round(sum(one[0] for one in rounds) / STUDENTS, 3),
            "cpu_s": round(sum(one[1] for one in rounds) / STUDENTS, 3),
            "scores_equal": [one[2] for one in rounds] == by_code,
        }
        for name, rounds in told.items()
    }
    rows["autograder"] = {
        "walls": ours[0]["isolation"]["profile"], "wall_s": round(wall / STUDENTS, 3), "cpu_s": round(cpu / STUDENTS, 3),
        "scores_equal": True,
    }  # fmt: skip
    return {"assignment": ASSIGNMENT, "submissions": STUDENTS, "machine": describe_machine(), "per_submission": rows}


def table(results: dict[str, object]) -> str:
    """Markdown."""
    rows: dict[str, dict[str, object]] = results["per_submission"]  # type: ignore[assignment]
    ours = float(str(rows["autograder"]["cpu_s"]))
    lines = ["| grader | walls | wall s | CPU s | CPU, times ours | same scores |", "|---|---|---|---|---|---|"]
    for name, row in rows.items():
        times = float(str(row["cpu_s"])) / ours
        same = "yes" if row["scores_equal"] else "no"
        lines.append(f"| {name} | {row['walls']} | {row['wall_s']} | {row['cpu_s']} | {times:.1f} | {same} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measure, print, write."""
    if unknown := set(arguments) - set(PEERS):
        raise SystemExit(f"there is no peer {', '.join(sorted(unknown))}; choose from {', '.join(PEERS)}")
    results = measure(arguments or list(PEERS), lambda line: print(line, file=sys.stderr))
    RESULT.write_text(json.dumps(results, indent=1) + "\n")
    RESULT.with_suffix(".md").write_text(table(results) + "\n")
    print(table(results))


if __name__ == "__main__":
    main(sys.argv[1:])
