"""Encodings and syntax errors of Python sources."""

import warnings
from pathlib import Path

import pytest

from autograder.submission import Submission, read_submission, syntax, syntax_program
from autograder.submission.line_scanner import LineScanner
from autograder.submission.source_encoding import decode_source


def read_source(folder: Path, data: bytes) -> Submission:
    """Read `data` as the only module of an assignment."""
    (folder / "losses.py").write_bytes(data)
    return read_submission(folder / "losses.py", {"losses.py"})


@pytest.mark.parametrize(
    ("data", "text", "repaired"),
    [
        (b"x = 1\r\ny = 2\rz = 3\n", "x = 1\ny = 2\nz = 3\n", ""),
        (b"\xef\xbb\xbfx = 1", "x = 1", ""),
        (b"if x:\n\ty = 1\n", "if x:\n\ty = 1\n", ""),
        ("# -*- coding: latin-1 -*-\ns = 'é'\n".encode("latin-1"), "# -*- coding: utf-8 -*-\ns = 'é'\n", ""),
        ("#!/bin/python\r\n# vim: fileencoding=cp1252\r\ns = '€'".encode("cp1252"), None, ""),
        ("s = 'é'".encode("latin-1"), "s = 'é'", "Windows-1252"),
        ("s = '“é”'".encode("cp1252"), "s = '“é”'", "Windows-1252"),
        (b"s = '\x81'", "s = '\x81'", "Latin-1"),
        ("x = 'é'".encode("utf-16"), "x = 'é'", "UTF-16"),
        ("# coding: utf-16\nx = 1".encode("utf-16"), "# coding: utf-8\nx = 1", "UTF-16"),
        ("x = 1".encode("utf-32"), "x = 1", "UTF-32"),
        (b"# coding: nonsense\nx = 1", "# coding: utf-8\nx = 1", "declaration"),
        (b"# coding: cp037\nx = 1", "# coding: utf-8\nx = 1", "declaration"),
        (b"# coding: unicode_escape\nx = '\\n'", "# coding: utf-8\nx = '\\n'", "declaration"),
        (b"\xef\xbb\xbf# coding: latin-1\ns = '\xc3\xa9'", "# coding: utf-8\ns = 'é'", ""),
        (b"x = 1\n# coding: latin-1\ns = '\xc3\xa9'", "x = 1\n# coding: latin-1\ns = 'é'", ""),
        (b"", "", ""),
    ],
)
def test_encodings(data: bytes, text: str | None, repaired: str) -> None:
    """Whatever an editor wrote is read; the stored text compiles from its UTF-8 bytes to the same."""
    found, repairs = decode_source(data)
    if text is not None:
        assert found == text
    assert bool(repairs) == bool(repaired)
    assert repaired in "".join(repairs)
    compile(found.encode(), "x", "exec")


def test_nul_bytes_are_a_syntax_error(tmp_path: Path) -> None:
    """With the line they are on, and a note."""
    read = read_source(tmp_path, b"x = 1\ny = '\0'\n")
    assert read.syntax_errors == {"losses.py": "line 2: holds a NUL byte"}
    assert any("NUL" in note for note in read.notes)


def test_syntax_error_is_one_line(tmp_path: Path) -> None:
    """The file stays, the error is told."""
    read = read_source(tmp_path, b"x = 1\n\nf(1, 2\n")
    assert read.syntax_errors == {"losses.py": "line 3: '(' was never closed"}
    assert "losses.py" in read.files
    assert read.unreadable is None


def test_helpers_are_checked_too(tmp_path: Path) -> None:
    """Their errors are listed under their path."""
    (tmp_path / "own").mkdir()
    (tmp_path / "losses.py").write_text("x = 1")
    (tmp_path / "own" / "a.py").write_text("return 1")
    assert set(read_submission(tmp_path, {"losses.py"}).syntax_errors) == {"own/a.py"}


def test_warnings_are_silent() -> None:
    """`compile` warns of invalid escapes; that is no one's business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert syntax.syntax_errors({"a": "x = '\\d'\nassert (1, 2)\nx is 1\n"}) == {}


HOSTILE = {
    "brackets": "(" * 50_000,
    "closed brackets": "x = " + "(" * 150 + ")" * 150,
    "minus": "x = " + "-" * 90_000 + "1",
    "not": "x = " + "not " * 20_000 + "1",
    "lambda": "x = " + "lambda: " * 10_000 + "1",
    "plus": "x = " + "+".join("1" * 40_000),
    "attributes": "x = a" + ".b" * 40_000,
    "calls": "x = f" + "()" * 40_000,
    "lines": "x = (\n" + "-\n" * 40_000 + "1)",
    "elif": "if a: pass\n" + "elif a: pass\n" * 6_000,
    "indent": "".join(" " * n + "if x:\n" for n in range(400)),
    "digits": "x = " + "9" * 90_000,
    "power": "x = 9**9**9**9**9",
    "repeat": "x = 'a' * 10**9 * 10**9",
    "fstrings": "x = " + "f'{" * 200 + "}'" * 200,
    "long": "x = [" + "1," * 300_000 + "]",
}


def test_hostile_sources_are_survived() -> None:
    """Each gets an answer, an error or none, and the grader goes on."""
    errors = syntax.syntax_errors(HOSTILE)
    assert set(errors) <= set(HOSTILE)
    assert {"brackets", "minus", "digits", "fstrings"} <= set(errors)
    assert not {"power", "repeat", "long"} & set(errors)
    assert all(len(error) <= 200 and error.isprintable() for error in errors.values())


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - {"power", "repeat", "fstrings"}))
def test_hostile_sources_are_not_compiled_here(name: str) -> None:
    """Depth and size are recognised before compiling."""
    assert not syntax.is_plain(HOSTILE[name])


def test_ordinary_source_is_compiled_here() -> None:
    """The grader's own files are ordinary."""
    for path in Path(syntax.__file__).parent.glob("*.py"):
        assert syntax.is_plain(path.read_text())


def test_death_of_the_compiling_process_names_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A source that kills its process gets the blame alone."""
    program = tmp_path / "killer.py"
    program.write_text(
        "import json, os, sys\nsources = json.load(sys.stdin)\n"
        "if 'bad' in sources: os.abort()\nprint(json.dumps(dict.fromkeys(sources)))\n"
    )
    monkeypatch.setattr(syntax_program, "__file__", str(program))
    monkeypatch.setattr(syntax, "is_plain", lambda text: False)
    assert set(syntax.syntax_errors({"good": "x", "bad": "y"})) == {"bad"}


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("a\nb", [1, 2]),
        ("f(a,\nb)\nc", [1, 3]),
        ("s = '''\n% a\n'''\nb", [1, 4]),
        ("a = 1 + \\\n2\nb", [1, 3]),
        ("s = '('\nb", [1, 2]),
        ("# (\nb", [1, 2]),
        ("s = 'it\\'s ('\nb", [1, 2]),
        ("s = 'open\nb", [1, 2]),
    ],
)
def test_statements_begin(text: str, starts: list[int]) -> None:
    """Brackets, strings and continuations are followed."""
    scanner, found = LineScanner(), []
    for number, line in enumerate(text.split("\n"), 1):
        if scanner.at_statement:
            found.append(number)
        scanner.feed(line)
    assert found == starts
