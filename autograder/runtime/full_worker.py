"""The only program that runs beside student code: it serves the grader's requests, and decides nothing.

A worker is forked from the warm zygote, locked, and told what to run. It holds no check, no expected value
and no reference; whatever it answers is data that the grader judges.
"""

from __future__ import annotations

import socket
from typing import NoReturn

from autograder.runtime.serving import serve_with
from autograder.runtime.torch_operations import TorchOperations


def serve(connection: socket.socket) -> NoReturn:
    """Answer requests until the grader hangs up; never returns."""
    serve_with(connection, lambda invoke: TorchOperations(invoke, fresh_process=True))
