"""``autograder list`` where there is no course: the assignments that a class was handed, as they tell of themselves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cli import run_command
from autograder.course import location
from autograder.course.course import open_course
from autograder.student.handed_out import handed_out

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What a student has, and no course, not even around this package."""
    for name in ("vae", "warmup"):
        shutil.copytree(ROOT / "assignments" / name, tmp_path / "kit" / "assignments" / name)
        shutil.copytree(ROOT / "release" / name, tmp_path / "kit" / "release" / name)
    (tmp_path / "kit" / "README.md").write_text("# The course\n")
    monkeypatch.setattr(location, "__file__", str(tmp_path / "lib" / "site-packages" / "autograder" / "course" / "location.py"))
    monkeypatch.delenv(location.ROOT_VARIABLE, raising=False)
    open_course.cache_clear()
    yield tmp_path / "kit"
    open_course.cache_clear()


@pytest.mark.parametrize("place", [".", "assignments", "assignments/vae", "assignments/vae/training", "release/vae"])
def test_a_student_sees_what_was_handed_out(
    kit: Path, place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From everywhere in it, with points as the course has them; and what one of them asks for."""
    monkeypatch.chdir(kit / place)
    assert run_command(["list"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["assignment", "vae", "warmup"]
    course = open_course(ROOT)
    assert [float(row[-2]) for row in rows[1:]] == [course.described(name).total_points for name in ("vae", "warmup")]
    assert all((kit / place / row[-1] / "README.md").is_file() for row in rows[1:])
    assert run_command(["list", "vae"]) == 0
    out = capsys.readouterr().out
    assert "losses.gaussian_kl " in out
    assert "Posterior collapse" in out
    assert "vae.training.vae_mnist" in out
    assert run_command(["list", "vea"]) == 2
    assert "did you mean vae?" in capsys.readouterr().err


def test_every_line_of_every_readme_is_read() -> None:
    """As many exercises, questions and tasks, and as many points, as the course has."""
    course = open_course(ROOT)
    found = {one.name: one for one in handed_out(ROOT / "assignments" / "vae")}
    assert sorted(found) == sorted(course.names())
    for name, one in found.items():
        known = course.described(name)
        assert one.points == known.total_points
        assert one.title == known.title
        assert [line.key for line in one.lines if line.kind == "code"] == [exercise.key for exercise in known.exercises]
        assert sum(line.kind == "written" for line in one.lines) == len(known.written)
        assert [line.title for line in one.lines if line.kind == "training" and line.points] == [
            task.title for task in known.training if task.points
        ]


def test_elsewhere_both_are_told_where_to_go(
    kit: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line."""
    monkeypatch.chdir(kit.parent)
    shutil.rmtree(kit / "assignments")
    (kit.parent / "project").mkdir()
    (kit.parent / "project" / "README.md").write_text("# Mine\n\n- `a.b` (4 points): no assignment\n")
    assert run_command(["list"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "handed out" in line
    assert location.ROOT_VARIABLE in line
