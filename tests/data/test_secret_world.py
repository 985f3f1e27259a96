"""Secret worlds: disjoint shares, mild warps, the same for a seed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.data.digits import load_digits
from autograder.data.image_set import ImageSet
from autograder.data.mnist import load_mnist
from autograder.data.secret_world import Disguise, SecretWorld, Share, World
from autograder.errors import UsageError


def marked(count: int, size: int = 28, channels: int = 1) -> ImageSet:
    """Images that show their number as a bright square's brightness, so that they are known again after any warp."""
    images = torch.zeros(count, channels, size, size, dtype=torch.uint8)
    images[:, :, 9:19, 9:19] = (torch.arange(count) + 1).to(torch.uint8)[:, None, None, None]
    return ImageSet("marked", images, torch.arange(count) % 10)


def numbers(share: Share) -> list[int]:
    """Which images these are."""
    return (share.images[:, 0, 14, 14] * 255 - 1).round().long().tolist()


def shares(world: World) -> tuple[Share, Share, Share]:
    """The three of them."""
    return world.given, world.held, world.hidden


def test_shares_are_disjoint_and_keep_their_labels() -> None:
    """Given and held images come from the training part, hidden ones from the test part, in random order."""
    world = SecretWorld.from_seed(1).draw(marked(200), marked(50), given=120, held=60, hidden=30)
    first, second, third = (numbers(share) for share in shares(world))
    assert (len(set(first)), len(set(second)), len(set(third))) == (120, 60, 30)
    assert not set(first) & set(second)
    assert max(third) < 50
    for share in shares(world):
        assert share.labels.tolist() == [number % 10 for number in numbers(share)]
        assert numbers(share) != sorted(numbers(share))
        assert (share.images.dtype, share.labels.dtype) == (torch.float32, torch.int64)
        assert 0 <= share.images.min() <= share.images.max() <= 1
    assert (world.name, world.fallback, world.note) == ("marked", False, "")


def test_a_seed_decides_everything() -> None:
    """Bitwise, whatever the threads and the global random state; another seed gives other images in another order."""
    worlds = []
    for threads, seed in ((1, 5), (2, 5), (1, 6)):
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        torch.rand(3)
        worlds.append(SecretWorld.from_seed(seed, ("inverted", "transposed"), 7).draw(marked(250), marked(40), 80, 40, 20))
        torch.set_num_threads(before)
    for one, same, other in zip(*map(shares, worlds), strict=True):
        assert torch.equal(one.images, same.images)
        assert torch.equal(one.labels, same.labels)
        assert one.images.shape == other.images.shape
        assert not torch.equal(one.images, other.images)


def test_no_global_randomness() -> None:
    """The random numbers of others are left alone."""
    before = torch.get_rng_state()
    SecretWorld.from_seed(0, ("inverted", "transposed"), 3).draw(marked(100), marked(100), 10, 10, 10)
    assert torch.equal(torch.get_rng_state(), before)


def test_every_image_is_warped_in_its_own_way() -> None:
    """The same image twice comes out twice, and given images teach nothing about hidden ones."""
    image = marked(1).images.expand(50, 1, 28, 28)
    world = SecretWorld.from_seed(3)
    warped = world.shown(image, "given")
    assert len(warped.flatten(1).unique(dim=0)) == 50
    assert not torch.equal(warped, world.shown(image, "hidden"))


