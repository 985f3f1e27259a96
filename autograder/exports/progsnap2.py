"""Results as events for those who study how people learn to program: JSON lines with the names of ProgSnap2.

One line of the type ``Submit`` for each student, attempt and exercise, and one of the type ``Intervention`` below it for each
misconception that was named. Names are those of the main event table of ProgSnap2 (Price et al., ITiCSE 2020), version 6;
``Score`` is a share from 0 to 1 as there; what ProgSnap2 has no name for begins with ``X-``. Nothing that a student wrote is
in it, and nothing of a hidden check but its outcome.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from autograder.atomic import write_atomically
from autograder.errors import UsageError
from autograder.plaintext import printable
from autograder.results.results_folder import attempts_before
from autograder.results.schema import ExerciseResult, SubmissionResult
from autograder.results.store import load_results

_KEY_BYTES = 32
_PSEUDONYM = 16
Named = Callable[[str], str]


def write_events(folders: Sequence[Path], destination: Path, key_file: Path | None) -> int:
    """Write the events of results folders, of earlier attempts first; return how many there are.

    Args:
        folders: results folders; a later one holds later attempts. Their histories are read too.
        destination: the file to write.
        key_file: holds the secret from which names become pseudonyms, the same ones each time; made where it is not there
            yet. None leaves names as they are.

    Raises:
        UsageError: a folder holds no results, or a file cannot be read or written.
    """
    named = _pseudonyms(key_file) if key_file is not None else (lambda text: printable(text, keep=""))
    lines = [json.dumps(event, ensure_ascii=False, allow_nan=False) for event in events(_attempts(folders), named)]
    write_atomically(destination, "".join(f"{line}\n" for line in lines))
    return len(lines)


def events(attempts: Iterable[SubmissionResult], named: Named) -> Iterator[dict[str, object]]:
    """Yield the events of results, which are in the order of attempts; ``named`` is what students and files are called."""
    counts: dict[tuple[str, str], list[str]] = {}
    number = 0
    for result in attempts:
        works = counts.setdefault((result.assignment, result.student), [])
        if result.submission_sha256 not in works:
            works.append(result.submission_sha256)
        about = _about(result, works.index(result.submission_sha256) + 1, named)
        for exercise in result.exercises:
            if exercise.status == "needs_manual_grading":
                continue
            number += 1
            submit = {"EventID": number, "Order": number, "EventType": "Submit", **about, **_outcome(exercise)}
            yield submit
            for found in exercise.diagnosis:
                number += 1
                yield {
                    "EventID": number, "Order": number, "EventType": "Intervention", **about, "ProblemID": exercise.id,
                    "ParentEventID": submit["EventID"], "InterventionCategory": "Feedback", "InterventionType": "Hint",
                    "InterventionMessage": found.hint, "X-Misconception": found.misconception, "X-Confidence": found.confidence,
                }  # fmt: skip


def _about(result: SubmissionResult, attempt: int, named: Named) -> dict[str, object]:
    time = {"ServerTimestamp": result.submitted} if result.submitted else {}
    return {
        "SubjectID": named(result.student), "ToolInstances": f"autograder {result.grader_version}; Python", **time,
        "CodeStateID": named(result.submission_sha256), "AssignmentID": result.assignment, "Attempt": attempt,
    }  # fmt: skip


def _outcome(exercise: ExerciseResult) -> dict[str, object]:
    share = exercise.score / exercise.max_score if exercise.max_score else 0.0
    checks = {f"{check.visibility}.{check.name}": check.status for check in exercise.checks}
    return {
        "ProblemID": exercise.id, "Score": round(share, 6), "X-Points": exercise.score, "X-MaxPoints": exercise.max_score,
        "X-Status": exercise.status, "X-Checks": checks,
    }  # fmt: skip


def _attempts(folders: Iterable[Path]) -> Iterator[SubmissionResult]:
    for folder in folders:
        stored, _ = load_results(folder)
        if not stored:
            raise UsageError("holds no results", where=str(folder), remedy="run `autograder grade` first")
        whole = [one.result for one in [*attempts_before(folder, stored), *stored]]
        yield from (one for one in whole if one.status == "graded")


def _pseudonyms(key_file: Path) -> Named:
    """What stands for a name: its HMAC under the file's secret, which nobody without it can try names against."""
    try:
        key = key_file.read_bytes()
    except FileNotFoundError:
        key = secrets.token_hex(_KEY_BYTES).encode()
        write_atomically(key_file, key)
        key_file.chmod(0o600)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", str(key_file), "check --pseudonyms") from None
    if len(key) < _KEY_BYTES:
        raise UsageError("is too short for a secret", str(key_file), "name a file that is not there yet: it is made")
    return lambda text: hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_PSEUDONYM]
