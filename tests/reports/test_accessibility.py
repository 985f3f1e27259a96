"""Pages for everybody: keyboard, screen reader, dark, phone; a class of 300 can be searched without a server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from accessibility import axe_core, browser, dom, violations
from sample_results import classroom, grader_error, result, unreadable
from tiny_course import write_course

from autograder.audit.gallery import gallery_page
from autograder.course.course import Course
from autograder.reports.class_page import render_class_page
from autograder.reports.feedback import render_feedback
from autograder.reports.mathml import mathml
from autograder.results.schema import Attempt, CheckResult, ExerciseResult
from autograder.results.store import Stored
from autograder.training.figures import curves, density, image_grid

pytestmark = pytest.mark.skipif(browser() is None, reason="there is no Chromium here")


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return axe-core's source."""
    found = axe_core(tmp_path_factory.mktemp("axe"))
    if found is None:
        pytest.skip("axe-core is neither kept here nor to be had from npm")
    return found


def class_page(size: int) -> str:
    """A class with everything that a page can show."""
    results = [*classroom(size), result("Zoe Eve"), unreadable("bob"), grader_error("carol")]
    return render_class_page([Stored(one.student, one) for one in results], ["ignored junk.json: empty"])


def gallery(folder: Path) -> str:
    """The gallery of a tiny course."""
    name = write_course(folder)
    return gallery_page(Course(folder), [name])


def trained(folder: Path) -> str:
    """A third attempt with everything that training shows: scores, a checkpoint's, curves, images, density; and formulas."""
    score = CheckResult(
        name="bound", title="reaches the bound", visibility="visible", score=0.5, max_score=1, status="failed",
        value=37.0, zero=40.0, full=34.0, share=0.5, message="37 nats: 50 % of these points.",
    )  # fmt: skip
    task = ExerciseResult(
        id="vae.training.vae_mnist",
        kind="training",
        score=0.5,
        max_score=1,
        status="partial",
        checks=[score],
        checkpoint=[score],
    )
    points = torch.rand(30, 2)
    drawn = {
        "vae.training.vae_mnist.curves": curves({"loss": [3.0, 2.0, 1.5], "kl": [0.1, 0.5, 0.7]}),
        "vae.training.vae_mnist.samples": image_grid(torch.rand(20, 1, 8, 8)),
        "vae.training.vae_mnist.density": density(-torch.rand(8, 8), points, (0, 1, 0, 1)),
    }
    (folder / "figures").mkdir()
    for name, picture in drawn.items():
        (folder / "figures" / f"{name}.svg").write_bytes(picture)
    graded = result(attempt=Attempt(number=3, policy="best", counting_number=2, counting=12.5))
    graded.exercises.append(task)
    graded.artifacts.figures = [f"figures/{name}.svg" for name in drawn]
    page = render_feedback(graded, folder)
    assert page.count("data:image/svg+xml") == 3
    assert "attempt 3" in page.lower()
    bound = mathml(r"\log p(x) \geq \int q(z) \log \frac{p(x, z)}{q(z)} \, dz", block=True)
    assert bound
    return page.replace("</main>", f"<p>{mathml('x_1^2')}</p>{bound}</main>")


PAGES = {
    "student": lambda folder: render_feedback(result(), folder),
    "attempts, training and formulas": trained,
    "unreadable": lambda folder: render_feedback(unreadable(), folder),
    "no mark": lambda folder: render_feedback(grader_error(), folder),
    "class": lambda folder: class_page(30),
    "gallery": gallery,
}


@pytest.mark.parametrize(("dark", "width"), [(False, 1200), (True, 390)])
@pytest.mark.parametrize("page", sorted(PAGES))
def test_nothing_stands_in_the_way(page: str, dark: bool, width: int, axe: str, tmp_path: Path) -> None:
    """No violation, light and dark, on a wide screen and on a phone."""
    assert violations(PAGES[page](tmp_path), axe, tmp_path, dark=dark, width=width) == []


def test_the_look_finds_what_is_wrong(axe: str, tmp_path: Path) -> None:
    """A picture without words, grey on white, a field without a name, and dark is dark."""
    faulty = "<img src='data:,'><p class='soft'>pale</p><input></main>"
    page = render_feedback(result(), tmp_path).replace("</main>", faulty)
    page = page.replace("</style>", "@media (prefers-color-scheme: dark) { .soft { color: #333; } }</style>")
    assert {"image-alt", "label"} <= {found[0] for found in violations(page, axe, tmp_path)}
    assert "color-contrast" in {found[0] for found in violations(page, axe, tmp_path, dark=True)}


def driven(page: str, program: str, folder: Path) -> str:
    """A page after somebody has used it; the page's own policy is in force for its own script."""
    digest = "<script>" + program + "</script></body>"
    page = re.sub(r"script-src '[^']*'", "script-src 'unsafe-inline'", page)
    (folder / "class.html").write_text(page.replace("</body>", digest), "utf-8")
    return dom(folder / "class.html", folder)


def test_a_class_of_300_can_be_searched_and_sorted(tmp_path: Path) -> None:
    """By name, by what is not passed, by points, in both directions; with a mouse or a keyboard, since they are buttons."""
    type_name = "const s = document.querySelector('#tools input'); s.value = 'ZOE'; s.dispatchEvent(new Event('input'));"
    page = class_page(300)
    found = driven(page, type_name, tmp_path)
    assert "1 of 303" in found
    assert len(re.findall(r"<tr[^>]*hidden", found)) == 302

    unread = "const s = document.querySelector('#tools select'); s.value = 'u'; s.dispatchEvent(new Event('change'));"
    assert "1 of 303" in driven(page, unread, tmp_path)

    click = "const b = document.querySelector('th.points button'); b.click();"
    rising = [float(value) for value in re.findall(r'data-points="([^"]*)"', driven(page, click, tmp_path))]
    assert rising == sorted(rising)
    falling = driven(page, click + "b.click();", tmp_path)
    assert [float(value) for value in re.findall(r'data-points="([^"]*)"', falling)] == rising[::-1]
    assert 'aria-sort="descending"' in falling


def test_without_scripts_the_table_is_whole(tmp_path: Path) -> None:
    """The tools are shown by the script alone, and the policy of the page lets that script run."""
    page = class_page(3)
    assert '<div id="tools" hidden>' in page
    path = tmp_path / "class.html"
    path.write_text(page, "utf-8")
    assert "6 of 6" in dom(path, tmp_path)
    path.write_text(page.replace("const table", "let table"), "utf-8")
    assert "6 of 6" not in dom(path, tmp_path)
