"""``nbgrader validate`` as students run it, in a real kernel, on the first assignment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbgrader.validator import Validator

from autograder.course.course import open_course

NAME = "warmup"
STUB = "    # YOUR CODE HERE\n    raise NotImplementedError()"


@pytest.fixture
def validator(monkeypatch: pytest.MonkeyPatch) -> Validator:
    """With nbgrader's own settings."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return Validator()


def notebook(room: str) -> Path:
    """The first assignment's notebook."""
    return open_course().root / room / NAME / f"{NAME}.ipynb"


def answered(text: str, name: str, answer: str) -> str:
    """The notebook with the first placeholder of an exercise's solution cell replaced."""
    contents = json.loads(text)
    (cell,) = [cell for cell in contents["cells"] if cell["id"] == f"solution-{NAME}-{name}"]
    source = "".join(cell["source"])
    assert source.count(STUB) == 1
    cell["source"] = source.replace(STUB, answer)
    return json.dumps(contents)


def test_a_notebook_in_progress_gets_a_message_for_everything_that_does_not_pass(validator: Validator, tmp_path: Path) -> None:
    """What is missing, in one line each; what is wrong, with the values; no traceback; nothing of what is right."""
    assignment = open_course().assignment(NAME)
    text = answered(notebook("release").read_text(), "elbo", "    return log_likelihood + kl")
    text = answered(text, "reparameterize", "    return mu + sigma * eps")
    (tmp_path / "mine.ipynb").write_text(text)
    results = validator.validate(str(tmp_path / "mine.ipynb"))
    assert set(results) == {"failed"}
    messages = [failure["raw_error"] for failure in results["failed"]]
    (wrong,) = [message for message in messages if message.startswith("warmup.elbo")]
    keys = [exercise.key for exercise in assignment.exercises if exercise.name not in ("elbo", "reparameterize")]
    assert [message for message in messages if message != wrong] == [
        *(f"{key}: not implemented yet" for key in keys),
        *("You did not provide a response." for _ in assignment.written),
    ]
    assert wrong.startswith("warmup.elbo: 1 of 2 visible checks failed (gives the known value for two pieces)")
    assert "expected -1.57894" in wrong
    assert "Traceback" not in wrong


def test_a_solved_notebook_passes(validator: Validator) -> None:
    """Also its checksums."""
    assert validator.validate(str(notebook("source"))) == {}
