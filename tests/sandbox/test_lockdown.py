"""What a locked worker tries in vain, with real kernel calls, in every profile that claims to stop it."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from obedient_worker import ask

from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

_ATTEMPT = """
import errno
def attempt(action):
    try:
        value = action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "open"
"""

_CALLS = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    value = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(argument) for argument in arguments])
    return "open" if value >= 0 else errno.errorcode[ctypes.get_errno()]
from autograder.sandbox.walls.syscalls import machine
"""

_X86_CALLS = {
    "process": {"fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "unshare": 272, "setns": 308},
    "tracing": {"ptrace": 101, "process_vm_writev": 311, "kcmp": 312, "perf_event_open": 298, "bpf": 321},
    "pidfd": {"pidfd_open": 434, "pidfd_send_signal": 424, "pidfd_getfd": 438},
    "io_uring": {"io_uring_setup": 425, "io_uring_enter": 426, "io_setup": 206},
    "mounting": {"mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "open_tree": 428, "fsopen": 430},
    "privilege": {"setuid": 105, "setgroups": 116, "capset": 126, "seccomp": 317, "keyctl": 250, "add_key": 248},
    "shared memory": {"shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240, "memfd_create": 319},
    "network": {"connect": 42, "bind": 49, "listen": 50, "accept": 43},
    "kernel": {"userfaultfd": 323, "open_by_handle_at": 304, "mlockall": 151, "swapon": 167, "reboot": 169},
    "signals": {"rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "setpriority": 141, "setpgid": 109, "setsid": 112},
}


@pytest.mark.parametrize("group", _X86_CALLS)
def test_groups_of_calls_are_refused(filtered: Worker, group: str) -> None:
    """Each with arguments of zero: a call that got through would fail in another way."""
    if os.uname().machine != "x86_64":
        pytest.skip("numbers of x86_64")
    calls = _X86_CALLS[group]
    # A child of a successful fork must not go on answering.
    guard = "pid = os.getpid()\n"
    tries = f"result = {{name: call(number) for name, number in {calls!r}.items()}}\nif os.getpid() != pid: os._exit(0)"
    assert ask(filtered, _CALLS + guard + tries) == dict.fromkeys(calls, "EPERM")


def test_modern_thread_call_falls_back(filtered: Worker) -> None:
    """clone3 hides its flags in memory, so the C library is sent back to clone."""
    assert ask(filtered, _CALLS + "result = call(435)") == "ENOSYS"


def test_no_process_is_started(filtered: Worker) -> None:
    """By none of the ways that Python offers."""
    source = "import os, subprocess, multiprocessing\n" + _ATTEMPT
    assert ask(filtered, source + "result = attempt(os.fork)") == "EPERM"
    assert ask(filtered, source + "result = attempt(lambda: subprocess.run(['/bin/true']))") == "EPERM"
    assert ask(filtered, source + "result = attempt(lambda: os.execv('/bin/true', ['true']))") == "EPERM"
    assert ask(filtered, source + "result = attempt(lambda: os.posix_spawn('/bin/true', ['true'], {}))") == "EPERM"
    assert ask(filtered, source + "result = os.system('true')") != 0


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET"])
def test_no_socket_is_made(filtered: Worker, family: str) -> None:
    """Of no family and kind."""
    kinds = "(socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW)"
    source = f"import socket\nresult = [attempt(lambda: socket.socket(socket.{family}, kind)) for kind in {kinds}]"
    assert ask(filtered, _ATTEMPT + source) == ["EPERM"] * 3


def test_a_local_stream_pair_works_for_event_loops(filtered: Worker) -> None:
    """asyncio wakes itself up through one."""
    source = "import asyncio\nasync def one(): return 1\nresult = asyncio.run(one())"
    assert ask(filtered, source) == 1


def test_the_data_socket_carries_nothing_elsewhere(filtered: Worker, tmp_path: Path) -> None:
    """A pair of sockets cannot be turned to a listener."""
    path = tmp_path / "listener"
    tmp_path.chmod(0o755)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.setblocking(False)
        source = f"""
import socket
a, b = socket.socketpair()
result = [attempt(lambda: a.connect({str(path)!r})), attempt(lambda: b.bind('/scratch/x'))]
"""
        assert ask(filtered, _ATTEMPT + source) == ["EPERM", "EPERM"]
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_no_other_process_is_signalled(filtered: Worker) -> None:
    """Not the grader, its parent, a group or everyone."""
    targets = [os.getpid(), os.getppid(), 1, 0, -1] if filtered.report["pid"] != 1 else [os.getpid(), 2, 0, -1]
    received: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _frame: received.append(number))
    try:
        source = f"import os\nresult = [attempt(lambda: os.kill(t, 10)) for t in {targets}]"
        assert ask(filtered, _ATTEMPT + source) == ["EPERM"] * len(targets)
        assert received == []
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_worker_may_signal_itself(filtered: Worker) -> None:
    """raise_signal and abort need it."""
    source = "import os, signal\nseen = []\nsignal.signal(10, lambda n, f: seen.append(n))\n"
    assert ask(filtered, source + "os.kill(os.getpid(), 10)\nsignal.raise_signal(10)\nresult = seen") == [10, 10]


def test_the_memory_of_others_stays_closed(confined: Worker) -> None:
    """The files of the grader under /proc."""
    grader = os.getpid()
    source = f"result = [attempt(lambda: open(f'/proc/{grader}/' + n)) for n in ('mem', 'environ', 'maps', 'cmdline')]"
    assert set(ask(confined, _ATTEMPT + source)) <= {"EACCES", "ENOENT"}


def test_limits_cannot_be_raised(filtered: Worker) -> None:
    """Nor lowered: the call is refused as a whole."""
    source = "import resource\nresult = {}\nfor name in ('RLIMIT_AS', 'RLIMIT_NOFILE', 'RLIMIT_CORE', 'RLIMIT_CPU'):\n"
    source += "    limit = getattr(resource, name)\n"
    source += "    result[name] = attempt(lambda: resource.setrlimit(limit, (1 << 40, 1 << 40)))"
    # Python reports a refusal to raise a hard limit as ValueError.
    assert "not allowed to raise" in str(ask(filtered, _ATTEMPT + source)) or set(
        ask(filtered, _ATTEMPT + source).values()
    ) == {"EPERM"}


def test_identity_and_privileges(full: Worker) -> None:
    """Process 1 of its own namespace, under a uid of its own when the grader is root."""
    assert ask(full, "import os\nresult = os.getpid()") == 1
    if os.getuid() == 0:
        assert full.report["uid"] != 0
        assert ask(full, "import os\nresult = [os.getuid(), os.getgid(), os.getgroups()]") == [
            full.report["uid"],
            full.report["uid"],
            [],
        ]


def test_nothing_of_the_grader_is_inherited(worker: Worker) -> None:
    """Four descriptors, where no more can be made a pair of its own for event loops, and an environment made from nothing."""
    open_ones = """
import os
result = []
for n in range(256):
    try: os.fstat(n)
    except OSError: continue
    result.append(n)
"""
    assert ask(worker, open_ones) == [0, 1, 2, 3, *([] if worker.report["profile"] == "S0" else [4, 5])]
    names = set(ask(worker, "import os\nresult = list(os.environ)"))
    assert not {name for name in names if "SECRET" in name or "TOKEN" in name}
    assert "PYTEST_CURRENT_TEST" not in names


def test_modules_of_the_grader_are_not_loaded(worker: Worker) -> None:
    """Neither in memory nor importable."""
    loaded = ask(worker, "import sys\nresult = [n for n in sys.modules if n.startswith(('autograder', 'pytest'))]")
    assert not [name for name in loaded if name.startswith("pytest")]
    assert "autograder.sandbox.zygote_host" not in loaded
    source = "try:\n    import autograder.sandbox.zygote_host\n    result = 'open'\nexcept ImportError: result = 'closed'"
    assert ask(worker, source) == "closed"


def test_each_root_worker_has_its_own_uid(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """So that limits per user are limits per worker."""
    if os.getuid() != 0:
        pytest.skip("needs root")
    zygote = zygote_of("S3")
    with zygote.spawn() as one, zygote.spawn() as other:
        assert one.report["uid"] != other.report["uid"]
