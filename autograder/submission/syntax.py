"""Syntax errors of a submission, found by compiling it and never by running it.

Compiling hostile sources can exhaust the stack or the memory of the process that does it. Sources that are
plainly harmless are compiled here, which takes a millisecond; all others in a short-lived process with limits
on memory and CPU time, which may die without harm. Guarded against in this way are

- deep nesting: brackets, blocks, chains of operators (``----1``, ``a.b.c…``, ``f()()…``, ``not not …``,
  ``lambda: lambda: …``), long ``elif`` chains: every one of them needs many operators, brackets or keywords in
  one statement or many ``elif``, so the numbers of these bound the depth of the syntax tree;
- sheer size: large files, very long lines (huge integer literals, constant expressions to be folded);
- copies: the body of a ``finally`` is compiled once more for every way that leads there, so that a few of them in each
  other are millions, and code objects that are alike are compared each with each;
- piled-up accents, which are brought into order one by one wherever an identifier is normalised.

What the compiler may cost is limited for a submission as a whole, too: see :class:`Patience`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import GraderError
from autograder.plaintext import shown
from autograder.submission import syntax_program
from autograder.submission.line_scanner import LineScanner

_PLAIN_CHARACTERS = 100_000
_PLAIN_LINE = 4_000
_PLAIN_BRACKETS = 40
_PLAIN_INDENT = 40 * 8
_PLAIN_OPERATORS = 800
_DEEPENING = re.compile(r"[-+~*/%@&|^<>.(\[{]|\b(?:not|lambda|if|and|or|await|elif|is|in|for)\b")
_PLAIN_CODE_OBJECTS = 1_000
_CODE_OBJECT = re.compile(r"\b(?:lambda|def|class|for)\b")
_FINALLY = re.compile(r"\bfinally[\s\\]*:")
_LEAVING = re.compile(r"\b(?:return|break|continue)\b")
_PLAIN_COPIES = 1_000_000
"""Characters of a source with one ``finally``, times the ways that may lead there."""
_PLAIN_ACCENTS = 30
_WALL_SECONDS = 30
_TOO_LARGE = "line 1: too large or nested too deeply for Python to compile"
_MOST_SINGLE = 8  # more sources that are suspicious and together too much for one process are no accident


@dataclass
class Patience:
    """What the compiler may still cost for one submission, and what it has said already.

    Attributes:
        characters: of plain sources, which are compiled in this process; what is beyond goes to another one.
        seconds: for such processes. When they are used up, suspicious sources count as too large.
    """

    characters: int = 400_000
    seconds: float = 60.0
    known: dict[str, str | None] = field(default_factory=dict)


def syntax_errors(sources: Mapping[str, str], patience: Patience | None = None) -> dict[str, str]:
    """Return the first syntax error of each of `sources` that has one: name -> ``line 3: …``.

    Args:
        sources: name -> text.
        patience: of the submission that they belong to; without one they are all of it.

    Raises:
        GraderError: the compiling process could not be started.
    """
    patience = patience or Patience()
    suspicious: dict[str, str] = {}
    for name, text in sources.items():
        if text in patience.known:
            continue
        if len(text) <= patience.characters and is_plain(text):
            patience.characters -= len(text)
            patience.known[text] = syntax_program.first_error(text)
        else:
            suspicious[name] = text
    errors = _errors_in_process(suspicious, patience)
    patience.known.update({text: errors[name] for name, text in suspicious.items()})
    found = {name: patience.known[text] for name, text in sources.items()}
    return {name: shown(error, 200) for name, error in found.items() if error}


def is_plain(text: str) -> bool:
    """Whether `text` is certainly too small, too flat and too simple to hurt the compiler."""
    if not is_flat(text) or len(_CODE_OBJECT.findall(text)) > _PLAIN_CODE_OBJECTS:
        return False
    finals = len(_FINALLY.findall(text))
    return finals == 0 or (finals == 1 and len(_LEAVING.findall(text)) * len(text) <= _PLAIN_COPIES)


def is_flat(text: str) -> bool:
    """Whether `text` is certainly too small and too flat to hurt the parser."""
    if len(text) > _PLAIN_CHARACTERS or _piles_accents(text):
        return False
    scanner = LineScanner()
    operators = 0
    for line in text.split("\n"):
        scanner.feed(line)
        operators += sum(1 for _ in _DEEPENING.finditer(line))
        indent = len(line) - len(line.lstrip())
        if max(len(line) - _PLAIN_LINE, indent - _PLAIN_INDENT, operators - _PLAIN_OPERATORS) > 0:
            return False
        if scanner.at_statement:
            operators = 0
    return scanner.deepest <= _PLAIN_BRACKETS and text.count("elif") <= _PLAIN_OPERATORS // 2


def _piles_accents(text: str) -> bool:
    """Whether more accents stand on one letter than any language has."""
    if text.isascii():
        return False
    pile = 0
    for char in text:
        pile = pile + 1 if unicodedata.combining(char) else 0
        if pile > _PLAIN_ACCENTS:
            return True
    return False


def _errors_in_process(sources: Mapping[str, str], patience: Patience) -> dict[str, str | None]:
    """Compile all `sources` in one other process; if it dies, one process each tells which one kills it."""
    if not sources:
        return {}
    if patience.seconds <= 0:
        return dict.fromkeys(sources, _TOO_LARGE)
    started = time.monotonic()
    try:
        errors = _told_by_process(sources, min(_WALL_SECONDS, patience.seconds))
    finally:
        patience.seconds -= time.monotonic() - started
    if errors is not None:
        return errors
    if len(sources) == 1 or len(sources) > _MOST_SINGLE:
        return dict.fromkeys(sources, _TOO_LARGE)
    return {name: _errors_in_process({name: text}, patience)[name] for name, text in sources.items()}


def _told_by_process(sources: Mapping[str, str], seconds: float) -> dict[str, str | None] | None:
    """What another process says of `sources`; None if it dies or is not ready in time."""
    command = [sys.executable, "-I", "-S", "-B", str(Path(syntax_program.__file__))]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(dict(sources)).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    except OSError as error:
        raise GraderError("the process that checks syntax did not start", command[0], str(error)) from error
    return dict(json.loads(done.stdout)) if done.returncode == 0 else None
