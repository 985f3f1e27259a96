"""The zygote: a warm, single-threaded process that workers are forked from.

It is started by exec with a clean environment, holds no course data, and does two things: it hands out workers, and it
tells how each ended. It ends when the grader does: it notices the hang-up of the control channel as well as the death
of the grader itself. Every worker has the zygote as parent and dies with it.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import select
import signal
import socket
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from autograder.sandbox import control
from autograder.sandbox.child import Child
from autograder.sandbox.walls import lockdown, namespaces, orphans, process_limits, selftest
from autograder.sandbox.walls.procfs import OwnProc
from autograder.sandbox.walls.readable_paths import reading
from autograder.sandbox.zygote import hugepages, outside, preloading, read_ahead
from autograder.sandbox.zygote.entry import Serve, forget_package, forget_tools, load_entry
from autograder.sandbox.zygote_settings import STARTUP_FAILED, ZygoteSettings

_USUAL_CPU_SECONDS = 600


class Zygote:
    """The state and the loop of the process."""

    def __init__(self, channel: socket.socket, grader: int, plan: ZygoteSettings) -> None:
        """Import and warm up everything, then shut the door to the host's files.

        Args:
            channel: the control channel to the grader.
            grader: pidfd of the grader.
            plan: what the grader wants.

        Raises:
            RuntimeError: if a library started a thread; forked children could hang.
            OSError: if the private root is refused.
        """
        self._channel = channel
        self._grader = grader
        self._plan = plan
        self._serve = _prepare(plan)
        self._groups = set(plan.groups)
        self._proc = OwnProc()
        self._warmth = _measure(plan, self._proc)
        self._to_collapse = hugepages.regions(self._proc.read("maps"))
        self._to_read = list(reading().files) if plan.confined else []
        self._own_namespace = -1
        if plan.private_root:
            self._own_namespace = namespaces.own_pid_namespace()
            namespaces.swap_root(Path(plan.base), reading())
        process_limits.hide_memory()
        if not plan.filtered:
            orphans.adopt_orphans()
        self._lock = lockdown.Lock(plan, self._warmth)
        self._selftest = selftest.SelfTest(plan)
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._channels = {channel.fileno(): channel}
        self._poll.register(grader, select.POLLIN)
        self._children: dict[int, Child] = {}
        self._spare: Child | None = None
        self._serial = 0

    def run(self) -> NoReturn:
        """Serve until the grader hangs up or dies; the first idle moments go to the page cache and to cheaper forks."""
        if self._plan.spare:
            self._keep_spare(_USUAL_CPU_SECONDS)
        while True:
            events = self._poll.poll(0 if self._to_read or self._to_collapse else None)
            if not events:
                self._use_idle_moment()
            for descriptor, _events in events:
                if descriptor == self._grader:
                    self._end()
                if descriptor in self._children:
                    self._reap(self._children[descriptor])
                elif descriptor in self._channels:
                    self._listen(self._channels[descriptor])

    def _use_idle_moment(self) -> None:
        """One step of what makes workers keep less from each other, then of what makes them cheaper."""
        if self._to_read:
            read_ahead.read_ahead(self._to_read.pop())
        else:
            hugepages.collapse(self._to_collapse.pop())

    def _listen(self, channel: socket.socket) -> None:
        """Take one request: for a worker, or to serve another process of the same grading run too."""
        received = control.receive(channel)
        if received is None:
            self._hang_up(channel)
        elif "attach" in received[0]:
            other = socket.socket(fileno=received[1][0])
            self._channels[other.fileno()] = other
            self._poll.register(other, select.POLLIN)
        else:
            self._import_groups(set(received[0]["groups"]) - self._groups)
            self._answer(channel, int(received[0]["cpu_seconds"]))

    def _import_groups(self, groups: set[str]) -> None:
        """Import what few submissions use, for all workers from now on; it makes forking dearer, so it waits until asked."""
        if not groups:
            return
        self._take_spare(-1)
        for group in sorted(groups):
            preloading.import_group(group)
        from autograder.sandbox.zygote import rehearsal  # imports torch, which `_prepare` has done in its own way

        if "training" in groups:
            rehearsal.rehearse()
        else:
            rehearsal.settle()
        preloading.insist_on_one_thread()
        self._groups |= groups
        self._warmth = replace(self._warmth, baseline=self._proc.address_space())
        self._lock.close()
        self._lock = lockdown.Lock(self._plan, self._warmth)
        self._to_collapse = hugepages.regions(self._proc.read("maps"))

    def _hang_up(self, channel: socket.socket) -> None:
        """A grader is gone: end its workers, and this process with the one that started it."""
        if channel is self._channel:
            self._end()
        for child in self._children.values():
            if child.owner is channel:
                signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)
        self._poll.unregister(channel)
        del self._channels[channel.fileno()]
        channel.close()

    def _end(self) -> NoReturn:
        """The grader is gone: leave nothing of it. Workers die with this process."""
        if not self._plan.private_root:  # otherwise the process outside sees to it
            outside.leave_nothing(self._plan, self._grader)
        os._exit(0)

    def _answer(self, channel: socket.socket, cpu_seconds: int) -> None:
        """Hand out a worker: the spare one if its limits fit, a new one otherwise."""
        try:
            child = self._take_spare(cpu_seconds) or self._fork(cpu_seconds)
        except OSError as error:
            control.send(channel, {"refused": str(error)})
            return
        child.owner = channel
        with contextlib.suppress(OSError):  # gone meanwhile; its next event says so
            control.send(channel, {"spawned": child.serial}, [*child.channels, child.pidfd])
        child.close_channels()
        if self._plan.spare:
            self._keep_spare(cpu_seconds)

    def _keep_spare(self, cpu_seconds: int) -> None:
        """Fork the worker that the next request will get."""
        with contextlib.suppress(OSError):  # the next request meets the same error and reports it
            self._spare = self._fork(cpu_seconds)

    def _take_spare(self, cpu_seconds: int) -> Child | None:
        """Return the spare worker if it is of use; one with other limits hears the hang-up and ends."""
        child, self._spare = self._spare, None
        if child is None or child.cpu_seconds == cpu_seconds:
            return child
        child.close_channels()
        return None

    def _fork(self, cpu_seconds: int) -> Child:
        """Fork a worker that locks itself; OSError if a resource is exhausted."""
        self._serial = self._next_serial()
        ours, theirs = (end.detach() for end in socket.socketpair())
        output, into_output = os.pipe()
        orders = self._lock.orders(self._serial, cpu_seconds, len(self._children))
        try:
            pid = os.fork() if self._own_namespace < 0 else namespaces.fork_into_pid_namespace(self._own_namespace)
            if pid == 0:
                self._become_worker(theirs, into_output, orders)
            child = Child(self._serial, pid, os.pidfd_open(pid), cpu_seconds, [ours, output])
        except OSError:
            os.close(ours)
            os.close(output)
            raise
        finally:
            os.close(theirs)
            os.close(into_output)
        self._children[child.pidfd] = child
        self._poll.register(child.pidfd, select.POLLIN)
        return child

    def _next_serial(self) -> int:
        """Return the number of the next worker, under whose uid none is alive."""
        alive = {child.serial % process_limits.UIDS_PER_ZYGOTE for child in self._children.values()}
        if len(alive) == process_limits.UIDS_PER_ZYGOTE:
            raise OSError(errno.EAGAIN, f"{len(alive)} workers are alive")
        return next(n for n in itertools.count(self._serial + 1) if n % process_limits.UIDS_PER_ZYGOTE not in alive)

    def _become_worker(self, data: int, output: int, orders: lockdown.Orders) -> NoReturn:
        """In the child: lock, prove it, report, and serve. Never returns."""
        try:
            for channel in self._channels.values():
                channel.detach()
            lockdown.take_descriptors(data, output, self._lock.descriptors)
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=lockdown.DATA)
            try:
                self._lock.apply(orders)
                report = self._selftest.run()
            except Exception:
                control.send_report(connection, {"failed": traceback.format_exc()[-4000:]})
                os._exit(STARTUP_FAILED)
            control.send_report(connection, report)
            self._serve(connection)
        except BaseException:
            traceback.print_exc()
            os._exit(STARTUP_FAILED)
        os._exit(0)

    def _reap(self, child: Child) -> None:
        """Collect a dead worker and tell the grader how it ended."""
        if not self._plan.private_root:
            orphans.kill_group(child.pid)
        _, status = os.waitpid(child.pid, 0)
        if not self._plan.filtered:
            orphans.kill_orphans([other.pid for other in self._children.values() if other is not child])
        self._poll.unregister(child.pidfd)
        del self._children[child.pidfd]
        os.close(child.pidfd)
        if child is self._spare:
            self._spare = None
        child.close_channels()
        ended = {"ended": child.serial, "status": os.waitstatus_to_exitcode(status)}
        if child.owner is not None and child.owner.fileno() in self._channels:
            with contextlib.suppress(OSError):
                control.send(child.owner, ended, wait=False)


def _prepare(plan: ZygoteSettings) -> Serve:
    """Import and run everything once; return the function that workers run."""
    preloading.import_libraries()
    serve = load_entry(plan.entry)
    from autograder.sandbox.zygote import rehearsal  # imports torch, whose import comes first above

    preloading.warm_up()
    for group in plan.groups:
        preloading.import_group(group)
    preloading.settle_matplotlib()
    rehearsal.rehearse("training" in plan.groups)
    forget_package(sys.argv[2])
    if plan.confined:
        forget_tools()
    preloading.insist_on_one_thread()
    return serve


def _measure(plan: ZygoteSettings, proc: OwnProc) -> lockdown.Warmth:
    """Read from /proc what workers will need when they cannot see it any more."""
    reading()
    return lockdown.Warmth(
        baseline=proc.address_space(),
        uid_map=Path("/proc/self/uid_map").read_text(),
        tasks=process_limits.tasks_of(os.getuid()),
        parent=0 if plan.private_root else os.getpid(),
        host_pid=int(os.readlink("/proc/self")),
        proc=os.open("/proc", os.O_PATH | os.O_CLOEXEC) if plan.private_root else -1,
    )


def main() -> NoReturn:
    """Run a zygote: descriptor of the control channel and folder of this package are the arguments."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    lockdown.hold_places()
    received = control.receive(channel)
    if received is None:  # the grader was killed before it could say anything
        outside.leave_nothing_in(Path.cwd().parent)
    plan = ZygoteSettings.from_json(received[0]["plan"])
    try:
        grader = outside.watched(plan)
        with contextlib.suppress(OSError):  # when memory runs out, workers go first
            Path("/proc/self/oom_score_adj").write_text("500")
        if plan.private_root:
            outside.enter(channel, grader, plan)
        zygote = Zygote(channel, grader, plan)
    except BaseException:
        control.send(channel, {"failed": traceback.format_exc()[-8000:]})
        os._exit(STARTUP_FAILED)
    control.send(channel, {"ready": os.uname().release})
    zygote.run()
