"""Work that several students handed in together: who gets the mark of a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from autograder.errors import UsageError
from autograder.exports.marks import AssignmentMarks, ClassMarks, Mark, Person
from autograder.plaintext import one_line, short_name
from autograder.results.spreadsheet import csv_rows

_HEADINGS = ("group", "student")


def read_groups(path: Path) -> dict[str, list[str]]:
    """The members of each group, by the name under which the group's work was handed in.

    Args:
        path: a CSV file with the columns ``group`` and ``student``, a line for every member.

    Raises:
        UsageError: it cannot be read, lacks a column, or has a student in two groups.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is not UTF-8"
        raise UsageError(f"cannot be read: {told}", str(path), "check --groups") from None
    rows, _ = csv_rows(text)
    header = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if not set(_HEADINGS) <= set(header):
        raise UsageError(
            "has no columns group and student", str(path), "its first line is group,student; then a line for each member"
        )
    places = [header.index(heading) for heading in _HEADINGS]
    members: dict[str, list[str]] = defaultdict(list)
    group_of: dict[str, str] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        group, student = (row[place].strip() if place < len(row) else "" for place in places)
        if not group or not student:
            raise UsageError("has an empty cell", f"{path}: line {line}", "give every member's group and name")
        if group_of.setdefault(student, group) != group:
            told = f"{one_line(student, 60)} is in the groups {one_line(group_of[student], 60)} and {one_line(group, 60)}"
            raise UsageError(told, f"{path}: line {line}", "a student is in one group")
        if student not in members[group]:
            members[group].append(student)
    return dict(members)


def with_groups(marks: ClassMarks, groups: Mapping[str, list[str]]) -> ClassMarks:
    """The marks with every group's mark at each of its members.

    A member's work may also be handed in under the member's own name: any member's submission is the group's. Of several
    submissions of one group the best counts, for all of them, and that is said.
    """
    people = dict(marks.people)
    remarks = list(marks.remarks)
    group_of = {student: group for group, students in groups.items() for student in students}
    assignments = []
    for assignment in marks.assignments:
        given = _of_members(assignment, groups, group_of, remarks)
        ungraded = assignment.ungraded - given.keys()
        failed = {member for name in ungraded for member in groups.get(group_of.get(name, name), [name])}
        assignments.append(replace(assignment, marks=given, ungraded=frozenset(failed - given.keys())))
        people.update({student: people.get(student, Person(student)) for student in [*given, *failed]})
    handed_in = {name for assignment in marks.assignments for name in (*assignment.marks, *assignment.ungraded)}
    for group in groups.keys() - handed_in - {group_of[name] for name in handed_in & group_of.keys()}:
        remarks.append(f"the group {short_name(group)} has handed in nothing")
    shown = {student: person for student, person in people.items() if student not in groups or student in group_of}
    return ClassMarks(shown, assignments, remarks)


def _of_members(
    assignment: AssignmentMarks, groups: Mapping[str, list[str]], group_of: Mapping[str, str], remarks: list[str]
) -> dict[str, Mark]:
    given: dict[str, Mark] = {}
    handed_in: dict[str, list[str]] = defaultdict(list)
    for name, mark in assignment.marks.items():
        group = name if name in groups else group_of.get(name)
        if group is None:
            given[name] = mark
        else:
            handed_in[group].append(name)
    for group, names in handed_in.items():
        best = max(names, key=lambda name: (assignment.marks[name].score, name == group))
        if len(names) > 1:
            told = f"{assignment.name}: {len(names)} submissions of the group {short_name(group)}: {short_name(best)} counts"
            remarks.append(told)
        given.update(dict.fromkeys(groups[group], assignment.marks[best]))
    return given
