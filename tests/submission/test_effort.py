"""What reading may cost: a small file that makes the grader work for hours harms a whole class.

Nothing here looks at a clock: what is counted is what grows.
"""

from __future__ import annotations

import struct
import sys
import types
import unicodedata
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest

from autograder.plaintext import shown
from autograder.submission import Limits, read_submission, syntax, syntax_program
from autograder.submission.progress import progress_of

from .reading import EXPECTED, code, notebook, noted, put, read_notebook

PILE = "a" + "\u0316\u0300" * 1_000
"""Accents that are brought into order pair by pair."""


def directory_of(*names: str) -> bytes:
    """A zip that is hardly more than its directory: entries of one byte that lie on each other."""
    zipped = BytesIO(struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0x800, 0, 0, 0, 0, 0, 0, 1, 0) + b"x")
    start = zipped.seek(0, 2)
    for name in names:
        raw = name.encode()
        fixed = b"PK\1\2", 20, 3, 20, 0, 0x800, 0, 0, 0x21, 0, 0, 0, len(raw), 0, 0, 0, 0, 0o100644 << 16, 0
        zipped.write(struct.pack("<4s4B4HL2L5H2L", *fixed) + raw)
    size = zipped.tell() - start
    zipped.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(names), len(names), size, start, 0))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in.zip", zipped.getvalue())
    return packed.getvalue()


def test_long_names_in_a_zip_are_not_brought_into_normal_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes the square of their length, and a zip of two kilobytes can have thousands of them."""
    normal, longest = unicodedata.normalize, [0]

    def counting(form: str, text: str) -> str:
        longest[0] = max(longest[0], *map(len, text.split("/")))
        return normal(form, text)

    monkeypatch.setattr(unicodedata, "normalize", counting)
    handed_in = tmp_path / "mallory.zip"
    handed_in.write_bytes(directory_of(*(f"{n}{PILE * 9}" for n in range(20)), "e\u0301.csv"))
    assert len(handed_in.read_bytes()) < 4_000
    read = read_submission(handed_in, EXPECTED)
    assert 0 < longest[0] <= 3 * Limits().name_bytes
    assert noted(read, "its name is too long")


def test_names_in_a_zip_have_a_size_together(tmp_path: Path) -> None:
    """Each is split, compared and sorted."""
    handed_in = tmp_path / "mallory.zip"
    handed_in.write_bytes(directory_of(*(f"{n}/" + "a/" * 20_000 for n in range(3))))
    assert "names in the zip" in (read_submission(handed_in, EXPECTED, Limits(names=100_000)).unreadable or "")


def test_a_long_name_is_cut_before_it_is_made_printable(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of it is the same."""
    asked: list[str] = []
    category = unicodedata.category
    monkeypatch.setattr(unicodedata, "category", lambda char: asked.append(char) or category(char))
    told = shown("ab\x1b" + PILE * 50 + "\x1byz")
    assert told.startswith(r"ab\x1ba")
    assert told.endswith(r"\x1byz")
    assert len(told) == 80
    assert len(asked) < 1_000


def nested_finally(depth: int) -> str:
    """A few lines that are compiled into a multiple of two to the power of ``depth``."""
    lines = ["def f():"]
    for level in range(1, depth + 1):
        lines += [" " * level + line for line in ("try:", " return", "finally:")]
    return "\n".join([*lines, " " * (depth + 1) + "x"])


COSTLY = {
    "finally in each other": nested_finally(6),
    "many ways to one finally": "def f():\n try:\n" + "  if a: return\n" * 500 + " finally:\n" + "  b\n" * 500,
    "code objects that are alike": "lambda: 0\n" * 2_000,
    "accents on a letter": "\n".join([PILE] * 20),
}


@pytest.mark.parametrize("name", COSTLY)
def test_what_is_small_and_costly_is_not_compiled_here(name: str) -> None:
    """It is flat and short, and would take hours if it were a little longer; another process has a limit."""
    assert not syntax.is_plain(COSTLY[name])
    assert syntax.is_plain("try:\n    a = b\nexcept ValueError:\n    with c:\n        [d for e in f]\n")
    assert syntax.is_plain("# é, ü, ấ, कि, 다\nx = 'n\u0303o\u0302\u0301'\n")


