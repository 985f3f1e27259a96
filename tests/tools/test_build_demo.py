"""The demonstration class: a few lines per student become the submissions that `make demo` grades."""

from __future__ import annotations

import importlib.util
import io
import json
import zipfile
from pathlib import Path

import pytest
from tiny_course import write_course
from tiny_course_files import PIECES

from autograder.course.location import find_root
from autograder.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("build_demo", ROOT / "tools" / "build_demo.py")
assert SPEC is not None
assert SPEC.loader is not None
build_demo = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(build_demo)

REFERENCE = PIECES.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", "")


def built(root: Path, description: str) -> Path:
    """The folder with the class that a description makes of the tiny course."""
    name = write_course(root)
    (root / "demo").mkdir()
    (root / "demo" / f"{name}.toml").write_text(description)
    build_demo.build_class(root, name, root / "class")
    return root / "class"


def read(folder: Path) -> dict[str, str]:
    """All files below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_submission_is_the_reference_without_its_markers(tmp_path: Path) -> None:
    """Unless something else is said."""
    files = read(built(tmp_path, "[ann]\n") / "ann")
    assert set(files) == {"pieces.py", "whole.py"}
    assert files["pieces.py"] == REFERENCE


def test_modules_come_from_where_the_description_says(tmp_path: Path) -> None:
    """Stubs, files of the course, nothing at all, and more files than asked for."""
    (tmp_path / "mine.py").write_text("x = 1\n")
    text = '[ann]\nfiles."pieces.py" = "mine.py"\nfiles."whole.py" = "stub"\nadd."notes/a.txt" = "Hello."\n'
    files = read(built(tmp_path, text + '[bob]\nfiles."whole.py" = "nothing"\n') / "ann")
    assert set(files) == {"pieces.py", "whole.py", "notes/a.txt"}
    assert files["pieces.py"] == "x = 1\n"
    assert "NotImplementedError" in files["whole.py"]
    assert set(read(tmp_path / "class" / "bob")) == {"pieces.py"}


def test_texts_are_replaced_and_appended(tmp_path: Path) -> None:
    """A line is all that such a mistake takes."""
    text = '[ann]\nchange = [["pieces.py", "return double(x) + by", "return by"]]\nappend."pieces.py" = "x = 1\\n"\n'
    assert (
        read(built(tmp_path, text) / "ann")["pieces.py"] == REFERENCE.replace("return double(x) + by", "return by") + "x = 1\n"
    )


def test_exercises_may_be_unfinished(tmp_path: Path) -> None:
    """Those named are the stub's, the others the reference's."""
    text = read(built(tmp_path, '[ann]\nunfinished."pieces.py" = ["shift", "jitter"]\n') / "ann")["pieces.py"]
    assert "2 * x" in text
    assert "+ by" not in text.partition("NotImplementedError")[2]
    assert text.count("NotImplementedError") == 2


def test_a_single_file_is_called_like_its_student(tmp_path: Path) -> None:
    """Only the modules that are named, where the base is nothing."""
    folder = built(tmp_path, '[ann]\nbase = "nothing"\nform = "file"\nfiles."pieces.py" = "reference"\n')
    assert read(folder) == {"ann.py": REFERENCE}


def test_an_archive_is_the_same_every_time(tmp_path: Path) -> None:
    """With a folder in it, files of its own, and possibly cut off."""
    text = '[ann]\nform = "zip"\nprefix = "my work/"\nadd.".DS_Store" = "x"\n[bob]\nform = "zip"\ncut = 50\n'
    folder = built(tmp_path, text)
    first = (folder / "ann.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert packed.namelist() == ["my work/pieces.py", "my work/whole.py", ".DS_Store"]
        assert packed.read("my work/pieces.py").decode() == REFERENCE
    assert len((folder / "bob.zip").read_bytes()) == 50
    [description] = (tmp_path / "demo").iterdir()
    build_demo.build_class(tmp_path, description.stem, folder)
    assert (folder / "ann.zip").read_bytes() == first


def test_a_notebook_has_a_cell_for_every_definition(tmp_path: Path) -> None:
    """After the head of its module, which imports nothing from the notebook's other modules."""
    text = '[ann]\nform = "notebook"\nheadings = true\ncells_before = [["code", "%magic"]]\ncells_after = [["code", "1 / 0"]]\n'
    cells = json.loads((built(tmp_path, text) / "ann.ipynb").read_text())["cells"]
    sources = [cell["source"] for cell in cells]
    assert [cell["cell_type"] for cell in cells].count("markdown") == 2
    assert (sources[0], sources[1], sources[-1]) == ("%magic", "## pieces", "1 / 0")
    assert sum(source.startswith(("def ", "class ")) for source in sources) == 5
    assert not any("from pieces" in source for source in sources)
    assert "".join(sources).count("import torch") == 2


def test_what_was_there_before_is_gone(tmp_path: Path) -> None:
    """A student who is no longer described is not graded either."""
    (tmp_path / "class" / "gone").mkdir(parents=True)
    assert [path.name for path in built(tmp_path, "[ann]\n").iterdir()] == ["ann"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[ann]\nfrom = 'reference'\n", "no entry 'from'"),
        ("[ann]\nbase = 'refrence'\n", "'refrence', which does not exist"),
        ("[ann]\nform = 'tar'\n", "no form 'tar'"),
        ("[ann]\nfiles.'pieces.py' = 'alternatives/pieces_none.py'\n", "does not exist"),
        ("[ann]\nchange = [['pieces.py', '3 * x', 'x']]\n", "'3 * x' occurs 0 times in pieces.py"),
        ("[ann]\nchange = [['pieces.py', 'Tensor', 'x']]\n", "times in pieces.py"),
        ("[ann]\nchange = [['peices.py', '2 * x', 'x']]\n", "occurs 0 times in peices.py"),
        ("[ann]\nunfinished.'pieces.py' = ['triple']\n", "'triple' occurs 0 times in pieces.py"),
        ("[ann\n", "cannot be read"),
    ],
)
def test_what_cannot_be_made_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """By one line that names the file: a description does not go stale unseen."""
    with pytest.raises(UsageError) as error:
        built(tmp_path, text)
    assert said in str(error.value)
    assert ".toml" in str(error.value)
    assert "\n" not in str(error.value)


def test_the_class_of_the_course_can_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that arrives: folders, a file, notebooks, archives whole and cut off."""
    monkeypatch.chdir(ROOT)
    assert find_root() == ROOT
    build_demo.main(str(tmp_path))
    names = {path.parent.name + "/" + path.name for path in tmp_path.glob("*/*")}
    assert {"warmup/bela.py", "warmup/chidi.ipynb", "vae/carol.zip", "vae/niaj", "diffusion/trent", "flows/greta"} <= names
    assert len(names) == 28
    assert not zipfile.is_zipfile(tmp_path / "vae" / "grace.zip")
    assert all(any(path.rglob("*")) for path in tmp_path.glob("*/*") if path.is_dir())
