"""The other graders, and an environment of its own for each of them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "peers"


@dataclass(frozen=True)
class Peer:
    """Another grader.

    Attributes:
        packages: what is installed from PyPI for it.
        program: what runs one submission with it; empty where its own command does.
        walls: what stands between a submission and the checks.
        classwise: whether it takes a class at once, as this grader does; others are started for each submission.
    """

    packages: tuple[str, ...]
    program: str
    walls: str = "none: one process"
    classwise: bool = False

    @property
    def version(self) -> str:
        """The grader's package and version; empty for the floor."""
        return self.packages[0].replace("==", " ") if self.packages else ""


PEERS = {
    "nbgrader": Peer(("nbgrader==0.9.6", "ipykernel"), "", "none: the checks run in the kernel", classwise=True),
    "otter-grader": Peer(("otter-grader[grading]==7.0.0",), "", "none: the checks run in the kernel"),
    "gradescope-utils": Peer(("gradescope-utils==0.5.0",), "with_gradescope_utils.py"),
    # It imports pandas, networkx and plot-serializer without naming them among its requirements.
    "pytest-prairielearn-grader": Peer(
        ("pytest-prairielearn-grader==0.3.1", "pandas", "networkx", "plot-serializer"),
        "with_prairielearn.py",
        "a process for each test, same user, import filter",
    ),
    "torch-judge": Peer(("torch-judge==0.1.1",), "with_torch_judge.py"),
    "in-process": Peer((), "without_a_grader.py", "none: the floor, a process for each submission"),
}


def environment(name: str) -> Path:
    """The interpreter of a peer's environment, made on first use.

    The peer and what it needs come from PyPI at the versions of ``constraints.txt``. Torch does not: five copies of it would
    be gigabytes. A ``.pth`` file puts the packages of this project's own environment behind the peer's, and with them torch,
    NumPy where the peer brings none, and this package, from which the checks come.
    """
    folder = BUILD / name
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        (place,) = (folder / "lib").glob("python3*/site-packages")
        own = next(path for path in sys.path if path.endswith("site-packages"))
        (place / "zz_shared.pth").write_text(f"import site; site.addsitedir({own!r})\n")
        if PEERS[name].packages:
            without_torch = folder / "overrides.txt"
            without_torch.write_text("torch; sys_platform == 'never'\n")
            wanted = ["--constraint", ROOT / "constraints.txt", "--override", without_torch, *PEERS[name].packages]
            subprocess.run([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *wanted], check=True)
        (folder / ".ready").touch()
    return python
