"""What each piece of cleverness is worth: CPU of one right submission with it and without it, in turns.

Run ``python benchmarks/switches.py [SWITCH…]``; writes ``benchmarks/results/switches.json``. Every switch is a replacement in
a copy of the working tree: what is measured without it is this code and nothing else. A ratio below 1 says that the
cleverness saves CPU; what saves less than five in a hundred wherever it is used has to go. What has gone is kept in the
results: dropping two fork hooks, compiling convolutions beforehand (oneDNN is off instead), workers without torch, and an
earlier reading of generator state by ctypes, which read in place but still wrote the long way.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from against import ROOT, compare
from machine import describe_machine

RESULT = Path(__file__).parent / "results" / "switches.json"
ROUNDS = 11
ASSIGNMENTS = ("vae", "warmup", "autoregressive", "diffusion", "gan")
COPIED = ("autograder", "solutions", "benchmarks", "pyproject.toml")

SWITCHES: dict[str, list[tuple[str, str, str]]] = {
    "huge pages": [("autograder/sandbox/zygote/hugepages.py", 'libc.call("madvise", address, _SIZE, _MADV_COLLAPSE)', "pass")],
    "generator state in place": [("autograder/runtime/generator_state.py", "_ADDRESS = _address()", "_ADDRESS = 0")],
    "rehearsal": [("autograder/sandbox/zygote/rehearsal.py", "for turn in range(_TIMES):", "for turn in range(0):")],
}
"""Name -> file, what stands there, what stands there without it."""


def without(switch: str, folder: Path) -> Path:
    """A copy of the working tree in which one thing is switched off."""
    tree = folder / "without"
    shutil.rmtree(tree, ignore_errors=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree / name)
    for name, old, new in SWITCHES[switch]:
        path = tree / name
        text = path.read_text("utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{name}: {switch!r} cannot be switched off, {old!r} stands there {text.count(old)} times")
        path.write_text(text.replace(old, new), "utf-8")
    return tree


def main() -> None:
    """Measure the switches named on the command line, all by default."""
    measured = {}
    with tempfile.TemporaryDirectory() as scratch:
        for switch in sys.argv[1:] or SWITCHES:
            tree = without(switch, Path(scratch))
            measured[switch] = {name: compare(tree, name, ROUNDS)["ratio"] for name in ASSIGNMENTS}
            print(switch, measured[switch], flush=True)
    earlier = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    measured = {**earlier.get("ratio_of_cpu_with_to_without", {}), **measured}
    written = {"rounds": ROUNDS, "ratio_of_cpu_with_to_without": measured, "machine": describe_machine()}
    RESULT.write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main()
