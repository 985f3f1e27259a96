"""What a student installs: from the kit that a class is handed to the first feedback, in an empty environment.

Run ``python benchmarks/students/install.py`` or ``make bench-student``; writes ``student_install.json`` to
``benchmarks/results/``. The kit is built as `autograder bundle student` builds it. Torch and what it needs are installed first
and not counted: whoever takes this course has them. Then the three commands of the kit's README run as they stand there; what
they add to the environment is measured on disk, with the bytecode that pip compiles. uv stands in for pip, since it has torch
in its cache; it installs the same files.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import describe_machine  # noqa: E402

RESULT = HERE.parent / "results" / "student_install.json"
MOST_MEGABYTES = 300
"""Beyond torch; a test holds the record to it."""
COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def main() -> None:
    """Measure and write the record."""
    with tempfile.TemporaryDirectory() as folder:
        record = measured(Path(folder))
    RESULT.write_text(json.dumps(record | {"machine": describe_machine()}, indent=1) + "\n")
    print(json.dumps(record, indent=1))


def measured(folder: Path) -> dict[str, object]:
    """Build the kit, follow its README, and return what that took."""
    autograder, uv = (str(Path(sys.executable).with_name(name)) for name in ("autograder", "uv"))
    subprocess.run([autograder, "bundle", "student", "--out", str(folder / "kit.zip")], check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(folder / "kit.zip") as kit:
        kit.extractall(folder)
    environment, kit_folder = folder / "venv", next(path.parent for path in folder.glob("*/README.md"))
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(environment / "bin" / "python")]
    constraints = Path("constraints.txt").read_text().splitlines()
    subprocess.run([*install, next(line for line in constraints if line.startswith("torch=="))], check=True)
    before = sizes(environment)

    commands = told_commands(kit_folder)
    assert len(commands) == 3, f"the kit's README promises three commands and shows {commands}"
    assert commands[0].startswith("pip install ./"), commands[0]
    wheel = commands[0].removeprefix("pip install ")
    subprocess.run([*install, "--constraint", str(Path("constraints.txt").resolve()), wheel], cwd=kit_folder, check=True)
    new = [path for path in sizes(environment) if path not in before]
    compiled = [environment / path for path in new if path.endswith(".py")]
    listing = "\n".join(map(str, compiled)).encode()
    compile_all = [str(environment / "bin" / "python"), "-m", "compileall", "-q", "-i", "-"]
    subprocess.run(compile_all, input=listing, stdout=subprocess.DEVNULL, check=False)  # some are templates, not Python
    added = {path: size for path, size in sizes(environment).items() if path not in before}

    seconds, feedback = first_feedback(environment, kit_folder, commands[1:])
    return {
        "commands": commands,
        "requires": tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["dependencies"],
        "megabytes_beyond_torch": round(sum(added.values()) / 1e6, 1),
        "megabytes_by_package": {name: round(size / 1e6, 1) for name, size in by_package(added).most_common(12)},
        "kit_megabytes": round((folder / "kit.zip").stat().st_size / 1e6, 1),
        "torch_megabytes": round(sum(before.values()) / 1e6),
        "first_feedback_s": round(seconds, 1),
        "first_line_of_feedback": feedback[0],
        "last_line_of_feedback": feedback[-1],
    }


def told_commands(kit: Path) -> list[str]:
    """The commands that the kit's README begins with."""
    found = COMMANDS.search((kit / "README.md").read_text("utf-8"))
    return [line for line in found[1].splitlines() if line.strip()] if found else []


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file below a folder, by path."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def by_package(added: dict[str, int]) -> Counter[str]:
    """Bytes by the top-level folder in site-packages."""
    counted: Counter[str] = Counter()
    for path, size in added.items():
        inside = path.partition("site-packages/")[2]
        counted[inside.partition("/")[0] or "programs"] += size
    return counted


def first_feedback(environment: Path, kit: Path, commands: list[str]) -> tuple[float, list[str]]:
    """Run the last commands as they stand, with nothing but the new environment in reach; what is said, and after how long."""
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
    variables = kept | {"PATH": f"{environment / 'bin'}:/usr/bin:/bin"}
    started = time.perf_counter()
    done = subprocess.run(["bash", "-c", " && ".join(commands)], cwd=kit, env=variables, capture_output=True, text=True)
    assert done.returncode == 1, f"unfinished work is to end with 1, this ended with {done.returncode}: {done.stderr}"
    return time.perf_counter() - started, [line for line in done.stdout.splitlines() if line.strip()]


if __name__ == "__main__":
    main()
