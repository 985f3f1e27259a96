"""A merge says what does not fit together: a part that was forgotten, results made in different ways, a wrong folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_results import result as sample

from autograder.errors import UsageError
from autograder.results.merging import merge_results
from autograder.results.run_log import RunLog
from autograder.results.schema import Limits, SubmissionResult
from autograder.results.store import save_result


def part(root: Path, student: str, shard: str | None, **changes: object) -> Path:
    """A folder with the result of one student."""
    path = root / student
    path.mkdir()
    one = sample().model_copy(update={"student": student, "submission_sha256": student[0] * 64, **changes}, deep=True)
    save_result(one, path, student)
    RunLog(path).start(assignment="vae", shard=shard, paths=["/class"])
    return path


@pytest.mark.parametrize(
    ("shards", "told"),
    [
        (["1/3", "3/3"], "part 2 of 3 is not among these results (grade it with --shard 2/3"),
        (["2/4"], "parts 1, 3, 4 of 4 are not"),
        (["1/2", "2/3"], "there are parts 1/2, 2/3"),
        (["1/2", "1/2"], "part 2 of 2 is not"),
    ],
)
def test_a_part_that_was_forgotten_is_told(tmp_path: Path, shards: list[str], told: str) -> None:
    """Which one, and how to get it; again when the same is merged again."""
    parts = [part(tmp_path, f"{name}nna", shard) for name, shard in zip("abc", shards, strict=False)]
    for _ in range(2):
        (warning,) = merge_results(parts, tmp_path / "all")
        assert told in warning


@pytest.mark.parametrize("shards", [["1/2", "2/2"], ["1/1"], [None], [None, "1/2"], ["1/2", "2/2", "1/3"]])
def test_a_whole_class_is_whole(tmp_path: Path, shards: list[str | None]) -> None:
    """However it was divided, or not at all."""
    parts = [part(tmp_path, f"{name}nna", shard) for name, shard in zip("abc", shards, strict=False)]
    assert merge_results(parts, tmp_path / "all") == []


def test_parts_that_come_one_by_one_are_counted_together(tmp_path: Path) -> None:
    """What was merged before is known."""
    out = tmp_path / "all"
    told = [merge_results([part(tmp_path, f"{name}nna", f"{number}/3")], out) for number, name in enumerate("abc", start=1)]
    assert [len(warnings) for warnings in told] == [1, 1, 0]
    assert "parts 2, 3 of 3" in told[0][0]
    assert "part 3 of 3" in told[1][0]


def test_results_that_were_made_in_different_ways_are_told(tmp_path: Path) -> None:
    """Of another version, or under other limits: marks of a class are not to be compared then."""
    like: SubmissionResult = sample()
    usual, slow = Limits(time_s=10.0, memory_mb=4096), Limits(time_s=99.0, memory_mb=4096)
    parts = [part(tmp_path, "anna", "1/3", limits=usual), part(tmp_path, "ben", "2/3", grader_version="0.0.1")]
    parts.append(part(tmp_path, "cem", "3/3", limits=slow))
    versions, limits = merge_results(parts, tmp_path / "all")
    assert f"{like.grader_version} (2), 0.0.1 (1)" in versions
    assert "time limits" in limits
    assert "99 s (1)" in limits


def test_a_folder_of_something_else_is_told(tmp_path: Path) -> None:
    """Beside others it is a warning, alone an error that names it; nothing is written then."""
    (tmp_path / "submissions").mkdir()
    good = part(tmp_path, "anna", None)
    (warning,) = merge_results([good, tmp_path / "submissions"], tmp_path / "all")
    assert warning.endswith("submissions: there are no results in it")
    with pytest.raises(UsageError, match="submissions"):
        merge_results([tmp_path / "submissions"], tmp_path / "none")
    assert not (tmp_path / "none").exists()
