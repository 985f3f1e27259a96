"""A scheduler and workers on this machine, or workers here for a scheduler elsewhere; ends with the process that has it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cluster.addresses import Scheduler, is_loopback, refuse_in_the_clear, security_for
from autograder.cluster.certificates import ensure_certificate
from autograder.errors import UsageError
from autograder.plaintext import one_line
from autograder.temporary import OwnedFolder

if TYPE_CHECKING:
    from distributed import Nanny, Security

_DASK_MEMORY = "1 GiB"
"""For the Dask process itself, which only hands submissions on; graders have limits of their own."""
_UNSEEN = "127.0.0.1:0"
"""Where Dask's pages of statistics listen: for nobody but this machine."""


@dataclass(frozen=True)
class ClusterPlan:
    """What is to run here."""

    workers: int
    host: str = "127.0.0.1"
    port: int = 8786
    folder: Path | None = None
    """Certificate and key; made where they are missing."""
    in_the_clear: bool = False
    join: Scheduler | None = None
    """The scheduler that workers are for; None to start one here."""
    gpus: int = 0
    """Workers that offer a GPU, one each."""

    @property
    def protocol(self) -> str:
        """Plain TCP only where nothing leaves this machine, or where somebody has asked for it."""
        if self.folder is not None or not (is_loopback(self.host) or self.in_the_clear):
            return "tls"
        return "tcp"

    def security(self) -> Security:
        """What Dask is to use; raises :class:`UsageError` where a certificate is needed and no folder is named."""
        if self.join is not None:
            return self.join.security()
        if self.protocol == "tls" and self.folder is not None:
            ensure_certificate(self.folder)
        elif self.protocol == "tcp":
            refuse_in_the_clear(self.host, self.in_the_clear, "--host")
        return security_for(self.protocol == "tls", self.folder)


def run_cluster(plan: ClusterPlan, ready: Callable[[str], None]) -> None:
    """Run until somebody ends it; ``ready`` is told the scheduler's address when all workers are there."""
    security = plan.security()
    folder = OwnedFolder()
    try:
        _configure(folder.path)
        asyncio.run(_run(plan, security, folder.path, ready))
    except (OSError, TimeoutError, RuntimeError) as error:
        told = one_line(f"the cluster did not start: {_innermost(error)}", 300)
        raise UsageError(told, f"{plan.host}:{plan.port}", "choose another --port, or mind --join and --tls") from error
    finally:
        folder.remove()


def _configure(folder: Path) -> None:
    """What Dask is told in all processes: the nannies hand it on to their workers."""
    import dask

    logging.getLogger("distributed").setLevel(logging.ERROR)
    dask.config.set({
        "temporary-directory": str(folder),
        "distributed.scheduler.worker-saturation": 1.0,  # no submission waits at a worker that may die of another one
        "distributed.scheduler.work-stealing": False,
        "distributed.logging": {"distributed": "error"},
        "distributed.admin.system-monitor.gil.enabled": False,
    })  # fmt: skip


async def _run(plan: ClusterPlan, security: Security, folder: Path, ready: Callable[[str], None]) -> None:
    from distributed import Scheduler as DaskScheduler

    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    async with contextlib.AsyncExitStack() as stack:
        if plan.join is not None:
            address = plan.join.address
        else:
            scheduler = DaskScheduler(
                host=plan.host, port=plan.port, protocol=plan.protocol, security=security, allowed_failures=1,
                dashboard=False, dashboard_address=_UNSEEN,
            )  # fmt: skip
            address = (await stack.enter_async_context(scheduler)).address
        nannies = [_nanny(plan, address, security, folder, number) for number in range(plan.workers)]
        for nanny in nannies:
            stack.push_async_callback(nanny.close)
        await asyncio.gather(*nannies)
        ready(address)
        await end.wait()


def _nanny(plan: ClusterPlan, address: str, security: Security, folder: Path, number: int) -> Nanny:
    """A worker with one thread, and the process that starts it again when it dies."""
    from distributed import Nanny

    here = plan.host if plan.join is None else None
    return Nanny(
        address, nthreads=1, memory_limit=_DASK_MEMORY, security=security, local_directory=str(folder), host=here,
        resources={"GPU": 1} if number < plan.gpus else None, dashboard_address=_UNSEEN, dashboard=False,
    )  # fmt: skip


def _innermost(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
