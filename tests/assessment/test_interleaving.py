"""Bodies that are ended while they wait for an answer."""

from __future__ import annotations

import gc

import pytest

from autograder.assessment.interleaving import run_interleaved
from autograder.checks.calls import Session


def test_bodies_without_an_answer_end_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    """Also one that asks once more while it is being ended; what was wrong with the worker is what is raised."""
    begun: list[str] = []

    def body(session: Session) -> None:
        try:
            session.request({"op": "call"})
        finally:
            begun.append("clean up")
            session.request({"op": "drop"})

    def batch(requests: list[dict[str, object]]) -> list[list]:
        raise ConnectionError("the worker is gone")

    with pytest.raises(ConnectionError):
        run_interleaved([body, body], batch)
    gc.collect()
    assert begun == ["clean up", "clean up"]
    assert "did not kill" not in capfd.readouterr().err
