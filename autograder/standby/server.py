"""The standby: imports once, keeps a zygote, and forks a process for each command that comes.

The process that it forks is the command itself, with the caller's files, folder and environment: nothing is done in another
way, so results are the same bytes. Only processes of the same user are listened to. It has one thread, as whoever forks must.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograder.errors import UsageError
from autograder.grading import sandboxes
from autograder.grading.options import GradeOptions
from autograder.plaintext import printable
from autograder.sandbox.walls import process_limits
from autograder.standby.meeting import CommandEnded, fingerprint, is_private, peer_is_this_user, socket_path

Command = Callable[[list[str]], int]
_ORDER_SECONDS = 2.0
_LONGEST = 107
"""Bytes of a socket's path that the kernel takes."""
_LARGEST_ORDER = 4 * 2**20


@dataclass
class _Running:
    """A command under way."""

    pid: int
    pidfd: int
    connection: socket.socket


class Standby:
    """The state and the loop."""

    def __init__(self, root: Path, options: GradeOptions, command: Command) -> None:
        """Import everything and start the zygote.

        Raises:
            UsageError: there is a standby already, which is said before anything is waited for.
            IsolationError: the isolation asked for is not available here.
        """
        _refuse_a_second(socket_path())
        self._solutions, self._options, self._command = root / "solutions", options, command
        self._fingerprint = fingerprint()
        self._owner = os.getpid()
        self._sandbox = sandboxes.sandbox_for(self._solutions, options.isolation, options.memory_limit_mb, wait=False)
        self._threads = _import_everything()
        self._sandbox.wait_until_ready()
        self._running: list[_Running] = []

    def serve(self, idle_seconds: float, ready: Callable[[Path], None]) -> None:
        """Serve until nobody has asked for anything for so long."""
        with self._listening() as (listener, path):
            ready(path)
            while True:
                waiting: list[Any] = [
                    listener,
                    *(one.pidfd for one in self._running),
                    *(one.connection for one in self._running),
                ]
                patience = None if self._running else idle_seconds
                found, _, _ = select.select(waiting, [], [], patience)
                if not found:
                    return
                for one in list(self._running):
                    if one.pidfd in found:
                        self._finish(one)
                    elif one.connection in found:
                        self._hear(one)
                if listener in found:
                    self._accept(listener)

    def close(self) -> None:
        """End the zygote; commands that are under way end, too."""
        if os.getpid() == self._owner:
            for one in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGTERM)
            self._sandbox.close()

    @contextlib.contextmanager
    def _listening(self) -> Iterator[tuple[socket.socket, Path]]:
        path = socket_path()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(path.parent):
            raise UsageError("others may write to this folder", str(path.parent), f"chmod 700 {path.parent}")
        if len(os.fsencode(path)) > _LONGEST:
            raise UsageError("this path is too long for a socket", str(path), "set XDG_CACHE_HOME to a shorter one")
        _refuse_a_second(path)
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            path.chmod(0o600)
            listener.listen()
            try:
                yield listener, path
            finally:
                if os.getpid() == self._owner:
                    path.unlink(missing_ok=True)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.settimeout(_ORDER_SECONDS)
        files: list[int] = []
        try:
            order, files = _order(connection)
            if order is not None and order.get("fingerprint") == self._fingerprint:
                connection.sendall(b"Y")
                pid = os.fork()
                if pid == 0:
                    self._become(order, files)
                self._running.append(_Running(pid, os.pidfd_open(pid), connection))
                return
            connection.sendall(b"N")
        except (OSError, ValueError):
            pass  # whoever it was runs the command by itself
        finally:
            for descriptor in files:
                os.close(descriptor)
        connection.close()

    def _finish(self, one: _Running) -> None:
        """Tell how a command ended; 128 and the signal for one that was killed, as a shell does."""
        _, status = os.waitpid(one.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        with contextlib.suppress(OSError):
            one.connection.sendall(bytes([code if code >= 0 else min(255, 128 - code)]))
        one.connection.close()
        os.close(one.pidfd)
        self._running.remove(one)

    def _hear(self, one: _Running) -> None:
        """The caller is interrupted, or gone: so is the command."""
        try:
            gone = one.connection.recv(1) == b""
        except OSError:
            gone = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGTERM if gone else signal.SIGINT)
        if gone:  # heard once
            ours, one.connection = socket.socketpair()
            ours.detach()

    def _become(self, order: dict[str, Any], files: list[int]) -> NoReturn:
        """In the child: be the command that was asked for; what keeps it from that ends it, or there would be two standbys."""
        try:
            self._take_over(order, files)
            code = self._command(order["arguments"])
        except Exception as error:  # a folder that is gone, or an order that nobody of ours has written
            os.write(2, f"autograder: the standby cannot run this: {printable(str(error), keep='')}\n".encode())
            code = 3
        raise CommandEnded(code)

    def _take_over(self, order: dict[str, Any], files: list[int]) -> None:
        """Have the caller's files, folder and environment."""
        process_limits.die_with_parent(self._owner)
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it, and so would this
        for number, descriptor in enumerate(files):
            os.dup2(descriptor, number)
        for one in self._running:
            one.connection.close()
            os.close(one.pidfd)
        os.environ.clear()
        os.environ.update(order["environment"])
        os.umask(order["mask"])
        os.chdir(order["folder"])
        sys.stdin, sys.stdout, sys.stderr = _reopened(0, "r"), _reopened(1, "w"), _reopened(2, "w")
        sys.argv[1:] = order["arguments"]
        self._lend()
        random.seed()
        import torch

        torch.set_num_threads(self._threads)

    def _lend(self) -> None:
        """Let the command's graders have workers of the zygote that is warm."""
        with contextlib.suppress(OSError):
            lease = self._sandbox.lease()
            if lease is not None:
                sandboxes.lend((self._solutions, self._options.isolation, self._options.memory_limit_mb), lease)


def _order(connection: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """What is asked for and the caller's three files; None from a stranger, or for what is no order."""
    if not peer_is_this_user(connection):
        return None, []
    head, files, _, _ = socket.recv_fds(connection, 4, 3)
    if len(head) < 4 or len(files) != 3:
        return None, files
    (size,) = struct.unpack(">I", head)
    data = b""
    while len(data) < min(size, _LARGEST_ORDER):
        part = connection.recv(min(size - len(data), 2**16))
        if not part:
            return None, files
        data += part
    return _read(data), files


def _read(data: bytes) -> dict[str, Any] | None:
    """An order; None for what is none."""
    try:
        order = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return order if isinstance(order, dict) else None


def _reopened(descriptor: int, mode: str) -> Any:
    terminal = os.isatty(descriptor)
    errors = "backslashreplace" if descriptor == 2 else "surrogateescape"
    lines = 1 if terminal or descriptor == 2 else -1
    return open(descriptor, mode, buffering=lines, encoding="utf-8", errors=errors, closefd=False)


def _refuse_a_second(path: Path) -> None:
    if _answers(path):
        raise UsageError("there is a standby already", str(path), "end it with Ctrl-C, or use it")


def _answers(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(path))
        return True
    return False


def _import_everything() -> int:
    """Import what commands need; return how many threads torch would have used."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a child of a process that ever ran several hangs
    for name in ("grading.class_run", "grading.grader", "grading.warming", "student.check_work"):
        importlib.import_module(f"autograder.{name}")
    from autograder.grading.warming import warm_libraries

    warm_libraries()
    return threads
