"""What a grader imports before its first submission: what the assignment's files speak of, and nothing else that is heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import json, sys
from pathlib import Path
from autograder.grading.warming import warm_for
warm_for(Path(sys.argv[1]))
print(json.dumps([name for name in ("sympy", "scipy.stats", "scipy.linalg", "torch.distributions") if name in sys.modules]))
"""


@pytest.mark.processes
@pytest.mark.parametrize(
    ("text", "heavy"),
    [
        ("import torch\n", []),
        ("# an optimum of scipy\n", []),
        ("optimizer = torch.optim.Adam([])\n", ["sympy"]),
        ("import scipy\n\n\ndef f(x):\n    return scipy.stats.norm(x)\n", ["scipy.stats", "scipy.linalg"]),
        ("def f(x):\n    from scipy.linalg import sqrtm\n", ["scipy.linalg"]),
    ],
)
def test_heavy_libraries_are_there_if_a_check_would_import_them(tmp_path: Path, text: str, heavy: list[str]) -> None:
    """An import inside a check would count against the student's time, and could be ended half-way."""
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "test_some.py").write_text(text)
    done = subprocess.run([sys.executable, "-c", _PROGRAM, str(tmp_path)], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) == {*heavy, "torch.distributions"}