def test_the_costly_ones_cost() -> None:
    """The witness: code grows with a power of the source, and alike code objects all have one hash."""
    sizes = [len(compile(nested_finally(depth), "", "exec").co_consts[0].co_code) for depth in (3, 6)]
    assert sizes[1] > 8 * sizes[0]
    # Python 3.12 hashes the line, too, and 3.13 the column.
    alike = [compile(text * 50, "", "exec").co_consts for text in ("lambda: 0\n", "lambda: 0;")]
    hashes = [len({hash(one) for one in constants if isinstance(one, types.CodeType)}) for constants in alike]
    assert min(hashes) == 1 or sys.version_info >= (3, 13)
    names = compile("\n".join([PILE] * 2), "", "exec").co_names
    assert names[0] != PILE
    assert unicodedata.is_normalized("NFKC", names[0])


def test_a_finally_in_an_answer_keeps_nothing_from_being_read() -> None:
    """Parsing is harmless there: which functions are solved is read off all the same."""
    assert progress_of(["def f():\n    try:\n        return 1\n    finally:\n        g()\n"]).solved == {"f"}


def test_a_submission_has_the_compiler_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not each of its files anew."""
    clock, asked = [0.0], []

    def slow(sources: Mapping[str, str], seconds: float) -> None:
        asked.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(syntax.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(syntax, "_told_by_process", slow)
    put(tmp_path, {"losses.py": "x = 1\n"} | {f"own{n}.py": f"y{n} = 1\n{nested_finally(3)}" for n in range(100)})
    read = read_submission(tmp_path, EXPECTED)
    assert sum(asked) <= syntax.Patience().seconds
    assert len(read.syntax_errors) == 100
    assert "losses.py" not in read.syntax_errors


def test_plain_sources_have_a_size_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond it goes to the other process, and a text that was compiled is not compiled again."""
    compiled: list[str] = []
    first = syntax_program.first_error
    monkeypatch.setattr(syntax_program, "first_error", lambda text: compiled.append(text) or first(text))
    patience = syntax.Patience(characters=10)
    for _ in range(2):
        assert set(syntax.syntax_errors({"a": "x = 1", "b": "y = ", "c": "zzzz = ("}, patience)) == {"b", "c"}
    assert compiled == ["x = 1", "y = "]


def test_python_of_a_submission_has_a_size_together(tmp_path: Path) -> None:
    """The modules come first."""
    put(tmp_path, {"losses.py": "x = 1\n", "model.py": "x = 2\n", "own/a.py": "x = 3\n", "a.csv": "1" * 50})
    read = read_submission(tmp_path, EXPECTED, Limits(all_source_bytes=15))
    assert set(read.files) == {"losses.py", "model.py", "a.csv"}
    assert noted(read, "own/a.py", "of Python in all")


def test_outputs_of_many_pieces_are_not_followed_to_their_end(tmp_path: Path) -> None:
    """Each bracket costs a microsecond, and a gigabyte of them packs into a megabyte; pictures and logs are one piece each."""
    plots = code("x = 1", outputs=[[]] * 300_000)
    assert "outputs" in (read_notebook(tmp_path, notebook(plots), Limits(notebook_tokens=1_000)).unreadable or "")
    picture = code("x = 1", outputs=[{"data": {"image/png": "A" * 2**21}}])
    assert read_notebook(tmp_path, notebook(picture), Limits(notebook_tokens=1_000)).unreadable is None


def test_notebooks_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it takes them to find out what a file beside them is for."""
    from autograder.submission import reader

    asked: list[bytes] = []
    read_cells = reader.read_cells
    monkeypatch.setattr(reader, "read_cells", lambda data, *more: asked.append(data) or read_cells(data, *more))
    put(tmp_path, {"vae.ipynb": notebook(code("def f(): return 1")), "help.py": "def g(): return 2\n"})
    assert read_submission(tmp_path, EXPECTED).unreadable is None
    assert len(asked) == 1
