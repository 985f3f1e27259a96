"""The filter itself, run by a small interpreter of its instructions: for both architectures, without a kernel."""

from __future__ import annotations

import errno
import re
import struct
import subprocess

import pytest

from autograder.sandbox.walls import seccomp, syscalls

_PID = 4242
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
_THREAD_FLAGS = 0x3D0F00  # what glibc's pthread_create passes


def judge(policy: seccomp.Policy, arch: str, number: int, *arguments: int, audit: int | None = None) -> int:
    """Return the filter's verdict on one call."""
    padded = [value & (2**64 - 1) for value in (*arguments, *[0] * 6)][:6]
    data = struct.pack("<IIQ6Q", number, syscalls.AUDIT_ARCH[arch] if audit is None else audit, 0, *padded)
    code = seccomp.encode(seccomp.assemble(policy, arch), _PID)
    program = list(struct.iter_unpack("=HBBI", code))
    assert len(program) < 4096
    position, accumulator = 0, 0
    while True:
        operation, yes, no, operand = program[position]
        position += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, operand)
        elif operation == 0x54:
            accumulator &= operand
        elif operation == 0x15:
            position += yes if accumulator == operand else no
        elif operation == 0x35:
            position += yes if accumulator >= operand else no
        else:
            assert operation == 0x06
            return operand


def verdict(name: str, *arguments: int, arch: str = "x86_64", policy: seccomp.Policy | None = None) -> int:
    """Return the verdict on a call by name."""
    return judge(policy or seccomp.Policy(writable=True), arch, syscalls.numbers(arch)[name], *arguments)


@pytest.fixture(params=["x86_64", "aarch64"])
def arch(request: pytest.FixtureRequest) -> str:
    """Return each architecture in turn."""
    return request.param


@pytest.mark.parametrize("name", ["read", "futex", "mmap", "openat", "getrandom", "exit_group", "unlinkat", "uname"])
def test_daily_work_is_allowed(arch: str, name: str) -> None:
    """What every training loop does."""
    assert verdict(name, arch=arch) == _ALLOW


@pytest.mark.parametrize(
    "name",
    [
        "execve",
        "ptrace",
        "process_vm_readv",
        "mount_setattr",
        "pivot_root",
        "memfd_create",
        "io_uring_setup",
        "pidfd_open",
        "seccomp",
        "landlock_create_ruleset",
        "capset",
    ],
)
def test_the_rest_is_refused(arch: str, name: str) -> None:
    """What no training loop does."""
    assert verdict(name, arch=arch) == _EPERM


@pytest.mark.parametrize("number", [41, 198, 335, 467, 600, 1023])
def test_calls_that_nobody_listed_are_refused(arch: str, number: int) -> None:
    """The list fails closed, for numbers that do not exist yet too."""
    assert judge(seccomp.Policy(writable=True), arch, number) == _EPERM


def test_a_foreign_architecture_kills(arch: str) -> None:
    """The same number means another call there."""
    assert judge(seccomp.Policy(), arch, 0, audit=0x40000003) == _KILL


def test_x32_kills() -> None:
    """The third set of numbers of x86_64."""
    assert judge(seccomp.Policy(), "x86_64", 0x40000000 | 1) == _KILL


def test_threads_are_made_and_processes_are_not(arch: str) -> None:
    """One call makes both; its flags tell them apart."""
    assert verdict("clone", _THREAD_FLAGS, arch=arch) == _ALLOW
    for flags in (17, 0x4111, 0x3D0F00 & ~0x10000, 0x3D0F00 | 0x20000000, 0x3D0F00 | 0x10000000, 0x3D0F00 | 0x2000):
        assert verdict("clone", flags, arch=arch) == _EPERM
    assert verdict("clone3", arch=arch) == _ENOSYS


def test_signals_reach_the_worker_itself_only(arch: str) -> None:
    """Neither groups, nor everyone, nor a neighbour."""
    for name in ("kill", "tgkill", "tkill"):
        assert verdict(name, _PID, 9, arch=arch) == _ALLOW
        for target in (1, 0, -1, -_PID, _PID + 1):
            assert verdict(name, target, 9, arch=arch) == _EPERM


