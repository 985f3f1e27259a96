"""Which files of a submission stand for what: wrapper folders, expected modules, notebooks, the rest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from autograder.plaintext import listed, shown
from autograder.submission.filenames import effect_problem, hidden_library, meant_name, name_problem
from autograder.submission.notes import Notes, Unreadable
from autograder.submission.progress import Progress, progress_of
from autograder.submission.size_limits import Limits

_WRAPPERS = 2
# What browsers and learning platforms append to a second download: "losses (1).py", "losses-2.py".
_COPY = re.compile(r"(.+?)(?: ?\(\d+\)|[-_]\d{1,2}| ?- ?copy|_copy)(\.py)", re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


@dataclass(frozen=True)
class Layout:
    """The files to read: path inside the submission -> path in the container."""

    modules: Mapping[str, str]
    notebooks: Mapping[str, str]
    others: Mapping[str, str]
    stray: str = ""
    """The one file, under another name, that stands for all modules unless a notebook does."""


def lay_out(listing: Iterable[str], expected: Collection[str], limits: Limits, notes: Notes) -> Layout:
    """Sort the files of a container by what they are for."""
    paths = _clean(listing, expected, limits, notes)
    root = _root_of(paths, expected, notes)
    inside = {path.removeprefix(root): raw for path, raw in paths.items() if path.startswith(root)}
    if outside := [path for path in paths if not path.startswith(root)]:
        notes.add(f"only {shown(root)} was graded; ignored outside it: {listed(outside)}")
    modules = _modules(inside, expected, notes)
    stray = "" if modules else _stray(inside, expected)
    if stray:  # whatever it defines is looked for in it, as in a notebook
        modules = dict.fromkeys(sorted(expected), inside[stray])
    _mention_strays(inside, modules, expected, notes)
    used = set(modules.values())
    notebooks, others = {}, {}
    for path, raw in inside.items():
        if raw in used:
            continue
        if path.lower().endswith(".ipynb"):
            notebooks[path] = raw
        elif library := hidden_library(path):
            first, slash, _ = path.partition("/")
            notes.ignored(first + slash, f"it would hide the library {library}; give it another name")
        elif problem := effect_problem(path):
            notes.ignored(path, problem)
        else:
            others[path] = raw
    return Layout(modules, notebooks, others, stray)


def _clean(listing: Iterable[str], expected: Collection[str], limits: Limits, notes: Notes) -> dict[str, str]:
    """Return usable path -> raw path; names that some file system cannot tell apart occur once."""
    seen: dict[str, str] = {}
    paths: dict[str, str] = {}
    # Expected names first, so that `losses.py` wins against `LOSSES.py`.
    for raw in sorted(listing, key=lambda path: (path.rsplit("/", 1)[-1] not in expected, meant_name(path) != path, path)):
        path = meant_name(unicodedata.normalize("NFC", raw))
        if problem := name_problem(path.split("/"), limits):
            notes.ignored(raw, problem)
        elif (other := seen.setdefault(path.casefold(), path)) in paths:
            notes.ignored(raw, f"its name cannot be told apart from {shown(other)} everywhere")
        else:
            paths[path] = raw
            if meant_name(raw) != raw:
                notes.add(f"{shown(raw)}: read as {shown(path.rsplit('/', 1)[-1])}")
    folders = {path[: at.start()] for path in paths for at in re.finditer("/", path)}
    for path in folders & paths.keys():
        notes.ignored(path, "there is a folder of the same name")
        del paths[path]
    return paths


def _root_of(paths: Collection[str], expected: Collection[str], notes: Notes) -> str:
    """Return the prefix of the folder to grade: the uppermost that holds something to grade."""
    wanted = {name.casefold() for name in expected}
    modules: Counter[str] = Counter()
    notebooks: Counter[str] = Counter()
    for path in paths:
        folder, _, name = path.rpartition("/")
        folder = f"{folder}/" if folder else ""
        if folder.count("/") <= _WRAPPERS:
            modules[folder] += name.casefold() in wanted
            notebooks[folder] += name.lower().endswith(".ipynb")
    for depth in range(_WRAPPERS + 1):
        level = sorted(folder for folder in modules if folder.count("/") == depth)
        level = [folder for folder in level if modules[folder] or notebooks[folder]]
        if level:
            best = max(level, key=lambda folder: (modules[folder], notebooks[folder]))
            if len(level) > 1:
                notes.add(f"several folders hold something to grade ({listed(level)}); {shown(best)} was taken")
            return best
    return _common_folder(paths)


def _common_folder(paths: Collection[str]) -> str:
    """Return the prefix of one or two folders that everything lies in."""
    prefix = ""
    for _ in range(_WRAPPERS):
        firsts = {path.removeprefix(prefix).split("/", 1)[0] for path in paths}
        if len(firsts) != 1 or f"{prefix}{(first := firsts.pop())}" in paths:
            break
        prefix += f"{first}/"
    return prefix


def _modules(paths: Mapping[str, str], expected: Collection[str], notes: Notes) -> dict[str, str]:
    """Find each expected module by its name, else by a name that differs in case or as a copy's does."""
    found = {name: paths[name] for name in sorted(expected) if name in paths}
    for name in sorted(set(expected) - found.keys()):
        likely = [path for path in paths if uncopied(path).casefold() == name.casefold()]
        likely = [path for path in likely if path.casefold() == name.casefold()] or likely
        if len(likely) == 1:
            found[name] = paths[likely[0]]
            notes.add(f"{shown(likely[0])}: read as {name}")
    return found


