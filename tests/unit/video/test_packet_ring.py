from collections.abc import Sequence

import pytest
from camera_packets import monos, packet, stream, stream_format
from hypothesis import given
from hypothesis import strategies as st

from edge.video.packet import Packet
from edge.video.packet_ring import PacketRing, Span, Stretch


def filled(packets: Sequence[Packet], seconds: float = 4.0, max_bytes: int = 10_000) -> PacketRing:
    ring = PacketRing(seconds, max_bytes)
    for one in packets:
        ring.add(one)
    return ring


class Desk:
    """Takes what a ring hands over."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def take(self, span: Span) -> None:
        self.spans.append(span)

    @property
    def span(self) -> Span:
        assert len(self.spans) == 1
        return self.spans[0]


def test_it_keeps_its_seconds_back_to_the_key_frame_before_them() -> None:
    ring = filled(list(stream(0, 11)))
    assert monos(ring.span(-100, 100))[0] == 6.0


@given(
    keys=st.lists(st.booleans(), min_size=1, max_size=80),
    seconds=st.floats(0.5, 20),
    max_bytes=st.integers(30, 600),
)
def test_it_is_bounded_and_begins_on_a_key_frame_whatever_comes(
    keys: list[bool], seconds: float, max_bytes: int
) -> None:
    ring = PacketRing(seconds, max_bytes)
    for number, key in enumerate(keys):
        ring.add(packet(number * 0.5, key=key))
        kept = ring.span(-1, 1000)
        assert ring.size_bytes == sum(len(one.data) for one in kept) <= max_bytes
        assert not kept or kept[0].is_keyframe


@given(keys=st.lists(st.booleans(), min_size=1, max_size=80), seconds=st.floats(0.5, 20))
def test_without_a_shortage_of_room_the_last_seconds_are_all_there(
    keys: list[bool], seconds: float
) -> None:
    every = [packet(n * 0.5, key=key) for n, key in enumerate([True, *keys])]
    ring = filled(every, seconds)
    newest = every[-1].at.mono
    wanted = [one.at.mono for one in every if one.at.mono >= newest - seconds]
    assert monos(ring.span(newest - seconds, newest))[-len(wanted) :] == wanted


def test_packets_before_the_first_key_frame_are_counted_and_not_kept() -> None:
    ring = filled([packet(0.0), packet(0.5), packet(1.0, key=True)])
    assert monos(ring.span(0, 10)) == [1.0]
    assert ring.counters.dropped_before_keyframe == 2


def test_a_group_too_large_for_the_ring_is_dropped_and_counted() -> None:
    ring = filled([packet(0.0, key=True, size=60), packet(0.5, size=60)], max_bytes=100)
    assert ring.size_bytes == 0
    assert ring.counters.dropped_for_size == 2


def test_a_reservation_gets_the_key_frame_before_and_everything_up_to_its_end() -> None:
    desk, ring = Desk(), filled(list(stream(0, 6)))
    ring.reserve(Stretch(3.0, 5.0, 8.0), desk.take)
    for one in stream(6, 8.5):
        ring.add(one)
    assert desk.spans == []
    ring.add(packet(8.5))
    assert monos(desk.span.packets) == monos(list(stream(2, 8.5)))
    assert desk.span.cut_short is None


@pytest.mark.parametrize("reserved_at_s", [5.0, 6.5, 8.0, 9.5, 11.0])
def test_the_outcome_does_not_depend_on_when_the_reservation_was_made(reserved_at_s: float) -> None:
    desk, ring = Desk(), PacketRing(20.0)
    for one in stream(0, 12):
        if one.at.mono == reserved_at_s:
            ring.reserve(Stretch(3.0, 5.0, 8.0), desk.take)
        ring.add(one)
    assert monos(desk.span.packets) == monos(list(stream(2, 8.5)))


def test_what_was_reserved_outlives_the_ring() -> None:
    desk, ring = Desk(), filled(list(stream(0, 6)), seconds=2.0)
    ring.reserve(Stretch(4.0, 5.0, 30.0), desk.take)
    for one in stream(6, 31):
        ring.add(one)
    assert desk.span.packets[0].at.mono == 4.0
    assert len(ring.span(0, 100)) < len(desk.span.packets)


def test_a_stream_that_ends_gives_what_there_is_and_says_why() -> None:
    desk, ring = Desk(), filled(list(stream(0, 6)))
    ring.reserve(Stretch(3.0, 5.0, 15.0), desk.take)
    ring.end("the camera was unplugged")
    assert monos(desk.span.packets)[-1] == 5.5
    assert desk.span.cut_short == "the camera was unplugged"


def test_a_reservation_after_the_end_is_answered_at_once() -> None:
    desk, ring = Desk(), filled(list(stream(0, 6)))
    ring.end("the film ended")
    ring.reserve(Stretch(3.0, 5.0, 15.0), desk.take)
    assert desk.span.cut_short == "the film ended"
    assert monos(desk.span.packets)[-1] == 5.5


def test_a_young_stream_gives_less_than_the_pre_roll_and_says_so() -> None:
    desk, ring = Desk(), filled(list(stream(0, 3)))
    ring.reserve(Stretch(-8.0, 2.0, 2.5), desk.take)
    ring.add(packet(3.0))
    assert desk.span.cut_short == "the stream began 2.0 s before the trigger"


def test_an_empty_ring_gives_an_empty_span_with_a_reason() -> None:
    desk = Desk()
    PacketRing().reserve(Stretch(0, 5, 10), desk.take)
    assert desk.span.packets == ()
    assert desk.span.cut_short is not None


def test_a_clip_never_holds_packets_of_two_openings() -> None:
    desk, ring = Desk(), filled(list(stream(0, 6)))
    ring.reserve(Stretch(3.0, 5.0, 15.0), desk.take)
    ring.add(packet(6.0, key=True, form=stream_format(epoch=2)))
    assert {one.format.epoch for one in desk.span.packets} == {1}
    assert desk.span.cut_short == "the stream began anew"


def test_a_change_of_size_cuts_the_clip_at_its_key_frame() -> None:
    desk, ring = Desk(), filled(list(stream(0, 6)))
    ring.reserve(Stretch(1.0, 2.5, 15.0), desk.take)
    ring.change_format(stream_format(epoch=2, width=320, height=240), from_pts=4000)
    assert monos(desk.span.packets)[-1] == 3.5
    assert desk.span.cut_short == "the picture changed its size to 320x240"
    assert {one.format.width for one in ring.span(4.0, 10)} == {320}


def test_a_trigger_after_a_change_of_size_gets_only_the_new_size() -> None:
    desk, ring = Desk(), filled(list(stream(0, 6)))
    ring.change_format(stream_format(epoch=2), from_pts=4000)
    ring.reserve(Stretch(1.0, 5.0, 5.5), desk.take)
    ring.add(packet(6.0, key=True, form=stream_format(epoch=2)))
    assert monos(desk.span.packets) == [4.0, 4.5, 5.0, 5.5]
    assert desk.span.cut_short == "the stream began 1.0 s before the trigger"


def test_a_clip_is_cut_short_before_it_outgrows_the_ring() -> None:
    desk, ring = Desk(), filled(list(stream(0, 2)), max_bytes=100)
    ring.reserve(Stretch(0.0, 1.0, 100.0), desk.take)
    for one in stream(2, 9):
        ring.add(one)
    assert sum(len(one.data) for one in desk.span.packets) == 100
    assert desk.span.cut_short is not None
