"""Results on disk: whole or not at all, and tolerant to what else lies in the folder."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
from pathlib import Path

import pytest
from sample_results import HOSTILE_NAMES, classroom, grader_error, result, unreadable

from autograder.errors import GraderError, UsageError
from autograder.results.graded import Graded
from autograder.results.results_folder import ResultsFolder
from autograder.results.schema import Attempt, Late
from autograder.results.store import Stored, load_result, load_results, save_result, write_class, write_summary


@pytest.mark.parametrize("student", HOSTILE_NAMES)
def test_a_result_survives_the_round_trip(tmp_path: Path, student: str) -> None:
    """Reading back gives an equal result."""
    original = result(student)
    assert load_result(save_result(original, tmp_path, "someone")) == original


def test_a_name_that_is_not_unicode_is_still_written(tmp_path: Path) -> None:
    """A lone surrogate, as in the name of a folder that is not UTF-8, is spelled out."""
    path = save_result(result("caf\udce9"), tmp_path, "cafe")
    assert load_result(path).student == "caf\\udce9"


def test_a_score_that_is_no_number_is_never_written(tmp_path: Path) -> None:
    """NaN would be written as null and read back by nobody."""
    with pytest.raises(GraderError, match="finite"):
        save_result(result(score=float("nan")), tmp_path, "alice")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", ["1e308", "-1e308", "NaN", "Infinity"])
@pytest.mark.parametrize("place", ["score", "max_score", "duration_s", "penalty", "counting"])
def test_a_file_with_a_number_that_nobody_means_is_no_result(tmp_path: Path, place: str, number: str) -> None:
    """It is left out and named; added to a class's scores it would make a mean of them that is no number."""
    one = result()
    one.late = Late(due="2026-11-20", days=1, slack_days=0, penalty=1.0)
    one.attempt = Attempt(number=2, policy="best", counting_number=1, counting=1.0)
    path = save_result(one, tmp_path, "alice")
    assert load_results(tmp_path)[1] == []
    text = path.read_text()
    path.write_text(re.sub(rf'"{place}": [\d.]+', f'"{place}": {number}', text, count=1))
    assert path.read_text() != text
    found, warnings = load_results(tmp_path)
    assert found == []
    assert len(warnings) == 1
    assert "ignored alice.json: " in warnings[0]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the old result stays, no temporary file is left, and the message has a remedy."""
    path = save_result(result("old"), tmp_path, "alice")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="free some space"):
        save_result(result("new"), tmp_path, "alice")
    assert [entry.name for entry in tmp_path.iterdir()] == ["alice.json"]
    assert load_result(path).student == "old"


def test_a_file_in_place_of_the_folder_is_a_clear_error(tmp_path: Path) -> None:
    """The message names the path and what to do."""
    (tmp_path / "results").write_text("")
    with pytest.raises(UsageError, match="--out"):
        save_result(result(), tmp_path / "results", "alice")


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"{",
        b"[]",
        b'{"schema": 1}',
        b"\xff\xfe\x00",
        b"null",
        b"[" * 100_000,
        result(score=1.0).to_json().replace('"score":1.0', '"score":NaN', 1).replace('"score": 1.0', '"score": NaN').encode(),
        result(schema_version=99).to_json().encode(),
    ],
)
def test_junk_gives_one_warning_line(tmp_path: Path, junk: bytes) -> None:
    """Broken and foreign files are named, the others are read."""
    save_result(result(), tmp_path, "alice")
    (tmp_path / "junk.json").write_bytes(junk)
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "class.json").write_text("{}")
    results, warnings = load_results(tmp_path)
    assert [stored.stem for stored in results] == ["alice"]
    assert len(warnings) == 1
    assert warnings[0].startswith("ignored junk.json")
    assert "\n" not in warnings[0]


def test_a_missing_folder_is_a_usage_error(tmp_path: Path) -> None:
    """No traceback, a remedy."""
    with pytest.raises(UsageError, match="autograder grade"):
        load_results(tmp_path / "nowhere")


def test_no_cell_of_the_summary_is_split_where_another_country_splits_it(tmp_path: Path) -> None:
    """A name with a semicolon or a tab is quoted, or what follows would be a cell of its own: a formula."""
    results = [result("ann"), result("a;=1+1;b"), result("b\t=1+1")]
    write_summary([Stored(str(i), r) for i, r in enumerate(results)], tmp_path / "summary.csv")
    text = (tmp_path / "summary.csv").read_text(encoding="utf-8")
    for delimiter in ";\t":
        cells = [cell for row in csv.reader(text.splitlines(), delimiter=delimiter) for cell in row]
        assert not any(cell.startswith("=") for cell in cells)
    naive = csv.reader(["a;=1+1;b,1,2"], delimiter=";")
    assert any(cell.startswith("=") for row in naive for cell in row), "the witness: without quotes it is one"


def test_summary_has_a_row_per_student_and_no_formula(tmp_path: Path) -> None:
    """Names cannot become formulas, numbers stay numbers, a failed grader gives no mark."""
    results = [*map(result, HOSTILE_NAMES), unreadable(), grader_error()]
    write_summary([Stored(str(i), r) for i, r in enumerate(results)], tmp_path / "summary.csv")
    with open(tmp_path / "summary.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(results)
    assert not any(row["student"].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    assert float(rows[0]["score"]) == results[0].score
    assert rows[0]["vae.losses.gaussian_kl"] == "0"
    assert (rows[-2]["score"], rows[-2]["status"]) == ("0", "unreadable")
    assert (rows[-1]["score"], rows[-1]["percent"]) == ("", "")


@pytest.mark.parametrize("size", [0, 1, 40])
def test_class_file_counts_the_class(tmp_path: Path, size: int) -> None:
    """The distribution adds up to those graded, misconceptions name their students."""
    stored = [Stored(r.student, r) for r in [*classroom(size), grader_error()]]
    write_class(stored, tmp_path / "class.json")
    told = json.loads((tmp_path / "class.json").read_text(encoding="utf-8"))
    assert sum(step["count"] for step in told["distribution"]) == size
    assert told["statuses"].get("grader_error") == 1
    assert all(item["count"] == len(item["students"]) for item in told["misconceptions"])


def test_a_percentage_is_of_what_has_been_graded(tmp_path: Path) -> None:
    """In the table and in the statistics alike: prose that waits for a person counts against nobody and stays empty."""
    perfect = result("anna")
    for exercise in perfect.exercises:
        if exercise.status != "needs_manual_grading":
            exercise.score = exercise.max_score
    perfect.score = sum(exercise.score for exercise in perfect.exercises)
    stored = [Stored("anna", perfect)]
    write_summary(stored, tmp_path / "summary.csv")
    write_class(stored, tmp_path / "class.json")
    (row,) = csv.DictReader((tmp_path / "summary.csv").read_text(encoding="utf-8").splitlines())
    assert (row["percent"], row["awaiting"], row["vae.written.beta_tradeoff"]) == ("100.0", "15", "")
    assert json.loads((tmp_path / "class.json").read_text())["median_percent"] == 100.0


def test_what_students_have_in_common_is_held_once(tmp_path: Path) -> None:
    """The memory of a class grows by what differs: equal exercises are one object, but for those that a person marks."""
    for name in ("alice", "bob"):
        save_result(result(name), tmp_path, name)
    (alice, bob), _ = load_results(tmp_path)
    assert alice.result != bob.result
    assert alice.result.exercises == bob.result.exercises
    for one, other in zip(alice.result.exercises, bob.result.exercises, strict=True):
        assert (one is other) == (one.kind != "written")


def test_a_folder_that_grows_holds_what_students_have_in_common_once(tmp_path: Path) -> None:
    """What a run saves is shared with what it has saved before, and with what lay there."""
    save_result(result("alice"), tmp_path, "alice")
    folder = ResultsFolder(tmp_path)
    paths = {Path(name): name for name in ("bob", "carol")}
    folder.name(paths, lambda path: "")
    for path, name in paths.items():
        folder.save(path, Graded(result(name)))
    first, *others = (one.result.exercises for one in folder.stored)
    for other in others:
        pairs = [(one, here) for one, here in zip(first, other, strict=True) if one == here and one.kind != "written"]
        assert len(pairs) > 1
        assert all(one is here for one, here in pairs)


def test_an_exercise_that_cannot_be_written_as_json_is_held_as_it_is(tmp_path: Path) -> None:
    """A lone surrogate, which a student's file name may bring into a text, costs nobody the results folder."""
    odd = result("alice")
    odd.exercises[0].note = "caf\udce9.py"
    folder = ResultsFolder(tmp_path)
    folder.name({Path("alice"): "alice"}, lambda path: "")
    folder.save(Path("alice"), Graded(odd))
    assert folder.stored[0].result.exercises[0].note == "caf\udce9.py"
