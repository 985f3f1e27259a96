"""What generated images are worth, seen through the features of the given classifier of digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from autograder.data.image_set import unit_interval
from autograder.data.secret_world import SecretWorld, World
from autograder.scores.class_accuracy import classes_present
from autograder.scores.copying import HONEST, copy_ratio
from autograder.scores.coverage import coverage
from autograder.scores.features import describe, load_classifier
from autograder.scores.frechet import frechet_distance
from autograder.scores.memorisation import score_memorisation
from autograder.training.beside import Unusable
from autograder.training.run import TrainingRun

JUDGED = 400
"""How many images are compared with single ones; enough for :func:`score_memorisation`."""


@dataclass(frozen=True, slots=True)
class ImageScores:
    """Scores of samples against the hidden images of a world.

    Attributes:
        frechet: the Fréchet distance of features.
        coverage: the share of hidden images that have a sample near them.
        classes: how many of the ten digits occur.
    """

    frechet: float
    coverage: float
    classes: int


def score_images(samples: Tensor, world: World) -> ImageScores:
    """Scores of samples ``(n, 1, 28, 28)``, in [0, 1] and in the disguise of the world that they come from training in.

    Raises:
        Unusable: they are copies of the images that the training was given, or one is not finite.
    """
    if not samples.isfinite().all():
        raise Unusable("a pixel of the samples is not a number")
    hidden = world.hidden.images
    if score_memorisation(samples[:JUDGED], world.given.images, world.held.images).alarm:
        raise Unusable("the samples are copies of images that the training was given; the course's staff is told")
    classifier = load_classifier(device=samples.device)
    of_samples, of_hidden = (describe(classifier, world.upright(images)) for images in (samples, hidden))
    return ImageScores(
        frechet_distance(of_samples.features, of_hidden.features),
        coverage(of_samples.features, of_hidden.features[: len(samples)]),
        classes_present(of_samples.logits),
    )


def refuse_stored_images(
    run: TrainingRun,
    decoded: Tensor,
    world: World,
    data: str | None = None,
    framed: Callable[[Tensor], Tensor] = unit_interval,
) -> None:
    """Refuse reconstructions ``(n, C, H, W)`` of hidden images that are images stored in the network.

    They may be the given ones, or the public ones that the hidden images were warped from.

    Args:
        run: decides by its seed about the other warp.
        decoded: what is judged, the first of it.
        world: its given images have the shape of reconstructions.
        data: the data set of the public images; the task's when left out.
        framed: gives these, in [0, 1], that shape.

    Raises:
        Unusable: they are nearer to these than to the same ones in another warp.
    """
    judged = decoded[:JUDGED]
    public = run.source.images(data or run.task.data)[1].images.to(judged.device)
    again = SecretWorld(run.seed("altered images"))
    for what, known in (("given", world.given.images), ("public", framed(unit_interval(public)))):
        if copy_ratio(judged, known, again.shown(known, what)) < HONEST:
            raise Unusable("what is decoded are images that the network has stored; the course's staff is told")
