"""The course on disk: outlines, checks, and mistakes of those who write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_course import write_course
from tiny_course_files import OUTLINE

from autograder.course import location
from autograder.course.assignment import Assignment
from autograder.course.check_files import module_under_test
from autograder.course.course import Course, open_course
from autograder.errors import GraderError, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The assignment folder of a fresh tiny course."""
    return tmp_path / "solutions" / write_course(tmp_path)


@pytest.mark.parametrize("named", [False, True])
def test_a_course_that_is_somewhere_else_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    """Where an installation beside another course is what finds it; not where somebody has asked for it."""
    write_course(tmp_path / "course")
    monkeypatch.setattr(location, "__file__", str(tmp_path / "course" / "autograder" / "course" / "location.py"))
    monkeypatch.delenv("AUTOGRADER_COURSE", raising=False)
    if named:
        monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path / "course"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert location.find_root() == tmp_path / "course"
    assert (str(tmp_path / "course") in location.remark_on_root(location.find_root())) is not named
    monkeypatch.chdir(tmp_path / "course" / "solutions")
    assert location.remark_on_root(location.find_root()) == ""


def loaded(folder: Path) -> Assignment:
    """Load a changed assignment."""
    return Course(folder.parents[1]).assignment(folder.name)


def test_an_outline_is_read(tiny: Assignment) -> None:
    """Title, exercises in order, sources, what builds on what, kinds, checks of each, points."""
    assert tiny.title == "Tiny sums"
    assert tiny.modules == ("pieces", "whole")
    assert tiny.outline.expected_files == {"pieces.py", "whole.py"}
    assert [exercise.key for exercise in tiny.exercises] == [
        "pieces.double", "pieces.shift", "pieces.jitter", "whole.total", "whole.Scale",
    ]  # fmt: skip
    shift, total, scale = tiny.exercises[1], tiny.exercises[3], tiny.exercises[4]
    assert shift.id == f"{tiny.name}.pieces.shift"
    assert shift.sources == ("S2", "S3")
    assert total.uses == ("pieces.shift", "pieces.jitter")
    assert (shift.kind, scale.kind) == ("function", "class")
    assert [check.visibility for check in shift.checks] == ["visible", "hidden", "hidden"]
    assert shift.points == 4
    assert tiny.points == 17
    assert shift.title == "twice the input plus a constant"


def test_exercises_by_any_name(tiny: Assignment) -> None:
    """Id, module and name, or the name alone; a mistyped one is answered with a suggestion."""
    for key in ("total", "whole.total", f"{tiny.name}.whole.total"):
        assert tiny.exercise(key).name == "total"
    with pytest.raises(UsageError, match=r"did you mean .*whole\.total"):
        tiny.exercise("whole.totla")


def test_keys_of_checks_are_unique(tiny: Assignment) -> None:
    """Seeds are derived from them."""
    keys = [check.key for exercise in tiny.exercises for check in exercise.checks]
    assert len(keys) == len(set(keys))


def test_unknown_assignments_are_answered_with_suggestions(tmp_path: Path) -> None:
    """The names that exist."""
    course = Course(tmp_path)
    write_course(tmp_path, "tinyone")
    with pytest.raises(UsageError, match="tinyone") as caught:
        course.assignment("tinione")
    assert caught.value.exit_code == 2


def test_assignments_come_in_teaching_order(tmp_path: Path) -> None:
    """Those of course.toml first, in its order, others after them by name; one that is not there yet is left out."""
    for name in ("zebra", "flows", "aardvark", "vae"):
        write_course(tmp_path, name)
    assert Course(tmp_path).names() == ["aardvark", "flows", "vae", "zebra"]
    (tmp_path / "solutions" / "course.toml").write_text('assignments = ["vae", "absent", "flows"]')
    assert Course(tmp_path).names() == ["vae", "flows", "aardvark", "zebra"]


def test_the_version_follows_everything_that_decides_a_grade(folder: Path) -> None:
    """References, checks, outline; not what students see only."""
    course = Course(folder.parents[1])
    versions = [course.version(folder.name)]
    changed = ("pieces.py", "hidden/test_pieces.py", "visible/test_whole.py", "misconceptions/pieces.py", "outline.md")
    for path in changed:
        (folder / path).write_text((folder / path).read_text() + "\n")
        versions.append(course.version(folder.name))
    assert len(set(versions)) == 6
    (folder / "notes.txt").write_text("nothing")
    assert course.version(folder.name) == versions[-1]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- `absent.f` [S1]: there is no such file\n", "absent.py, which does not exist"),
        ("- `pieces.absent` [S1]: there is no such function\n", "which the reference lacks"),
    ],
)
def test_an_outline_that_promises_too_much(folder: Path, line: str, message: str) -> None:
    """Files and functions that do not exist."""
    (folder / "outline.md").write_text(OUTLINE + line)
    with pytest.raises(GraderError, match=message):
        loaded(folder)


