"""The comparison as tables and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

EPSILON = 1e-6
OURS_IN_A_CLASS = "autograder, a class of "
SPARED = (
    "Checks call what a student wrote through this project's own session also in other graders, which already turns objects "
    "that lie into plain values there."
)


def write_pages(results: dict[str, Any], path: Path) -> str:
    """Write the tables and the picture beside the results; return the tables."""
    parts = []
    if "speed" in results:
        parts.append(_speed(results["speed"]) + "\n\n" + _when(results, "speed"))
    if "attacks" in results:
        parts.append(_attacks(results["attacks"]) + "\n\n" + _when(results, "attacks"))
    text = "\n\n".join(parts) + "\n"
    path.with_suffix(".md").write_text(text)
    if "speed" in results and "attacks" in results:
        _picture(results, path.with_suffix(".svg"))
    return text


def _when(results: dict[str, Any], part: str) -> str:
    machine, measured = results["machine"], results[f"{part}_measured"]
    told = f"{measured['date']}, {machine['cores']} cores, load before {measured['load_before']}."
    return " ".join(filter(None, [told, measured.get("note")]))


def _speed(rows: dict[str, Any]) -> str:
    ours = {"times ours": rows["autograder"]["cpu_s"]}
    ours |= {f"times ours in a class of {size}": rows[name]["cpu_s"] for size, name in _classes(rows).items()}
    columns = ["grader", "submissions", "walls", "wall s", "CPU s", *(f"CPU, {column}" for column in ours), "same scores"]
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    for name, row in sorted(rows.items(), key=lambda item: -item[1]["cpu_s"]):
        cells = [row.get("version") or name, row["submissions"], row["walls"], f"{row['wall_s']:.2f}", f"{row['cpu_s']:.2f}"]
        cells += [f"{row['cpu_s'] / seconds:.1f}" for seconds in ours.values()]
        lines.append("| " + " | ".join(map(str, [*cells, "yes" if row["scores_equal"] else "no"])) + " |")
    return "\n".join(lines)


def _classes(rows: dict[str, Any]) -> dict[int, str]:
    """Our rows about whole classes by size, the smallest first."""
    sizes = (name.removeprefix(OURS_IN_A_CLASS) for name in rows if name.startswith(OURS_IN_A_CLASS))
    return {size: f"{OURS_IN_A_CLASS}{size}" for size in sorted(map(int, sizes))}


def outcome(score: float | None, found: dict[str, Any], *, honest: bool) -> str:
    """A try's outcome in a word or two."""
    if score is None:
        return "no result"
    fair = found["points"] if honest else found["points_of_the_rest"]
    if score > fair + EPSILON:
        return f"**+{min(score - fair, 999):g}**"
    if score < fair - EPSILON:
        return f"−{fair - score:g}"
    return "–"


def counts(found: dict[str, Any], grader: str) -> tuple[int, int]:
    """How many attacks earned something, and how many honest submissions lost something."""
    scores = found["scores"][grader]
    earned = sum(outcome(scores[name], found, honest=False).startswith("**") for name in found["attacks"] if name in scores)
    lost = sum(outcome(scores[name], found, honest=True) != "–" for name in found["honest"] if name in scores)
    return earned, lost


def _attacks(found: dict[str, Any]) -> str:
    graders = list(found["scores"])
    lines = ["| submission | " + " | ".join(graders) + " |", "|---" * (len(graders) + 1) + "|"]
    for kind in ("attacks", "honest"):
        for name in found[kind]:
            cells = [
                outcome(found["scores"][one][name], found, honest=kind == "honest")
                if name in found["scores"][one]
                else "not run"
                for one in graders
            ]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        number = 0 if kind == "attacks" else 1
        words = "attacks that earned points" if kind == "attacks" else "honest ones that lost points"
        totals = [
            f"**{counts(found, one)[number]} of {sum(name in found['scores'][one] for name in found[kind])}**"
            for one in graders
        ]
        lines.append(f"| **{words}** | " + " | ".join(totals) + " |")
    lines += ["", f"Not run, because they would harm the machine where there are no walls: {', '.join(found['not_run'])}."]
    lines += ["", SPARED]
    return "\n".join(lines)


def _picture(results: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    matplotlib.rcParams.update({"svg.hashsalt": "peers", "svg.fonttype": "none", "font.size": 9})
    rows, found = results["speed"], results["attacks"]
    large = next(iter(_classes(rows).values()), "autograder")
    seconds = {name: row["cpu_s"] for name, row in rows.items()} | {"autograder": rows[large]["cpu_s"]}
    names = [name for name in sorted(seconds, key=lambda one: seconds[one]) if name in found["scores"]]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 2.6), sharey=True, layout="constrained")
    colours = ["#2563eb" if name == "autograder" else "#9ca3af" for name in names]
    left.barh(names, [seconds[name] for name in names], color=colours)
    left.set_xlabel(f"CPU seconds per submission ({large})" if large != "autograder" else "CPU seconds per submission")
    earned = [counts(found, name)[0] for name in names]
    right.barh(names, earned, color=colours)
    right.set_xlabel(f"attacks that earned points, of {len(found['attacks'])}")
    for axes, values in ((left, [seconds[name] for name in names]), (right, earned)):
        for place, value in enumerate(values):
            axes.text(value, place, f" {value:.2g}" if isinstance(value, float) else f" {value}", va="center")
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.15)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
