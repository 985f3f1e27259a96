"""Shards become one folder: everything is there, nothing twice, and again changes nothing."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from sample_results import result as sample

from autograder.errors import UsageError
from autograder.grading.regrade_run import last_start
from autograder.results.hand_marks import enter_marks
from autograder.results.merging import merge_results
from autograder.results.results_folder import attempts_before, past_folders
from autograder.results.run_log import RunLog
from autograder.results.schema import SubmissionResult
from autograder.results.store import load_results, save_result


def folder(root: Path, name: str, *results: SubmissionResult, picture: bytes = b"") -> Path:
    """A folder of results, each with one picture."""
    path = root / name
    for result in results:
        stem = result.student
        if picture:
            (path / "figures" / stem).mkdir(parents=True)
            (path / "figures" / stem / "plot.png").write_bytes(picture)
            result.artifacts.figures = [f"figures/{stem}/plot.png"]
        path.mkdir(exist_ok=True)
        save_result(result, path, stem)
    return path


def of(student: str, sha256: str = "a" * 64, **changes: object) -> SubmissionResult:
    """A result of one student."""
    return sample().model_copy(update={"student": student, "submission_sha256": sha256, **changes}, deep=True)


def contents(path: Path) -> dict[str, bytes]:
    """Every file."""
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}


def test_everything_is_there_and_again_changes_nothing(tmp_path: Path) -> None:
    """Results and pictures of all folders; a third merge, and one with the result itself, too."""
    parts = [folder(tmp_path, "one", of("anna"), picture=b"A"), folder(tmp_path, "two", of("ben"), picture=b"B")]
    out = tmp_path / "all"
    assert merge_results(parts, out) == []
    stored, warnings = load_results(out)
    assert [one.result.student for one in stored] == ["anna", "ben"]
    assert warnings == []
    assert [(out / one.result.artifacts.figures[0]).read_bytes() for one in stored] == [b"A", b"B"]
    before = contents(out)
    assert merge_results([*parts, out], out) == []
    assert contents(out) == before


def test_a_failed_grader_gives_way_to_a_result(tmp_path: Path) -> None:
    """In whatever order they come; the other way round nothing is replaced."""
    bad, good = of("anna", status="grader_error"), of("anna")
    for number, results in enumerate([(bad, good), (good, bad)]):
        parts = [folder(tmp_path, f"{number}{index}", result) for index, result in enumerate(results)]
        out = tmp_path / f"all{number}"
        merge_results(parts[:1], out)
        merge_results(parts[1:], out)
        ((one,), _) = load_results(out)
        assert one.result.status == "graded"


def test_different_work_under_one_name_is_kept(tmp_path: Path) -> None:
    """Both, each in a file of its own, and it is said."""
    parts = [folder(tmp_path, "one", of("anna", "a" * 64)), folder(tmp_path, "two", of("anna", "b" * 64))]
    (warning,) = merge_results(parts, tmp_path / "all")
    assert "different work of anna in 2 folders" in warning
    stored, _ = load_results(tmp_path / "all")
    assert {one.result.submission_sha256 for one in stored} == {"a" * 64, "b" * 64}


def test_a_picture_is_taken_from_its_folder_only(tmp_path: Path) -> None:
    """A result that names a file elsewhere does not bring it along."""
    (tmp_path / "secret.png").write_bytes(b"S")
    result = of("anna")
    result.artifacts.figures = ["../secret.png", "figures/none.png"]
    part = folder(tmp_path, "one", result)
    merge_results([part], tmp_path / "all")
    assert b"S" not in contents(tmp_path / "all").values()


def test_folders_of_two_assignments(tmp_path: Path) -> None:
    """Refused before anything is written."""
    parts = [folder(tmp_path, "one", of("anna")), folder(tmp_path, "two", of("ben", assignment="other"))]
    with pytest.raises(UsageError, match="one assignment at a time"):
        merge_results(parts, tmp_path / "all")
    assert not (tmp_path / "all").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """One line with its name."""
    with pytest.raises(UsageError, match="nowhere"):
        merge_results([tmp_path / "nowhere"], tmp_path / "all")


def replaced(path: Path, stamp: str, *results: SubmissionResult) -> Path:
    """The same folder, with results that a run replaced then."""
    for result in results:
        past = path / "history" / stamp
        past.mkdir(parents=True, exist_ok=True)
        save_result(result, past, result.student)
    return path


def test_earlier_attempts_come_along(tmp_path: Path) -> None:
    """Of all folders, under the names that results have here; a third merge adds none."""
    first, second, third = "2026-10-01T12.00.00.000000Z", "2026-10-02T12.00.00.000000Z", "2026-10-03T12.00.00.000000Z"
    one = replaced(folder(tmp_path, "one", of("anna", "c" * 64)), first, of("anna", "a" * 64))
    replaced(one, third, of("anna", "b" * 64))
    two = replaced(folder(tmp_path, "two", of("ben", "c" * 64)), second, of("ben", "b" * 64))
    out = tmp_path / "all"
    merge_results([one, two], out)
    stored, _ = load_results(out)
    tried = [(found.stem, found.result.submission_sha256[0]) for found in attempts_before(out, stored)]
    assert sorted(tried) == [("anna", "a"), ("anna", "b"), ("ben", "b")]
    assert [path.name for path in past_folders(out)] == [first, second, third]
    before = contents(out)
    merge_results([one, two, out], out)
    assert contents(out) == before


def test_different_work_replaced_at_one_moment_is_kept(tmp_path: Path) -> None:
    """Two parts that ran at the same time: neither takes the other's place."""
    stamp = "2026-10-01T12.00.00.000000Z"
    parts = [
        replaced(folder(tmp_path, name, of("anna", "c" * 64)), stamp, of("anna", digit * 64))
        for name, digit in (("one", "a"), ("two", "b"))
    ]
    merge_results(parts, tmp_path / "all")
    stored, _ = load_results(tmp_path / "all")
    assert {one.result.submission_sha256[0] for one in attempts_before(tmp_path / "all", stored)} == {"a", "b"}


