"""One submission through pytest-prairielearn-grader: a test for each exercise, the student's code in one sandbox process.

The checks run in pytest's process; every call of a student's function goes through the sandbox's own ``query_function``.
Arguments travel pickled and results as JSON, in which tensors have no form: of this course's assignments ``warmup``, in NumPy,
can be graded so. The sandbox of a whole file of tests takes one student file, so that the submission's files are joined; with a
sandbox for each test, which several files need, a submission cost twenty interpreters that import pandas.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from environments import ROOT

HERE = Path(__file__).resolve().parent


def joined(home: Path) -> str:
    """All files of a submission as one."""
    texts = [path.read_text() for path in sorted(home.glob("*.py"))]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("from __future__")]
    return "\n".join(["from __future__ import annotations", *lines])


def main() -> None:
    """Lay out the folder as the platform does, run pytest in it, hand on the score."""
    with tempfile.TemporaryDirectory(prefix="prairielearn-") as scratch:
        folder = Path(scratch)
        (folder / "test_exercises").mkdir()
        (folder / "test_exercises" / "student_code.py").write_text(joined(Path(os.environ["PEER_SUBMISSION"])))
        shutil.copy(HERE / "prairielearn_checks.py", folder / "test_exercises.py")
        plugin = ["-p", "pytest_prairielearn_grader.plugin", "-p", "no:cacheprovider", "--rootdir", str(folder)]
        variables = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(HERE), "AUTOGRADER_COURSE": str(ROOT)}
        command = [sys.executable, "-m", "pytest", "-q", *plugin, str(folder / "test_exercises.py")]
        done = subprocess.run(command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, check=False)
        results = folder / "autograder_results.json"
        if not results.exists():
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
        tests = json.loads(results.read_text())["tests"]
        Path(os.environ["PEER_RESULT"]).write_text(json.dumps({"score": sum(one["points"] for one in tests)}))


if __name__ == "__main__":
    main()
