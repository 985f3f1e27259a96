"""The template for dask-jobqueue, run with a stand-in for it."""

from __future__ import annotations

import runpy
import signal
import sys
import types
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed")
SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "dask_jobqueue_slurm.py"


def test_workers_have_one_thread_and_a_certificate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One process of one thread per job, by `scale`; the line that it prints can be typed."""
    asked: dict[str, Any] = {}

    class Stand:
        scheduler_address = "tls://head:1234"

        def __init__(self, **options: Any) -> None:
            asked.update(options)

        def scale(self, jobs: int) -> None:
            asked["jobs"] = jobs

    monkeypatch.setitem(sys.modules, "dask_jobqueue", types.SimpleNamespace(SLURMCluster=Stand))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(signal, "pause", lambda: None)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "8", "3"])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    assert (asked["jobs"], asked["cores"], asked["processes"], asked["walltime"]) == (8, 1, 1, "03:00:00")
    assert asked["worker_extra_args"][:2] == ["--nthreads", "1"]
    assert asked["protocol"] == "tls"
    assert asked["security"].require_encryption
    assert f"--scheduler tls://head:1234 --tls {tmp_path}/.autograder-tls" in capsys.readouterr().out
