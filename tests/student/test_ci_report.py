"""What CI is told of visible checks: times that were measured, names of their own, and no pass that nobody saw."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from tiny_course import pieces

from autograder.student.check_work import check_folder
from autograder.student.ci_report import CiReport


def test_cases_have_the_time_that_they_took(work: Path, tmp_path: Path) -> None:
    """One that waits is the slow one; what was not run took none. The suite's time is theirs together."""
    text = pieces(double="(__import__('time').sleep(0.3), 2 * x)[1]") + "raise_nothing = 1\n"
    (work / "pieces.py").write_text(text)
    (work / "whole.py").write_text("def total(:\n")
    assert not check_folder(work, report=CiReport(junit=tmp_path / "junit.xml"))
    (suite,) = ElementTree.parse(tmp_path / "junit.xml").getroot()
    times = {f"{case.get('classname')}: {case.get('name')}": float(case.get("time", "")) for case in suite.iter("testcase")}
    assert min(time for name, time in times.items() if name.startswith("pieces.double")) >= 0.3
    assert {time for name, time in times.items() if name.startswith("whole")} == {0.0}
    assert abs(float(suite.get("time", "")) - sum(times.values())) < 0.01


def test_who_ends_the_process_has_passed_nothing(tmp_path: Path) -> None:
    """The report is there from the first moment, with an error in it, whatever the exit code."""
    path = tmp_path / "junit.xml"
    CiReport(junit=path).begin()
    (suite,) = ElementTree.parse(path).getroot()
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")
    (error,) = suite.iter("error")
    assert "ended" in error.get("message", "")
