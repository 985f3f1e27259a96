"""Real downloads by torchvision, from a server on this machine that can fail in every way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from tiny_data import FileServer, file_server, serve_cifar, serve_mnist

from autograder.data import download
from autograder.data.cifar import load_cifar10
from autograder.data.download import DownloadFailed, download_once
from autograder.data.mnist import load_mnist
from autograder.errors import DataMissing

NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def server() -> Iterator[FileServer]:
    """Return a server without files."""
    with file_server() as running:
        yield running


def data_in(cache: Path) -> list[str]:
    """What is in the cache other than locks."""
    return sorted(path.name for path in cache.glob("*") if not path.name.startswith(".lock"))


def test_mnist_is_downloaded_once(server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run reads the cache, which holds nothing but the data."""
    server.files = serve_mnist(monkeypatch, server.address)
    train, test = load_mnist(None, download=True)
    assert (len(train), len(test), train.fallback) == (30, 20, False)
    assert sorted(server.fetched) == sorted(server.files)
    assert data_in(cache) == ["MNIST"]
    assert torch.equal(load_mnist(None, download=True)[0].images, train.images)
    assert len(server.fetched) == 4


@pytest.mark.parametrize("first", [NOWHERE, "unfinished"])
def test_the_second_mirror(first: str, server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one is not there, or breaks off in the middle."""
    with file_server() as other:
        other.files = server.files = serve_mnist(monkeypatch, other.address if first == "unfinished" else first, server.address)
        other.cut = {"t10k-images-idx3-ubyte.gz"}
        assert not load_mnist(None, download=True)[0].fallback


@pytest.mark.parametrize("failure", ["no network", "missing", "cut", "checksum"])
def test_a_failed_download_leaves_nothing(
    failure: str, server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digits stand in, and the next run begins afresh."""
    whole = serve_mnist(monkeypatch, NOWHERE if failure == "no network" else server.address)
    server.files = dict(whole)
    name = "t10k-images-idx3-ubyte.gz"
    if failure == "missing":
        del server.files[name]
    if failure == "cut":
        server.cut = {name}
    if failure == "checksum":
        server.files[name] = b"x" * len(whole[name])
    train, _ = load_mnist(None, download=True)
    assert train.fallback
    assert re.search(r"could not be downloaded \([\w .:'-]+\): the 1797 digits", train.note), train.note
    assert len(train.note.splitlines()) == 1
    assert data_in(cache) == []
    serve_mnist(monkeypatch, server.address)
    server.files, server.cut = whole, set()
    assert not load_mnist(None, download=True)[0].fallback
    assert data_in(cache) == ["MNIST"]


@pytest.mark.parametrize("damage", ["cut", "missing"])
def test_a_damaged_cache_is_fetched_anew(damage: str, server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody chose that folder."""
    server.files = serve_mnist(monkeypatch, server.address)
    load_mnist(None, download=True)
    path = cache / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:1000]) if damage == "cut" else path.unlink()
    assert load_mnist(None, download=False)[0].fallback
    assert not load_mnist(None, download=True)[0].fallback
    assert data_in(cache) == ["MNIST"]


def test_cifar10_is_downloaded(server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive is not kept, and a damaged batch is fetched anew."""
    server.files = serve_cifar(monkeypatch, server.address)
    train, test = load_cifar10(None, download=True)
    assert (train.images.shape, len(test)) == ((20, 3, 32, 32), 4)
    assert data_in(cache) == ["cifar-10-batches-py"]
    (cache / "cifar-10-batches-py" / "data_batch_3").write_bytes(b"")
    with pytest.raises(DataMissing):
        load_cifar10(None, download=False)
    assert torch.equal(load_cifar10(None, download=True)[0].images, train.images)
    server.cut = set(server.files)
    (cache / "cifar-10-batches-py" / "test_batch").unlink()
    with pytest.raises(DataMissing, match="could not be downloaded") as caught:
        load_cifar10(None, download=True)
    assert len(str(caught.value).splitlines()) == 1


def test_a_cache_that_cannot_be_written(cache: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands where the folder should be."""
    server.files = serve_mnist(monkeypatch, server.address)
    cache.parent.mkdir(parents=True)
    cache.write_text("in the way")
    assert load_mnist(None, download=True)[0].fallback


def test_many_at_once_fetch_once(tmp_path: Path) -> None:
    """The others wait and find what the first one has brought."""
    fetched: list[int] = []
    begin = threading.Barrier(6)

    def fetch(incoming: Path) -> None:
        fetched.append(1)
        (incoming / "set").mkdir()
        (incoming / "set" / "file").write_text("whole")

    def one(_: int) -> str:
        begin.wait()
        return (download_once(tmp_path, "set", lambda folder: (folder / "file").is_file(), fetch) / "file").read_text()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(6))) == ["whole"] * 6
    assert len(fetched) == 1


_KILLED = """
import sys, time
from pathlib import Path
from autograder.data.download import download_once
def fetch(incoming):
    (incoming / "set").mkdir()
    (incoming / "set" / "file").write_text("half")
    print("fetching", flush=True)
    time.sleep(600)
download_once(Path(sys.argv[1]), "set", lambda folder: (folder / "file").is_file(), fetch)
"""


@pytest.mark.processes
def test_whoever_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither a lock that is held, nor a folder that looks complete, nor, after the next download, anything else."""
    process = subprocess.Popen([sys.executable, "-c", _KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "fetching"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert len(data_in(tmp_path)) == 1
    assert data_in(tmp_path)[0].startswith(".incoming-")

    def fetch(incoming: Path) -> None:
        (incoming / "set").mkdir()
        (incoming / "set" / "file").write_text("whole")

    found = download_once(tmp_path, "set", lambda folder: (folder / "file").is_file(), fetch)
    assert (found / "file").read_text() == "whole"
    assert data_in(tmp_path) == ["set"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_tidies_up_and_goes_on(tmp_path: Path, interruption: type[BaseException]) -> None:
    """Ctrl-C is nobody's network failure."""

    def fetch(incoming: Path) -> None:
        (incoming / "half").write_text("")
        raise interruption

    with pytest.raises(interruption):
        download_once(tmp_path, "set", Path.is_dir, fetch)
    assert data_in(tmp_path) == []


def test_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network file systems have none: then nothing of others is removed."""
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError("no locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    (tmp_path / ".incoming-set-of-another").mkdir()
    download_once(tmp_path, "set", Path.is_dir, lambda incoming: (incoming / "set").mkdir())
    assert data_in(tmp_path) == [".incoming-set-of-another", "set"]


def test_a_silent_server_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that accepts and says nothing; what others think of waiting stays as it was."""
    import socket
    import urllib.request

    monkeypatch.setattr(download, "_SILENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(DownloadFailed, match="timed out"):
            download_once(tmp_path, "set", Path.is_dir, lambda incoming: urllib.request.urlopen(address))
    assert socket.getdefaulttimeout() is None