def test_different_work_does_not_replace_what_is_there(tmp_path: Path) -> None:
    """Where the parts are put into the first of them, which is what happens without --out."""
    one, two = folder(tmp_path, "one", of("anna", "a" * 64)), folder(tmp_path, "two", of("anna", "b" * 64))
    (warning,) = merge_results([one, two], one)
    assert "different work of anna in 2 folders" in warning
    stored, _ = load_results(one)
    assert {found.result.submission_sha256[0] for found in stored} == {"a", "b"}


def test_marks_entered_by_hand_come_along(tmp_path: Path) -> None:
    """Every part has a table of its own; a mark that is there already stays."""
    parts = [folder(tmp_path, name, of(student)) for name, student in (("one", "anna"), ("two", "ben"))]
    for part, student in zip(parts, ("anna", "ben"), strict=True):
        enter_marks(part, load_results(part)[0])
        table = (part / "written.csv").read_text()
        (part / "written.csv").write_text(re.sub(rf"^{student},", f"{student},1.5", table, flags=re.MULTILINE))
    out = tmp_path / "all"
    merge_results(parts, out)
    before = contents(out)
    enter_marks(out, load_results(out)[0])
    written = [next(one for one in found.result.exercises if one.kind == "written").score for found in load_results(out)[0]]
    assert written == [1.5, 1.5]
    merge_results([*parts, out], out)
    assert contents(out)["written.csv"] == before["written.csv"]


def test_a_merged_class_can_be_graded_again(tmp_path: Path) -> None:
    """It says where all its submissions lie and how they were graded, and is no longer a part of a class."""
    parts = [folder(tmp_path, name, of(student)) for name, student in (("one", "anna"), ("two", "ben"))]
    for number, part in enumerate(parts, start=1):
        RunLog(part).start(assignment="vae", shard=f"{number}/2", paths=[f"/class/{number}", "/class/late"], time_limit=7.0)
    out = tmp_path / "all"
    merge_results(parts, out)
    started = last_start(out, "vae")
    assert started["paths"] == ["/class/1", "/class/late", "/class/2"]
    assert (started["shard"], started["time_limit"]) == (None, 7.0)
    before = contents(out)
    merge_results([*parts, out], out)
    assert contents(out) == before


def test_a_part_that_was_graded_again_replaces_what_it_said(tmp_path: Path) -> None:
    """By a newer grader, or newer work whose predecessor its history has: nobody is there twice."""
    stamp, out = "2026-10-01T12.00.00.000000Z", tmp_path / "all"
    part = folder(tmp_path, "one", of("anna", "a" * 64, grader_version="1"), of("ben", "a" * 64))
    merge_results([part], out)
    save_result(of("anna", "a" * 64, grader_version="2"), part, "anna")
    save_result(of("ben", "b" * 64), replaced(part, stamp, of("ben", "a" * 64)), "ben")
    assert all("different versions" in warning for warning in merge_results([part], out))  # Ben's is of before
    stored, _ = load_results(out)
    assert [(one.result.student, one.result.submission_sha256[0], one.stem) for one in stored] == [
        ("anna", "a", "anna"),
        ("ben", "b", "ben"),
    ]
    assert stored[0].result.grader_version == "2"
    assert [one.result.submission_sha256[0] for one in attempts_before(out, stored)] == ["a"]


def test_a_history_whose_penalties_have_moved_is_not_added_again(tmp_path: Path) -> None:
    """The policy of the course is applied to what was merged, earlier attempts included."""
    stamp, out = "2026-10-01T12.00.00.000000Z", tmp_path / "all"
    part = replaced(folder(tmp_path, "one", of("anna", "b" * 64)), stamp, of("anna", "a" * 64))
    merge_results([part], out)
    replaced(out, stamp, of("anna", "a" * 64, submitted="2026-10-01T12:00:00+00:00"))
    merge_results([part], out)
    assert [path.name for path in past_folders(out)] == [stamp]


def started(path: Path, *paths: str) -> Path:
    """The same folder, with the log of a run over submissions at ``paths``."""
    RunLog(path).start(assignment="vae", paths=list(paths))
    time.sleep(0.002)  # the log counts milliseconds
    return path


