"""What a worker has of others besides files: descriptors that the zygote opened, and numbers that the kernel counts for all.

An open file that several processes inherit is one: its flags, its offset and the mount that it was opened on are everybody's.
The number of an inode that is nowhere on a disk (a pipe, a socket) is the next one of the machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from obedient_worker import ask

from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

_NOTE = "import fcntl, os\nfcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)\nresult = fcntl.fcntl(0, fcntl.F_GETFL)"
_READ = "import fcntl, os\nresult = fcntl.fcntl(0, fcntl.F_GETFL) & (os.O_NONBLOCK | os.O_APPEND)"
_TOUCH = "import os\ntry: os.utime(0); result = 'open'\nexcept OSError as error: result = error.errno"
_MANY = """
import os, socket
def count():
    made = 0
    for make in (os.pipe, socket.socketpair, lambda: socket.socket(socket.AF_UNIX)):
        numbers = set()
        for _ in range(200):
            try: pair = make()
            except OSError: break
            for one in pair if type(pair) is tuple else (pair,):
                numbers.add(os.fstat(one if type(one) is int else one.fileno()).st_ino)
                os.close(one) if type(one) is int else one.close()
        made += len(numbers)
    return made
result = count()
"""


def test_one_worker_sets_no_flag_for_the_next(zygote: ZygoteHost) -> None:
    """Standard input is every worker's own: it used to be the zygote's, two bits that outlived a worker."""
    with zygote.spawn() as one, zygote.spawn() as other:
        assert ask(one, _NOTE) & os.O_NONBLOCK
        assert ask(other, _READ) == 0
    with zygote.spawn() as later:
        assert ask(later, _READ) == 0


def test_flags_of_an_inherited_file_are_everybodys() -> None:
    """Witness: two processes, one after the other, and the same open file."""
    with open(os.devnull) as shared:
        told = [
            subprocess.run(
                [sys.executable, "-c", f"{text}\nprint(result)"], stdin=shared, capture_output=True, text=True, check=True
            )
            for text in (_NOTE, _READ)
        ]
    assert int(told[1].stdout) == os.O_NONBLOCK | os.O_APPEND


def test_the_time_of_a_device_of_the_host_stays(filtered: Worker) -> None:
    """Standard input was opened on a mount of the host: in a private root, which has a call for it, it could be touched."""
    before = os.stat(os.devnull).st_mtime_ns
    assert ask(filtered, _TOUCH) != "open"
    assert os.stat(os.devnull).st_mtime_ns == before


def test_a_device_can_be_touched_without_walls(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """Witness: it belongs to everybody who may write to it."""
    with zygote_of("S0").spawn() as worker:
        assert ask(worker, _TOUCH) == "open"


def test_a_worker_moves_no_count_of_the_machine(filtered: Worker) -> None:
    """Pipes and sockets are numbered as they are made, in a row for all processes; a worker makes none."""
    assert ask(filtered, _MANY) <= 2, "the pair that event loops get, and nothing new"


def test_the_next_worker_sees_what_was_made(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """Witness: without a filter they are made, and their numbers run on for everybody on this processor."""
    with zygote_of("S0").spawn() as worker:
        assert ask(worker, _MANY) > 500


@pytest.mark.parametrize("option", [57, 55, 17, 15])
def test_of_its_socket_a_worker_learns_the_kind_alone(filtered: Worker, option: int) -> None:
    """Its cookie counts, too (57); memory in use (55), who is at the other end (17), what was reserved."""
    source = "import os, socket\nline = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=os.dup(3))\n"
    attempt = "try: result = line.getsockopt(1, {}, 64) and 'open'\nexcept OSError as error: result = error.errno\n"
    assert ask(filtered, source + attempt.format(option)) != "open"
    assert ask(filtered, source + "result = line.getsockopt(1, 3)") == 1


def test_many_event_loops_of_one_worker(filtered: Worker) -> None:
    """One after the other and within threads: each wakes itself up."""
    source = """
import asyncio, threading
async def soon(): return await asyncio.get_running_loop().run_in_executor(None, lambda: 1)
result = [asyncio.run(soon()) for _ in range(3)]
thread = threading.Thread(target=lambda: result.append(asyncio.run(soon())))
thread.start(); thread.join(20)
"""
    assert ask(filtered, source) == [1, 1, 1, 1]