def test_a_module_called_like_the_checks_helpers(folder: Path) -> None:
    """toys.py is the checks', so no exercise can stand in it."""
    (folder / "toys.py").write_text("def f(): ...\n")
    (folder / "outline.md").write_text(OUTLINE + "- `toys.f` [S1]: an exercise\n")
    with pytest.raises(GraderError, match="give the exercises' file another name"):
        loaded(folder)


def test_a_check_of_an_unlisted_exercise(folder: Path) -> None:
    """Its points would be lost silently."""
    path = folder / "hidden" / "test_pieces.py"
    path.write_text(path.read_text().replace('@check("double", points=1', '@check("duble", points=1'))
    with pytest.raises(GraderError, match="duble"):
        loaded(folder)


def test_a_file_of_checks_for_no_module(folder: Path) -> None:
    """The name has to begin with a module's."""
    (folder / "hidden" / "test_nothing.py").write_text('"""Nothing."""\n')
    with pytest.raises(GraderError, match="matches no module"):
        loaded(folder)


def test_the_longest_module_name_wins(tmp_path: Path) -> None:
    """`test_loss_terms_more.py` looks at `loss_terms`, not at `loss`."""
    modules = ("loss", "loss_terms")
    assert module_under_test(tmp_path / "test_loss_terms_more.py", modules) == "loss_terms"
    assert module_under_test(tmp_path / "test_loss_other.py", modules) == "loss"
    assert module_under_test(tmp_path / "test_loss.py", modules) == "loss"


def test_checks_imported_from_another_file_are_not_counted_twice(folder: Path) -> None:
    """Only functions that a file defines are its checks."""
    path = folder / "hidden" / "test_pieces_more.py"
    path.write_text("import sys\n" + (folder / "hidden" / "test_pieces.py").read_text())
    assert loaded(folder).exercise("double").points == 7
    original = f"autograder_checks.{folder.name}.hidden.test_pieces"
    path.write_text(f"import sys\ntest_again = sys.modules[{original!r}].test_double_purity\n")
    assert loaded(folder).exercise("double").points == 4


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    """Forget courses that were opened before and during the test."""
    open_course.cache_clear()
    yield
    open_course.cache_clear()


def test_a_course_is_found_from_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_cache: None) -> None:
    """By the variable first, then around the working folder."""
    write_course(tmp_path / "one")
    write_course(tmp_path / "two")
    deep = tmp_path / "one" / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    monkeypatch.delenv("AUTOGRADER_COURSE", raising=False)
    assert open_course().root == tmp_path / "one"
    open_course.cache_clear()
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path / "two"))
    assert open_course().root == tmp_path / "two"


def test_no_course_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_cache: None) -> None:
    """With the remedy."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    with pytest.raises(UsageError, match="AUTOGRADER_COURSE"):
        open_course()


def test_the_version_does_not_follow_the_place(folder: Path, tmp_path: Path) -> None:
    """A copy elsewhere, under folders that sort differently, is the same grader."""
    import shutil

    copy = tmp_path / "zz" / "solutions" / folder.name
    shutil.copytree(folder, copy)
    assert Course(tmp_path / "zz").version(folder.name) == Course(folder.parents[1]).version(folder.name)


def test_the_version_knows_where_a_file_lies(folder: Path) -> None:
    """Exchanging two files of one name changes what is checked."""
    course = Course(folder.parents[1])
    before = course.version(folder.name)
    visible, hidden = folder / "visible" / "test_pieces.py", folder / "hidden" / "test_pieces.py"
    texts = visible.read_text(), hidden.read_text()
    hidden.write_text(texts[0])
    visible.write_text(texts[1])
    assert course.version(folder.name) != before


def test_the_version_follows_points_of_written_questions(folder: Path) -> None:
    """Which are part of the most that can be earned."""
    course = Course(folder.parents[1])
    before = course.version(folder.name)
    (folder / "written").mkdir(exist_ok=True)
    (folder / "written" / "essay.md").write_text("points: 3")
    assert course.version(folder.name) != before


def test_what_decides_a_grade_exists() -> None:
    """Names of rooms that are part of the version are names of rooms."""
    import autograder.course.course as module

    package = Path(module.__file__).parents[1]
    assert all(list((package / name).glob("*.py")) for name in module._DECIDES)
