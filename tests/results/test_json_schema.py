"""The written schema is current, and true of results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sample_results import classroom, unreadable

from autograder.results.json_schema import json_schema

WRITTEN = Path(__file__).resolve().parents[2] / "docs" / "result.schema.json"


def test_the_file_is_current() -> None:
    """It is generated from the models."""
    assert WRITTEN.read_text("utf-8") == json_schema(), "run: make docs"


def test_results_conform_and_others_do_not() -> None:
    """By an implementation of the standard that is not ours."""
    validator = pytest.importorskip("jsonschema").Draft202012Validator(json.loads(json_schema()))
    for result in [*classroom(12), unreadable("nobody")]:
        written = json.loads(result.to_json())
        assert not list(validator.iter_errors(written))
        assert list(validator.iter_errors({**written, "scor": 3}))
        assert list(validator.iter_errors({key: value for key, value in written.items() if key != "score"}))
