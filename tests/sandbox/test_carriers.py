"""What would carry bits from one worker to the next: refused in a locked worker, and at work where nothing stops it.

Each program runs twice. In profile S0 it must succeed: a test of a wall proves something only if there is a way to get
through without it.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from obedient_worker import OBEDIENT, ask

from autograder.sandbox.walls import seccomp, syscalls
from autograder.sandbox.worker import Worker
from autograder.sandbox.zygote_host import ZygoteHost

_PRELUDE = """
import ctypes, errno, fcntl, mmap, os, resource, sys, tempfile, time
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    number = %r[name]
    ctypes.set_errno(0)
    value = libc.syscall(ctypes.c_long(number), *[a if hasattr(a, '_obj') else ctypes.c_long(a) for a in arguments])
    if value < 0: raise OSError(ctypes.get_errno(), name)
    return value
file = os.open(os.__file__, os.O_RDONLY)
size = os.fstat(file).st_size
def attempt(action):
    try: action()
    except OSError as error: return errno.errorcode[error.errno]
    return 'open'
def mapped(flags=0, length=4096):
    libc.mmap.restype = ctypes.c_void_p
    address = libc.mmap(None, ctypes.c_size_t(length), 1, 2 | flags, file, ctypes.c_long(0))
    if address == ctypes.c_void_p(-1).value: raise OSError(ctypes.get_errno(), 'mmap')
    return address
def advise(advice):
    call('madvise', mapped(), 4096, advice)
def lock(command, *, value=fcntl.F_RDLCK):
    import struct
    fcntl.fcntl(file, command, struct.pack('hhqqi4x', value, 0, 0, 0, 0))
other = os.getppid() or 2
buffer, pages = ctypes.create_string_buffer(64), ctypes.create_string_buffer(8)
def vector():
    return ctypes.byref((ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 16))
"""

_CARRIERS = {
    "advice to read ahead": "call('fadvise64', file, 0, 4096, 3)",
    "advice to drop pages": "os.posix_fadvise(file, 0, 4096, os.POSIX_FADV_DONTNEED)",
    "readahead": "call('readahead', file, 0, 4096)",
    "reads that do not wait": "os.preadv(file, [bytearray(1)], 0, os.RWF_NOWAIT)",
    "residency": "call('mincore', mapped(), 4096, ctypes.byref(pages))",
    "writing back": "call('sync_file_range', file, 0, 4096, 2)",
    "count of disk reads": "resource.getrusage(resource.RUSAGE_SELF)",
    "free memory of the machine": "call('sysinfo', ctypes.byref(ctypes.create_string_buffer(256)))",
    "free space of the disk": "os.statvfs(os.__file__)",
    "free space behind a descriptor": "os.fstatvfs(file)",
    "whole locks": "fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)",
    "record locks": "lock(fcntl.F_SETLK)",
    "asking for record locks": "lock(fcntl.F_GETLK)",
    "locks of open files": "lock(37)",
    "pages wanted soon": "advise(3)",
    "pages are cold": "advise(20)",
    "pages may go": "advise(21)",
    "pages wanted now": "advise(22)",
    "huge pages of a file": "call('madvise', mapped(), 4096, 1)",
    "mapping that reads": "mapped(0x8000)",
    "processor time of another process": "time.clock_gettime(~other << 3 | 2)",
    "processors of another process": "os.sched_getaffinity(other)",
    "its group": "os.getpgid(other)",
    "its priority": "os.getpriority(os.PRIO_PROCESS, other)",
    "copying in the kernel": "call('sendfile', os.open('/dev/null', os.O_WRONLY), file, 0, 16)",
}


def program(action: str) -> str:
    """Return a worker's program that tries an action."""
    return _PRELUDE % syscalls.numbers(syscalls.machine()) + f"result = attempt(lambda: {action})"


@pytest.mark.parametrize("name", _CARRIERS)
def test_a_locked_worker_cannot(filtered: Worker, name: str) -> None:
    """With every kind of filter."""
    assert ask(filtered, program(_CARRIERS[name])) in ("EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP")


@pytest.mark.parametrize("name", _CARRIERS)
def test_without_a_filter_it_works(zygote_of: Callable[[str], ZygoteHost], name: str) -> None:
    """The same program bites where nothing stands in its way; EAGAIN is an answer of a read that does not wait."""
    with zygote_of("S0").spawn() as worker:
        outcome = ask(worker, program(_CARRIERS[name]))
    if outcome in ("EINVAL", "ENOSYS", "EOPNOTSUPP"):
        pytest.skip(f"this kernel or file system does not offer it: {outcome}")
    assert outcome in ("open", "EAGAIN")


