"""What a zygote does once so that no worker has to: imports, and one pass through every kind of work.

The first `torch.optim.Adam` alone imports 800 modules and takes as long as torch itself; after this pass a worker's first
training step takes milliseconds, where training is among what the zygote was told to prepare for. Everything runs in one
thread: a process that ever ran a parallel OpenMP region leaves behind children that hang.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.imports import uncollected

_NEEDED = ("torch", "numpy")
_USEFUL = (
    "torch.distributions torch.utils.data torch.func torch.nn.functional torch.optim.lr_scheduler "
    "torch.nn.utils torch.nn.utils.parametrizations "
    "fcntl resource abc collections copy dataclasses enum functools itertools json logging operator statistics string "
    "tempfile textwrap time traceback types typing typing_extensions unittest.mock warnings zipfile"
)
GROUPS = {
    "science": ("scipy.special scipy.linalg scipy.stats", "scipy sklearn"),
    "pictures": (
        "torchvision torchvision.utils torchvision.transforms matplotlib matplotlib.pyplot PIL.Image",
        "torchvision matplotlib pylab seaborn PIL",
    ),
    "training": (
        "torch.optim",
        "torch.optim optim. optimizer torch.func functorch jacrev checkpoint use_deterministic_algorithms",
    ),
    "symbols": ("torch.fx.experimental.symbolic_shapes", "grad_outputs autograd.functional sympy"),
}
"""What few submissions use: modules to import, and words by which code shows that it may want them.

