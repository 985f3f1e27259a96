"""Imported once by the server that grader processes are forked from: everything heavy, nothing of a course."""

from __future__ import annotations

import gc
import os
import signal
import sys

from autograder.sandbox.walls import process_limits

signal.signal(signal.SIGINT, signal.SIG_IGN)
if sys.platform == "linux":
    # Otherwise graders would outlive a run that was killed, and go on with workers of their own.
    process_limits.die_with_parent(os.getppid())
for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # a forked child hangs if its parent ever ran several threads

gc.disable()  # nothing of what is imported now is garbage
import torch  # noqa: E402

torch.set_num_threads(1)

import autograder.grading.grader  # noqa: E402, F401
from autograder.grading.warming import warm_libraries  # noqa: E402

warm_libraries()
gc.collect()
gc.enable()
gc.freeze()  # what is here stays shared: the collector of a forked process does not write into it
