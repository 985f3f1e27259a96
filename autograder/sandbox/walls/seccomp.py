"""The worker's system call filter: what numerical Python needs is listed, everything else gets EPERM.

An allow list fails closed: a call that a later kernel adds is refused until someone writes it down here.
The lists were drawn from traces of training, plotting, saving and threads, and widened by their near variants
so that another C library does not break a worker. Source: Linux `Documentation/userspace-api/seccomp_filter.rst`.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.sandbox.walls import libc, syscalls

_MEMORY = "brk munmap mremap mprotect msync membarrier"
_FILES = (
    "read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range dup dup2 dup3 ftruncate "
    "fallocate fsync fdatasync stat fstat lstat newfstatat getdents getdents64 getcwd umask"
)
_LINKS = "readlink readlinkat"
_NAMES = f"{_LINKS} access faccessat faccessat2 chdir fchdir"
"""Calls that tell about a path or go there without opening it, which Landlock does not judge. `stat` does so, too,
and is what every import begins with."""
_WAITING = (
    "poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd eventfd2 "
    "futex nanosleep restart_syscall wait4 waitid"
)
_SOCKETS = "sendto recvfrom shutdown getsockname getpeername"
_SIGNALS = (
    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack getitimer setitimer"
)
_ITSELF = (
    "getpid getppid gettid getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp "
    "getrlimit getcpu uname times time gettimeofday "
    "getrandom set_robust_list set_tid_address rseq exit exit_group sched_yield "
    "sched_get_priority_max sched_get_priority_min"
)
_OF_A_PROCESS = "getpgid getsid sched_getscheduler sched_getaffinity"
"""Calls that tell of any process by its number: that it is there, and what it can set of itself for another to read."""
_CLOCKS = "clock_gettime clock_getres clock_nanosleep"
"""Calls that take a clock; those of other processes have negative numbers, and tell how much each has computed."""
_MAKING_FILES = (
    "mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat truncate "
    "chmod fchmod fchmodat fchmodat2 utimes utimensat getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr"
)
_TRY_ANOTHER_WAY = "clone3 openat2 fchmodat2 futex_waitv preadv2 pwritev2 sendfile copy_file_range flock"
"""Calls refused with ENOSYS, at which libraries fall back to an older or a plainer call, or do without."""
CARRIERS = (
    "fadvise64 readahead sync_file_range mincore cachestat process_madvise getrusage sysinfo statfs fstatfs vmsplice "
    "splice tee inotify_init inotify_init1 fanotify_init mlock mlock2 mlockall ioprio_set ioprio_get setpriority "
    "pipe pipe2 socketpair sendmsg recvmsg"
)
"""Refused like everything that is not listed; written down because each would carry bits between workers.

What one worker reads stays in the page cache for the next. These move pages in and out without a trace, or tell exactly
which are there (`getrusage` counts the reads that went to the disk); `sysinfo` and `statfs` count what all processes
use together; locks are seen by everyone who opens the same file. Pipes and sockets have the machine's next number, which is
how many were made (event loops have a pair that is there already: `lockdown`); descriptors in a message count against all
processes of a user. `docs/threat-model.md` says what is left of it.
"""

_OWN_PID = "own pid"
_NEGATIVE = 0x80000000
_OTHERWISE = {"sched_getaffinity": errno.ENOSYS}
"""What refused calls answer instead of EPERM: glibc asks for those of a thread by its number, and does without them."""
_FREQUENT = ("futex", "read", "write", "sendto", "recvfrom", "mmap", "munmap", "madvise", "clock_gettime", "poll")

_THREAD = 0x00010900  # CLONE_THREAD | CLONE_SIGHAND | CLONE_VM
_NEW_THINGS = 0x7E02E080 | 0x00800000  # every CLONE_NEW*, PTRACE, VFORK, PARENT, UNTRACED, NEWTIME
_FCNTL = (0, 1, 2, 3, 4, 1030)  # dup and flags; no lock, owner, signal, lease or size of a pipe
_MADVISE = (0, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19)
"""NORMAL, DONTNEED, FREE, (NO)FORK, (NO)HUGEPAGE, (NO)DUMP, WIPE/KEEP on fork: what allocators ask for. None of them reads
or drops a file's pages, as WILLNEED, COLD, PAGEOUT, POPULATE and COLLAPSE do; RANDOM and SEQUENTIAL steer how many come."""
_MMAP_READS_AHEAD = 0x8000 | 0x2000 | 0x10000 | 0x40000  # MAP_POPULATE, MAP_LOCKED, MAP_NONBLOCK, MAP_HUGETLB
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIO(N)CLEX
_PRCTL = (3, 15, 16, 21, 23, 39, 0x53564D41)  # get dumpable/seccomp/capability/no_new_privs, thread name, VMA name
_GETSOCKOPT = (3, 4, 38, 39)  # of what kind a socket is and whether it failed; not its cookie, which counts, nor its peer
_NO_MOUNTS = 0xFFFFF000  # what `statx` is asked for beyond sizes and times: numbers of mounts count, too
_OPEN_WRITES = 0o3 | 0o100 | 0o1000 | 0o20000000  # access mode, O_CREAT, O_TRUNC, O_TMPFILE