Each group brings hundreds of mappings of files, and every fork has to copy them. An optimiser's first step, and the first call
of a few others, imports torch's compiler, whatever it is for; a gradient with weights imports SymPy, to compare two shapes.
"""
_GPU_ONLY = ("cuda", "triton")
"""Torch imports them where they are installed. No worker has a GPU, and they are a tenth of what a fork copies."""
_OF_OTHER_PROCESSES = frozenset(
    ["num_workers", "timeout", "worker_init_fn", "multiprocessing_context", "prefetch_factor", "persistent_workers"]
)
"""What a data loader is told about processes of its own."""


def import_libraries() -> None:
    """Import what submissions import; only torch and numpy must be there."""
    with uncollected(), _without(_GPU_ONLY):
        for name in _NEEDED:
            importlib.import_module(name)
        import torch

        torch.set_num_threads(1)
        torch.backends.mkldnn.set_flags(False)  # it compiles a kernel for every shape of a convolution, in every worker anew
        _import_all(_USEFUL)
        compile_eagerly()
        load_in_this_process()


def compile_eagerly() -> None:
    """Let ``torch.compile`` return what it is given: values are the same, no worker has a compiler, and it takes long."""
    import torch

    def compile(model: Any = None, *args: Any, **options: Any) -> Any:
        return (lambda model: model) if model is None else model

    torch.compile = compile
    torch.nn.Module.compile = lambda self, *args, **options: None  # type: ignore[method-assign]


def load_in_this_process() -> None:
    """Let data loaders ignore how many processes they should use: the samples are the same, and a worker can start none."""
    from torch.utils.data import DataLoader

    original = DataLoader.__init__
    signature = inspect.signature(original)

    @functools.wraps(original)
    def alone(*args: Any, **options: Any) -> None:
        try:
            given = signature.bind(*args, **options)
        except TypeError:
            return original(*args, **options)  # which says what is wrong with them
        for name in _OF_OTHER_PROCESSES:
            given.arguments.pop(name, None)
        return original(*given.args, **given.kwargs)

    DataLoader.__init__ = alone  # type: ignore[method-assign]


def import_group(name: str) -> None:
    """Import one of :data:`GROUPS`, and use it once."""
    _import_all(GROUPS[name][0])
    if name == "training":
        with uncollected(), _without(_GPU_ONLY):
            _train()
    if name == "pictures":
        _draw()


def settle_matplotlib() -> None:
    """Let matplotlib find its folder while there is one to write to: without one it refuses to be imported at all.

    Its fonts are left to those who draw: to look through a desktop's takes a second and more.
    """
    with contextlib.suppress(ImportError):
        import matplotlib

        matplotlib.get_configdir()
        matplotlib.get_cachedir()


def _import_all(names: str) -> None:
    for name in names.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


@contextlib.contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """Make libraries look as if they were not installed, for as long as others decide whether to use them."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None makes an import fail
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _train() -> None:
    """Take a step of each optimiser on a small network, through a data loader."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    loader = DataLoader(TensorDataset(torch.rand(8, 1, 8, 8), torch.rand(8, 4)), batch_size=4, shuffle=True)
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.ConvTranspose2d(4, 2, 4, 2, 1),
        nn.Flatten(),
        nn.Linear(512, 4),
        nn.LayerNorm(4),
    )
    for kind in (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD, torch.optim.RMSprop):
        optimizer = kind(network.parameters(), lr=1e-3)
        for inputs, targets in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(network(inputs), targets).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
    torch.save(network.state_dict(), buffer := io.BytesIO())
    buffer.seek(0)
    network.load_state_dict(torch.load(buffer))


def compute() -> None:
    """Touch linear algebra, double backward, distributions and random numbers in both precisions."""
    import torch
    from torch.distributions import Bernoulli, Categorical, Normal, kl_divergence

    for dtype in (torch.float32, torch.float64):
        matrix = torch.randn(4, 4, dtype=dtype, requires_grad=True)
        value = torch.einsum("ij,jk->", matrix, matrix.exp()) + torch.linalg.slogdet(matrix)[1]
        (gradient,) = torch.autograd.grad(value, matrix, create_graph=True)
        gradient.square().sum().backward()
        torch.linalg.solve(matrix.detach(), torch.ones(4, dtype=dtype))
        torch.logsumexp(torch.cdist(matrix, matrix), 0).softmax(0)
        unit = Normal(torch.zeros(3, dtype=dtype), torch.ones(3, dtype=dtype))
        kl_divergence(unit, Normal(unit.rsample(), torch.ones(3, dtype=dtype)))
        unit.log_prob(unit.mean)
    Bernoulli(logits=torch.zeros(2)).sample()
    Categorical(logits=torch.zeros(2)).log_prob(torch.ones(()))
    # The first repr imports a formatter.
    repr(torch.rand(2, 2))


def _draw() -> None:
    """Draw one figure without a screen, which reads the fonts."""
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.plot([0, 1], label="a")
    axes.legend()
    figure.savefig(io.BytesIO())
    pyplot.close(figure)


def warm_up() -> None:
    """Do what most use once; the generators are left wherever that took them, and reseeded by the rehearsal that follows."""
    with _without(_GPU_ONLY):
        compute()
    import torch

    torch.backends.cudnn.version()  # remembered: the library that knows it is out of a worker's reach


def lingering_threads(patience: float = 10.0) -> list[str]:
    """Return the names of the threads beside the first that do not end; must be none before anything is forked.

    Some end a moment later by themselves: a timer that matplotlib called off when it had found its fonts, and a thread that
    was joined, which the kernel lists until it is buried.

    Args:
        patience: how long to wait for them, in seconds.
    """
    deadline = time.monotonic() + patience
    while names := _threads_beside_the_first():
        if time.monotonic() > deadline:
            return names
        time.sleep(0.005)
    return []


def insist_on_one_thread() -> None:
    """Wait for threads that are about to end; one that stays is an error, since a fork would copy its locks without it.

    Raises:
        RuntimeError: with their names.
    """
    if names := lingering_threads():
        raise RuntimeError(f"threads go on after the imports, and forking is safe with one only: {', '.join(names)}")


def _threads_beside_the_first() -> list[str]:
    """Their names: Python's for its own, the kernel's for those that a library started.

    The kernel's numbers may be those of another namespace than this process's own, so none are compared.
    """
    tasks = Path("/proc/self/task")
    listed = []
    with contextlib.suppress(OSError):  # without /proc there is nothing to read
        for number in os.listdir(tasks):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                listed.append((tasks / number / "comm").read_text().strip())
    own = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    return (own + listed[1 + len(own) :]) if len(listed) > 1 else []