def test_arguments_decide(arch: str) -> None:
    """Calls with many faces are allowed by their arguments."""
    assert verdict("prctl", 15, arch=arch) == _ALLOW
    for option in (1, 4, 8, 22, 23 + 1, 38, 0x59616D61):
        assert verdict("prctl", option, arch=arch) == _EPERM
    assert verdict("ioctl", 1, 0x5401, arch=arch) == _ALLOW
    assert verdict("ioctl", 1, 0x5412, arch=arch) == _EPERM  # TIOCSTI types into a terminal
    assert verdict("fcntl", 1, 2, arch=arch) == _ALLOW
    assert verdict("fcntl", 1, 8, arch=arch) == _EPERM  # F_SETOWN sends signals
    assert verdict("prlimit64", 0, 9, 0, arch=arch) == _ALLOW
    assert verdict("prlimit64", 0, 9, 1 << 40, arch=arch) == _EPERM
    assert verdict("prlimit64", 7, 9, 0, arch=arch) == _EPERM
    assert verdict("getsockopt", 3, 1, 3, arch=arch) == _ALLOW
    assert verdict("getsockopt", 3, 1, 57, arch=arch) == _EPERM  # its cookie is the next number of the machine
    assert verdict("statx", -100, 0, 0, 0xFFF, arch=arch) == _ALLOW
    for mask in (0x1000, 0x4000, 0x8FFF, 0x80000000):  # the number of a mount, however it is asked for
        assert verdict("statx", -100, 0, 0, mask, arch=arch) == _EPERM
    assert verdict("sched_setaffinity", 0, arch=arch) == _ALLOW
    assert verdict("sched_setaffinity", 7, arch=arch) == _EPERM


@pytest.mark.parametrize("flags", [0o1, 0o2, 0o3, 0o100, 0o1000, 0o20200000])
def test_a_guarded_open_only_reads(arch: str, flags: int) -> None:
    """Without Landlock the flags of open are judged."""
    guarded = seccomp.Policy(guard_open=True)
    assert verdict("openat", -100, 0, 0o2000000, arch=arch, policy=guarded) == _ALLOW
    assert verdict("openat", -100, 0, flags, arch=arch, policy=guarded) == _EPERM


@pytest.mark.parametrize("name", ["unlinkat", "mkdirat", "renameat2", "fchmodat", "utimensat", "truncate", "linkat"])
def test_without_a_scratch_folder_no_file_is_changed(arch: str, name: str) -> None:
    """Calls that make or change files come with a place to do so."""
    assert verdict(name, arch=arch, policy=seccomp.Policy()) == _EPERM
    assert verdict(name, arch=arch, policy=seccomp.Policy(writable=True)) == _ALLOW


def test_numbers_agree_with_the_headers_of_this_machine() -> None:
    """The table is written by hand; the compiler knows it too."""
    source = "#include <sys/syscall.h>\n" + "".join(
        f"#ifdef SYS_{name}\n=={name} SYS_{name}\n#endif\n" for name in syscalls.numbers(syscalls.machine())
    )
    try:
        done = subprocess.run(["cc", "-E", "-P", "-"], input=source, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no C preprocessor or headers: {error}")
    found = {name: int(number) for name, number in re.findall(r"==(\w+) (\d+)$", done.stdout, re.MULTILINE)}
    assert len(found) > 100
    assert found == {name: number for name, number in syscalls.numbers(syscalls.machine()).items() if name in found}


def test_architectures_know_the_same_modern_calls() -> None:
    """aarch64 has no old calls and no call of its own in the table; no number occurs twice."""
    assert set(syscalls.numbers("aarch64")) < set(syscalls.numbers("x86_64"))
    assert all(len(set(syscalls.numbers(arch).values())) == len(syscalls.numbers(arch)) for arch in syscalls.AUDIT_ARCH)


_OTHER = _PID + 1
_OF_OTHERS = [
    *((name, (_OTHER,)) for name in ("getpgid", "getsid", "sched_getscheduler", "sched_getaffinity", "sched_setaffinity")),
    *((name, (~_OTHER << 3 | kind,)) for name in ("clock_gettime", "clock_getres", "clock_nanosleep") for kind in (0, 1, 2, 6)),
    *(("getpriority", (which, _OTHER)) for which in (0, 1, 2)),
    *(("getpriority", (which, 0)) for which in (1, 2)),
]
"""What tells a worker of another process, of a group or of a user; below S3 it sees their numbers."""


@pytest.mark.parametrize(("name", "arguments"), _OF_OTHERS)
def test_nothing_is_told_of_other_processes(arch: str, name: str, arguments: tuple[int, ...]) -> None:
    """Neither that they are there nor what they have computed, nor what they have set of themselves to be read."""
    expected = _ENOSYS if name == "sched_getaffinity" else _EPERM
    assert verdict(name, *arguments, arch=arch) == expected


@pytest.mark.parametrize("name", ["getpgid", "getsid", "sched_getscheduler", "sched_getaffinity"])
def test_of_itself_a_worker_may_ask(arch: str, name: str) -> None:
    """By 0 and by its number; and every clock that is not another's."""
    assert verdict(name, 0, arch=arch) == verdict(name, _PID, arch=arch) == _ALLOW
    assert verdict("getpriority", 0, 0, arch=arch) == verdict("getpriority", 0, _PID, arch=arch) == _ALLOW
    assert {verdict("clock_gettime", clock, arch=arch) for clock in range(12)} == {_ALLOW}
