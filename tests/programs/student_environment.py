"""An empty environment into which a wheel is installed, and programs run in it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(python: Path, *arguments: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program of an environment, with nothing of the working copy in reach."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.run(
        [str(python), *map(str, arguments)], cwd=cwd, env=kept | variables, capture_output=True, text=True, timeout=500
    )


def readable_python() -> str:
    """A Python of this version that other users can run, too, where there is one: this one may lie in somebody's home."""
    system = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    return system if os.access(system, os.X_OK) else sys.executable


def empty_environment(environment: Path, base: str = sys.executable) -> Path:
    """Make an environment without this package, whose libraries are those of this one; return its Python.

    Its ``pip`` installs what it is given, from no index and without dependencies: those are there.
    """
    subprocess.run([base, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=120)
    python = environment / "bin" / "python"
    place = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=environment).stdout.strip())
    # A plain path: what the .pth files of that folder say, the editable install among them, is not followed.
    (place / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (place / "pip").mkdir()
    (place / "pip" / "__main__.py").write_text(PIP.format(uv=str(Path(sys.executable).with_name("uv"))))
    shim = environment / "bin" / "pip"
    shim.write_text(f'#!/bin/sh\nexec {python} -m pip "$@"\n')
    shim.chmod(0o755)
    return python


PIP = """
import subprocess, sys
wanted = [argument for argument in sys.argv[2:] if not argument.startswith("-")]
command = [{uv!r}, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", sys.executable, *wanted]
sys.exit(subprocess.run(command).returncode)
"""


def install(wheel: Path, environment: Path, base: str = sys.executable) -> Path:
    """Make such an environment, with the wheel in it; return its Python."""
    python = empty_environment(environment, base)
    done = run(python, "-m", "pip", "install", wheel, cwd=environment)
    assert done.returncode == 0, done.stderr
    return python
