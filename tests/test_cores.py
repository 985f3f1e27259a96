"""How many cores a run takes for its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder import cores


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "nonsense"}, None),
        ({"cpu.max": "1 0"}, None),
        ({}, None),
    ],
)
def test_quota_is_what_the_container_has(tmp_path: Path, files: dict[str, str], expected: float | None) -> None:
    """In both versions of control groups."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cores.quota(tmp_path) == expected


def test_usable_cores_are_those_that_were_lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch job with four cores of a large machine grades four at once; a container with a quota as many as that fills."""
    monkeypatch.setattr(cores, "own", lambda: [8, 9, 10, 11])
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert cores.usable(tmp_path) == 4
    (tmp_path / "cpu.max").write_text("150000 100000")
    assert cores.usable(tmp_path) == 2
    (tmp_path / "cpu.max").write_text("900000 100000")
    assert cores.usable(tmp_path) == 4
    (tmp_path / "cpu.max").write_text("1000 100000")
    assert cores.usable(tmp_path) == 1


def test_usable_cores_where_the_system_lends_none_in_particular(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All count there."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert (cores.own(), cores.usable(tmp_path)) == ([], 6)
