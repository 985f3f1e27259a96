"""Files: what a worker reads, where it writes, and that workers share nothing."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from obedient_worker import ask

from autograder.sandbox import interpreter
from autograder.sandbox.walls import landlock
from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

_READ = """
import os
def read(path):
    try:
        return len(os.listdir(path)) if os.path.isdir(path) else len(open(path, 'rb').read(1))
    except OSError as error:
        return type(error).__name__
"""


def test_host_files_are_closed(confined: Worker) -> None:
    """A solution that everyone on the machine may read, and the system's own files."""
    folder = Path(tempfile.mkdtemp())  # tmp_path lies below folders that other users may not enter
    folder.chmod(0o755)
    (folder / "solution.py").write_text("answer = 42")
    paths = [str(folder), str(folder / "solution.py")]
    paths += ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/root", "/home", "/tmp", "/proc", "/sys"]
    answers = ask(confined, _READ + f"result = [read(path) for path in {paths!r}]")
    shutil.rmtree(folder)
    assert all(isinstance(answer, str) for answer in answers), dict(zip(paths, answers, strict=True))


def test_the_working_copy_is_closed(confined: Worker) -> None:
    """Though the virtual environment may lie in it."""
    root = interpreter.PACKAGE_ROOT
    if not (root / "pyproject.toml").exists():
        pytest.skip("the package is installed, not a working copy")
    names = [str(root / name) for name in ("solutions", "autograder", "tests", "pyproject.toml", ".git")]
    answers = ask(confined, _READ + f"result = [read(path) for path in {names!r}]")
    assert all(isinstance(answer, str) for answer in answers), dict(zip(names, answers, strict=True))


def test_a_private_root_shows_programs_only(full: Worker) -> None:
    """What is not shown does not exist."""
    walk = """
import os
def find(path):
    try: names = os.listdir(path)
    except OSError: return
    for name in names: yield os.path.join(path, name)
result = [p for p in find('/etc')] + [p for p in find('/dev')] + [os.path.exists(p) for p in ('/proc', '/sys', '/home')]
"""
    assert ask(full, walk) == [False, False, False]  # not even listed: Landlock allows the leaves alone
    here = str(interpreter.PACKAGE_ROOT)
    names = "('solutions', 'autograder', '.git')"
    visible = ask(full, f"import os\nresult = [n for n in {names} if os.path.exists({here!r} + '/' + n)]")
    assert visible == []


def test_installed_packages_are_readable_and_not_writable(confined: Worker) -> None:
    """Late imports work, planting a module does not."""
    source = """
import os, torch, colorsys, wave
folder = os.path.dirname(torch.__file__)
result = [bool(os.listdir(folder))]
for path in (folder, os.path.dirname(os.__file__)):
    try: open(path + '/student.py', 'w')
    except OSError as error: result.append(error.errno)
"""
    answer = ask(confined, source)
    assert answer[0] is True
    assert set(answer[1:]) <= {13, 30, 1}
    assert len(answer) == 3


def test_devices(worker: Worker) -> None:
    """Four devices, three of them to read."""
    source = """
import os
result = [len(os.urandom(8)), len(open('/dev/urandom', 'rb', 0).read(8)), open('/dev/zero', 'rb', 0).read(2).hex()]
"""
    assert ask(worker, source) == [8, 8, "0000"]
    if worker.report["profile"] != "S1":  # there the filter refuses every opening for writing
        assert ask(worker, "result = open('/dev/null', 'w').write('x')") == 1


def test_scratch_is_for_writing(full: Worker) -> None:
    """Saving, loading, temporary files, renaming, links."""
    source = """
import os, tempfile, shutil, torch, numpy
torch.save({'a': torch.ones(3)}, 'm.pt'); a = torch.load('m.pt')['a'].sum().item()
numpy.save('x.npy', numpy.arange(4)); b = int(numpy.load('x.npy', mmap_mode='r').sum())
with tempfile.TemporaryDirectory() as folder:
    with open(folder + '/f', 'w') as stream: stream.write('text')
    shutil.copy2(folder + '/f', 'copy.txt'); os.symlink('copy.txt', 'link'); os.rename('link', 'link2')
with tempfile.NamedTemporaryFile() as stream: inside = stream.name.startswith('/scratch')
result = [os.getcwd(), a, b, open('link2').read(), inside, sorted(os.listdir('.'))]
"""
    assert ask(full, source) == ["/scratch/own", 3.0, 6, "text", True, ["copy.txt", "link2", "m.pt", "x.npy"]]