@dataclass(frozen=True)
class Argument:
    """A condition on one argument: ``value == arg & mask`` on the low 32 bits, or on all 64 if `wide`."""

    index: int
    value: int | str
    mask: int = 0xFFFFFFFF
    wide: bool = False


Rules = dict[str, list[tuple[Argument, ...]]]
"""Per system call, the alternatives under which it is allowed; an empty tuple allows it always."""


@dataclass(frozen=True)
class Policy:
    """What differs between profiles.

    Attributes:
        writable: the worker has a private scratch folder; calls that make and change files are allowed.
        guard_open: no other layer stops writing, so opening for writing is refused by its flags.
        names: the worker sees a private root; calls that ask about paths meet nothing there that it may not know.
        links: libraries are reached through symbolic links here, so that resolving a path has to work.
    """

    writable: bool = False
    guard_open: bool = False
    names: bool = False
    links: bool = False


def rules(policy: Policy) -> Rules:
    """Return the allowed calls of a policy, by name."""
    plain = f"{_MEMORY} {_FILES} {_WAITING} {_SOCKETS} {_SIGNALS} {_ITSELF}"
    if policy.writable:
        plain += f" {_MAKING_FILES}"
    if policy.names or policy.links:
        plain += f" {_NAMES}" if policy.names else f" {_LINKS}"
    allowed: Rules = {name: [()] for name in plain.split()}
    reading = Argument(1, 0, _OPEN_WRITES), Argument(2, 0, _OPEN_WRITES)
    allowed["open"] = [(reading[0],)] if policy.guard_open else [()]
    allowed["openat"] = [(reading[1],)] if policy.guard_open else [()]
    allowed["clone"] = [(Argument(0, _THREAD, _THREAD | _NEW_THINGS),)]
    own = (Argument(0, _OWN_PID),)
    allowed |= {"kill": [own], "tgkill": [own], "tkill": [own]}
    itself = (Argument(0, 0),)
    allowed |= {name: [itself, own] for name in _OF_A_PROCESS.split()}
    allowed |= {name: [(Argument(0, 0, _NEGATIVE),)] for name in _CLOCKS.split()}
    allowed["getpriority"] = [(*itself, Argument(1, 0)), (*itself, Argument(1, _OWN_PID))]
    allowed["sched_setaffinity"] = [itself]
    allowed["fcntl"] = [(Argument(1, command),) for command in _FCNTL]
    allowed["madvise"] = [(Argument(2, advice),) for advice in _MADVISE]
    allowed["mmap"] = [(Argument(3, 0, _MMAP_READS_AHEAD),)]
    allowed["ioctl"] = [(Argument(1, request),) for request in _IOCTL]
    allowed["prctl"] = [(Argument(0, option),) for option in _PRCTL]
    reads_own_limit = (Argument(0, 0), Argument(2, 0, wide=True))
    allowed["prlimit64"] = [reads_own_limit]
    allowed["getsockopt"] = [(Argument(1, 1), Argument(2, option)) for option in _GETSOCKOPT]
    allowed["statx"] = [(Argument(3, 0, _NO_MOUNTS),)]
    return allowed


