"""A name that is nearly there is asked after, as Python does on a terminal, and a name that is not near is not."""

from __future__ import annotations

import pytest
import torch  # noqa: F401  what students' lines look into

from autograder.runtime.failures import describe_error

SHARED = """
import torch
SIZE = 3
def gaussian_kl(mu, logvar): return mu
class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(1, 1)
    def forward(self, x):
        return BODY
class Odd:
    def __dir__(self): raise SystemExit
class Long:
    def __dir__(self): return ["a" * 10**6, "values\\n\\x1b[2J", 3, *map(str, range(10**5))]
def ask(mu, logvar):
    return BODY
"""


def told(body: str, call: str = "ask(1, 2)") -> str:
    """What is said of the error that an expression of the student's raises."""
    namespace: dict[str, object] = {}
    exec(compile(SHARED.replace("BODY", body), "losses.py", "exec"), namespace)
    try:
        exec(compile(call, "losses.py", "exec"), namespace)
    except BaseException as error:
        return describe_error(error)[2]
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(
    ("body", "question"),
    [
        ("gaussian_k1(mu, logvar)", "Did you mean: 'gaussian_kl'?"),
        ("mu + SIZE_", "Did you mean: 'SIZE'?"),
        ("mu + log_var", "Did you mean: 'logvar'?"),
        ("torhc.zeros(1)", "Did you mean: 'torch'?"),
        ("torch.randn_lik(mu)", "Did you mean: 'randn_like'?"),
        ("torch.zeros(1).sizes()", "Did you mean: 'size'?"),
        ("rnge(3)", "Did you mean: 'range'?"),
        ("math.pi", "Did you forget to import 'math'?"),
    ],
)
def test_what_is_nearly_there_is_asked_after(body: str, question: str) -> None:
    """Own names, arguments, libraries, attributes, builtins, and modules of Python's that are not imported."""
    assert told(body).endswith(f". {question}")


def test_an_attribute_without_self_is_asked_after() -> None:
    """The most common one in modules."""
    assert told("hidden(x)", "Encoder()(1)").endswith("name 'hidden' is not defined. Did you mean: 'self.hidden'?")


@pytest.mark.parametrize(
    "body",
    ["eta + mu", "np.exp(mu)", "F.relu(mu)", "kld", "x_t", "mu.sum()", "torch.zeros(1).kl_divergence()", "beta", "sigma", "t"],
)
def test_what_is_not_near_is_not_asked_after(body: str) -> None:
    """A false lead is worse than none."""
    assert "Did you" not in told(body)


@pytest.mark.parametrize("body", ["Odd().valus", "Long().valus", "next(iter({}))", "(_ for _ in ()).throw(NameError)"])
def test_an_object_that_refuses_to_be_looked_at_keeps_its_message(body: str) -> None:
    """Nor does a great many names, or odd ones, take long or get out."""
    assert "Did you" not in told(body)
    assert "could not be read" not in told(body)


def test_a_message_of_the_students_own_is_left_alone() -> None:
    """An error of a class of its own, or with its own words about no name."""
    assert told("(_ for _ in ()).throw(NameError('mine'))") == "mine"
    assert told("(_ for _ in ()).throw(UnboundLocalError('gaussian_k1'))") == "gaussian_k1"
