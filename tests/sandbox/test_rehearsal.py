"""The rehearsal must really run what workers run, and leave nothing behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.runtime.torch_operations import TorchOperations
from autograder.sandbox.zygote import rehearsal


@pytest.mark.parametrize("turn", [0, 1])
def test_every_rehearsed_request_is_served(turn: int, import_state: object) -> None:
    """A request that fails warms nothing; only the deliberate complaint about shapes may."""
    bench = TorchOperations(rehearsal.evaluate, fresh_process=True)
    replies = [bench.perform(operation) for batch in rehearsal.script(turn) for operation in batch]
    assert [reply[1:3] for reply in replies if reply[0] != "ok"] == [["ValueError", "shapes differ"]]


def test_most_kinds_of_requests_are_rehearsed() -> None:
    """New kinds of requests belong into the rehearsal too; substitution is rare and left out."""
    rehearsed = {operation["op"] for batch in rehearsal.script(0) for operation in batch}
    offered = {name.removeprefix("_do_") for name in dir(TorchOperations) if name.startswith("_do_")}
    assert offered - rehearsed == {"substitute"}


def test_nothing_of_the_rehearsal_stays_behind() -> None:
    """No module, no finder, no source line, and the random state of a fresh seed."""
    code = (
        "import sys, linecache, torch, random\n"
        "from autograder.sandbox.zygote import rehearsal\n"
        "finders = list(sys.meta_path)\n"
        "rehearsal.rehearse()\n"
        "assert sys.meta_path == finders\n"
        "assert rehearsal.NAME not in sys.modules\n"
        "assert not [name for name in linecache.cache if rehearsal.NAME in name]\n"
        "state = torch.get_rng_state(); torch.manual_seed(0); assert torch.equal(state, torch.get_rng_state())\n"
        "drawn = random.random(); random.seed(0); assert drawn == random.random()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_ordinary_requests_import_nothing_heavy() -> None:
    """A gradient with weights would bring SymPy, drawing a desktop's fonts: each as long as a fifth of torch."""
    code = (
        "import sys, torch\n"
        "from autograder.sandbox.zygote import preloading, rehearsal\n"
        "from autograder.sessions.callback_graph import CallbackGraph\n"
        "preloading.import_libraries(); preloading.warm_up(); preloading.settle_matplotlib(); rehearsal.rehearse(False)\n"
        "graph = CallbackGraph(); graph.register(lambda x: x ** 3)\n"
        "x = torch.tensor([1.0, 2.0])\n"
        "node = graph.answer('callback', [0, [({'$': 0},), {}], [x], True])[1][0]\n"
        "assert torch.equal(graph.answer('vjp', [node, [x]])[1][1][0], 3 * x ** 3)\n"
        "print({'sympy', 'torch._dynamo', 'matplotlib.font_manager', 'scipy.stats'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, timeout=120, capture_output=True, text=True)
    assert done.stdout == "set()\n"
