"""nbgrader's own CSV, made safe for spreadsheets.

``nbgrader export --exporter=autograder.gradebook.csv_plugin.SafeCsvExportPlugin``, or as ``c.ExportApp.plugin_class``.
Columns, order and numbers are those of nbgrader. Two things differ: what a spreadsheet would run as a formula is
shown instead, and a comma or quote in a name no longer shifts the columns.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.plugins.export import CsvExportPlugin

from autograder.atomic import write_atomically
from autograder.exports.nbgrader_csv import not_handed_in, table
from autograder.results.spreadsheet import csv_text

if TYPE_CHECKING:
    from nbgrader.api import Gradebook


class SafeCsvExportPlugin(CsvExportPlugin):
    """nbgrader's CSV exporter; students without a submission get 0, as nbgrader has it."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the marks to ``--to``, by default ``grades.csv``."""
        destination = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", destination)
        assignments = {str(name) for name in self.assignment}
        students = {str(student) for student in self.student}
        rows = table(gradebook, assignments, students)
        for line in not_handed_in(rows):
            self.log.warning("%s", line)
        write_atomically(destination, csv_text(rows))
