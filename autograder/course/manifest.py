"""The course as a whole, as ``solutions/course.toml`` describes it.

::

    title = "Deep generative models"
    id = "dgm"                                # the course's name in nbgrader's exchange
    assignments = ["warmup", "vae"]           # in the order of teaching
    demo = ["warmup"]                         # demonstration classes in demo/
    libraries = ["tqdm", "einops"]            # what answers may import, by the names that `import` uses

    [code_points]
    vae = 60                                  # what its functions and classes are worth together

    [sources]
    "homework 1" = ["H1..H4", "H6"]           # what has to be covered, by the tags of outlines

    [policy]                                  # late work and attempts: see autograder/course/policy.py

Everything may be left out, the file too.
"""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn

from autograder.course.policy import Policy, read_policy
from autograder.errors import UsageError, suggest

FILE = "course.toml"
"""Lies in ``solutions/``."""

_RANGE = re.compile(r"(?P<stem>\S*?)(?P<first>\d+)\.\.(?P=stem)(?P<last>\d+)")
_MOST = 1_000
"""Items that one range may stand for."""


@dataclass(frozen=True)
class Manifest:
    """What the course says of itself; a course without the file says nothing."""

    title: str = ""
    id: str = ""
    assignments: tuple[str, ...] = ()
    demo: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    code_points: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)

    @property
    def source_items(self) -> tuple[str, ...]:
        """Every item of every source, in order."""
        return tuple(dict.fromkeys(item for items in self.sources.values() for item in items))


def absent_libraries(root: Path) -> list[str]:
    """The libraries that the course lets answers import and that are not installed here."""
    return [name for name in read_manifest(root).libraries if importlib.util.find_spec(name) is None]


def read_manifest(root: Path) -> Manifest:
    """Return what ``solutions/course.toml`` below ``root`` says; raises :class:`UsageError` where it cannot be understood."""
    path = root / "solutions" / FILE
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise UsageError(f"the file cannot be read: {error.strerror}", str(path), "make it a readable file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the file is not TOML: {error}", str(path), "see autograder/course/manifest.py") from None
    return _Reader(str(path), found).manifest()


class _Reader:
    """Turns a table into a manifest and says what is wrong with it."""

    def __init__(self, where: str, table: Mapping[str, Any]) -> None:
        self._where = where
        self._table = table

    def manifest(self) -> Manifest:
        known = [one.name for one in fields(Manifest)]
        for key in self._table:
            if key not in known:
                self._refuse(f"there is no key {key!r}", suggest(key, known))
        assignments = self._names("assignments")
        return Manifest(
            title=self._text("title"),
            id=self._text("id"),
            assignments=assignments,
            libraries=self._libraries(),
            demo=self._listed("demo", self._names("demo"), assignments),
            code_points=self._points(assignments),
            sources=self._sources(),
            policy=read_policy(self._subtable("policy"), assignments, self._refuse),
        )

    def _text(self, key: str) -> str:
        value = self._table.get(key, "")
        return value if isinstance(value, str) else self._refuse(f"{key} is not a text", f'write {key} = "…"')

    def _names(self, key: str) -> tuple[str, ...]:
        names = self._texts(key, self._table.get(key, []))
        for name in names:
            if names.count(name) > 1:
                self._refuse(f"{key} names {name!r} twice", "name it once")
        return names

    def _libraries(self) -> tuple[str, ...]:
        names = self._names("libraries")
        for name in names:
            if not name.isidentifier():
                self._refuse(
                    f"libraries names {name!r}, which nothing can import", 'write the name after "import", as in "sklearn"'
                )
        return names

    def _texts(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._refuse(f"{key} is not a list of texts", f'write {key} = ["…", "…"]')
        return tuple(value)

    def _listed(self, key: str, names: tuple[str, ...], assignments: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in assignments:
                self._refuse(
                    f"{key} names {name!r}, which assignments does not list", suggest(name, assignments) or "list it there"
                )
        return names

    def _points(self, assignments: tuple[str, ...]) -> dict[str, float]:
        table = self._subtable("code_points")
        for name, points in table.items():
            if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points < float("inf"):
                self._refuse(f"code_points.{name} is not a number of points", f"write {name} = 60")
        self._listed("code_points", tuple(table), assignments)
        return table

    def _sources(self) -> dict[str, tuple[str, ...]]:
        table = self._subtable("sources")
        return {name: tuple(self._items(f"sources.{name}", items)) for name, items in table.items()}

    def _items(self, key: str, value: Any) -> Iterator[str]:
        """Yield single items as they are, and those of a range such as ``H1..H4`` one by one."""
        for text in self._texts(key, value):
            span = _RANGE.fullmatch(text)
            if span is None and (".." in text or not re.fullmatch(r"[^\s,\]]+", text)):
                self._refuse(f"{key}: {text!r} is neither an item nor a range", 'write "H1" or "H1..H4"')
            if span is None:
                yield text
                continue
            first, last = int(span["first"]), int(span["last"])
            if not first <= last < first + _MOST:
                self._refuse(f"{key}: the range {text!r} holds nothing, or too much", 'write "H1..H4"')
            yield from (f"{span['stem']}{number}" for number in range(first, last + 1))

    def _subtable(self, key: str) -> dict[str, Any]:
        value = self._table.get(key, {})
        return value if isinstance(value, dict) else self._refuse(f"{key} is not a table", f"write [{key}] above its lines")

    def _refuse(self, message: str, remedy: str) -> NoReturn:
        raise UsageError(message, self._where, remedy)
