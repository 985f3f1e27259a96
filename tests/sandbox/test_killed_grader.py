"""A grader that is killed while its zygote still imports."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from process_tree import descendants

from autograder.sandbox import control, interpreter, profiles
from autograder.sandbox.zygote_settings import ZygoteSettings
from autograder.temporary import PREFIX, remove_abandoned

_GRADER = """
import time
from autograder.sandbox.zygote_host import ZygoteHost
ZygoteHost("best", wait=False)
print("started", flush=True)
time.sleep(600)
"""

pytestmark = pytest.mark.skipif(
    not profiles.offers() or bool(profiles.offers()["pidfd"]), reason="zygotes are where workers can be forked"
)


def test_neither_a_process_nor_a_folder_is_left(tmp_path: Path) -> None:
    """Though another run removes the folder at once, while the zygote has not yet come to look for its grader."""
    grader = subprocess.Popen(
        [sys.executable, "-c", _GRADER], stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert grader.stdout is not None
    assert grader.stdout.readline() == "started\n"
    (folder,) = tmp_path.iterdir()
    zygote = _until(lambda: descendants(grader.pid))
    grader.kill()
    grader.communicate()
    remove_abandoned(tmp_path)
    _until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in zygote))
    assert not folder.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [False, True], ids=["before it sends the plan", "after it has sent the plan"])
def test_a_zygote_that_comes_too_late_removes_the_folder(tmp_path: Path, told: bool) -> None:
    """Its grader is dead by the time at which Python has started."""
    folder = tmp_path / f"{PREFIX}of-the-dead"
    for name in ("base", "home"):
        (folder / name).mkdir(parents=True)
    (folder / "owner").touch(0o600)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    ours, theirs = control.pair()
    with theirs:
        if told:
            plan = ZygoteSettings(base=str(folder / "base"), grader_pid=dead.pid)
            control.send(ours, {"plan": plan.to_json()})
        ours.close()
        command = interpreter.bootstrap("autograder.sandbox.zygote.process", theirs.fileno())
        environment = interpreter.clean_environment(str(folder / "home"))
        done = subprocess.run(
            command,
            cwd=folder / "base",
            env=environment,
            pass_fds=[theirs.fileno()],
            capture_output=True,
            check=False,
            timeout=300,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert list(tmp_path.iterdir()) == []


def _until(look: Callable[[], Any]) -> Any:
    """What is found in the end."""
    for _ in range(1200):
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError("it never was so")
