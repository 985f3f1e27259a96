"""A standby: the same bytes as without one, found by itself, deaf to strangers, gone when nobody calls."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from process_tree import descendants
from tiny_course import hand_in, pieces, right_answers, write_course

from autograder.errors import UsageError
from autograder.grading.options import GradeOptions
from autograder.standby import client, meeting, server

pytestmark = [pytest.mark.processes, pytest.mark.skipif(sys.platform != "linux", reason="a standby forks")]


@pytest.fixture
def course(tmp_path: Path) -> str:
    """A tiny course with one submission, wrong in one thing."""
    hand_in(tmp_path / "ann", right_answers(pieces=pieces(double="3 * x")))
    return write_course(tmp_path)


def variables(root: Path) -> dict[str, str]:
    """The environment of everything here."""
    return {**os.environ, "AUTOGRADER_COURSE": str(root), "XDG_CACHE_HOME": str(root / "cache")}


@pytest.fixture
def standby(course: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """One that runs."""
    with started(tmp_path) as process:
        yield process


class started:
    """A standby process."""

    def __init__(self, root: Path, *options: str) -> None:
        command = [sys.executable, "-m", "autograder", "serve", "--isolation", "best", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables(root))
        assert self.process.stderr is not None
        told = self.process.stderr.readline()
        assert told.startswith("standing by"), told

    def __enter__(self) -> subprocess.Popen[str]:
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate(timeout=300)


def run(root: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments], capture_output=True, text=True, timeout=200, check=False, cwd=root,
        env=variables(root) | more,
    )  # fmt: skip


def grade(root: Path, name: str, out: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Grade the submission."""
    return run(root, "grade", name, "ann", "--out", out, "--seed", "3", "--isolation", "best", "--no-training", **more)


def result(path: Path) -> dict[str, Any]:
    """A result without the time that it took."""
    found = json.loads(path.read_text())
    found.pop("duration_s")
    return found


def test_the_same_results_and_words(standby: subprocess.Popen[str], course: str, tmp_path: Path) -> None:
    """Of grade and check; the standby's own children did the work, and end with it."""
    served = grade(tmp_path, course, "served")
    alone = grade(tmp_path, course, "alone", AUTOGRADER_STANDBY="off")
    assert result(tmp_path / "served" / "ann.json") == result(tmp_path / "alone" / "ann.json")
    same = [text.replace("served", "alone") for text in (served.stdout, served.stderr)]
    assert [served.returncode, *map(_without_times, same)] == [
        alone.returncode, *map(_without_times, (alone.stdout, alone.stderr))
    ]  # fmt: skip
    (tmp_path / "ann" / "visible").mkdir()
    for path in (tmp_path / "solutions" / course / "visible").glob("*.py"):
        (tmp_path / "ann" / "visible" / path.name).write_text(path.read_text())
    checks = [run(tmp_path, "check", "ann", AUTOGRADER_STANDBY=switch) for switch in ("on", "off")]
    assert checks[0].stdout == checks[1].stdout
    assert checks[0].returncode == checks[1].returncode


def _without_times(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if " s" not in line)


def test_what_differs_is_ignored(standby: subprocess.Popen[str], course: str, tmp_path: Path) -> None:
    """Another version of the package, or an environment that decides early: the command runs by itself."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables(tmp_path).items():
            patch.setenv(name, value)
        assert ask(["grade", "--help"]) == 0
        patch.setenv("OMP_NUM_THREADS", "7")
        assert ask(["grade", "--help"]) is None
        patch.delenv("OMP_NUM_THREADS")
        patch.setattr(client, "fingerprint", lambda: "another version")
        assert ask(["grade", "--help"]) is None
        assert ask(["list"]) is None


def ask(arguments: list[str]) -> int | None:
    """What the standby answers this process."""
    return client.run_there(arguments)


def test_strangers_are_not_listened_to(
    standby: subprocess.Popen[str], course: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the kernel's word on both sides; nonsense ends nothing."""
    for name, value in variables(tmp_path).items():
        monkeypatch.setenv(name, value)
    path = meeting.socket_path()
    assert path.stat().st_mode & 0o077 == 0
    for nonsense in (b"", b"\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(path))
            connection.sendall(nonsense)
    assert ask(["grade", "--help"]) == 0
    monkeypatch.setattr(client, "peer_is_this_user", lambda connection: False)
    assert ask(["grade", "--help"]) is None
    monkeypatch.undo()
    for name, value in variables(tmp_path).items():
        monkeypatch.setenv(name, value)
    if os.getuid() == 0:
        told = as_nobody(path)
        assert told in ("PermissionError", "N", "")


def as_nobody(path: Path) -> str:
    """What another user hears, were the socket open to them."""
    program = f"""
import socket
try:
    with socket.socket(socket.AF_UNIX) as s:
        s.connect({str(path)!r}); s.sendall(b"\\0\\0\\0\\2{{}}"); print(s.recv(1).decode())
except OSError as error:
    print(type(error).__name__)
"""
    done = subprocess.run(["/usr/bin/env", "python3", "-c", program], capture_output=True, text=True, check=False,
                          user=65534, group=65534, extra_groups=[], cwd="/")  # fmt: skip
    return done.stdout.strip()


def test_it_ends_when_nobody_calls(course: str, tmp_path: Path) -> None:
    """With its socket and its zygote."""
    with started(tmp_path, "--idle", "0.02") as process:
        below = descendants(process.pid)
        assert process.wait(60) == 0
    assert not list((tmp_path / "cache" / "autograder").glob("standby-*"))
    for _ in range(2400):
        if not any(Path(f"/proc/{pid}").exists() for pid in below):
            break
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in below)


