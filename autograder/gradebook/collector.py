"""What goes through nbgrader's exchange: submissions without the links in them, and feedback for those who came that way."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseFeedback

from autograder.plaintext import listed
from autograder.submission.folder import Folder
from autograder.submission.notes import Notes, Skipped
from autograder.submission.size_limits import Limits

_OF_THE_EXCHANGE = ("timestamp.txt", "submission_secret.txt")
"""What lies beside work that was fetched from the exchange; by it a student's page is found there."""


class CollectWithoutLinks(ExchangeCollect):
    """nbgrader's collector; a link in a submission would copy into it whatever the instructor may read."""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy a submission's ordinary files; raises ``RuntimeError`` where it is larger than nbgrader allows."""
        if self.get_size(src) > 1000 * self.coursedir.max_dir_size:
            raise RuntimeError(f"the submission is larger than CourseDirectory.max_dir_size: {src}")
        notes = Notes()
        for path, content in self._files(Path(src), notes):
            target = Path(dest) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for line in notes.lines():
            self.log.warning("Collecting %s: %s", src, line)
        if self.coursedir.groupshared:
            self.set_perms(dest, 0o664, 0o2770)

    def _files(self, source: Path, notes: Notes) -> Iterator[tuple[str, bytes]]:
        try:
            with Folder(source, Limits()) as folder:
                for path in folder.listing(notes):
                    if any(fnmatch(part, unwanted) for part in path.split("/") for unwanted in self.coursedir.ignore):
                        continue
                    try:
                        yield path, folder.read(path, 1000 * self.coursedir.max_file_size)
                    except Skipped as reason:
                        notes.ignored(path, str(reason))
        except Skipped as reason:
            notes.ignored(os.path.basename(source), str(reason))


class ReleaseToTheExchange(ExchangeReleaseFeedback):
    """nbgrader's release of feedback; it ends at the first student whose work was put into ``submitted/`` in another way."""

    def copy_files(self) -> None:
        """Copy the pages of those who handed in through the exchange, and say whose stay where they are."""
        folders = [Path(place) for place in sorted(glob.glob(self.src_path))]
        other = [folder for folder in folders if not all((folder / name).is_file() for name in _OF_THE_EXCHANGE)]
        names = [folder.parent.name for folder in other]
        if other:
            told = "their work did not come through the exchange, so their pages stay in"
            self.log.warning("%s: %s %s/", listed(names, 8), told, self.coursedir.feedback_directory)
        self.coursedir.student_id_exclude = ",".join(filter(None, [self.coursedir.student_id_exclude, *names]))
        super().copy_files()
