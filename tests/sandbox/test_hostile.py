"""Workers that do their worst, and the next worker, which must not notice."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from obedient_worker import OBEDIENT, ask, host_pid, tell

from autograder.errors import ZygoteDied
from autograder.sandbox.zygote_host import ZygoteHost

_WORST = {
    "closes everything": "import os\nos.closerange(0, 256)\nwhile True: pass",
    "closes its socket": "import os, time\nos.close(3)\ntime.sleep(60)",
    "starts threads without end": """
import threading, time
count = 0
while True:
    try: threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); count += 1
    except RuntimeError: time.sleep(0.01)
""",
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nwhile True: pass",
    "fills its scratch": """
import itertools
for n in itertools.count():
    try: open(str(n), 'wb').write(bytes(1 << 20))
    except OSError: pass
""",
    "eats memory": "held = []\nwhile True:\n    try: held.append(bytearray(64 << 20))\n    except MemoryError: pass",
    "floods its output": "import os\nwhile True: os.write(1, b'x' * 65536)",
    "opens pipes": "import os\nheld = []\nwhile True:\n    try: held += os.pipe()\n    except OSError: pass",
    "ignores every signal": """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass
""",
    "forks": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "lies at once": "import os\nos.write(3, b'\\xff' * 100000)\nwhile True: pass",
    "reads for ever": "open('/dev/zero', 'rb').read()",
}
_REASONS = {
    "import os\nos._exit(3)": ("exit 3",),
    "import ctypes\nctypes.string_at(0)": ("signal 11 (SIGSEGV)",),
    "import os\nos.abort()": ("signal 6 (SIGABRT)", "signal 11 (SIGSEGV)"),
    "import sys\nsys.exit(5)": ("exit 70",),
    "import resource, os\nwhile True: pass": ("signal 9 (SIGKILL)", "signal 24 (SIGXCPU)"),
}


def alive(pid: int) -> bool:
    """Tell whether a process exists."""
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("name", _WORST)
def test_the_next_worker_does_not_notice(filtered_zygote: ZygoteHost, name: str) -> None:
    """After half a second of abuse the worker dies on the first strike, and the next one works."""
    with filtered_zygote.spawn() as hostile:
        pid = host_pid(hostile)
        tell(hostile, _WORST[name])
        time.sleep(0.5)
        with filtered_zygote.spawn() as neighbour:
            assert ask(neighbour, "import torch\nresult = torch.ones(2).sum().item()") == 2.0
    assert dead(pid)
    assert hostile.exit_reason() in ("killed by the grader", "exit 70", "signal 24 (SIGXCPU)", "exit 0")
    with filtered_zygote.spawn() as following:
        assert ask(following, "result = 1") == 1


def dead(pid: int, within: float = 30.0) -> bool:
    """Whether a process that was killed runs no more; giving back gigabytes takes the kernel a while on a busy machine."""
    end = time.monotonic() + within
    while not _gone(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _gone(pid: int) -> bool:
    """Whether it has ended; its parent may be just about to collect it."""
    try:
        return "zombie" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture(params=["S3", "S2"])
def filtered_zygote(request: pytest.FixtureRequest, zygote_of: Callable[[str], ZygoteHost]) -> ZygoteHost:
    """Return the zygotes whose workers are confined."""
    return zygote_of(request.param)


@pytest.mark.parametrize("source", _REASONS)
def test_the_reason_of_an_end_is_told(zygote: ZygoteHost, source: str) -> None:
    """The worker's own end is not mistaken for a kill by the grader."""
    cpu_seconds = 1 if "while" in source else 600
    with zygote.spawn(cpu_seconds) as worker:
        tell(worker, source)
        worker.socket.settimeout(20)
        assert worker.socket.recv(1) == b""
        assert worker.exit_reason() in _REASONS[source]
    assert worker.exit_reason() in _REASONS[source]


