"""When work was handed in, and a policy that cannot be meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.course.manifest import read_manifest
from autograder.errors import UsageError
from autograder.lateness.times import nbgrader_time, parse_time, read_times, time_of

TIME = datetime(2026, 11, 20, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-20T22:10:00+00:00", "2026-11-20 22:10:00 UTC", "2026-11-20 23:10:00.000000 Europe/Berlin\n", "2026-11-20T22:10Z"],
)
def test_times_with_a_zone(text: str) -> None:
    """ISO, and as nbgrader writes them."""
    assert parse_time(text) == TIME


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-20 22:10:00", "2026-11-20 22:10:00 Mars/Base", "22:10 UTC", "x" * 500]
)
def test_no_times(text: str) -> None:
    """Without a zone it is anybody's guess."""
    assert parse_time(text) is None


def test_a_table_of_times(tmp_path: Path) -> None:
    """By name, or by the id at the end of a download's name; spreadsheets write semicolons and a byte order mark."""
    path = tmp_path / "times.csv"
    path.write_text("Student;Submitted\n101;2026-11-20T22:10:00Z\nben;2026-11-20 22:10:00 UTC\n;\n", "utf-8-sig")
    times = read_times(path)
    assert time_of("archeranna_101", times) == time_of("ben", times) == TIME
    assert time_of("cem", times) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [("student\nann\n", "no columns"), ("student,submitted\nann,noon\n", "line 2: noon is not a time"), ("", "no columns")],
)
def test_tables_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    """One line with what and where."""
    (tmp_path / "times.csv").write_text(text)
    with pytest.raises(UsageError) as caught:
        read_times(tmp_path / "times.csv")
    assert message in str(caught.value)


def test_the_time_that_nbgrader_writes(tmp_path: Path) -> None:
    """A regular file in the folder, nothing else."""
    assert nbgrader_time(tmp_path) is None
    (tmp_path / "other").write_text("2026-11-20 22:10:00 UTC")
    (tmp_path / "timestamp.txt").symlink_to(tmp_path / "other")
    assert nbgrader_time(tmp_path) is None
    (tmp_path / "timestamp.txt").unlink()
    (tmp_path / "timestamp.txt").write_text("2026-11-20 22:10:00 UTC\n")
    assert nbgrader_time(tmp_path) == TIME


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("slack = 3", "no key 'slack'"),
        ("slack_days = 1.5", "slack_days is not a whole number"),
        ("per_day = 101", "per_day is not a number from 0 up to 100"),
        ('attempts = "first"', "attempts is none of best, latest"),
        ("due = {vae = 2026-11-20T23:59:00}", "policy.due.vae is not a time with its zone"),
        ("due = {gan = 2026-11-20T23:59:00Z}", "policy names 'gan'"),
        ("extensions = {vae = {ann = 3}}", "policy.extensions.vae.ann is not a time"),
        ("extensions = 3", "policy.extensions is not a table"),
    ],
)
def test_a_policy_that_cannot_be_meant(tmp_path: Path, table: str, message: str) -> None:
    """One line with the file and a remedy."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "course.toml").write_text(f'assignments = ["vae"]\n[policy]\n{table}\n')
    with pytest.raises(UsageError) as caught:
        read_manifest(tmp_path)
    assert message in str(caught.value)


def test_a_policy(tmp_path: Path) -> None:
    """All keys."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "course.toml").write_text(
        """assignments = ["vae"]
[policy]
slack_days = 3
per_day = 12.5
most_days = 7
grace_minutes = 15
attempts = "best"
times = "nbgrader"
[policy.due]
vae = 2026-11-20T23:59:00+01:00
[policy.extensions.vae]
ann = 2026-11-25T23:59:00+01:00
"""
    )
    policy = read_manifest(tmp_path).policy
    assert (policy.slack_days, policy.per_day, policy.most_days, policy.attempts) == (3, 12.5, 7, "best")
    assert policy.due_for("vae", "ann") > policy.due_for("vae", "ben")  # type: ignore[operator]
    assert policy.due_for("gan", "ben") is None
