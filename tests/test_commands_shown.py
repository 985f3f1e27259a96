"""Commands that the documents show exist, with the options that they are shown with."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from shown_commands import lines_shown

from autograder.cli import app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (
    "README.md", "CONTRIBUTING.md", "deploy/README.md", "deploy/compose.yaml",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
)  # fmt: skip
_INLINE = re.compile(r"`(autograder [^`…]+|make [^`…]+)`")


def shown(document: str) -> Iterator[str]:
    """Every command line of a document that begins with ``autograder`` or ``make``, without its remark."""
    inline = _INLINE.findall((ROOT / document).read_text("utf-8"))
    for line in [*lines_shown(document), *inline]:
        if line.startswith(("autograder ", "make ")):
            yield line


COMMANDS = sorted({(document, line) for document in DOCUMENTS for line in shown(document)})


def complaint(words: list[str]) -> str:
    """What is wrong with a command line of ``autograder``; empty when nothing is."""
    command: Any = typer.main.get_command(app)
    words = words[1:]
    while words and hasattr(command, "commands"):
        if words[0] not in command.commands:
            return "" if words[0].startswith("-") else f"there is no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words if word.startswith("-") and word.partition("=")[0] not in known | {"--help", "-h"}]
    return f"there is no option {unknown[0]}" if unknown else ""


@pytest.mark.parametrize(("document", "line"), COMMANDS)
def test_a_command_that_is_shown_exists(document: str, line: str) -> None:
    """Commands and options of ours, targets of the Makefile."""
    words = shlex.split(line, comments=True)
    if words[0] == "make":
        targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        wanted = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
        assert set(wanted) <= set(targets)
    else:
        assert complaint(words) == ""


def test_the_look_finds_what_is_not_there() -> None:
    """And there are commands to look at."""
    assert len(COMMANDS) > 40
    assert complaint(["autograder", "grad", "vae"]) == "there is no command grad"
    assert complaint(["autograder", "bundle", "student", "--shape", "zip"]) == "there is no option --shape"
    assert complaint(["autograder", "grade", "vae", "x", "--jobs", "4"]) == ""
