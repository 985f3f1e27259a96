"""What grading 100 000 submissions on N machines would take, from overheads that are measured here, and what would break first.

Run ``python benchmarks/scale/scale_model.py [--workers 1 2 4 8] [--submissions 16]``; writes ``results/scale_model.json`` and
``scale_model.md``. Measured: tasks that do nothing, and tasks that return a real result, on a Dask cluster on loopback; a class
graded by such a cluster and by shards; reading, writing, merging and drawing results; their bytes, files and memory. The model
is arithmetic on these figures; what is reasoned and not measured is marked so.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scale_pages import page
from thousand import Writer

from autograder.course.course import open_course
from autograder.results.graded import Graded
from autograder.results.results_folder import ResultsFolder
from autograder.results.store import load_results

sys.path.insert(0, str(Path(__file__).parents[1]))

from machine import describe_machine, tree_cpu_seconds

RESULT = Path(__file__).parents[1] / "results" / "scale_model.json"
ASSIGNMENT = "warmup"
TASKS, IN_FLIGHT = 400, 24
COPIES = 1000
"""Results of the folder that is read, merged and drawn."""


def nothing(payload: bytes | None) -> bytes | None:
    """A task: what came in."""
    return payload


def no_op_tasks(workers: int, payload: bytes | None) -> dict[str, float]:
    """Tasks per second that pass through a client and a scheduler, and their CPU time; a few per worker are in flight."""
    from distributed import Client, LocalCluster, as_completed

    quiet = {"dashboard_address": None, "silence_logs": 50, "threads_per_worker": 1, "processes": True}
    with LocalCluster("127.0.0.1", n_workers=workers, **quiet) as cluster, Client(cluster) as client:
        client.wait_for_workers(workers)
        sent = 0

        def send() -> Any:
            nonlocal sent
            sent += 1
            return client.submit(nothing, payload, key=f"nothing-{sent}", pure=False)

        started, cpu = time.perf_counter(), time.process_time()
        completed = as_completed([send() for _ in range(IN_FLIGHT)])
        for future in completed:
            future.result()
            future.release()
            if sent < TASKS:
                completed.add(send())
        wall = time.perf_counter() - started
        # Client and scheduler live in this process.
        return {"tasks_per_s": round(TASKS / wall, 1), "cpu_ms_per_task": round((time.process_time() - cpu) / TASKS * 1e3, 3)}


def timed(command: Sequence[str | Path], allowed: tuple[int, ...] = (0, 2)) -> dict[str, float]:
    """Seconds of a command of this tool, and its CPU time."""
    return together([command], allowed)


def together(commands: Sequence[Sequence[str | Path]], allowed: tuple[int, ...] = (0, 2)) -> dict[str, float]:
    """The same for several that run at once."""
    started = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-m", "autograder", *map(str, one)]) for one in commands]
    cpu = dict.fromkeys(range(len(running)), 0.0)
    while any(one.poll() is None for one in running):
        for number, one in enumerate(running):
            cpu[number] = max(cpu[number], tree_cpu_seconds(one.pid))
        time.sleep(0.2)
    if wrong := [one.returncode for one in running if one.returncode not in allowed]:
        raise SystemExit(f"a command failed with {wrong[0]}")
    return {"wall_s": round(time.perf_counter() - started, 2), "cpu_s": round(sum(cpu.values()), 2)}


def write_class(folder: Path, submissions: int) -> Path:
    """Right submissions of the cheapest assignment."""
    writer = Writer(open_course().assignment(ASSIGNMENT))
    folder.mkdir()
    for number in range(submissions):
        writer.write(folder, number * 20)
    return folder


def on_a_cluster(submissions: Path, scratch: Path, workers: int) -> dict[str, float]:
    """A class graded by workers on loopback; their start is not counted."""
    command = [sys.executable, "-m", "autograder", "cluster", "--port", "0", "--workers", str(workers)]
    cluster = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert cluster.stdout is not None
        line = next(line for line in cluster.stdout if "--scheduler " in line)  # other lines name workers
        address = line.partition("--scheduler ")[2].split()[0]
        before, out = tree_cpu_seconds(cluster.pid), scratch / f"cluster-{workers}"
        grade = ["grade", ASSIGNMENT, submissions, "--out", out, "--scheduler", address, "--no-training", "-q"]
        cost = timed(grade)
        return cost | {"cpu_s_of_workers": round(tree_cpu_seconds(cluster.pid) - before, 2)}
    finally:
        cluster.terminate()
        cluster.wait()


def in_shards(submissions: Path, scratch: Path, shards: int) -> dict[str, float]:
    """The same class in parts, one process each, all at once."""
    parts = [scratch / f"shard-{shards}-{number}" for number in range(1, shards + 1)]
    commands: list[list[str | Path]] = [
        ["grade", ASSIGNMENT, submissions, "--out", out, "--shard", f"{number}/{shards}", "--jobs", "1", "--no-training", "-q"]
        for number, out in enumerate(parts, 1)
    ]
    cost = together(commands, (0, 1, 2))
    merged = timed(["merge", *parts, "--out", scratch / f"merged-{shards}"])
    return cost | {"merge_wall_s": merged["wall_s"], "merge_cpu_s": merged["cpu_s"]}


def results_of(folder: Path, scratch: Path) -> dict[str, float]:
    """Bytes, files, memory and seconds per result: of a folder of copies of a class's results."""
    stored, _ = load_results(folder)
    sent = pickle.dumps(Graded(stored[0].result))
    copies = ResultsFolder(scratch / "copies")
    students = {Path(f"{number:05d}"): f"{number:05d}" for number in range(COPIES)}
    copies.name(students, lambda path: "")
    before, saved = _resident_kb(), time.process_time()
    for number, (path, student) in enumerate(students.items()):
        result = stored[number % len(stored)].result.model_copy(deep=True, update={"student": student})
        copies.save(path, Graded(result))
    saved, held = time.process_time() - saved, _resident_kb() - before
    read = _cpu_of(lambda: load_results(scratch / "copies"))
    drawn = timed(["report", scratch / "copies"])
    one = next(iter(sorted((scratch / "copies").glob("0*.html"))))
    return {
        "bytes_on_the_wire": len(sent), "json_bytes": one.with_suffix(".json").stat().st_size,
        "page_bytes": one.stat().st_size, "files": 2,
        "index_bytes": (scratch / "copies" / "index.html").stat().st_size / COPIES,
        "held_kb": round(held / COPIES, 1), "save_ms": round(saved / COPIES * 1e3, 2), "read_ms": round(read / COPIES * 1e3, 2),
        "draw_ms": round(drawn["cpu_s"] / COPIES * 1e3, 2),
    }  # fmt: skip


