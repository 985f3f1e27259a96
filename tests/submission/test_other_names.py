"""Files that hold an answer under another name than the assignment's: none of them is lost without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from submission.reading import EXPECTED, noted, put

from autograder.submission import read_submission

STUB = "def f(x):\n    raise NotImplementedError()\n\n\ndef g(x):\n    raise NotImplementedError()\n"
HALF = "def f(x):\n    return x\n\n\ndef g(x):\n    raise NotImplementedError()\n"
DONE = "def f(x):\n    return x\n\n\ndef g(x):\n    return x\n"


@pytest.mark.parametrize("name", ["losses (1).py", "losses-2.py", "losses_final.py", "my losses.py", "LossesV2.py"])
@pytest.mark.parametrize("handed_out", [STUB, HALF])
def test_what_is_solved_goes_before_a_stub(alice: Path, name: str, handed_out: str) -> None:
    """As a notebook beside a stub does; a file may also go on being imported by its own name."""
    put(alice, {"losses.py": handed_out, name: DONE})
    read = read_submission(alice, EXPECTED)
    assert read.files["losses.py"].decode() == DONE
    assert noted(read, "losses.py", "ignored because", name, "solves more of it")
    assert name in read.files


@pytest.mark.parametrize("other", [STUB, HALF, "def f(x):\n    return x\n", "y = 1\n", "def f(x:\n"])
def test_what_does_not_solve_more_is_left_alone(alice: Path, other: str) -> None:
    """An older copy, one half each, a helper, a broken file: the assignment's name decides."""
    put(alice, {"losses.py": HALF, "losses (1).py": other})
    read = read_submission(alice, EXPECTED)
    assert read.files["losses.py"].decode() == HALF
    assert not noted(read, "solves more")


@pytest.mark.parametrize("name", ["losses_final.py", "alice losses.py", "HW1-losses.py", "FinalLosses.py"])
def test_a_missing_module_is_the_one_file_that_has_its_name(tmp_path: Path, name: str) -> None:
    """Beside other modules, too, and with a note."""
    put(tmp_path, {"a/model.py": "x = 1", f"a/{name}": DONE})
    read = read_submission(tmp_path / "a", EXPECTED)
    assert read.files["losses.py"].decode() == DONE
    assert noted(read, f"{name}: read as losses.py")


def test_two_files_for_a_missing_module_are_told(tmp_path: Path) -> None:
    """None is preferred, and that is no secret."""
    put(tmp_path, {"a/model.py": "x = 1", "a/my losses.py": DONE, "a/losses_final.py": HALF})
    read = read_submission(tmp_path / "a", EXPECTED)
    assert "losses.py" not in read.files
    assert noted(read, "losses.py: missing", "my losses.py", "losses_final.py", "rename")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("helpers.py", DONE),
        ("test_losses.py", DONE),
        ("glosses.py", DONE),
        ("losses_notes.py", "x = 1"),
        ("sub/losses_2.py", DONE),
    ],
)
def test_other_files_stand_for_nothing(tmp_path: Path, name: str, content: str) -> None:
    """Helpers, tests, names that merely hold the letters, files that define nothing, other folders."""
    put(tmp_path, {"a/model.py": "x = 1", f"a/{name}": content})
    assert "losses.py" not in read_submission(tmp_path / "a", EXPECTED).files


def test_the_best_of_several_copies(alice: Path) -> None:
    """Of those that solve more than the stub the one that solves most; where two do, neither."""
    put(alice, {"losses.py": STUB, "losses (1).py": HALF, "losses (2).py": DONE})
    assert read_submission(alice, EXPECTED).files["losses.py"].decode() == DONE
    put(alice, {"losses (3).py": DONE.replace("return x", "return -x")})
    read = read_submission(alice, EXPECTED)
    assert read.files["losses.py"].decode() == STUB
    assert noted(read, "losses.py: solved less", "losses (2).py", "losses (3).py", "rename")
