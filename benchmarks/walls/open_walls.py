"""An entry for a zygote that opens, in that zygote only, the walls whose worth `channels.py` measures.

The filter allows again what it did before the carriers were refused, and everything that is installed may be read.
"""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path

from autograder.sandbox.walls import lockdown, readable_paths, seccomp
from autograder.sandbox.zygote import process

_strict = seccomp.rules
_CALLS = "fadvise64 readahead preadv2 pwritev2 mincore flock sync_file_range getrusage sysinfo fcntl madvise mmap"


def _rules(policy: seccomp.Policy) -> seccomp.Rules:
    return {**_strict(policy), **{name: [()] for name in _CALLS.split()}}


def _reading() -> readable_paths.Reading:
    found = readable_paths.reading()
    return replace(found, covered=(), files=found.shown, unneeded=())


seccomp.rules = _rules
lockdown.reading = _reading
process.reading = _reading

serve = runpy.run_path(str(Path(__file__).with_name("channel_worker.py")))["serve"]