def test_every_carrier_has_a_number_and_is_not_allowed() -> None:
    """In no policy, on no architecture."""
    names = seccomp.CARRIERS.split()
    for arch in syscalls.AUDIT_ARCH:
        assert {name for name in names if name not in syscalls.numbers(arch)} <= {"inotify_init", "pipe"}
    for policy in (seccomp.Policy(), seccomp.Policy(True, True, True, True)):
        assert not set(names) & set(seccomp.rules(policy))


def test_allocators_get_what_they_ask_for(filtered: Worker) -> None:
    """Freed pages go back, large blocks become huge pages, a mapped file is read."""
    source = """
import mmap, os
result = []
with mmap.mmap(-1, 1 << 22) as block:
    for advice in (mmap.MADV_DONTNEED, mmap.MADV_FREE, mmap.MADV_HUGEPAGE, mmap.MADV_NOHUGEPAGE, mmap.MADV_DONTFORK):
        try: block.madvise(advice); result.append('open')
        except OSError as error: result.append(error.errno)
with open(os.__file__, 'rb') as stream, mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ) as text:
    result.append(len(text) > 1000)
result.append(os.preadv(os.open(os.__file__, os.O_RDONLY), [bytearray(4)], 0))
"""
    answer = ask(filtered, source)
    assert set(answer[:5]) <= {"open", 22}
    assert answer[5:] == [True, 4]


# --- files ----------------------------------------------------------------------------------------

_READ = """
import os
def read(path):
    files = [path] if os.path.isfile(path) else [os.path.join(p, n) for p, _, names in os.walk(path) for n in names]
    answer = 'nothing there'
    for name in files[:20]:
        try:
            open(name, 'rb').read(1)
            return 'open'
        except OSError as error:
            answer = type(error).__name__
    return answer
"""


def _unneeded() -> list[str]:
    """What is installed here and no answer needs."""
    packages, library = Path(sysconfig.get_paths()["purelib"]), Path(sysconfig.get_paths()["stdlib"])
    names = ["nvidia", "triton", "cuda", "pip", "pytest", "hypothesis"]
    names += [f"torch/{part}" for part in ("bin", "include", "share", "lib")]
    found = [packages / name for name in names] + [library / name for name in ("test", "ensurepip", "idlelib")]
    found += [Path("/usr/lib/x86_64-linux-gnu/libc.a"), Path("/usr/lib/x86_64-linux-gnu/perl")]
    return [str(path) for path in found if path.exists()]


def test_what_no_answer_needs_is_not_readable(confined: Worker) -> None:
    """Large files that nobody reads, and tools."""
    answers = ask(confined, _READ + f"result = {{path: read(path) for path in {_unneeded()!r}}}")
    assert len(answers) > 5
    assert not [path for path, answer in answers.items() if answer == "open"]


def test_without_walls_it_is_readable(zygote_of: Callable[[str], ZygoteHost]) -> None:
    """The same program, where nothing hides it."""
    with zygote_of("S0").spawn() as worker:
        answers = ask(worker, _READ + f"result = {{path: read(path) for path in {_unneeded()!r}}}")
    assert [path for path, answer in answers.items() if answer == "open"] == _unneeded()


_NAMES = (
    "torch torch.nn torch.nn.functional torch.optim torch.optim.lr_scheduler torch.distributions torch.utils.data "
    "torch.func torch.fft torch.linalg torch.special torch.testing torch.autograd torch.jit torch.fx torch.export "
    "torch.sparse torch.nn.utils.parametrizations torch.utils.checkpoint torch.utils.benchmark torch.masked "
    "torch.ao torch.quasirandom torchvision torchvision.transforms torchvision.transforms.v2 torchvision.models "
    "torchvision.utils torchvision.datasets numpy numpy.linalg numpy.random numpy.fft numpy.testing scipy "
    "scipy.stats scipy.special scipy.linalg scipy.optimize scipy.integrate scipy.signal scipy.spatial scipy.sparse "
    "scipy.interpolate matplotlib matplotlib.pyplot matplotlib.animation mpl_toolkits.mplot3d "
    "mpl_toolkits.axes_grid1 sympy networkx PIL.Image sklearn sklearn.decomposition sklearn.mixture pandas seaborn "
    "tqdm tqdm.auto einops jaxtyping IPython IPython.display yaml jinja2 joblib h5py cv2 skimage requests sqlite3 "
    "ssl decimal ctypes multiprocessing asyncio unittest unittest.mock tkinter zoneinfo hashlib lzma bz2 zipfile "
    "curses readline csv json xml.etree.ElementTree concurrent.futures importlib.metadata pydoc doctest"
)
_IMPORTS = _NAMES.split()


def test_whatever_an_answer_may_import_is_there(worker: Worker) -> None:
    """In each profile the same imports work as without walls."""
    here = [name for name in _IMPORTS if _installed(name)]
    assert len(here) > 60
    source = f"""
import importlib, warnings
warnings.simplefilter('ignore')
result = {{}}
for name in {here!r}:
    try: importlib.import_module(name)
    except BaseException as error: result[name] = repr(error)[:200]
"""
    assert ask(worker, source, 120) == {}


