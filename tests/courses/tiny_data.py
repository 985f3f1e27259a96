"""Tiny data sets in the layouts of the real ones, and a server of files that can misbehave."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

COUNTS = {"train": 30, "t10k": 20}


def idx_files() -> dict[str, bytes]:
    """The four files of a tiny MNIST: every image shows its place in the file and carries it modulo ten as its label."""
    files = {}
    for part, count in COUNTS.items():
        places = np.arange(count, dtype=np.uint8)
        images = np.broadcast_to(places[:, None, None], (count, 28, 28))
        files[f"{part}-images-idx3-ubyte"] = _idx(images)
        files[f"{part}-labels-idx1-ubyte"] = _idx(places % 10)
    return files


def write_mnist(raw: Path, *, compressed: bool = False) -> None:
    """Write the tiny MNIST."""
    raw.mkdir(parents=True)
    for name, content in idx_files().items():
        (raw / f"{name}.gz").write_bytes(gzip.compress(content)) if compressed else (raw / name).write_bytes(content)


def serve_mnist(monkeypatch: pytest.MonkeyPatch, *mirrors: str) -> dict[str, bytes]:
    """Let torchvision's MNIST have our checksums and mirrors; returns what a server has to serve."""
    from torchvision.datasets import MNIST

    files = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in idx_files().items()}
    monkeypatch.setattr(MNIST, "resources", [(name, _md5(content)) for name, content in files.items()])
    monkeypatch.setattr(MNIST, "mirrors", list(mirrors))
    return files


def cifar_batches(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of a tiny `cifar-10-batches-py`, whose checksums torchvision is made to expect."""
    from torchvision.datasets import CIFAR10

    random = np.random.default_rng(0)
    files = {}
    for name in [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]:
        batch = {"data": random.integers(0, 256, (4, 3072), dtype=np.uint8), "labels": [0, 3, 9, 9]}
        files[name] = pickle.dumps(batch)
    files["batches.meta"] = pickle.dumps({"label_names": [str(number) for number in range(10)]})
    monkeypatch.setattr(CIFAR10, "train_list", [[name, _md5(files[name])] for name in files if name.startswith("data")])
    monkeypatch.setattr(CIFAR10, "test_list", [["test_batch", _md5(files["test_batch"])]])
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": _md5(files["batches.meta"])})
    return files


def serve_cifar(monkeypatch: pytest.MonkeyPatch, address: str) -> dict[str, bytes]:
    """Let torchvision's CIFAR-10 come from an address; returns what the server there has to serve."""
    from torchvision.datasets import CIFAR10

    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in cifar_batches(monkeypatch).items():
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))
    monkeypatch.setattr(CIFAR10, "url", f"{address}cifar-10-python.tar.gz")
    monkeypatch.setattr(CIFAR10, "tgz_md5", _md5(buffer.getvalue()))
    return {"cifar-10-python.tar.gz": buffer.getvalue()}


class FileServer:
    """Serves ``files`` at ``address``; counts requests for content, and cuts off the files named in ``cut``."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut: set[str] = set()
        self.fetched: list[str] = []
        self.address = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Send one file, or a part of it under the whole's length."""
        name = handler.path.rpartition("/")[2]
        if name not in self.files:
            handler.send_error(404)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(self.files[name])))
        handler.end_headers()
        if handler.headers.get("Method") == "HEAD":  # torchvision looks for redirections so, and reads nothing
            return
        self.fetched.append(name)
        content = self.files[name]
        handler.wfile.write(content[: len(content) // 2] if name in self.cut else content)


@contextmanager
def file_server() -> Iterator[FileServer]:
    """A server on this machine."""
    files = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.answer(self)

        def log_message(self, format: str, *_: Any) -> None:
            del format

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        files.address = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield files
        server.shutdown()
        thread.join()


def _idx(values: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return header + values.astype(np.uint8).tobytes()


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
