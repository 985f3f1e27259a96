"""The log of a results folder: whole lines, whoever is killed; no reason to end a run."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.results.run_log import NAME, RunLog, read_run_log


def test_lines_of_several_runs(tmp_path: Path) -> None:
    """In order, each with its run."""
    for number in range(2):
        log = RunLog(tmp_path)
        log.start(number=number)
        log.write("graded", student="é\u202e\n")
    lines = read_run_log(tmp_path)
    assert [line["event"] for line in lines] == ["started", "graded"] * 2
    assert len({line["run"] for line in lines}) == 2
    assert lines[1]["student"] == "é\\u202e\\u000a" or "\n" not in str(lines[1]["student"])


def test_half_a_line_costs_no_other(tmp_path: Path) -> None:
    """What a killed run left is skipped, and the next line begins anew."""
    (tmp_path / NAME).write_text('{"event": "started"}\n{"event": "gra')
    RunLog(tmp_path).start()
    assert [line["event"] for line in read_run_log(tmp_path)] == ["started", "started"]


def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """At the start one clear line; later a warning, once, and the run goes on."""
    log = RunLog(tmp_path)
    log.start()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    log.write("graded")
    log.write("graded")
    assert capsys.readouterr().err.count("warning: ") == 1
    with pytest.raises(UsageError, match="No space left"):
        RunLog(tmp_path).start()


def test_no_log(tmp_path: Path) -> None:
    """No lines."""
    assert read_run_log(tmp_path) == []
