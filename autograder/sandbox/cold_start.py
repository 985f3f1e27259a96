"""Workers without a zygote: a fresh interpreter for each, where forking a warm one is not safe or not possible.

For macOS and Windows (profile S0 only). A start takes as long as an import of torch, so the next worker is started
as soon as one is handed out.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from autograder.errors import SpawnFailed
from autograder.sandbox import control, interpreter
from autograder.sandbox.walls import lockdown, process_limits, selftest
from autograder.sandbox.walls.procfs import OwnProc
from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote import preloading
from autograder.sandbox.zygote.entry import load_entry
from autograder.sandbox.zygote_settings import STARTUP_FAILED, ZygoteSettings

_START_SECONDS = 180.0


class _Process:
    """One starting worker: the process, and a listening socket that it will call back."""

    def __init__(self, plan: ZygoteSettings, folder: Path, cpu_seconds: int) -> None:
        self.cpu_seconds = cpu_seconds
        self._secret = secrets.token_bytes(32)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.process = subprocess.Popen(
            interpreter.bootstrap("autograder.sandbox.cold_start", port),
            env={**_inherited(), **interpreter.clean_environment(str(folder / "home"))},
            cwd=plan.base,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        with contextlib.suppress(OSError), self.process.stdin as stream:
            stream.write(f"{self._secret.hex()}\n{cpu_seconds}\n{plan.to_json()}\n".encode())

    def accept(self) -> socket.socket:
        """Return the connection of the worker; strangers that do not know the secret are turned away."""
        self._listener.settimeout(_START_SECONDS)
        while True:
            connection, _ = self._listener.accept()
            connection.settimeout(5.0)
            with contextlib.suppress(OSError):
                greeting = connection.recv(32, socket.MSG_WAITALL)
                if secrets.compare_digest(greeting, self._secret):
                    self._listener.close()
                    return connection
            connection.close()

    def end_status(self, seconds: float) -> int | None:
        """Wait for the exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def discard(self) -> None:
        """End a worker that nobody took."""
        self._listener.close()
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class ColdStarter:
    """Starts workers one ahead."""

    def __init__(self, plan: ZygoteSettings, folder: Path, cpu_seconds: int = 600) -> None:
        """Start the first worker in the background."""
        self._plan = plan
        self._folder = folder
        self._next: _Process | None = _Process(plan, folder, cpu_seconds)

    def spawn(self, cpu_seconds: int) -> Worker:
        """Return a worker whose report is still to be read; SpawnFailed if it did not connect."""
        process, self._next = self._next, None
        if process is None or process.cpu_seconds != cpu_seconds:
            if process is not None:
                process.discard()
            process = _Process(self._plan, self._folder, cpu_seconds)
        try:
            connection = process.accept()
        except OSError as error:
            process.discard()
            raise SpawnFailed(f"a cold worker did not connect: {error}", "worker") from error
        if self._plan.spare:
            self._next = _Process(self._plan, self._folder, cpu_seconds)
        assert process.process.stdout is not None
        output = os.dup(process.process.stdout.fileno())
        process.process.stdout.close()
        return Worker(connection, output, -1, process.process.pid, process.end_status)

    def close(self) -> None:
        """End the worker in waiting."""
        process, self._next = self._next, None
        if process is not None:
            process.discard()


def _inherited() -> dict[str, str]:
    """Return the variables without which no process starts on Windows."""
    return {name: os.environ[name] for name in ("SYSTEMROOT", "WINDIR") if name in os.environ}


def main() -> NoReturn:
    """Run a cold worker: read the plan, import, connect, report, serve."""
    try:
        secret, cpu_seconds, text = sys.stdin.readline(), sys.stdin.readline(), sys.stdin.readline()
        plan = ZygoteSettings.from_json(text)
        preloading.import_libraries()
        serve = load_entry(plan.entry)
        connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(bytes.fromhex(secret.strip()))
        if os.name == "posix":
            wanted = process_limits.Limits(plan.memory_mb, OwnProc().address_space(), int(cpu_seconds), None)
            process_limits.apply_limits(process_limits.ceilings(wanted))
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        lockdown.show_output_at_once()
        control.send_report(connection, selftest.SelfTest(plan).run())
        serve(connection)
    except BaseException:
        traceback.print_exc()
        os._exit(STARTUP_FAILED)
    os._exit(0)
