"""Results for other programs: one writer per format, found by name in :data:`WRITERS`.

To add a format, write a function from the results and a destination to the paths written, and enter it there.
No export holds more of a hidden check than its title, status and message; Gradescope gets the title alone.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from autograder.atomic import write_atomically
from autograder.errors import UsageError, suggest
from autograder.exports.gradescope import write_gradescope_results
from autograder.plaintext import cut, one_line, points, printable
from autograder.results.schema import CheckResult, ExerciseResult, SubmissionResult
from autograder.results.store import Stored, load_results, write_summary
from autograder.results.wording import STATUS_WORDS, short_id

Writer = Callable[[list[Stored], Path], list[Path]]

_ERRORS = frozenset({"error", "timeout", "crashed"})
_NOT_RUN = frozenset({"skipped", "needs_manual_grading"})


def export(format: str, results_folder: Path, destination: Path, results: list[Stored] | None = None) -> list[Path]:
    """Write the results of a folder in another program's format.

    Args:
        format: a key of :data:`WRITERS`.
        results_folder: a folder of ``<student>.json`` files.
        destination: the file to write; for formats with one file per submission, the folder.
        results: what the folder holds, where that has been read already.

    Returns:
        the paths written.

    Raises:
        UsageError: the format is unknown, the folder holds no results, or the destination cannot be written.
    """
    writer = WRITERS.get(format)
    if writer is None:
        remedy = suggest(format, WRITERS, f"choose one of {', '.join(sorted(WRITERS))}")
        raise UsageError("is not an export format", where=one_line(format, 40), remedy=remedy)
    if results is None:
        results, _ = load_results(results_folder)
    if not results:
        raise UsageError("holds no results", where=str(results_folder), remedy="run `autograder grade` first")
    return writer(results, destination)


def write_csv(results: list[Stored], destination: Path) -> list[Path]:
    """The class's marks as one CSV file, the same as ``summary.csv``."""
    write_summary(results, destination)
    return [destination]


def write_junit(results: list[Stored], destination: Path) -> list[Path]:
    """One JUnit XML file: a test suite per student, a test case per check."""
    write_atomically(destination, junit_document([stored.result for stored in results]))
    return [destination]


def write_gradescope(results: list[Stored], destination: Path) -> list[Path]:
    """One Gradescope ``results.json`` per submission, named ``<destination>/<stem>.json``."""
    return [write_gradescope_results(stored.result, destination / f"{stored.stem}.json") for stored in results]


WRITERS: dict[str, Writer] = {"csv": write_csv, "junit": write_junit, "gradescope": write_gradescope}
"""Export formats by name."""


def destination_of(format: str, results_folder: Path, wanted: Path | None = None) -> Path:
    """Where an export goes: where somebody wants it, else a file or folder of its own beside the results.

    Raises:
        UsageError: the export would overwrite the results.
    """
    name = "junit.xml" if format == "junit" else "gradescope" if format == "gradescope" else f"{format}-marks.csv"
    if wanted is None:
        return results_folder / name
    if format == "gradescope" and wanted.resolve() == results_folder.resolve():
        raise UsageError("the export would overwrite the results", where=str(wanted), remedy="choose another --out")
    return wanted / name if format != "gradescope" and wanted.is_dir() else wanted


def junit_document(results: list[SubmissionResult]) -> bytes:
    """JUnit XML of some results, encoded as UTF-8.

    The time of a suite is that of grading the submission. Checks run side by side, so every case has the same share of it:
    programs that add up the cases arrive at the suite's. A case is called by the sentence that its check proves; no two have
    class and name in common.
    """
    root = ElementTree.Element("testsuites", name="autograder")
    suites = [_suite(root, result) for result in results]
    _tell_apart(root)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.set("time", f"{sum(result.duration_s for result in results):.3f}")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _details(check: CheckResult) -> str:
    """Message and, of a visible check, the failing input."""
    lines = [check.message]
    if check.visibility == "visible":
        lines += [f"{name} = {value}" for name, value in check.example.items()]
    return cut(printable("\n".join(filter(None, lines))))


def _suite(root: ElementTree.Element, result: SubmissionResult) -> ElementTree.Element:
    name = one_line(result.student)
    suite = ElementTree.SubElement(root, "testsuite", name=name, time=f"{max(0.0, result.duration_s):.3f}")
    if result.status != "graded":
        case = _case(suite, f"{name}: {one_line(result.assignment)}", "submission")
        _outcome(case, "error", result.status, result.message)
    for exercise in result.exercises:
        _add_exercise(suite, name, exercise)
    for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(len(list(suite.iter(tag)))))
    for case in suite:
        case.set("time", f"{max(0.0, result.duration_s) / len(suite):.4f}")
    return suite


def _tell_apart(root: ElementTree.Element) -> None:
    """Number the cases that are called like an earlier one: of students with the same name, or one that is cut."""
    taken: set[tuple[str | None, str]] = set()
    for case in root.iter("testcase"):
        name = case.get("name", "")
        names = itertools.chain([name], (f"{name} ({number})" for number in itertools.count(2)))
        case.set("name", next(one for one in names if (case.get("classname"), one) not in taken))
        taken.add((case.get("classname"), case.get("name", "")))


def _add_exercise(suite: ElementTree.Element, student: str, exercise: ExerciseResult) -> None:
    class_name = f"{student}: {one_line(exercise.id)}"  # GitLab keeps one of all cases of a name, whatever their suites
    if not exercise.checks:
        case = _case(suite, class_name, short_id(exercise.id))
        _add_outcome(case, exercise.status, exercise.note)
    names = Counter(_called(check) for check in exercise.checks)
    for check in exercise.checks:
        name = _called(check)
        case = _case(suite, class_name, name if names[name] == 1 else f"{name} ({one_line(check.name)})")
        _add_outcome(case, check.status, _details(check), f"{points(check.score)} of {points(check.max_score)} points")


def _called(check: CheckResult) -> str:
    return one_line(check.title.replace("`", "") or check.name.replace("_", " "))


def _case(suite: ElementTree.Element, class_name: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=class_name, name=name)


def _add_outcome(case: ElementTree.Element, status: str, text: str, told: str = "") -> None:
    if status == "passed":
        return
    tag = "error" if status in _ERRORS else "skipped" if status in _NOT_RUN else "failure"
    _outcome(case, tag, status, "\n".join(filter(None, [text, told])))


def _outcome(case: ElementTree.Element, tag: str, status: str, text: str) -> None:
    first = one_line(text.split("\n", 1)[0]) or STATUS_WORDS[status]
    outcome = ElementTree.SubElement(case, tag, message=first, type=status)
    outcome.text = cut(printable(text))