def test_newer_work_of_the_same_place_is_a_new_attempt(tmp_path: Path) -> None:
    """Parts on fresh disks know nothing of earlier ones: one submission lies at a path under a name, the later graded one."""
    out = tmp_path / "all"
    old = started(folder(tmp_path, "old", of("anna", "a" * 64), of("ben", "a" * 64)), "/class")
    merge_results([old], out)
    new = started(folder(tmp_path, "new", of("anna", "b" * 64), of("ben", "a" * 64)), "/class")
    assert merge_results([new], out) == []
    stored, _ = load_results(out)
    assert [(one.stem, one.result.submission_sha256[0]) for one in stored] == [("anna", "b"), ("ben", "a")]
    assert [one.result.submission_sha256[0] for one in attempts_before(out, stored)] == ["a"]
    before = contents(out)
    merge_results([new, out], out)
    assert contents(out) == before
    merge_results([started(folder(tmp_path, "newer", of("anna", "c" * 64)), "/class")], out)
    assert [one.result.submission_sha256[0] for one in attempts_before(out, load_results(out)[0])] == ["a", "b"]
    (warning,) = merge_results([old], out)
    assert "different work of anna" in warning, "older work replaces nothing"


@pytest.mark.parametrize("case", ["another place", "no log", "two of that name"])
def test_what_may_be_somebody_elses_replaces_nothing(tmp_path: Path, case: str) -> None:
    """Two sections with an Anna each; both are there, as before."""
    out = tmp_path / "all"
    merge_results([started(folder(tmp_path, "old", of("anna", "a" * 64)), "/class")], out)
    new = folder(tmp_path, "new", of("anna", "b" * 64))
    if case != "no log":
        started(new, "/class" if case == "two of that name" else "/other")
    if case == "two of that name":
        save_result(of("anna", "c" * 64), new, "anna~2")
    (warning,) = merge_results([new], out)
    assert "different work of anna" in warning
    assert {one.result.submission_sha256[0] for one in load_results(out)[0]} >= {"a", "b"}
    assert not past_folders(out)


def test_parts_may_be_merged_one_after_the_other(tmp_path: Path) -> None:
    """What counts is when a part began, not when it was merged; the places of all of them stay known."""
    out = tmp_path / "all"
    merge_results([started(folder(tmp_path, "old", of("anna"), of("ben")), "/class", "/late")], out)
    first = started(folder(tmp_path, "first", of("anna", "b" * 64)), "/class")
    second = started(folder(tmp_path, "second", of("ben", "b" * 64)), "/class")
    assert [*merge_results([first], out), *merge_results([second], out)] == []
    assert {one.result.submission_sha256[0] for one in load_results(out)[0]} == {"b"}
    assert last_start(out, "vae")["paths"] == ["/class", "/late"]


@pytest.mark.parametrize(
    "name", ["figures/" + "x" * 5000, "figures/" + "é" * 200, "a\0b", "../../etc/passwd", "/etc/hostname", ""]
)
def test_a_picture_that_has_no_such_name_costs_no_result(tmp_path: Path, name: str) -> None:
    """It is left as it stands, and nothing is copied from elsewhere."""
    parts = [folder(tmp_path, "one", of("anna")), folder(tmp_path, "two", of("ben"))]
    result = of("anna")
    result.artifacts.figures = [name]
    save_result(result, parts[0], "anna")
    assert merge_results(parts, tmp_path / "all") == []
    stored, _ = load_results(tmp_path / "all")
    assert [one.result.student for one in stored] == ["anna", "ben"]
    assert not (tmp_path / "all" / "figures").exists()


WHOLE = {"event": "started", "time": "2026-01-01T00:00:00.000+00:00", "paths": ["/work"], "assignment": "vae"}
ODD_LINES = [
    {**WHOLE, "time": None}, {**WHOLE, "time": 5}, {**WHOLE, "time": "yesterday"}, {**WHOLE, "graded": [1]},
    {**WHOLE, "time": "2026-01-01T00:00:00"}, {**WHOLE, "paths": [["/work"], 5]}, {**WHOLE, "paths": "/work"},
    {**WHOLE, "only": 5},
    {key: value for key, value in WHOLE.items() if key != "time"},
]  # fmt: skip


@pytest.mark.parametrize("line", [*map(json.dumps, ODD_LINES), "[" * 100_000, "1" * 5000, "\0" * 100])
def test_a_line_of_a_log_that_no_run_wrote_is_none(tmp_path: Path, line: str) -> None:
    """On either side of a merge; the whole line before it counts."""
    parts = [folder(tmp_path, "one", of("anna")), folder(tmp_path, "two", of("anna", "b" * 64), of("ben"))]
    for mended, other in (parts, parts[::-1]):
        mended.joinpath("run.jsonl").write_text(f"{json.dumps(WHOLE)}\n{line}\n")
        other.joinpath("run.jsonl").write_text(json.dumps({**WHOLE, "time": "2026-01-02T00:00:00.000+00:00"}))
        assert last_start(mended, "vae") == WHOLE
        merge_results(parts, parts[0])
