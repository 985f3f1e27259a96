"""Syntax errors of a submission, found by compiling it and never by running it.

Compiling hostile sources can exhaust the stack or the memory of the process that does it. Sources that are
plainly harmless are compiled here, which takes a millisecond; all others in a short-lived process with limits
on memory and CPU time, which may die without harm. Guarded against in this way are

- deep nesting: brackets, blocks, chains of operators (``----1``, ``a.b.c…``, ``f()()…``, ``not not …``,
  ``lambda: lambda: …``), long ``elif`` chains: every one of them needs many operators, brackets or keywords in
  one statement or many ``elif``, so the numbers of these bound the depth of the syntax tree;
- sheer size: large files, very long lines (huge integer literals, constant expressions to be folded).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
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
_WALL_SECONDS = 30
_MOST_SINGLE = 8  # more sources that are suspicious and together too much for one process are no accident


def syntax_errors(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the first syntax error of each of `sources` that has one: name -> ``line 3: …``.

    Raises:
        GraderError: the compiling process could not be started.
    """
    found: dict[str, str | None] = {}
    suspicious: dict[str, str] = {}
    for name, text in sources.items():
        if is_plain(text):
            found[name] = syntax_program.first_error(text)
        else:
            suspicious[name] = text
    found.update(_errors_in_process(suspicious))
    return {name: shown(found[name] or "", 200) for name in sources if found[name]}


def is_plain(text: str) -> bool:
    """Whether `text` is certainly too small and too flat to hurt the compiler."""
    if len(text) > _PLAIN_CHARACTERS:
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


def _errors_in_process(sources: Mapping[str, str]) -> dict[str, str | None]:
    """Compile all `sources` in one other process; if it dies, one process each tells which one kills it."""
    if not sources:
        return {}
    command = [sys.executable, "-I", "-S", "-B", str(Path(syntax_program.__file__))]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(dict(sources)).encode(),
            capture_output=True,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        done = None
    except OSError as error:
        raise GraderError("the process that checks syntax did not start", command[0], str(error)) from error
    if done is not None and done.returncode == 0:
        return dict(json.loads(done.stdout))
    if len(sources) == 1 or len(sources) > _MOST_SINGLE:
        return dict.fromkeys(sources, "line 1: too large or nested too deeply for Python to compile")
    return {name: _errors_in_process({name: text})[name] for name, text in sources.items()}
