"""Which libraries are read off a submission's text."""

from __future__ import annotations

import pytest

from autograder.course.course import open_course
from autograder.runtime.module_space import NOTEBOOK
from autograder.sessions.wanted_libraries import groups_of, wanted_groups


@pytest.mark.parametrize(
    ("files", "groups"),
    [
        ({"losses.py": b"import torch\n"}, ()),
        ({"losses.py": b"from scipy.stats import norm\n"}, ("science",)),
        ({"losses.py": b"# the optimal one\nfrom torch import nn\n"}, ()),
        ({"train.py": b"from torch import nn, optim\nbest = optim.Adam\n"}, ("training",)),
        ({"train.py": b"from torch.optim import Adam\n"}, ("training",)),
        ({"density.py": b"from torch.func import grad\n"}, ("training",)),
        ({"train.py": b"def train(model, loader, optimizer): ...\n"}, ("training",)),
        ({"losses.py": b"import torch\n", "tools/plots.py": b"import scipy\n"}, ("science",)),
        ({NOTEBOOK: b'[{"source": "import sklearn.datasets", "cell": 1}]'}, ("science",)),
        ({"train.py": b"from torchvision import transforms\n"}, ("pictures",)),
        ({NOTEBOOK: b'[{"source": "%matplotlib inline\\nimport scipy", "cell": 1}]'}, ("science", "pictures")),
    ],
)
def test_rare_libraries(files: dict[str, bytes], groups: tuple[str, ...]) -> None:
    """Any file may be the one that is imported."""
    assert wanted_groups(files) == groups


def test_what_an_assignments_checks_need_whatever_a_submission_says() -> None:
    """Checks that train are as fast for an answer that names no optimiser; who trains nothing waits for none."""
    folder = open_course().solutions
    assert groups_of(folder / "vae") == groups_of(folder / "gan") == ("training",)
    assert groups_of(folder / "frontier") == groups_of(folder / "diffusion") == ()