def test_a_living_worker_has_no_reason_yet(zygote: ZygoteHost) -> None:
    """Asking changes nothing; killing twice is harmless."""
    with zygote.spawn() as worker:
        assert worker.exit_reason() == "still running"
        assert ask(worker, "result = 1") == 1
        worker.kill()
        worker.kill()
        assert worker.exit_reason() == "killed by the grader"


def test_nothing_survives_where_forking_is_possible(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """Profile S0 stops no fork, so the zygote hunts down what a worker left behind.

    It does so at the end of any worker: one that an earlier test gave back may still be on its way out, and take these with
    it before they were looked at. Then the same is done again.
    """
    source = """
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    for _ in range(3):
        child = os.fork()
        if child == 0:
            os.setsid(); os.write(writer, f'{os.getpid()} '.encode()); time.sleep(60); os._exit(0)
    os._exit(0)
os.wait(); time.sleep(0.2)
result = [int(word) for word in os.read(reader, 100).split()]
"""
    for _ in range(3):
        with zygote_of("S0").spawn() as worker:
            pids = ask(worker, source)
            assert len(pids) == 3
            there = all(alive(pid) for pid in pids)
        assert not any(alive(pid) for pid in pids)
        if there:
            break
    assert there


def test_memory_is_limited(zygote: ZygoteHost) -> None:
    """A tensor beyond the limit raises; the worker goes on; one within the limit fits."""
    with zygote.spawn() as worker:
        big = """
import torch
try: torch.empty(6 << 30, dtype=torch.uint8).fill_(1); result = 'fits'
except RuntimeError: result = 'refused'
"""
        assert ask(worker, big) == "refused"
        assert ask(worker, "import torch\nresult = torch.ones(200 << 20, dtype=torch.uint8)[-1].item()") == 1


def test_output_arrives(zygote: ZygoteHost) -> None:
    """Standard output and standard error share one pipe, flushed line by line, from C too."""
    with zygote.spawn() as worker:
        ask(worker, "import sys, os\nprint('out'); print('err', file=sys.stderr); os.write(1, b'raw')\nresult = 1")
        time.sleep(0.05)
        assert os.read(worker.output_fd, 100) == b"out\nerr\nraw"


def test_no_descriptors_leak(zygote: ZygoteHost) -> None:
    """A hundred workers leave the grader's descriptor table as it was."""
    zygote.spawn().kill()
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(30):
        zygote.spawn().kill()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_dead_zygote_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its workers die with it, and asking for another one raises."""
    with ZygoteHost("best", entry=OBEDIENT) as zygote:
        worker = zygote.spawn()
        assert zygote._process is not None
        zygote._process.kill()
        worker.socket.settimeout(10)
        assert worker.socket.recv(1) == b""
        worker.kill()
        with pytest.raises(ZygoteDied):
            zygote.spawn()
    with pytest.raises(ZygoteDied):
        zygote.spawn()


def test_everything_dies_with_the_grader(tmp_path: Path) -> None:
    """A grader killed without warning leaves neither zygote nor worker, nor their folder."""
    program = f"""
import sys, time
sys.path[:0] = [{str(Path(__file__).parents[2])!r}, {str(Path(__file__).parents[1] / "programs")!r}]
from autograder.sandbox.zygote_host import ZygoteHost
from obedient_worker import host_pid
zygote = ZygoteHost('best', entry={OBEDIENT!r})
worker = zygote.spawn()
print(zygote._process.pid, host_pid(worker), zygote._owned.path, flush=True)
time.sleep(60)
"""
    grader = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    zygote, worker, folder = grader.stdout.readline().split()
    assert alive(int(zygote))
    assert alive(int(worker))
    grader.kill()
    grader.wait()
    grader.stdout.close()
    deadline = time.monotonic() + 120
    while (alive(int(zygote)) or alive(int(worker)) or Path(folder).exists()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(int(zygote))
    assert not alive(int(worker))
    assert not Path(folder).exists()