def test_an_interruption_reaches_the_command(standby: subprocess.Popen[str], course: str, tmp_path: Path) -> None:
    """Ctrl-C ends what was asked for, and the standby goes on."""
    slow = "import time\n\n\ndef double(x):\n    time.sleep(20)\n    return 2 * x\n"
    hand_in(tmp_path / "ann", {**right_answers(), "pieces.py": slow.encode()})
    command = [sys.executable, "-m", "autograder", "grade", course, "ann", "--out", "out", "--isolation", "best"]
    process = subprocess.Popen(
        [*command, "--time-limit", "60"], stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=variables(tmp_path),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    while process.poll() is None and not (tmp_path / "out" / "run.jsonl").exists():  # it sleeps for minutes then
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 130, told
    assert told.count("interrupted") == 1
    assert standby.poll() is None


ORDERS = {
    "no JSON": b"{",
    "a number": b"5",
    "a list": b"[1]",
    "a deep list": b"[" * 100_000,
    "no arguments": {"folder": "/", "environment": {}, "mask": 18},
    "a folder that is gone": {"arguments": ["grade", "--help"], "folder": "/nowhere", "environment": {}, "mask": 18},
    "an environment of numbers": {"arguments": ["grade", "--help"], "folder": "/", "environment": {"a": 1}, "mask": 18},
    "a mask of text": {"arguments": ["grade", "--help"], "folder": "/", "environment": {}, "mask": "?"},
}


def order(content: bytes | dict[str, object]) -> int | None:
    """What the standby answers to an order that no client writes: an exit code, None where it does not take it."""
    whole = content if isinstance(content, bytes) else json.dumps({**content, "fingerprint": meeting.fingerprint()}).encode()
    with open(os.devnull, "r+b") as nothing, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(60)
        connection.connect(str(meeting.socket_path()))
        socket.send_fds(connection, [len(whole).to_bytes(4, "big")], [nothing.fileno()] * 3)
        connection.sendall(whole)
        return next(iter(connection.recv(1)), None) if connection.recv(1) == b"Y" else None


def test_orders_that_cannot_be_carried_out_end_themselves(
    standby: subprocess.Popen[str], course: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the standby nor a copy of it that would listen in its place; the next one is served."""
    for name, value in variables(tmp_path).items():
        monkeypatch.setenv(name, value)
    before = len(descendants(standby.pid))
    for name, content in ORDERS.items():
        assert order(content) == (None if isinstance(content, bytes) else 3), name
    assert standby.poll() is None
    deadline = time.monotonic() + 30
    while len(descendants(standby.pid)) > before and time.monotonic() < deadline:  # the last one is still ending
        time.sleep(0.05)
    assert len(descendants(standby.pid)) == before
    assert ask(["grade", "--help"]) == 0


def test_a_second_one_is_refused_before_anything_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing everything took a minute on a busy machine, to hear that there is one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(server.sandboxes, "sandbox_for", lambda *_, **__: pytest.fail("waited for"))
    path = meeting.socket_path()
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        with pytest.raises(UsageError, match="standby already"):
            server.Standby(tmp_path, GradeOptions(), lambda _: 0)