# --- from rules to a BPF program ------------------------------------------------------------------

_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_X32_BIT = 0x40000000

Instruction = tuple[int, int, int, int | str]  # code, jump if true, jump if false, operand


def _condition(argument: Argument) -> Iterator[Instruction]:
    """Yield instructions that fall through when the argument fits; jump offset -1 stands for "try the next one"."""
    low = 16 + 8 * argument.index  # both architectures are little endian
    yield (_LOAD, 0, 0, low)
    if argument.mask != 0xFFFFFFFF:
        yield (_AND, 0, 0, argument.mask)
    yield (_EQUAL, 0, -1, argument.value)
    if argument.wide:
        yield (_LOAD, 0, 0, low + 4)
        yield (_EQUAL, 0, -1, 0)


def _alternative(conditions: tuple[Argument, ...]) -> list[Instruction]:
    """Return instructions that allow the call if every condition holds and otherwise run past their end."""
    body = [instruction for argument in conditions for instruction in _condition(argument)]
    body.append((_RETURN, 0, 0, _ALLOW))
    return [
        (code, if_true, len(body) - position - 1 if if_false == -1 else if_false, operand)
        for position, (code, if_true, if_false, operand) in enumerate(body)
    ]


def _judge(number: int, alternatives: list[tuple[Argument, ...]], otherwise: int = errno.EPERM) -> list[Instruction]:
    """Return the block of one system call: skipped when the number differs, decisive when it fits."""
    body = [instruction for conditions in alternatives for instruction in _alternative(conditions)]
    if () not in alternatives:
        body.append((_RETURN, 0, 0, _ERRNO | otherwise))
    return [(_EQUAL, 0, len(body), number), *body]


def assemble(policy: Policy, arch: str) -> list[Instruction]:
    """Return the filter of a policy for ``"x86_64"`` or ``"aarch64"``; the worker's pid is still a placeholder.

    A foreign architecture or the x32 variant kills the process: its numbers mean other calls.
    """
    table = syscalls.numbers(arch)
    allowed = rules(policy)
    program: list[Instruction] = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, syscalls.AUDIT_ARCH[arch]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _KILL),
    ]
    for name in sorted(allowed, key=lambda name: name not in _FREQUENT):
        if name in table:
            program += _judge(table[name], allowed[name], _OTHERWISE.get(name, errno.EPERM))
    for name in _TRY_ANOTHER_WAY.split():
        if name not in allowed:
            program += [(_EQUAL, 0, 1, table[name]), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    program.append((_RETURN, 0, 0, _ERRNO | errno.EPERM))
    return program


def encode(program: list[Instruction], pid: int) -> bytes:
    """Return the program as an array of `struct sock_filter`, with the worker's own pid filled in."""
    packed = (
        struct.pack("=HBBI", code, yes, no, pid if operand == _OWN_PID else operand) for code, yes, no, operand in program
    )
    return b"".join(packed)


# --- installing -----------------------------------------------------------------------------------


class _Program(ctypes.Structure):
    """`struct sock_fprog`: the length in instructions and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


@functools.cache
def _assembled(policy: Policy) -> list[Instruction]:
    """Assemble a policy once per process for this machine."""
    if syscalls.machine() not in syscalls.AUDIT_ARCH:
        raise OSError(errno.ENOSYS, f"no system call table for {syscalls.machine()}")
    return assemble(policy, syscalls.machine())


@functools.lru_cache(maxsize=4)
def prepare(policy: Policy, pid: int) -> bytes:
    """Return the program for a process of this pid; workers inherit by fork what was prepared before.

    Raises:
        OSError: if this machine's architecture has no table (ENOSYS).
    """
    return encode(_assembled(policy), pid)


def install(policy: Policy, pid: int) -> None:
    """Put the filter on every thread of this process, for good. no_new_privs must be set before.

    Raises:
        OSError: if the kernel refuses it or this machine's architecture has no table (ENOSYS).
    """
    code = prepare(policy, pid)
    program = _Program(len(code) // 8, code)
    set_filter, on_every_thread = 1, 1
    libc.call("seccomp", set_filter, on_every_thread, program)
