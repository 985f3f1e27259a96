"""How many cores a run takes for its own, and where its graders stay."""

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
    assert (cores.own(), cores.usable(tmp_path), cores.core_for([], 6)) == ([], 6, None)


def test_graders_share_the_cores_evenly_where_there_are_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that takes another's place takes its core."""
    monkeypatch.setattr(cores, "own", lambda: [3, 5])
    taken: list[int | None] = []
    for _ in range(4):
        taken.append(cores.core_for([one for one in taken if one is not None], 4))
    assert sorted(one or 0 for one in taken) == [3, 3, 5, 5]
    assert cores.core_for([3], 2) == 5
    assert cores.core_for([5], 2) == 3


def test_graders_go_where_there_is_room_where_cores_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program may be on the core that would have been chosen."""
    monkeypatch.setattr(cores, "own", lambda: [0, 1, 2])
    assert cores.core_for([], 2) is None
    monkeypatch.setattr(cores, "own", lambda: [0])
    assert cores.core_for([], 2) is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be kept on a core here")
def test_staying_is_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that is not there, or a process that is gone, is no error."""
    before = os.sched_getaffinity(0)
    cores.stay_on(None)
    cores.stay_on(1000)
    assert os.sched_getaffinity(0) == before