def moments(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Mass, centre in pixels (column, row), and the angle of the longer axis in degrees."""
    places = torch.arange(images.shape[-1], dtype=torch.float64)
    ink = images[:, 0].double()
    mass = ink.sum((1, 2))
    column, row = (ink * places).sum((1, 2)) / mass, (ink * places[:, None]).sum((1, 2)) / mass
    across, down = places - column[:, None, None], (places - row[:, None])[:, :, None]
    xx, yy, xy = ((ink * what).sum((1, 2)) / mass for what in (across**2, down**2, across * down))
    return mass, torch.stack([column, row], 1), torch.rad2deg(0.5 * torch.atan2(2 * xy, xx - yy))


def test_warps_are_mild_and_use_their_range() -> None:
    """At most a pixel, 6 degrees, 6 per cent: measured on a bar, whose place, size and direction are known."""
    bar = torch.zeros(2000, 1, 28, 28, dtype=torch.uint8)
    bar[:, :, 11:17, 6:22] = 255
    mass, centre, angle = moments(SecretWorld.from_seed(0).shown(bar, "given"))
    size = (mass / (6 * 16)).sqrt()
    for measured, middle, greatest in ((centre[:, 0], 13.5, 1.0), (centre[:, 1], 13.5, 1.0), (angle, 0, 6.0), (size, 1, 0.06)):
        off = measured - middle
        assert off.abs().max() <= greatest * 1.03
        assert off.min() < -0.9 * greatest
        assert off.max() > 0.9 * greatest
        assert abs(off.mean()) < 0.06 * greatest


@pytest.mark.parametrize("disguise", ["plain", "inverted", "transposed"])
def test_disguises(disguise: str) -> None:
    """After the warp, which is the same for all of them."""
    images = torch.randint(0, 256, (7, 1, 28, 28), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    plain = SecretWorld(4, "plain").shown(images, "given")
    expected = {"plain": plain, "inverted": 1 - plain, "transposed": plain.mT}[disguise]
    assert torch.equal(SecretWorld(4, disguise).shown(images, "given"), expected)  # type: ignore[arg-type]


def test_the_seed_chooses_among_disguises() -> None:
    """One alone is always worn; of two, each is worn by about half of the seeds."""
    chosen = [SecretWorld.from_seed(seed, ("inverted", "transposed")).disguise for seed in range(200)]
    assert 70 < chosen.count("inverted") < 130
    assert {SecretWorld.from_seed(seed, ("transposed",)).disguise for seed in range(20)} == {"transposed"}
    assert SecretWorld.from_seed(0).disguise == "plain"


def test_class_subsets() -> None:
    """Only the classes drawn occur, in all shares; every class is drawn by some seed."""
    seen = set()
    for seed in range(30):
        world = SecretWorld.from_seed(seed, classes=4)
        assert len(world.classes) == len(set(world.classes)) == 4
        seen |= set(world.classes)
        drawn = world.draw(marked(200), marked(100), 30, 20, 10)
        assert {label for share in shares(drawn) for label in share.labels.tolist()} <= set(world.classes)
    assert seen == set(range(10))
    assert SecretWorld.from_seed(0).classes == tuple(range(10))


@settings(deadline=None, max_examples=25)
@given(
    sizes=st.tuples(st.integers(2, 60), st.integers(1, 60)),
    wanted=st.tuples(*[st.integers(0, 70)] * 3),
)
def test_small_data_sets(sizes: tuple[int, int], wanted: tuple[int, int, int]) -> None:
    """Shares shrink in proportion and say so, or are refused when one would be empty."""
    train, test = marked(sizes[0]), marked(sizes[1])
    try:
        world = SecretWorld.from_seed(2).draw(train, test, *wanted)
    except UsageError:
        assert sum(wanted[:2]) > sizes[0]
        assert min(wanted[:2]) * sizes[0] < sum(wanted[:2])
        return
    got = tuple(len(share) for share in shares(world))
    assert (got == wanted) == (not world.note)
    if sum(wanted[:2]) <= sizes[0]:
        assert got[:2] == wanted[:2]
    else:
        assert sizes[0] - 2 < sum(got[:2]) <= sizes[0]
        assert abs(got[0] * wanted[1] - got[1] * wanted[0]) <= sum(wanted[:2])
    assert got[2] == min(wanted[2], sizes[1])
    assert not set(numbers(world.given)) & set(numbers(world.held))


def test_digits_shrink_and_say_so() -> None:
    """The usual shares of MNIST."""
    world = SecretWorld.from_seed(0, ("transposed",)).draw(*load_digits("MNIST is not here"), 5000, 3000, 2000)
    assert [len(share) for share in shares(world)] == [898, 538, 360]
    assert world.fallback
    assert "stand in for MNIST." in world.note
    assert "898 given, 538 held back, 360 hidden" in world.note


def test_colours_floats_and_devices() -> None:
    """Three channels, edges reflected; floats as bytes; meta tensors stay where they are."""
    world = SecretWorld.from_seed(1)
    white = torch.full((5, 3, 32, 32), 255, dtype=torch.uint8)
    assert torch.allclose(world.shown(white, "given"), torch.ones(5, 3, 32, 32))
    images = marked(9).images
    assert torch.equal(world.shown(images, "a"), world.shown(images.float() / 255, "a"))
    assert torch.equal(world.shown(images, "a"), world.shown(images.double() / 255, "a"))
    drawn = world.draw(marked(60), marked(60), 10, 10, 10, device="meta")
    assert {share.images.device.type for share in shares(drawn)} == {"meta"}
    assert drawn.given.labels.device.type == "meta"
    assert world.shown(images[:0], "a").shape == (0, 1, 28, 28)


def test_the_start_of_a_batch_does_not_depend_on_its_length() -> None:
    """Chunks are seen by nobody."""
    images = marked(1).images.expand(2100, 1, 28, 28)
    whole = SecretWorld.from_seed(1).shown(images, "a")
    assert len(whole.flatten(1).unique(dim=0)) == 2100


def test_stored_test_images_do_not_fit(real_folder: Path) -> None:
    """On real MNIST a stored test set is more than half as far from a hidden image as another digit is."""
    train, test = load_mnist(real_folder, download=False)
    if train.fallback:
        pytest.skip("the folder holds no MNIST")
    hidden = SecretWorld.from_seed(0).draw(train, test, 10, 10, 500).hidden.images.flatten(1)
    stored = test.images.flatten(1).float() / 255
    nearest = torch.cdist(hidden, stored).square().min(1).values.mean()
    assert 16 < nearest < 21


@pytest.mark.parametrize("disguise", ["plain", "inverted", "transposed"])
def test_a_world_is_seen_upright_again(disguise: Disguise) -> None:
    """As the same images are in a plain world of that seed."""
    images = ImageSet("few", torch.randint(256, (60, 1, 28, 28), dtype=torch.uint8), torch.arange(60) % 10)
    worn, plain = (SecretWorld(3, one).draw(images, images, 20, 10, 20) for one in (disguise, "plain"))
    torch.testing.assert_close(worn.upright(worn.hidden.images), plain.hidden.images, rtol=0, atol=1e-6)
    assert torch.equal(worn.hidden.images, plain.hidden.images) == (disguise == "plain")
