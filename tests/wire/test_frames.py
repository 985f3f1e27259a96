"""Frames: whatever the pieces in which bytes arrive, the same frames come out, and not one byte is lost or taken too many."""

from __future__ import annotations

import ast
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograder
from autograder.wire.frames import AT_ONCE, FrameReader, FrameTooLarge, framed

_FRAMES = st.lists(st.binary(max_size=300), max_size=6)


class _Trickle:
    """A stream that gives as many bytes as it likes, and notes how many it was asked for."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.left = data
        self._sizes = sizes or [1]
        self._turn = 0

    def __call__(self, most: int) -> bytes:
        size = min(self._sizes[self._turn % len(self._sizes)], most)
        self._turn += 1
        part, self.left = self.left[:size], self.left[size:]
        if not part:
            raise EOFError
        return part


@given(frames=_FRAMES, sizes=st.lists(st.integers(1, 700), max_size=5), ahead=st.sampled_from([0, 5, AT_ONCE]))
def test_frames_survive_any_pieces(frames: list[bytes], sizes: list[int], ahead: int) -> None:
    """What was framed comes out in order, empty frames too, and then the end."""
    reader = FrameReader(_Trickle(b"".join(map(framed, frames)), sizes), ahead)
    assert [reader.frame() for _ in frames] == frames
    with pytest.raises(EOFError):
        reader.frame()


@given(data=st.binary(max_size=300), rest=st.binary(min_size=1, max_size=300), sizes=st.lists(st.integers(1, 700), max_size=5))
def test_nothing_beyond_the_frame_is_taken(data: bytes, rest: bytes, sizes: list[int]) -> None:
    """Without reading ahead, what follows is left to whoever reads on."""
    stream = _Trickle(framed(data) + rest, sizes)
    assert FrameReader(stream).frame() == data
    assert stream.left == rest


def test_a_frame_that_ends_early_is_no_frame() -> None:
    """A hang-up inside a frame, or inside its length, is the end and not a shorter frame."""
    whole = framed(b"abc")
    for cut in range(len(whole)):
        with pytest.raises(EOFError):
            FrameReader(_Trickle(whole[:cut], [9])).frame()


def test_a_large_announcement_costs_nothing() -> None:
    """A frame above the limit is refused by its length alone; one of exactly the limit passes."""
    stream = _Trickle(b"\xff\xff\xff\xff" + bytes(8), [64])
    with pytest.raises(FrameTooLarge, match="4294967295 bytes"):
        FrameReader(stream).frame(largest=1000)
    assert len(stream.left) == 8
    assert FrameReader(_Trickle(framed(b"abc"), [64])).frame(largest=3) == b"abc"
    with pytest.raises(FrameTooLarge):
        FrameReader(_Trickle(framed(b"abcd"), [64])).frame(largest=3)


def test_a_report_leaves_the_next_frame_on_its_socket() -> None:
    """A worker's first frame is read by its zygote; the answers behind it are for somebody else."""
    from autograder.sandbox import control

    ours, theirs = socket.socketpair()
    with ours, theirs:
        control.send_report(theirs, {"faults": []})
        theirs.sendall(framed(b"an answer"))
        assert control.receive_report(ours) == {"faults": []}
        assert ours.recv(100) == framed(b"an answer")


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [(framed(b"[1]"), "no mapping"), (framed(b"{"), "Expecting"), (b"\x00\x01\x00\x00", "65536 bytes")],
    ids=["no mapping", "no text", "too large"],
)
def test_a_report_of_another_form_is_refused(bad: bytes, complaint: str) -> None:
    """A worker that says something else never counts as tested."""
    from autograder.sandbox import control

    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(bad)
        with pytest.raises(ValueError, match=complaint):
            control.receive_report(ours)


def test_lengths_are_packed_in_one_place() -> None:
    """No other file of the rooms that talk to workers packs the length of a frame."""
    package = Path(autograder.__file__).parent
    packing = {
        path.relative_to(package).as_posix()
        for room in ("wire", "runtime", "sandbox", "sessions")
        for path in (package / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value == ">I"
    }
    assert packing == {"wire/frames.py"}
