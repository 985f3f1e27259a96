"""Outlines and written questions: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.outline import Item, read_items, replace_items
from autograder.course.written_questions import read_written
from autograder.errors import GraderError

OUTLINE = """# A title

Prose with `code` and a list:

- not an exercise: just a point
- `losses.gaussian_kl` [D2.1, H2]: closed-form divergence: to the standard normal.
- `losses.negative_elbo` [H4,14.11] uses `losses.reconstruction_loss`, `losses.gaussian_kl`: the objective
- `concepts.peak` []: a short answer without a source
- `written.collapse` [14.6]: Posterior collapse
- `training.mnist` [H4, 14.21] reserves 7.5 points: train: on MNIST
"""

QUESTION = """# Posterior collapse

What is it?

And why?

## Rubric

- 1 point: says what it is
- 2.5 points: says why,
  over two lines

## Model answer

It is $q = p$.
"""


def test_items_are_read_in_order_with_sources_uses_and_points() -> None:
    """Every line of the right form is an item; prose and other lists are not."""
    items = read_items(OUTLINE, "outline.md")
    assert [item.key for item in items] == [
        "losses.gaussian_kl", "losses.negative_elbo", "concepts.peak", "written.collapse", "training.mnist",
    ]  # fmt: skip
    assert items[0].title == "closed-form divergence: to the standard normal."
    assert items[1].sources == ("H4", "14.11")
    assert items[1].uses == ("losses.reconstruction_loss", "losses.gaussian_kl")
    assert items[2].sources == ()
    assert [item.reserved for item in items] == [0, 0, 0, 0, 7.5]


@pytest.mark.parametrize("line", [
    "- `losses.gaussian_kl` (H2): round brackets",
    "- `losses.gaussian_kl` [H2] no colon",
    "- `losses.gaussian_kl`: no sources",
    "- `training.mnist` [H4] reserves many points: no number",
    "- `losses.gaussian_kl` [H2]:",
])  # fmt: skip
def test_line_that_looks_like_an_item_and_is_none_is_refused_with_its_place(line: str) -> None:
    """Points must not vanish because of a typing error."""
    with pytest.raises(GraderError) as caught:
        read_items(f"# Title\n\n{line}\n", "outline.md")
    assert "outline.md:3" in str(caught.value)


def test_replacing_items_leaves_prose_alone_and_drops_what_is_not_described() -> None:
    """Students read descriptions in place of the parsed lines."""
    text = replace_items(OUTLINE, {"losses.gaussian_kl": "* the first *", "training.mnist": "* the last *"})
    assert "* the first *" in text
    assert "* the last *" in text
    assert "Prose with `code`" in text
    assert "negative_elbo" not in text


def item() -> Item:
    """The item that the question belongs to."""
    return Item("written", "collapse", "Posterior collapse", ("14.6",), (), 0)


def test_written_question_is_read_with_prompt_rubric_and_model_answer(tmp_path: Path) -> None:
    """Headings separate the three parts; points add up; a criterion may take several lines."""
    path = tmp_path / "collapse.md"
    path.write_text(QUESTION)
    question = read_written(path, "vae.written.collapse", item())
    assert question.prompt == "What is it?\n\nAnd why?"
    assert question.rubric == ((1.0, "says what it is"), (2.5, "says why, over two lines"))
    assert question.points == 3.5
    assert question.model_answer == "It is $q = p$."
    assert (question.title, question.sources) == ("Posterior collapse", ("14.6",))


@pytest.mark.parametrize("broken", [
    QUESTION.replace("## Rubric", "## Marks"),
    QUESTION.replace("- 1 point: ", "- one point: ").replace("- 2.5 points: ", "* 2.5 points: "),
    QUESTION.replace("It is $q = p$.", ""),
])  # fmt: skip
def test_written_question_without_rubric_or_model_answer_is_refused(tmp_path: Path, broken: str) -> None:
    """A question that nobody could grade is found while the course is loaded."""
    path = tmp_path / "collapse.md"
    path.write_text(broken)
    with pytest.raises(GraderError, match="Rubric"):
        read_written(path, "vae.written.collapse", item())


def test_written_question_without_a_file_is_refused(tmp_path: Path) -> None:
    """The outline promises a file for each."""
    with pytest.raises(GraderError, match="without a file"):
        read_written(tmp_path / "missing.md", "vae.written.missing", item())
