"""The model of 100 000 submissions: arithmetic on what ``scale_model.py`` has measured."""

from __future__ import annotations

from typing import Any

CLASS = 100_000
MACHINES = (1, 2, 4, 8, 16, 64, 256)
CORES = 8
"""Of a machine of the model; a core of the model is one of the machine that was measured."""


def model(found: dict[str, Any]) -> dict[str, float]:
    """What each step costs, in CPU seconds; what has not been measured yet is missing."""
    costs: dict[str, float] = {}
    shards = {int(key): value for key, value in found.get("shards", {}).items()}
    if len(shards) > 1:
        few, many = min(shards), max(shards)
        start = max(0.0, (shards[many]["cpu_s"] - shards[few]["cpu_s"]) / (many - few))
        costs["start"] = start
        costs["submission"] = (shards[few]["cpu_s"] - few * start) / found["submissions"]
    each = found.get("results", {}).get("each")
    if each:
        costs |= {name.removesuffix("_ms"): each[name] / 1e3 for name in ("save_ms", "read_ms", "draw_ms")}
    tasks = found.get("tasks_with_a_result")
    if tasks:
        costs["dispatch"] = max(one["cpu_ms_per_task"] for one in tasks.values()) / 1e3
    return costs


def times(costs: dict[str, float], machines: int) -> dict[str, float]:
    """Hours for the class on a cluster and in shards."""
    graders = machines * CORES
    grading = costs["start"] + CLASS * costs["submission"] / graders
    coordinator = CLASS * (costs["dispatch"] + costs["save"])
    pages = CLASS * costs["draw"]
    return {
        "cluster": (max(grading, coordinator) + pages) / 3600,
        "shards": (grading + CLASS * (costs["save"] + costs["draw"]) / graders + CLASS * (costs["read"] + costs["save"]))
        / 3600,
        "bound": grading < coordinator,
    }


def page(found: dict[str, Any]) -> str:
    """Markdown: what was measured, then the model."""
    lines = [
        f"Measured on {found['date']} with {found['submissions']} right submissions of `{found['assignment']}`, on a machine of"
    ]
    lines[-1] += f" {found['machine']['cores']} cores whose load before was {found['load_before']}."
    lines += ["", "| measured | " + " | ".join(_counts(found)) + " |", "|---" * (len(_counts(found)) + 1) + "|"]
    for part, name, words in _ROWS:
        cells = [str(found.get(part, {}).get(count, {}).get(name, "")) for count in _counts(found)]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    each = found.get("results", {}).get("each", {})
    if each:
        lines += ["", "| a result | |", "|---|---|"]
        lines += [f"| {words} | {each[name]:g} |" for name, words in _EACH]
    if "cluster" not in found:
        lines += ["", "A class on a cluster's workers has not been measured in this record; the model does not rest on it."]
    costs = model(found)
    needed = {"start", "submission", "save", "read", "draw", "dispatch"}
    if needed <= costs.keys():
        lines += ["", *_predicted(costs, each)]
    else:
        lines += ["", f"The model needs what has not been measured: {', '.join(sorted(needed - costs.keys()))}."]
    return "\n".join(lines) + "\n"


_ROWS = [
    ("shards", "cpu_s", "class in shards, CPU s"),
    ("shards", "wall_s", "class in shards, wall s"),
    ("shards", "merge_cpu_s", "merging them, CPU s"),
    ("cluster", "wall_s", "class on a cluster's workers, wall s"),
    ("cluster", "cpu_s_of_workers", "of it the workers, CPU s"),
    ("no_op_tasks", "tasks_per_s", "tasks that do nothing, per s"),
    ("no_op_tasks", "cpu_ms_per_task", "client and scheduler, CPU ms each"),
    ("tasks_with_a_result", "tasks_per_s", "tasks with a result's bytes, per s"),
    ("tasks_with_a_result", "cpu_ms_per_task", "client and scheduler, CPU ms each"),
]
_EACH = [
    ("bytes_on_the_wire", "bytes from grader to coordinator"),
    ("json_bytes", "bytes of its JSON"),
    ("page_bytes", "bytes of its page"),
    ("index_bytes", "bytes of the class's page"),
    ("files", "files"),
    ("held_kb", "kB held in the coordinator's memory"),
    ("save_ms", "saving, CPU ms"),
    ("read_ms", "reading, CPU ms"),
    ("draw_ms", "drawing all pages from disk, CPU ms"),
]


def _counts(found: dict[str, Any]) -> list[str]:
    parts = {part for part, _, _ in _ROWS}
    return sorted({count for part in parts for count in found.get(part, {})}, key=int)


def _predicted(costs: dict[str, float], each: dict[str, float]) -> list[str]:
    lines = [f"Reasoned from it: {CLASS} submissions on N machines of {CORES} such cores, in hours."]
    lines += ["", "| N | one cluster, one coordinator | shards, merged at the end |", "|---|---|---|"]
    for machines in MACHINES:
        hours = times(costs, machines)
        bound = " (the coordinator is the bound)" if hours["bound"] else ""
        lines.append(f"| {machines} | {hours['cluster']:.2f}{bound} | {hours['shards']:.2f} |")
    graders = costs["submission"] / (costs["dispatch"] + costs["save"])
    lines += ["", "What breaks first (reasoned, from the figures above):", ""]
    lines += [
        f"1. One coordinator takes {1 / (costs['dispatch'] + costs['save']):.0f} results per second: more than "
        f"{graders:.0f} graders, or {graders / CORES:.0f} machines, wait for it. Shards have none.",
        f"2. Drawing the pages at the end is one process's work: {CLASS * costs['draw'] / 3600:.2f} h, however many machines "
        "grade. In shards each part draws its own.",
        f"3. Memory of the coordinator: {CLASS * each['held_kb'] / 2**20:.1f} GB for results that are alike; it grows with "
        "what differs (10 kB each in `thousand.json`, 1 GB in all).",
        f"4. Files: {CLASS * each['files']:.0f} in one folder, "
        f"{CLASS * (each['json_bytes'] + each['page_bytes']) / 2**30:.1f} GB. "
        "Listing it is one system call in a few thousand entries; shared file systems are slower by far (reasoned).",
        f"5. The class's page has {CLASS * each['index_bytes'] / 2**20:.0f} MB, which no browser shows well (reasoned).",
        f"6. The network: {CLASS * each['bytes_on_the_wire'] / 2**30:.1f} GB to the coordinator in all, "
        f"{each['bytes_on_the_wire'] / (costs['dispatch'] + costs['save']) / 2**20:.1f} MB/s at its limit: last.",
    ]
    return lines
