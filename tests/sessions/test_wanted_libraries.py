"""Which libraries are read off a submission's text."""

from __future__ import annotations

import pytest

from autograder.runtime.module_space import NOTEBOOK
from autograder.sessions.wanted_libraries import wanted_groups


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
