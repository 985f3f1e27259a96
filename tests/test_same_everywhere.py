"""A result does not depend on hash seeds, locale, time zone, or the order in which folders list their files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tiny_course import pieces, right_answers, write_course

from autograder.assessment.examples import derive_seed
from autograder.checks.salt import mix, salt_of, salted

_PROGRAM = """
import os, random, sys
from pathlib import Path
shuffle = random.Random(os.environ["SHUFFLE"]).shuffle
scandir, listdir = os.scandir, os.listdir
class Shuffled:
    def __init__(self, path="."):
        with scandir(path) as found:
            self._entries = list(found)
        shuffle(self._entries)
        self._rest = iter(self._entries)
    def __iter__(self): return self
    def __next__(self): return next(self._rest)
    def __enter__(self): return self
    def __exit__(self, *details): pass
    def close(self): pass
def listed(path="."):
    names = listdir(path)
    shuffle(names)
    return names
os.scandir, os.listdir = Shuffled, listed
import locale
try: locale.setlocale(locale.LC_ALL, "")
except locale.Error: pass
from autograder.grading.grader import Grader
from autograder.grading.options import GradeOptions
with Grader(sys.argv[1], GradeOptions(seed=3, isolation="best"), Path(sys.argv[2])) as grader:
    for path in sys.argv[3:]:
        graded = grader.grade(grader.read(Path(path)))
        print(graded.result.model_copy(update={"duration_s": 0.0}).model_dump_json(by_alias=True))
        print(sorted((name, len(picture)) for name, picture in graded.figures.items()))
"""

MIXED = [2660367957, 1962450501, 3526124856]

SETTINGS = [
    {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "SHUFFLE": "1"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Kathmandu", "SHUFFLE": "2"},
    {"PYTHONHASHSEED": "4711", "LC_ALL": "de_DE.UTF-8", "TZ": "America/St_Johns", "SHUFFLE": "3"},
]


def test_the_same_bytes_in_every_environment(tmp_path: Path) -> None:
    """Version, order of files and checks, numbers in texts, pictures."""
    name = write_course(tmp_path / "course")
    folders = []
    importing = right_answers(pieces="import b, a\n" + pieces(double="1 / 0"))
    for student, files in (
        ("ann", right_answers()),
        ("ben", right_answers(pieces=pieces(double="3 * x", shift="x / 3"))),
        ("cem", {**importing, "a.py": b"x = 1", "b.py": b"x = {1.5, 'a'}"}),
    ):
        folder = tmp_path / student
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_bytes(content)
        folders.append(str(folder))
    outputs = []
    for setting in SETTINGS:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, name, str(tmp_path / "course"), *folders],
            env={**os.environ, **setting}, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        outputs.append(done.stdout)
    assert json.loads(outputs[0].splitlines()[0])["score"] == 17.0
    assert outputs[1] == outputs[0]
    assert outputs[2] == outputs[0]


def test_seeds_are_written_down_nowhere_else() -> None:
    """They are read off digests in one order, whatever the machine's: numbers of another machine are the same numbers."""
    assert derive_seed(1, "a") == 53_794_261_220_561_053
    assert salt_of(1, "x") == 11_337_792_120_108_025_131
    with salted(salt_of(1, "x")):
        assert [mix(seed) for seed in (0, 1, 2**31)] == MIXED
