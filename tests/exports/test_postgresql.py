"""The gradebook in PostgreSQL: a real server, started here and ended here."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader_in_process import run_nbgrader
from sample_gradebook import FINAL, fill
from small_course import RIGHT, SQUARED, SmallCourse, solved

from autograder.cli import run_command
from autograder.exports.gradebook_marks import marks_of_gradebook
from autograder.gradebook.notebook_run import NotebookRun

pytest.importorskip("psycopg2")

_ROOMS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


def programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`, the newest version first."""
    found = shutil.which("pg_ctl")
    folders = [folder for room in _ROOMS for folder in Path("/").glob(room.lstrip("/"))]
    folders.sort(key=lambda folder: [int(part) for part in folder.parts[-2].split("-")[-1].split(".") if part.isdigit()])
    candidates = [*reversed(folders), *([Path(found).resolve().parent] if found else [])]
    return next((folder for folder in candidates if (folder / "initdb").is_file()), None)


def unprivileged() -> str | None:
    """Somebody to run the server as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def as_user(user: str | None, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a program of the server's, without what this process has in its environment."""
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    words = [str(word) for word in command]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=300, env=environment, user=user, group=_group(user),
        extra_groups=[] if user else None, cwd="/",
    )  # fmt: skip


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def started(room: Path, folder: Path, user: str | None) -> str:
    """Start a server that listens on a socket in ``folder`` alone; returns why it could not, or nothing."""
    data = folder / "data"
    made = as_user(user, room / "initdb", "-D", data, "-U", "grader", "-A", "trust", "-E", "UTF8", "--no-sync")
    if made.returncode:
        return made.stderr.strip()
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c shared_buffers=16MB"
    log = folder / "log"
    begun = as_user(user, room / "pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "-t", "30", "start")
    return begun.stderr.strip() or log.read_text() if begun.returncode else ""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A running server: a SQLAlchemy URL with a place for the database's name. Its socket is in a folder of its own."""
    room, user = programs(), unprivileged()
    if room is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    if os.geteuid() == 0 and user is None:
        pytest.skip("PostgreSQL does not run as root, and there is no other user")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: the path of a socket has 107 bytes at most
    try:
        if user:
            shutil.chown(folder, user)
        problem = started(room, folder, user)
        if problem:
            pytest.skip(f"PostgreSQL does not start here: {problem.splitlines()[-1]}")
        yield f"postgresql+psycopg2://grader@/{{}}?host={folder}"
    finally:
        as_user(user, room / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


Contents = list[tuple[Any, ...]]


def contents(url: str) -> Contents:
    """Everything that a gradebook holds about submissions, without ids."""
    from nbgrader.api import Gradebook

    with Gradebook(url, "dgm") as book:
        rows: Contents = []
        for submission in book.assignments[0].submissions:
            about = (submission.student_id, submission.timestamp, submission.score, submission.late_submission_penalty)
            rows.append((*about, submission.needs_manual_grade))
            for notebook in submission.notebooks:
                rows += [(*about[:1], g.name, g.auto_score, g.manual_score, g.needs_manual_grade) for g in notebook.grades]
                rows += [(*about[:1], c.name, c.auto_comment, c.manual_comment) for c in notebook.comments]
    return sorted(rows, key=repr)


@pytest.fixture
def database(server: str) -> str:
    """The URL of a new, empty database."""
    return new_database(server)


@pytest.fixture(scope="module")
def filled(server: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The same gradebook on the server and in a file, as URLs."""
    urls = new_database(server), f"sqlite:///{tmp_path_factory.mktemp('course')}/gradebook.db"
    for url in urls:
        fill(url)
    return urls


def new_database(server: str) -> str:
    """Create a database and return its URL."""
    from sqlalchemy import create_engine, text

    name = f"course_{secrets.token_hex(4)}"
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.format(name)


def test_the_gradebook_is_the_same_as_in_sqlite(filled: tuple[str, str]) -> None:
    """Students, scores to the last digit, what waits for a person; with the driver named or not."""
    on_server, in_file = filled
    marks = marks_of_gradebook(on_server)
    assert marks == marks_of_gradebook(in_file) == marks_of_gradebook(on_server.replace("+psycopg2", ""))
    assert {student: mark.score for student, mark in marks.assignments[0].marks.items()} == FINAL


def test_exports_are_the_same_as_from_sqlite(filled: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line by line, in every layout."""
    monkeypatch.chdir(tmp_path)
    for format in ("canvas", "moodle", "csv"):
        written = []
        for url in filled:
            assert run_command(["export", format, url, "--out", "marks.csv"]) == 0
            written.append(sorted((tmp_path / "marks.csv").read_text().splitlines()))
        assert written[0] == written[1]
        assert any("37.5" in line for line in written[0])


def test_a_class_is_graded_as_into_sqlite(
    course: SmallCourse, released: dict[str, Any], one_sandbox: None, database: str, tmp_path: Path
) -> None:
    """Releasing, `autograder nbgrade` and `nbgrader export`: scores, comments, what is late and what waits for a person."""
    course.submit("ann", solved(released, RIGHT, "It is additive."), timestamp="2030-01-01 10:00:00 UTC")
    course.submit("ben", solved(released, SQUARED), timestamp="2030-01-02 10:00:00 UTC")
    config = course.root / "nbgrader_config.py"
    plain = config.read_text()
    found = []
    for url in (f"sqlite:///{tmp_path}/gradebook.db", database):
        config.write_text(f"{plain}\nc.CourseDirectory.db_url = {url!r}\n")
        run_nbgrader(course.root, "generate_assignment", course.name, "--force")
        run = NotebookRun(course.name, tmp_path / "out", frozenset({"json"}), {}, quiet=True, force=True)
        run.grade_collected(1)
        assert (run.recorded, run.exit_code(None)) == (2, 0)
        run_nbgrader(course.root, "export", "--to", str(tmp_path / "marks.csv"))
        found.append((contents(url), (tmp_path / "marks.csv").read_text()))
    config.write_text(plain)
    assert found[0] == found[1]
    assert [row[0] for row in found[0][0]].count("ben") > 5
    scores = {student: mark.score for student, mark in marks_of_gradebook(database).assignments[0].marks.items()}
    assert scores["ann"] > scores["ben"] > 0


def test_an_empty_database_is_no_gradebook(database: str, capfd: pytest.CaptureFixture[str]) -> None:
    """And does not become one."""
    from sqlalchemy import create_engine, inspect

    assert run_command(["export", "csv", database]) == 2
    assert "holds no gradebook" in capfd.readouterr().err
    engine = create_engine(database)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
