"""The grader's side of the sandbox: start a zygote, get locked and tested workers from it, and trust neither."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError, IsolationError, SpawnFailed, ZygoteDied
from autograder.sandbox import control, interpreter, profiles
from autograder.sandbox.cold_start import ColdStarter
from autograder.sandbox.launch_folder import prepare_folder, reachable_only_outside
from autograder.sandbox.walls import process_limits, selftest
from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_settings import ENTRY, MEMORY_MB, ZygoteSettings
from autograder.temporary import OwnedFolder

_START_SECONDS, _SPAWN_SECONDS = 180.0, 30.0


@dataclass
class Lease:
    """One process's share in a zygote that another process started; can be sent to a child process."""

    channel: socket.socket
    profile: str
    layers: list[str]


class ZygoteHost:
    """A warm process that workers are forked from; a context manager.

    Attributes:
        profile: the isolation in force, ``"S3"`` … ``"S0"``.
        layers: the same in words, for the record of a grade.
    """

    def __init__(
        self,
        request: profiles.Request = "strict",
        memory_limit_mb: int = MEMORY_MB,
        *,
        hidden: Sequence[Path] = (),
        entry: str = ENTRY,
        spare: bool = True,
        wait: bool = True,
        groups: Sequence[str] = ("training",),
    ) -> None:
        """Choose the profile and start the zygote; takes 2 to 4 seconds, mostly the import of torch.

        Args:
            request: what the instructor asked for, see `autograder.sandbox.profiles.choose`.
            memory_limit_mb: what one worker may allocate.
            hidden: files and folders that no worker may reach, such as the course; the self-test of every worker
                tries them. The folder that holds this package is always among them if it is a working copy.
            entry: what workers run; for tests.
            spare: keep one worker ready, which hides the time of the fork.
            wait: until it is ready; otherwise the first worker, or `wait_until_ready`, waits for that.
            groups: what every worker may want, so that no one waits for its import.

        Raises:
            IsolationError: if the machine offers less than the request needs.
            GraderError: if the zygote does not come up.
        """
        self.profile = profiles.choose(request)
        found = profiles.offers()
        own_uid = bool(found) and self.profile != "S0"
        own_uid = own_uid and not found["change_uid" if self.profile == "S3" else "own_uid"]
        self.layers = profiles.describe(self.profile, own_uid)
        self._lock = threading.Lock()
        self._ended: dict[int, int] = {}
        self._owned: OwnedFolder | None = OwnedFolder()
        folder = self._owned.path
        self._owner, self._open, self._ready = os.getpid(), False, True
        self._process: subprocess.Popen[bytes] | None = None
        self._cold: ColdStarter | None = None
        self._plan = ZygoteSettings(
            profile=self.profile,
            memory_mb=memory_limit_mb,
            own_uid=own_uid,
            landlock=int(found.get("landlock_abi", 0)),
            base=str(folder / "base"),
            canary=str(folder / "canary" / "canary.txt"),
            hidden=reachable_only_outside(hidden),
            grader_pid=os.getpid(),
            entry=entry,
            spare=spare,
            groups=tuple(groups),
        )
        atexit.register(self.close)
        try:
            prepare_folder(folder)
            if found and not found["pidfd"]:
                self._start(folder)
            else:
                self._cold = ColdStarter(self._plan, folder)
            if wait:
                self.wait_until_ready()
        except BaseException:
            self.close()
            raise

    @classmethod
    def leased(cls, lease: Lease) -> ZygoteHost:
        """Return a zygote whose process belongs to the grader that gave the lease; closing it ends its own workers only."""
        zygote = cls.__new__(cls)
        zygote.profile, zygote.layers, zygote._channel = lease.profile, lease.layers, lease.channel
        zygote._lock, zygote._ended, zygote._cold, zygote._process = threading.Lock(), {}, None, None
        zygote._owned, zygote._owner, zygote._open, zygote._ready = None, os.getpid(), True, True
        process_limits.hide_memory()
        return zygote

    def lease(self) -> Lease | None:
        """Let another process of this grading run have workers too: shared pages are what a zygote is made of.

        None where every worker is started by itself and there is nothing to share.
        """
        if self._cold is not None:
            return None
        self.wait_until_ready()
        ours, theirs = control.pair()
        with theirs:
            control.send(self._channel, {"attach": True}, [theirs.fileno()])
        return Lease(ours, self.profile, self.layers)

    def __enter__(self) -> ZygoteHost:
        """Return the zygote; leaving the context ends it and every worker."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the zygote."""
        self.close()

    def _start(self, folder: Path) -> None:
        """Start the process and tell it the plan."""
        process_limits.hide_memory()
        self._channel, theirs = control.pair()
        self._open, self._ready = True, False
        with theirs, (folder / "zygote.log").open("wb") as log:
            self._process = subprocess.Popen(
                interpreter.bootstrap("autograder.sandbox.zygote.process", theirs.fileno()),
                env=interpreter.clean_environment(str(folder / "home")),
                cwd=folder / "base",
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        control.send(self._channel, {"plan": self._plan.to_json()})

    def wait_until_ready(self) -> None:
        """Return when it can fork; GraderError if it never will."""
        with self._lock:
            if self._ready:
                return
            message = self._receive(_START_SECONDS)[0]
            if "ready" not in message:
                raise GraderError(f"the zygote did not start: {message.get('failed', message)}", "sandbox")
            self._ready = True

    def _receive(self, seconds: float) -> tuple[control.Message, list[int]]:
        """Return the next control message; ZygoteDied if there is none in time."""
        self._channel.settimeout(seconds)
        try:
            received = control.receive(self._channel)
        except TimeoutError:
            raise ZygoteDied(f"no answer within {seconds:.0f} s", "zygote", "close it and start anew") from None
        if received is None:
            raise ZygoteDied(f"it ended{self._last_words()}", "zygote", "start a new one")
        return received

    def _last_words(self) -> str:
        """Return the end of the zygote's log, introduced by a colon."""
        if self._owned is None:
            return ""
        try:
            text = (self._owned.path / "zygote.log").read_text(errors="replace").strip()[-1000:]
        except OSError:
            return ""
        return f": {text}" if text else ""

    @property
    def forks(self) -> bool:
        """Whether workers are forked from a warm process; otherwise each is started by itself."""
        return self._cold is None

    def spawn(self, cpu_seconds: int = 600, groups: Sequence[str] = ()) -> Worker:
        """Return a worker that is locked, has proved it, and waits for the first request.

        Args:
            cpu_seconds: processor time after which the kernel kills it.
            groups: what it will want and few submissions use (SciPy, Matplotlib, an optimiser), see
                `autograder.sandbox.zygote.preloading.GROUPS`; otherwise it would import them itself, which takes a second.

        Raises:
            IsolationError: if its self-test shows that a layer does not hold.
            SpawnFailed: if this one did not come up.
            ZygoteDied: if none will.
        """
        worker = self._cold.spawn(cpu_seconds) if self._cold else self._request(cpu_seconds, groups)
        try:
            worker.socket.settimeout(_SPAWN_SECONDS)
            report = control.receive_report(worker.socket)
        except (OSError, EOFError, ValueError) as error:
            reason = worker.exit_reason()
            worker.kill()
            raise SpawnFailed(f"no report of the self-test: {error} ({reason})", "worker") from error
        wrong = [report["failed"]] if "failed" in report else selftest.faults(report, self.profile)
        if wrong:
            worker.kill()
            raise IsolationError(f"the self-test failed: {'; '.join(wrong)}", "worker")
        worker.socket.settimeout(None)
        worker.report = report
        return worker

    def _request(self, cpu_seconds: int, groups: Sequence[str]) -> Worker:
        """Ask the zygote for a worker."""
        self.wait_until_ready()
        with self._lock:
            if not self._open:
                raise ZygoteDied("it was closed", "zygote")
            try:
                control.send(self._channel, {"cpu_seconds": cpu_seconds, "groups": list(groups)})
            except OSError as error:
                raise ZygoteDied(f"{error}{self._last_words()}", "zygote", "start a new one") from error
            while True:
                message, descriptors = self._receive(_SPAWN_SECONDS)
                if "spawned" in message:
                    break
                if "refused" in message:
                    raise SpawnFailed(message["refused"], "zygote")
                self._note(message)
        data, output, pidfd = descriptors
        serial = message["spawned"]
        connection = socket.socket(fileno=data)
        may_fork = self.profile == "S0"
        return Worker(connection, output, pidfd, 0, lambda wait: self._status(serial, wait), may_fork)

    def _note(self, message: control.Message) -> None:
        """Remember how a worker ended."""
        if "ended" in message:
            self._ended[message["ended"]] = message["status"]

    def _status(self, serial: int, seconds: float) -> int | None:
        """Return the exit status of a worker that has ended, None if it does not become known in time."""
        deadline = time.monotonic() + seconds
        with self._lock, contextlib.suppress(ZygoteDied, OSError):
            while serial not in self._ended and self._open:
                self._note(self._receive(max(0.001, deadline - time.monotonic()))[0])
        return self._ended.pop(serial, None)

    def close(self) -> None:
        """End the zygote and every worker, and remove what they left. May be called again."""
        if os.getpid() != self._owner:
            return  # a fork of the grader does not own the zygote
        atexit.unregister(self.close)
        if self._open and self._cold is None:
            self._channel.close()
        self._open = False
        if self._cold is not None:
            self._cold.close()
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        if self._owned is not None:
            self._owned.remove()
