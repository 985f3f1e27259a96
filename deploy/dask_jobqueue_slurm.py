"""Dask workers as SLURM jobs: python deploy/dask_jobqueue_slurm.py JOBS [HOURS]; needs `pip install dask-jobqueue`.

Run it in the course's folder on a machine that all nodes reach, and grade with the line that it prints. Ctrl-C ends all jobs.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import dask
from dask_jobqueue import SLURMCluster

from autograder.cluster.addresses import security_for
from autograder.cluster.certificates import ensure_certificate

TLS = Path("~/.autograder-tls").expanduser()  # on a file system that all nodes see; for nobody else to read


def main(jobs: int, hours: int = 2) -> None:
    """Start the jobs and wait."""
    ensure_certificate(TLS)
    dask.config.set({"distributed.scheduler.allowed-failures": 1, "distributed.scheduler.worker-saturation": 1.0})
    cluster = SLURMCluster(
        cores=1, processes=1, memory="4 GB", walltime=f"{hours:02}:00:00", protocol="tls", security=security_for(True, TLS),
        python=sys.executable, local_directory="/tmp", shared_temp_directory=str(TLS),
        worker_extra_args=["--nthreads", "1", "--lifetime", f"{hours * 60 - 5}m", "--lifetime-stagger", "2m"],
    )  # fmt: skip
    cluster.scale(jobs=jobs)  # not adapt: it ends workers whose grader has just become warm
    print(f"autograder grade ASSIGNMENT PATH --scheduler {cluster.scheduler_address} --tls {TLS}", flush=True)
    signal.pause()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
