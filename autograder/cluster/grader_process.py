"""The program of a grader that is started by exec, for hosts with threads of their own: jobs in, finished jobs out.

A grader needs the main thread, for its limits of time, and a zygote must never be forked from a process with threads. So
whoever has threads starts this program and speaks to it over a pair of sockets.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from autograder.course.location import find_root
from autograder.errors import AutograderError
from autograder.grading.crew import grade_one
from autograder.grading.options import GradeOptions
from autograder.grading.sandboxes import sandbox_for
from autograder.imports import uncollected
from autograder.sandbox.walls import process_limits


def main() -> NoReturn:
    """Read what to grade, say that it can begin or why not, then answer every job with what came of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for whoever writes the results
    signal.signal(signal.SIGTERM, _leave)
    warnings.simplefilter("ignore")
    if sys.platform == "linux":
        process_limits.die_with_parent(int(sys.argv[2]))
        process_limits.hide_memory()
    channel = Connection(int(sys.argv[1]))
    try:
        assignment, options, root = channel.recv()
        _serve(channel, assignment, options, root)
    except EOFError:
        sys.exit(0)
    except AutograderError as error:
        channel.send(error)
    sys.exit(0)


def _serve(channel: Connection, assignment: str, options: GradeOptions, root: Path) -> None:
    root = root if (root / "solutions").is_dir() else find_root()
    with sandbox_for(
        root / "solutions", options.isolation, options.memory_limit_mb, wait=False, assignment=assignment
    ) as sandbox:
        with uncollected():
            import torch

            from autograder.grading.grader import Grader

        torch.set_num_threads(1)
        with Grader(assignment, options, root, sandbox=sandbox) as grader:
            channel.send(grader.version)
            while True:
                channel.send(grade_one(grader, channel.recv()))


def _leave(*_: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
