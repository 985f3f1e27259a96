"""Measures how many bits one worker can leave for the next, with the walls as they are and with some of them open.

Two workers of one zygote: the first writes random bits, the second reads them. ``python benchmarks/walls/channels.py
[profile]`` writes `results/channels.json`. Rates are of writing and reading together; an error rate of 0.5 is chance.
"""

from __future__ import annotations

import json
import os
import random
import struct
import sys
import time
from pathlib import Path

from autograder.sandbox import profiles
from autograder.sandbox.walls import selftest
from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

sys.path.insert(0, str(Path(__file__).parents[1]))

from machine import describe_machine

HERE = Path(__file__).parent
BITS = 4000
SETTLE_S = 5.0
"""Until the zygote has read ahead what workers may read."""
_SLOT = 1 << 16

_FILES = f"""
import os, time
SLOT = {_SLOT}
def slots(limit=None):
    found = []
    for place in PLACES:
        for parent, folders, names in os.walk(place):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(parent, name)
                try:
                    if os.path.islink(path) or os.stat(path).st_size < 4 * SLOT: continue
                    descriptor = os.open(path, os.O_RDONLY)
                except OSError: continue
                size = os.fstat(descriptor).st_size
                os.close(descriptor)
                found += [(path, at) for at in range(SLOT, size - SLOT, SLOT)]
    return found
opened = dict()
def handle(path):
    if path not in opened:
        if len(opened) > 40: os.close(opened.pop(next(iter(opened))))
        opened[path] = os.open(path, os.O_RDONLY)
    return opened[path]
"""
_ADVISE = """
for (path, at), bit in zip(CHOSEN, BITS):
    os.posix_fadvise(handle(path), at, 4096, os.POSIX_FADV_WILLNEED if bit else os.POSIX_FADV_DONTNEED)
for (path, at), bit in zip(CHOSEN, BITS):
    if bit: os.pread(handle(path), 1, at)
result = 1
"""
_ASK_RESIDENCY = """
result = []
for path, at in CHOSEN:
    try: os.preadv(handle(path), [bytearray(1)], at, os.RWF_NOWAIT); result.append(1)
    except BlockingIOError: result.append(0)
"""
_READ_ONES = """
for (path, at), bit in zip(CHOSEN, BITS):
    if bit: os.pread(handle(path), 1, at)
result = 1
"""
_TIME_READS = """
clock, times = time.perf_counter_ns, []
for path, at in CHOSEN:
    descriptor = handle(path)
    start = clock(); os.pread(descriptor, 1, at); times.append(clock() - start)
result = times
"""
_LOCK = """
import fcntl, os, struct
file = os.open(os.__file__, os.O_RDONLY)
for at, bit in enumerate(BITS):
    if bit: fcntl.fcntl(file, 37, struct.pack('hhqqi4x', fcntl.F_RDLCK, 0, 2 * at, 1, 0))
result = 1
"""
_ASK_LOCKS = """
import fcntl, os, struct
file = os.open(os.__file__, os.O_RDONLY)
result = []
for at in range(len(BITS)):
    answer = fcntl.fcntl(file, 36, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 2 * at, 1, 0))
    result.append(int(struct.unpack('hhqqi4x', answer)[0] != fcntl.F_UNLCK))
"""


def ask(worker: Worker, source: str) -> object:
    """Run a program in a worker."""
    data = source.encode()
    worker.socket.settimeout(300)
    worker.socket.sendall(struct.pack(">I", len(data)) + data)
    return receive_large(worker)


def receive_large(worker: Worker) -> object:
    """Read an answer of any length."""
    with worker.socket.makefile("rb", buffering=0) as raw:

        def exactly(count: int) -> bytes:
            """Read so many bytes."""
            parts = b""
            while len(parts) < count:
                part = raw.read(count - len(parts))
                if not part:
                    raise EOFError(worker.exit_reason())
                parts += part
            return parts

        return json.loads(exactly(struct.unpack(">I", exactly(4))[0]))["result"]


