"""Shards become one folder: everything is there, nothing twice, and again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_results import result as sample

from autograder.errors import UsageError
from autograder.results.merging import merge_results
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
