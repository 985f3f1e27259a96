"""Option, variable, cache, in this order."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.data.locate import DATA_VARIABLE, cache_folder, data_folder, find_cifar10, find_mnist, named_folder
from autograder.errors import UsageError


def test_the_order(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is named later is not even looked at."""
    assert named_folder(None) is None
    assert data_folder(None) == cache == cache_folder()
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert data_folder(None) == tmp_path
    (tmp_path / "option").mkdir()
    monkeypatch.setenv(DATA_VARIABLE, "/does/not/exist")
    assert data_folder(tmp_path / "option") == tmp_path / "option"
    with pytest.raises(UsageError, match=DATA_VARIABLE):
        data_folder(None)


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """As shells have it."""
    monkeypatch.setenv(DATA_VARIABLE, "")
    assert data_folder(None) == cache


@pytest.mark.parametrize("value", [None, "", "relative/path"])
def test_without_a_cache_of_its_own(value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard's place; a relative path there is to be ignored."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME") if value is None else monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert cache_folder() == tmp_path / ".cache" / "autograder" / "data"


def test_a_home_in_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tilde that no shell has replaced."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    monkeypatch.setenv(DATA_VARIABLE, "~/data")
    assert named_folder(None) == tmp_path / "data"


def test_nothing_is_found_in_an_empty_folder(tmp_path: Path) -> None:
    """Nor in one that is not there, nor in a file."""
    (tmp_path / "file.txt").write_text("")
    for path in (tmp_path, tmp_path / "none", tmp_path / "file.txt"):
        assert find_mnist(path) is None
        assert find_cifar10(path) is None


@pytest.mark.parametrize(("name", "found"), [("cifar10.npz", True), ("CIFAR-10_small.npz", True), ("cifar100.npz", False)])
def test_names_of_archives(tmp_path: Path, name: str, found: bool) -> None:
    """CIFAR-100 is another data set."""
    (tmp_path / name).write_bytes(b"")
    assert (find_cifar10(tmp_path) is not None) == found