def _stray(paths: Collection[str], expected: Collection[str]) -> str:
    """Return the only Python file of a submission without expected modules; empty if there are others or none."""
    sources = [path for path in paths if "/" not in path and path.endswith(".py")]
    sources = [path for path in sources if not effect_problem(path) and not hidden_library(path)]
    return sources[0] if expected and len(sources) == 1 else ""


def uncopied(path: str) -> str:
    """The name of a Python file without what a second download or a copy appends to it."""
    match = _COPY.fullmatch(path)
    return match.group(1) + match.group(2) if match else path


def _mention_strays(paths: Collection[str], found: Collection[str], expected: Collection[str], notes: Notes) -> None:
    """Say where a missing module lies, if it is only in the wrong folder."""
    for name in sorted(set(expected) - set(found)):
        strays = [path for path in paths if path.endswith(f"/{name}")]
        if found and strays:
            notes.add(f"{name}: missing beside {listed(sorted(found))}; {listed(strays)} does not count")


_OF_THE_EXCHANGE = frozenset({"timestamp.txt", "submission_secret.txt"})
"""What nbgrader writes beside what a student hands in."""


def nothing_found(paths: Collection[str], expected: Collection[str], notes: Notes) -> Unreadable:
    """Return the reason why a container without modules and notebooks cannot be graded."""
    wanted = listed(sorted(expected))
    paths = set(paths) - _OF_THE_EXCHANGE
    if paths:
        found = f"only {listed(sorted(paths))}; use the assignment's file names"
        return Unreadable(f"the submission holds none of {wanted} and no notebook, {found}")
    if notes.lines():
        return Unreadable(f"nothing remains that could be graded: {notes.lines()[0]}")
    return Unreadable(f"the submission is empty; expected {wanted} or a notebook")


def by_depth(layout: Layout) -> list[str]:
    """The notebooks of a submission, those of upper folders first."""
    return sorted(layout.notebooks, key=lambda name: (name.count("/"), name))


def lone_zip(listing: list[str]) -> str | None:
    """Return the zip that a folder or another zip holds instead of code, as learning platforms hand it on."""
    zips = [path for path in listing if path.lower().endswith(".zip")]
    has_code = any(path.lower().endswith((".py", ".ipynb")) for path in listing)
    return zips[0] if len(zips) == 1 and not has_code else None


def better_named(
    sources: Mapping[str, str], expected: Collection[str], missing_elsewhere: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield modules that another file stands for: its name, the file (empty: none can be told to), and a note that says so.

    Args:
        sources: text of all Python files, by path.
        expected: the names of the assignment's modules.
        missing_elsewhere: whether modules without a file come from elsewhere, as from a notebook.
    """
    for name in sorted(expected):
        if name not in sources and missing_elsewhere:
            continue
        written = {path: progress_of([sources[path]]) for path in sources if path not in expected and _is_named_for(path, name)}
        if name in sources:
            own = progress_of([sources[name]])
            written = _most({path: one for path, one in written.items() if own.unsolved and own.is_behind(one)}, own)
        else:
            written = {path: one for path, one in written.items() if one.defined}
        paths = sorted(written)
        if len(paths) == 1:
            taken = f"{name}: ignored because {shown(paths[0])} solves more of it"
            yield name, paths[0], taken if name in sources else f"{shown(paths[0])}: read as {name}"
        elif paths:
            state = "solved less than" if name in sources else "missing, and one of these could be it:"
            yield name, "", f"{name}: {state} {listed(paths)}; rename the one that is meant"


def _most(written: Mapping[str, Progress], own: Progress) -> dict[str, Progress]:
    """Those that solve the most of what a module should hold."""
    solved = {path: len(own.defined - one.missing(own.defined)) for path, one in written.items()}
    return {path: one for path, one in written.items() if solved[path] == max(solved.values())}


def _is_named_for(path: str, name: str) -> bool:
    """Whether a file's name is a module's with something added: words before or after it, or a copy's number."""
    if "/" in path or path.startswith("test_"):
        return False
    if uncopied(path).casefold() == name.casefold():
        return True
    words, wanted = _words(path), _words(name)
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def _words(path: str) -> list[str]:
    return [word.casefold() for word in _WORDS.findall(path.removesuffix(".py"))]
