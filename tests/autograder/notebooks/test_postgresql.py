"""The gradebook in PostgreSQL: a real server, started here and ended here."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_gradebook import FINAL, fill

from autograder.cli import run_command
from autograder.notebooks.gradebook_marks import marks_of_gradebook

pytest.importorskip("nbgrader")
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
        words, capture_output=True, text=True, timeout=60, env=environment, user=user, group=_group(user),
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


@pytest.fixture
def database(server: str, request: pytest.FixtureRequest) -> str:
    """The URL of a new, empty database."""
    from sqlalchemy import create_engine, text

    name = f"course_{abs(hash(request.node.name))}"
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.format(name)


def test_the_gradebook_is_the_same_as_in_sqlite(database: str, tmp_path: Path) -> None:
    """Students, scores to the last digit, what waits for a person."""
    fill(database)
    fill(f"sqlite:///{tmp_path}/gradebook.db")
    marks = marks_of_gradebook(database)
    assert marks == marks_of_gradebook(f"sqlite:///{tmp_path}/gradebook.db")
    assert {student: mark.score for student, mark in marks.assignments[0].marks.items()} == FINAL


def test_exports_are_the_same_as_from_sqlite(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte by byte, in every layout."""
    monkeypatch.chdir(tmp_path)
    fill(database)
    fill("sqlite:///gradebook.db")
    for format in ("canvas", "moodle", "csv"):
        assert run_command(["export", format, database, "--out", "from-server.csv"]) == 0
        assert run_command(["export", format, "gradebook.db", "--out", "from-file.csv"]) == 0
        written = (tmp_path / "from-server.csv").read_text()
        assert sorted(written.splitlines()) == sorted((tmp_path / "from-file.csv").read_text().splitlines())
        assert "37.5" in written


def test_the_plain_url_takes_the_driver_that_is_installed(database: str) -> None:
    """Without one, SQLAlchemy looks for another driver in every other version."""
    fill(database)
    assert marks_of_gradebook(database.replace("+psycopg2", "")) == marks_of_gradebook(database)


def test_an_empty_database_is_no_gradebook(database: str, capfd: pytest.CaptureFixture[str]) -> None:
    """And does not become one."""
    from sqlalchemy import create_engine, inspect

    assert run_command(["export", "csv", database]) == 2
    assert "holds no gradebook" in capfd.readouterr().err
    engine = create_engine(database)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
