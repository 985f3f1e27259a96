"""The program of a worker that evaluates short answers and has not imported torch.

It costs half of what a full one does. What it cannot do (an answer that turns out to need torch after all) it reports
as an error, and the grader asks a full worker: see :mod:`autograder.assessment.sitting`.
"""

from __future__ import annotations

import socket
from typing import NoReturn

from autograder.runtime.operations import Operations
from autograder.runtime.serving import serve_with
from autograder.wire.types import Handle


class LightOperations(Operations):
    """Answers what is plain data; whatever else an answer may be, a tensor perhaps, a full worker will know."""

    def _keep(self, value: object) -> Handle:
        raise TypeError(f"{type(value).__name__} is not plain data")


def serve(connection: socket.socket) -> NoReturn:
    """Answer requests until the grader hangs up; never returns."""
    serve_with(connection, lambda invoke: LightOperations(fresh_process=True))
