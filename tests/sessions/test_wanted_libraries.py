"""Which libraries are read off a submission's text."""

from __future__ import annotations

import pytest

from autograder.runtime.module_space import NOTEBOOK
from autograder.sessions.wanted_libraries import wanted_groups, wants_little

ANSWER = b"import math\n\ndef answer():\n    return math.pi\n"


@pytest.mark.parametrize(
    ("files", "groups"),
    [
        ({"losses.py": b"import torch\n"}, ()),
        ({"losses.py": b"from scipy.stats import norm\n"}, ("science",)),
        ({"losses.py": b"import torch\n", "tools/plots.py": b"import scipy\n"}, ("science",)),
        ({NOTEBOOK: b'[{"source": "import sklearn.datasets", "cell": 1}]'}, ("science",)),
        ({"train.py": b"from torchvision import transforms\n"}, ("pictures",)),
        ({NOTEBOOK: b'[{"source": "%matplotlib inline\\nimport scipy", "cell": 1}]'}, ("science", "pictures")),
    ],
)
def test_rare_libraries(files: dict[str, bytes], groups: tuple[str, ...]) -> None:
    """Any file may be the one that is imported."""
    assert wanted_groups(files) == groups


@pytest.mark.parametrize(
    ("files", "little"),
    [
        ({"concepts.py": ANSWER}, True),
        ({"deep/concepts.py": ANSWER}, True),
        ({"concepts.py": b"import numpy as np\n"}, True),
        ({"concepts.py": b"from torch import Tensor\n"}, False),
        ({"concepts.py": b"import sympy as sp\n"}, False),
        ({"concepts.py": b"m = __import__('tor' + 'ch')\n"}, False),
        ({"concepts.py": ANSWER, "losses.py": b"import torch\n"}, True),
        ({"concepts.py": b'"""From losses to a model."""\n' + ANSWER, "losses.py": b"import torch\n"}, True),
        ({"concepts.py": b"from . import (\n    losses,\n)\n", "losses.py": b"import torch\n"}, False),
        ({"concepts.py": b"def f():\n    import losses\n", "losses.py": b"import torch\n"}, False),
        ({"concepts.py": b"from losses import kl\n", "losses.py": b"import torch\n"}, False),
        ({"concepts.py": b"from . import a\n", "a.py": b"import b\n", "b.py": b"import a, torch\n"}, False),
        ({"concepts.py": b"from . import a\n", "a.py": b"import b\n", "b.py": b"import a\n"}, True),
        ({NOTEBOOK: b'[{"source": "import math", "cell": 1}]'}, True),
        ({NOTEBOOK: b'[{"source": "import torch", "cell": 1}]'}, False),
        ({"concepts.py": ANSWER, NOTEBOOK: b'[{"source": "import torch", "cell": 1}]'}, True),
        ({"losses.py": ANSWER}, False),
    ],
)
def test_little_is_wanted(files: dict[str, bytes], little: bool) -> None:
    """What the module can reach decides; a module that is not there is nobody's business here."""
    assert wants_little(files, "concepts") is little
