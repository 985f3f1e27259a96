"""Grades one submission inside Gradescope's container: ``python -m autograder.bundles.gradescope_run /autograder``.

``results/results.json`` is there from the first moment and replaced as more is known, so that a run that the platform ends
leaves what had been earned by then. Before the checks are done it holds no score: a run without one is repeated, not marked.
Standard output is for staff.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from autograder.bundles.gradescope_metadata import FILE as METADATA
from autograder.bundles.gradescope_metadata import Metadata, read_metadata
from autograder.bundles.gradescope_settings import Settings, read_settings
from autograder.course.manifest import read_manifest
from autograder.errors import AutograderError, IsolationError
from autograder.exports.gradescope import Visibility, gradescope_results, write_document
from autograder.lateness.penalties import late_by

if TYPE_CHECKING:
    from autograder.results.schema import SubmissionResult

_UNFINISHED = "The grader has not come to an end. This costs nothing: hand in again, or ask for it to be graded again."
_OPEN = "**Training tasks have not been measured yet**; what is shown here counts until they are."


def main(arguments: list[str]) -> int:
    """Grade what lies in ``submission/`` below the folder that is named; returns the exit code."""
    root = Path(arguments[0] if arguments else "/autograder")
    run = _Run(root, read_settings(root / "source"), read_metadata(root / METADATA))
    run.write({"output": _UNFINISHED, "output_format": "md", "stdout_visibility": "hidden", "tests": []})
    try:
        run.grade()
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        print(f"The grader failed: {error}. What results.json holds was earned before that.", flush=True)
    return 0


class _Run:
    """One submission on its way to ``results.json``."""

    def __init__(self, root: Path, settings: Settings, metadata: Metadata) -> None:
        self._root = root
        self._settings = settings
        self._metadata = metadata

    def write(self, document: dict[str, Any]) -> None:
        """Replace ``results.json``."""
        write_document(document, self._root / "results" / "results.json")

    def grade(self) -> None:
        """Grade, unless this attempt is one too many."""
        for line in self._metadata.lines():
            print(line)
        latest = self._metadata.too_many(self._settings.attempts_per_day)
        if latest is not None:
            told = f"{self._settings.attempts_per_day} attempts are graded within 24 hours; this shows the latest result again."
            self.write({**latest.results, "output": f"{told}\n\n{latest.results.get('output', '')}"})
            return
        os.environ["AUTOGRADER_COURSE"] = str(self._root / "source" / "course")
        result = self._graded()
        self._tell_staff(result)
        if result.status != "grader_error" or not self._partial:
            self.write(self.document(result))

    def _graded(self) -> SubmissionResult:
        from autograder.grading.crew import Job, grade_one
        from autograder.grading.grader import Grader
        from autograder.grading.options import GradeOptions, fresh_seed
        from autograder.sandbox import profiles

        refuse_open_container(profiles.choose("best"), profiles.offers().get("own_uid", "not offered"))
        training = "with" if self._settings.training else "without"
        options = GradeOptions(fresh_seed(), isolation="best", device="cpu", training=training)  # type: ignore[arg-type]
        with Grader(self._settings.assignment, options) as grader:
            grader.on_checked = self._keep_partial
            done = grade_one(grader, Job(self._root / "submission", student=self._metadata.student))
        if done.graded is None:
            raise done.error or RuntimeError("there is no result")
        return done.graded.result

    _partial = False

    def _keep_partial(self, result: SubmissionResult) -> None:
        document = self.document(result)
        self.write({**document, "output": f"{_OPEN}\n\n{document['output']}"})
        self._partial = True

    def document(self, result: SubmissionResult) -> dict[str, Any]:
        """What ``results.json`` is to hold of a result, lateness and earlier attempts included."""
        settled = self._enter_lateness(result)
        document = gradescope_results(result, cast(Visibility, self._settings.hidden))
        lines = list(self._metadata.lines(with_lateness=result.late is None))
        best = self._metadata.best
        if "score" in document and self._settings.keep == "best" and best is not None and best > document["score"]:
            lines.append(f"This attempt has {document['score']:g} points; the best one counts.")
            document["score"] = best
        return {**document, "output": "\n\n".join(filter(None, [document["output"], settled, *lines]))}

    def _enter_lateness(self, result: SubmissionResult) -> str:
        """Enter how late the work is; returns a sentence where only the whole course can tell what that costs."""
        result.late = None
        try:
            policy = read_manifest(self._root / "source" / "course").policy
        except AutograderError as error:
            print(f"lateness costs nothing here: {error}")
            return ""
        due, handed_in = self._metadata.due_by(policy, self._settings.assignment), self._metadata.created
        if due is None or handed_in is None:
            return ""
        result.submitted = handed_in.isoformat()
        result.late = late_by(policy, due, handed_in, result.score)
        if not result.late.days or not policy.slack_days:
            return ""
        result.late = result.late.model_copy(update={"penalty": 0.0})
        return "Slack days are counted over the whole course, so what lateness costs is settled outside Gradescope."

    def _tell_staff(self, result: SubmissionResult) -> None:
        print(f"status {result.status} {result.message}".rstrip())
        print(f"isolation {result.isolation.profile}: {', '.join(result.isolation.layers)}")
        print(f"grader {result.grader_version}, seed {result.seed} (secret: it tells hidden inputs), {result.duration_s:.1f} s")
        skipped = [one.id for one in result.exercises if one.kind == "training" and one.status == "skipped"]
        if skipped:
            print(f"not run here, for a person to give points: {', '.join(skipped)}")
        sys.stdout.flush()


def refuse_open_container(profile: str, no_own_uid: str) -> None:
    """Raise :class:`IsolationError` where a submission could write its own mark, or read what the archive holds.

    Args:
        profile: the strongest that holds here.
        no_own_uid: why a worker cannot have a uid of its own, to which the archive's files are closed; empty where it can.
    """
    remedy = "see `autograder doctor --platform gradescope`"
    if profile == "S0":
        raise IsolationError("this container offers no isolation, and a submission could write its own mark", "S0", remedy)
    if profile == "S1" and no_own_uid:
        told = f"a submission could read the hidden checks here: no Landlock, and no uid of its own ({no_own_uid})"
        raise IsolationError(told, "S1", remedy)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