def _resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def _cpu_of(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    """Measure and write; every part is on disk before the next begins."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--graders", type=int, nargs="+", help="workers and shards that grade, if not as many as --workers")
    parser.add_argument("--submissions", type=int, default=16)
    parser.add_argument("--out", type=Path, default=RESULT)
    wanted = parser.parse_args()
    found: dict[str, Any] = {"assignment": ASSIGNMENT, "date": time.strftime("%Y-%m-%d"), "machine": describe_machine()}
    found |= {"load_before": round(os.getloadavg()[0], 1), "submissions": wanted.submissions}

    def keep(part: str, key: str, value: dict[str, float]) -> None:
        found.setdefault(part, {})[key] = value
        print(part, key, value, flush=True)
        wanted.out.write_text(json.dumps(found, indent=1) + "\n")
        wanted.out.with_suffix(".md").write_text(page(found))

    with tempfile.TemporaryDirectory(prefix="scale-") as place:
        scratch = Path(place)
        submissions = write_class(scratch / "class", wanted.submissions)
        graders = wanted.graders or wanted.workers
        for number in graders:
            keep("shards", str(number), in_shards(submissions, scratch, number))
        keep("results", "each", results_of(scratch / f"merged-{graders[0]}", scratch))
        payload = os.urandom(int(found["results"]["each"]["bytes_on_the_wire"]))
        for number in wanted.workers:
            keep("no_op_tasks", str(number), no_op_tasks(number, None))
            keep("tasks_with_a_result", str(number), no_op_tasks(number, payload))
        for number in graders:
            keep("cluster", str(number), on_a_cluster(submissions, scratch, number))
    print(wanted.out.with_suffix(".md").read_text())


if __name__ == "__main__":
    main()