def _installed(name: str) -> bool:
    """Whether this interpreter imports a module, tried in a process of its own at S0's conditions."""
    import importlib.util

    try:
        return importlib.util.find_spec(name.split(".")[0]) is not None and name not in _missing()
    except ImportError:
        return False


def _missing() -> set[str]:
    """Parts of the standard library that this interpreter was built without."""
    absent = set()
    for name in ("_tkinter", "_curses", "readline", "_sqlite3", "_lzma", "_bz2", "_ssl"):
        if not _has_extension(name):
            absent |= {name.lstrip("_"), {"_sqlite3": "sqlite3"}.get(name, "")}
    return absent


def _has_extension(name: str) -> bool:
    import importlib.util

    return name in sys.builtin_module_names or importlib.util.find_spec(name) is not None


def test_tools_look_as_if_they_were_not_installed(confined: Worker) -> None:
    """A missing library is what callers are prepared for; a refusal is not."""
    source = """
import importlib.util
result = []
for name in ('triton', 'nvidia', 'pytest', 'nbgrader'):
    try: __import__(name); result.append('imported')
    except ModuleNotFoundError: result.append(importlib.util.find_spec(name))
"""
    assert ask(confined, source) == [None] * 4


def test_torch_works_with_its_libraries_out_of_sight(confined: Worker) -> None:
    """They are in memory: drawing, training, saving, asking for a GPU, compiling a function to TorchScript."""
    source = """
import io, torch, torchvision, scipy.stats
from torchvision.ops import nms
import matplotlib.pyplot as plt
model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU())
loss = model(torch.rand(2, 1, 8, 8)).square().mean(); loss.backward()
figure, axes = plt.subplots(); axes.set_title('$x^2$'); axes.imshow(torch.rand(3, 3)); figure.savefig(io.BytesIO())
double = torch.jit.trace(lambda x: 2 * x, torch.ones(1))
result = [bool(loss > 0), torch.cuda.is_available(), torch.backends.cudnn.version() is None or True,
          torch.svd(torch.eye(3))[1].sum().item(), torch.fft.fft(torch.ones(4))[0].real.item(),
          nms(torch.tensor([[0., 0., 1., 1.]]), torch.ones(1), 0.5).tolist(), double(torch.ones(1)).item()]
"""
    assert ask(confined, source, 60) == [True, False, True, 3.0, 4.0, [0], 2.0]


def test_more_files_are_shown_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a course that needs what the lists leave out."""
    import shutil
    import tempfile

    from autograder.sandbox import profiles
    from autograder.sandbox.walls import readable_paths

    if sys.platform != "linux" or profiles.available_profile() < "S2":
        pytest.skip("nothing is hidden here")
    folder = Path(tempfile.mkdtemp())  # tmp_path lies below folders that other users may not enter
    folder.chmod(0o755)
    (folder / "table.txt").write_text("data")
    monkeypatch.setenv(readable_paths.EXTRA, str(folder))
    with ZygoteHost("strict", entry=OBEDIENT) as zygote, zygote.spawn() as worker:
        assert ask(worker, f"result = open({str(folder / 'table.txt')!r}).read()") == "data"
    shutil.rmtree(folder)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["os.readlink(path)", "os.chdir(path)", "1 / os.access(path, os.R_OK)", "os.statvfs(path)"])
def test_names_tell_little_without_a_private_root(zygote_of: Callable[[str], ZygoteHost], tmp_path: Path, action: str) -> None:
    """Where only Landlock and the filter stand, as without them where nothing stands."""
    target = tmp_path / "link"
    target.symlink_to("/etc" if "chdir" in action or "access" in action else "/nowhere/secret")
    path = "/etc" if "link" not in action and "chdir" not in action else str(target)
    source = f"import os\npath = {path!r}\ntry: {action}; result = 'open'\n"
    source += "except (OSError, ZeroDivisionError): result = 'closed'"
    with zygote_of("S2").spawn() as worker:
        assert ask(worker, source) == "closed"
    with zygote_of("S0").spawn() as worker:
        assert ask(worker, source) == "open"


def test_reading_leaves_no_time_in_a_private_root(full: Worker) -> None:
    """The time of a file's last reading would be a note to everybody."""
    path = sysconfig.get_paths()["stdlib"] + "/this.py"
    before = os.stat(path).st_atime_ns
    os.utime(path, ns=(before - 10**15, os.stat(path).st_mtime_ns))
    old = os.stat(path).st_atime_ns
    ask(full, f"result = len(open({path!r}).read())")
    assert os.stat(path).st_atime_ns == old
    os.utime(path, ns=(before, os.stat(path).st_mtime_ns))
