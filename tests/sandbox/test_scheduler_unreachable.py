"""A submission graded on a cluster cannot reach the scheduler, which would run programs for it on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_process import cluster
from obedient_worker import ask

from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

pytest.importorskip("distributed")

_CONNECT = """
import errno, os, socket
def attempt(family, kind, address):
    try:
        with socket.socket(family, kind) as connection:
            connection.settimeout(20)
            connection.connect(address)
            return bool(connection.recv(1))
    except OSError as error:
        return errno.errorcode[error.errno]
"""
_REACH = _CONNECT + "result = attempt(socket.AF_INET, socket.SOCK_STREAM, ({host!r}, {port}))"
_INHERITED = """
import os, socket
result = []
for descriptor in range(256):
    try:
        peer = socket.socket(fileno=os.dup(descriptor)).getpeername()
    except OSError:
        continue
    result.append(str(peer))
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A scheduler on this machine, without encryption: the easiest to reach."""
    root: Path = tmp_path_factory.mktemp("cluster")
    with cluster(root, "--workers", "0") as running:
        host, _, port = running.address.removeprefix("tcp://").rpartition(":")
        yield host, int(port)


def test_no_worker_reaches_the_scheduler(filtered: Worker, scheduler: tuple[str, int]) -> None:
    """On S3, S2 and S1: no socket of that kind comes into being, and none was there before."""
    host, port = scheduler
    assert ask(filtered, _REACH.format(host=host, port=port)) == "EPERM"
    assert not any("127.0.0.1" in peer for peer in ask(filtered, _INHERITED))


def test_without_walls_it_would(zygote_of: object, scheduler: tuple[str, int]) -> None:
    """The scheduler answers whoever calls, and a plain process may call."""
    host, port = scheduler
    zygote: ZygoteHost = zygote_of("S0")  # type: ignore[operator]
    with zygote.spawn() as worker:
        assert ask(worker, _REACH.format(host=host, port=port)) is True