def forget(slots: list[tuple[str, int]]) -> None:
    """Drop unmapped pages of files from the cache, as if they had never been read."""
    for path in dict.fromkeys(path for path, _ in slots):
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def compared(sent: list[int], got: object, seconds: float) -> dict[str, object]:
    """Rate and error rate."""
    if not isinstance(got, list):
        return {"outcome": str(got)}
    wrong = sum(a != b for a, b in zip(sent, got, strict=True)) / len(sent)
    return {"bits": len(sent), "wrong": round(wrong, 4), "bits_per_second": round(len(sent) / seconds)}


def through(zygote: ZygoteHost, write: str, read: str, sent: list[int], together: bool = False) -> tuple[object, float]:
    """Let one worker write and the next read, or both while they live."""
    start = time.perf_counter()
    with zygote.spawn() as writer:
        answer = ask(writer, write)
        if answer != 1:
            return answer, 1.0
        if together:
            with zygote.spawn() as reader:
                return ask(reader, read), time.perf_counter() - start
    with zygote.spawn() as reader:
        return ask(reader, read), time.perf_counter() - start


def threshold(times: list[int]) -> int:
    """The duration between the two clusters of a list, in nanoseconds."""
    ordered = sorted(times)
    low, high = ordered[len(ordered) // 10], ordered[9 * len(ordered) // 10]
    return int((low * high) ** 0.5)


def measured(entry: str, profile: str, pressed: bool) -> dict[str, object]:
    """All channels with one set of walls; ``pressed``: pages are dropped before the clock is tried, as memory runs short."""
    generator = random.Random(0)
    places = [str(Path(os.__file__).parent), next(entry for entry in sys.path if entry.endswith("site-packages"))]
    with ZygoteHost("best", entry=f"{HERE / entry}:serve") as zygote, zygote.spawn() as worker:
        assert zygote.profile == profile
        slots = ask(worker, f"PLACES = {places!r}\n{_FILES}\nresult = slots()")
    assert isinstance(slots, list)
    every = [(path, at) for path, at in slots]
    chosen = generator.sample(every, min(BITS, len(every)))
    sent = [generator.randrange(2) for _ in chosen]
    given = f"PLACES = []\n{_FILES}\nCHOSEN = {chosen!r}\nBITS = {sent!r}\n"
    forget(chosen)
    with ZygoteHost("best", entry=f"{HERE / entry}:serve") as zygote:
        time.sleep(SETTLE_S)
        advised, took = through(zygote, given + _ADVISE, given + _ASK_RESIDENCY, sent)
        result: dict[str, object] = {"page_cache_by_advice": compared(sent, advised, took)}
        if pressed:
            forget(chosen)
        times, took = through(zygote, given + _READ_ONES, given + _TIME_READS, sent)
        if isinstance(times, list):
            limit = threshold(times)
            result["page_cache_by_timing"] = {**compared(sent, [int(t < limit) for t in times], took), "limit_ns": limit}
        result["places_for_a_bit"] = {"files": len({path for path, _ in every}), "slots_of_64_KiB": len(every)}
        locked, took = through(zygote, f"BITS = {sent!r}\n{_LOCK}", f"BITS = {sent!r}\n{_ASK_LOCKS}", sent, together=True)
        result["locks"] = compared(sent, locked, took)
    return result


def main() -> None:
    """Measure and write the results."""
    profile = sys.argv[1] if len(sys.argv) > 1 else profiles.available_profile()
    os.environ[profiles.MAXIMUM] = profile
    judged = selftest.faults
    selftest.faults = lambda report, profile: []  # the walls are open on purpose
    before = measured("open_walls.py", profile, pressed=True)
    selftest.faults = judged
    after = measured("channel_worker.py", profile, pressed=False)
    pressed = measured("channel_worker.py", profile, pressed=True)
    after["page_cache_by_timing_when_memory_is_short"] = pressed.get("page_cache_by_timing")
    path = HERE.parent / "results" / "channels.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    results |= {"machine": describe_machine(), profile: {"open": before, "as_it_is": after}}
    path.write_text(json.dumps(results, indent=1) + "\n")
    print(json.dumps(results[profile], indent=1))


if __name__ == "__main__":
    main()
