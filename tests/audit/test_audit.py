"""The audit finds what is wrong with a course."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_course import write_course
from tiny_course_files import HIDDEN_PIECES, MISCONCEPTIONS, PIECES

from autograder.audit.audit import Finding, alternatives, audit_assignment, audit_in_parallel, audit_points, stub_files
from autograder.commands.audit import _as_json
from autograder.course.course import Course

Change = Callable[[Path], None]


def findings(root: Path, change: Change = lambda folder: None) -> list[Finding]:
    """Write a course, change it, audit it."""
    name = write_course(root)
    change(root / "solutions" / name)
    return list(audit_assignment(Course(root).assignment(name), seeds=(0, 1)))


def wrong(found: list[Finding]) -> list[tuple[str, str]]:
    """What is not as it should be."""
    return [(finding.subject.split(":")[0].split(" ")[0], finding.exercise) for finding in found if not finding.ok]


def replace(path: str, old: str, new: str) -> Change:
    """A change of one file."""

    def change(folder: Path) -> None:
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, new))

    return change


def test_a_sound_course(tmp_path: Path) -> None:
    """Reference with every seed, stub, and each misconception, as it is and cast, all as they should be."""
    found = findings(tmp_path)
    assert wrong(found) == []
    assert len(found) == 2 * 5 + 5 + 2 + 2


def test_a_reference_that_fails_its_checks(tmp_path: Path) -> None:
    """Named with the check."""
    found = findings(tmp_path, replace("pieces.py", "return double(x) + by", "return double(x) - by"))
    assert ("reference", "pieces.shift") in wrong(found)
    assert any("known_values" in finding.message for finding in found if not finding.ok)


def test_an_exercise_without_checks(tmp_path: Path) -> None:
    """It would be worth nothing."""
    line = "- `pieces.jitter`"
    found = findings(tmp_path, replace("outline.md", line, f"- `pieces.torch` [S9]: nothing\n{line}"))
    assert ("reference", "pieces.torch") in wrong(found)


def test_a_stub_that_earns_points(tmp_path: Path) -> None:
    """A solution outside of its region."""
    outside = PIECES.replace("    ### BEGIN SOLUTION\n    doubled", "    doubled")
    outside = outside.replace("name\n    ### END SOLUTION", "name")
    found = findings(tmp_path, replace("pieces.py", PIECES, outside))
    assert ("stub", "pieces.double") in wrong(found)


def test_a_right_answer_that_loses_points(tmp_path: Path) -> None:
    """An alternative is graded with everything else being the reference."""

    def add(folder: Path) -> None:
        (folder / "alternatives").mkdir()
        (folder / "alternatives" / "pieces_added.py").write_text(PIECES.replace("2 * x", "x + x"))
        (folder / "alternatives" / "pieces_double.py").write_text(PIECES.replace("2 * x", "(2 * x).double()"))

    found = findings(tmp_path, add)
    assert set(wrong(found)) == {("alternative", "pieces.double")}
    assert all("pieces_double" in finding.subject for finding in found if not finding.ok)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("return x * x", "return 2 * x", "NOT CAUGHT"),
        ("return x + 2", "return x * x", "NOT NAMED FIRST"),
        ('    record("row"', '    return\n    record("row"', "NOT NAMED FIRST"),
    ],
)
def test_a_misconception_that_is_not_caught_or_not_named(tmp_path: Path, old: str, new: str, word: str) -> None:
    """A right variant, two alike, a probe that sees nothing."""
    assert old in MISCONCEPTIONS
    found = findings(tmp_path, replace("misconceptions/pieces.py", old, new))
    bad = [finding for finding in found if not finding.ok]
    assert bad
    assert all(finding.subject.startswith("misconception") for finding in bad)
    assert any(word in finding.message for finding in bad)


def test_a_check_that_depends_on_the_seed(tmp_path: Path) -> None:
    """Found by auditing with several seeds."""
    flaky = HIDDEN_PIECES + (
        '\n\n@check("double", points=1, title="is lucky", kind="law")\n'
        "def test_double_lucky(candidate, rng):\n"
        '    """It was not lucky."""\n'
        "    value = float(candidate.double(torch.rand(1, generator=rng)))\n"
        "    assert abs(value - LUCKY) < 1e-6\n"
    )

    def change(folder: Path) -> None:
        import torch

        from autograder.assessment.examples import derive_seed
        from autograder.assessment.runner import RunOptions

        seed = derive_seed(RunOptions(0).salt, "pieces:hidden:double:lucky") % 2**63
        value = float(2 * torch.rand(1, generator=torch.Generator().manual_seed(seed)))
        (folder / "hidden" / "test_pieces.py").write_text(flaky.replace("LUCKY", repr(value)))

    bad = [finding.subject for finding in findings(tmp_path, change) if not finding.ok]
    assert [subject for subject in bad if subject.startswith("reference")] == ["reference (seed 1)"]


def test_what_alternatives_stand_for(tmp_path: Path) -> None:
    """The module that their name begins with; other files are not looked at."""
    name = write_course(tmp_path)
    folder = tmp_path / "solutions" / name / "alternatives"
    folder.mkdir()
    for stem in ("pieces_loops", "whole_einsum", "notes"):
        (folder / f"{stem}.py").write_text("")
    found = {path.stem: module for path, module in alternatives(Course(tmp_path).assignment(name))}
    assert found == {"pieces_loops": "pieces", "whole_einsum": "whole"}


def test_stubs_hold_no_solution(tmp_path: Path) -> None:
    """The files that the audit grades as untouched are those that students get."""
    name = write_course(tmp_path)
    assert b"secret" not in stub_files(Course(tmp_path).assignment(name))["pieces.py"]


def test_what_is_written_counts_what_is_right_and_keeps_what_is_wrong(tmp_path: Path) -> None:
    """Two hundred seeds give thousands of findings; only those that somebody has to look at are kept in full."""
    found = findings(tmp_path, replace("pieces.py", "2 * ", "3 * "))
    written = json.loads(_as_json(found, [], 2))
    assert sum(row["right"] + row["wrong"] for row in written["findings"]) == len(found)
    assert [(one["exercise"], one["subject"]) for one in written["wrong"]] == [
        (one.exercise, one.subject) for one in found if not one.ok
    ]
    assert written["wrong"]
    assert (written["seeds"], written["mutation"], written["not_caught"]) == (2, {}, [])


def test_an_alternative_counts_for_what_it_has(tmp_path: Path) -> None:
    """A new exercise does not make the alternatives that were there before it wrong; a function that is there is looked at."""
    right, wrong_one = "def shift(x, by=1.0):\n    return by + x + x\n", "def shift(x, by=1.0):\n    return by - x - x\n"
    for number, (text, expected) in enumerate([(right, []), (wrong_one, [("alternative", "pieces.shift")] * 2)]):

        def change(folder: Path, text: str = text) -> None:
            (folder / "alternatives").mkdir(exist_ok=True)
            (folder / "alternatives" / "pieces_alone.py").write_text(text)

        root = tmp_path / str(number)
        root.mkdir()
        assert wrong(findings(root, change)) == expected


def test_points_that_are_not_what_the_course_plans(tmp_path: Path) -> None:
    """Said with both numbers and the two places where they can be changed."""
    name = write_course(tmp_path)
    points = sum(one.points for one in Course(tmp_path).assignment(name).exercises)
    manifest = tmp_path / "solutions" / "course.toml"
    for planned, complaints in ((points, 0), (points + 1, 1)):
        manifest.write_text(f'assignments = ["{name}"]\n[code_points]\n{name} = {planned}\n')
        found = list(audit_points(Course(tmp_path), name))
        assert len(found) == complaints
        assert all(
            f"{points:g} points, planned are {planned:g}" in one.message and "course.toml" in one.message for one in found
        )


def test_one_exercise_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings are of the exercise that was asked for, and of no other."""
    name = write_course(tmp_path)
    monkeypatch.setattr("autograder.audit.audit.open_course", lambda root=tmp_path: Course(root))
    parts, total = audit_in_parallel([name], 1, 1, ["pieces.shift"])
    found = [one for part in parts for one in part]
    assert total == 7
    assert {one.exercise for one in found} == {"pieces.shift"}
    assert {one.subject.split(":")[0].split(" ")[0] for one in found} >= {"reference", "stub"}
