"""A private machine for the workers: own processes, network, mounts and a read-only root built from a few folders.

The zygote enters new namespaces once, as root directly or as a plain user through a user namespace, and later swaps
its root. Each worker then gets its own pid namespace and its own scratch file system, which costs 0.2 ms.
Sources: namespaces(7), pid_namespaces(7), pivot_root(2), mount_setattr(2).
"""

from __future__ import annotations

import ctypes
import os
import socket
from pathlib import Path

from autograder.sandbox.walls import libc
from autograder.sandbox.walls.readable_paths import DEVICES, Reading

SCRATCH = Path("/scratch/own")
"""Where a worker may write, in its private root; Landlock looks at the folder around a mount, not at the mount point."""
_SCRATCH = str(SCRATCH)

_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_READ_ONLY, _NO_SUID, _NO_DEVICES = 1, 2, 4
_FILES_IN_SCRATCH = 8192


class _MountAttributes(ctypes.Structure):
    """`struct mount_attr`."""

    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace", ctypes.c_uint64),
    )


def enter_namespaces() -> None:
    """Leave the host's users (if not root), mounts, network, IPC, host name, and pids for children to come.

    The caller must have one thread, and must fork: its next child is the first process of the new pid namespace.

    Raises:
        OSError: where the kernel or a security module refuses; this process is then in an undefined state and
            must end.
    """
    kinds = libc.CLONE_NEWNS | libc.CLONE_NEWNET | libc.CLONE_NEWIPC | libc.CLONE_NEWUTS | libc.CLONE_NEWPID
    if os.geteuid() == 0:
        libc.unshare(kinds)
    else:
        user, group = os.geteuid(), os.getegid()
        libc.unshare(kinds | libc.CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    libc.mount("none", "/", "", libc.MS_REC | libc.MS_PRIVATE)
    socket.sethostname("worker")


def _bind(source: Path, root: Path, flags: int) -> None:
    """Show one file or folder of the host at the same place under the new root, never writable."""
    target = root / source.relative_to("/")
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    libc.mount(str(source), str(target), "", libc.MS_BIND | libc.MS_REC)
    _protect(target, flags)


def _protect(target: Path, flags: int) -> None:
    """Add flags to a mount and all below it; those of the host stay, as a user namespace demands."""
    attributes = _MountAttributes(set=flags)
    path, size = os.fsencode(target), ctypes.sizeof(attributes)
    libc.call("mount_setattr", _AT_FDCWD, path, _AT_RECURSIVE, attributes, size)


def swap_root(base: Path, reading: Reading) -> None:
    """Replace this process's root by a tmpfs that shows programs, four devices and an empty scratch folder.

    Args:
        base: an existing empty folder of the host to build on; it stays empty in the host's view.
        reading: files and folders to show; one that vanished or cannot be reached is left out.

    Raises:
        OSError: where mounting is refused.
    """
    os.umask(0o022)
    libc.mount("tmpfs", str(base), "tmpfs", libc.MS_NOSUID | libc.MS_NODEV, "size=4m,mode=0755")
    for path in reading.shown:
        if os.access(path, os.R_OK):
            _bind(path, base, _READ_ONLY | _NO_SUID | _NO_DEVICES)
    nothing = base / "nothing"
    nothing.mkdir()
    for path in reading.covered:
        if (base / path.relative_to("/")).is_dir():
            libc.mount(str(nothing), str(base / path.relative_to("/")), "", libc.MS_BIND)
    for device in DEVICES:
        _bind(Path(device), base, _READ_ONLY | _NO_SUID)
    (base / SCRATCH.relative_to("/")).mkdir(parents=True)
    _protect(base, _READ_ONLY | _NO_SUID)
    os.chdir(base)
    libc.call("pivot_root", b".", b".")
    libc.detach(".")
    os.chdir("/")


def own_pid_namespace() -> int:
    """Return a descriptor of this process's pid namespace; needs /proc, so call it before `swap_root`."""
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def fork_into_pid_namespace(own: int) -> int:
    """Fork a child that is the first process of a new pid namespace, without a second fork.

    The namespace for children is switched, used once and switched back.

    Args:
        own: descriptor from `own_pid_namespace`.

    Returns:
        The child's pid in the caller's namespace, 0 in the child.
    """
    libc.unshare(libc.CLONE_NEWPID)
    try:
        pid = os.fork()
    except OSError:
        libc.setns(own, libc.CLONE_NEWPID)
        raise
    if pid:
        libc.setns(own, libc.CLONE_NEWPID)
    return pid


def scratch_options(megabytes: int, uid: int) -> str:
    """Return the mount options of a worker's scratch file system.

    Args:
        megabytes: its size.
        uid: its owner, as a uid and as a gid.
    """
    group = uid if uid != os.geteuid() else os.getegid()
    return f"size={megabytes}m,mode=0700,nr_inodes={_FILES_IN_SCRATCH},uid={uid},gid={group}"


def mount_scratch(options: str) -> None:
    """Give this process its own mounts and an empty scratch file system that ends with it."""
    libc.unshare(libc.CLONE_NEWNS)
    libc.mount("tmpfs", _SCRATCH, "tmpfs", libc.MS_NOSUID | libc.MS_NODEV | libc.MS_NOEXEC, options)


def own_users(proc: int) -> None:
    """Move this process into a user namespace of its own, under the same uid and gid: limits per user are its own then.

    Since Linux 5.14, processes and threads are counted per user namespace.

    Args:
        proc: descriptor of /proc, which a private root does not have.

    Raises:
        OSError: where the kernel refuses.
    """
    user, group = os.geteuid(), os.getegid()
    libc.prctl(libc.PR_SET_DUMPABLE, 1)  # otherwise the files below belong to root; set back with the other layers
    libc.unshare(libc.CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with os.fdopen(os.open(f"self/{name}", os.O_WRONLY, dir_fd=proc), "w") as stream:
            stream.write(text)
    os.close(proc)


def may_own_users(proc: int) -> bool:
    """Try :func:`own_users`, and a mount after it, in a child that is thrown away."""
    child = os.fork()
    if child == 0:
        try:
            own_users(proc)
            mount_scratch(scratch_options(1, os.geteuid()))
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def rehearse(base: Path, reading: Reading) -> None:
    """Go through every step once, in a child that the caller throws away afterwards.

    Raises:
        OSError: naming the first step that this machine refuses.
    """
    enter_namespaces()
    zygote = os.fork()
    if zygote == 0:
        os._exit(_rehearse_inside(base, reading))
    _, status = os.waitpid(zygote, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise OSError(max(code, 1), f"private root: {os.strerror(max(code, 1))}")


def _rehearse_inside(base: Path, reading: Reading) -> int:
    """Do the zygote's and a worker's part of the rehearsal; return 0 or the errno."""
    try:
        own = own_pid_namespace()
        swap_root(base, reading)
        worker = fork_into_pid_namespace(own)
        if worker == 0:
            mount_scratch(scratch_options(1, os.geteuid()))
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    except OSError as error:
        return error.errno or 1