def test_scratch_is_bounded(full: Worker) -> None:
    """In bytes and in number of files."""
    fill = """
import errno
written = 0
try:
    for number in range(40):
        with open(f'f{number}', 'wb') as stream: written += stream.write(bytes(8 << 20))
except OSError as error: result = [errno.errorcode[error.errno], written <= 64 << 20]
"""
    assert ask(full, fill) == ["ENOSPC", True]
    many = """
try:
    for n in range(100000): open(f'e{n}', 'w').close()
except OSError as error: result = error.errno
"""
    assert ask(full, many) == 28


def test_without_scratch_nothing_is_written(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """Profile S2 has no writable folder at all."""
    with zygote_of("S2").spawn() as worker:
        source = """
import os, tempfile
result = []
for path in ('here', '/tmp/there', os.path.expanduser('~/x'), '/dev/shm/x'):
    try: open(path, 'w'); result.append('open')
    except OSError as error: result.append(type(error).__name__)
try: tempfile.mkdtemp()
except OSError: result.append('no temporary folder')
"""
        answer = ask(worker, source)
        assert "open" not in answer
        assert answer[-1] == "no temporary folder"


def test_metadata_of_host_files_stays(confined: Worker, tmp_path: Path) -> None:
    """Landlock does not govern modes and times; the filter does."""
    victim = tmp_path / "victim"
    victim.write_text("keep")
    victim.chmod(0o666)
    before = victim.stat()
    source = f"""
import os
path = {str(victim)!r}
result = []
for action in (lambda: os.chmod(path, 0), lambda: os.utime(path, (1, 1)), lambda: os.truncate(path, 0),
               lambda: os.unlink(path), lambda: os.rename(path, path + '2'), lambda: os.setxattr(path, 'user.a', b''),
               lambda: os.open(path, os.O_RDONLY | os.O_TRUNC)):
    try: action(); result.append('open')
    except OSError as error: result.append(error.errno)
"""
    assert "open" not in ask(confined, source)
    after = victim.stat()
    assert (before.st_mode, before.st_mtime_ns, before.st_size) == (after.st_mode, after.st_mtime_ns, after.st_size)


def test_workers_share_no_scratch(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """Neither at the same time nor one after another."""
    zygote = zygote_of("S3")
    with zygote.spawn() as one, zygote.spawn() as other:
        assert ask(one, "open('note', 'w').write('hello')\nimport os\nresult = os.listdir('.')") == ["note"]
        assert ask(other, "import os\nresult = os.listdir('.')") == []
    with zygote.spawn() as later:
        assert ask(later, "import os\nresult = os.listdir('.')") == []


def test_workers_do_not_see_each_other(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """A patched library is patched for one worker."""
    zygote = zygote_of("S3")
    with zygote.spawn() as one, zygote.spawn() as other:
        assert ask(one, "import torch\ntorch.mark = 'seen'\nresult = 1") == 1
        assert ask(other, "import torch\nresult = hasattr(torch, 'mark')") is False


@pytest.mark.parametrize("version", range(1, 8))
def test_older_landlock_versions_still_confine(version: int, tmp_path: Path) -> None:
    """Each version that this kernel can play."""
    if sys.platform != "linux" or landlock.abi() < version:
        pytest.skip(f"kernel with Landlock ABI {landlock.abi()}")
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "f").write_text("x")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            from autograder.sandbox.walls.process_limits import forbid_new_privileges

            forbid_new_privileges()
            rules = [(tmp_path / "open", landlock.READ_WRITE), (tmp_path / "gone", landlock.READ)]
            landlock.Ruleset.of(rules, version).enforce()
            (tmp_path / "open" / "f").read_text()
            (tmp_path / "open" / "g").write_text("new")
            try:
                os.listdir(tmp_path)
            except PermissionError:
                code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_landlock_gaps_shrink_with_the_version() -> None:
    """What is reported as open, and the rights that are asked for."""
    counts = [len(landlock.gaps(version)) for version in range(1, 8)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 0
    assert landlock.known_rights(1) == (1 << 13) - 1
    assert landlock.known_rights(7) == (1 << 16) - 1
