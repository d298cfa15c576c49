"""Which of a camera's two streams a clip is cut from."""

from camera_packets import at, monos, packet, stream, stream_format

from edge.video.evidence_ring import EvidenceRing
from edge.video.packet_ring import PacketRing, Span, Stretch

AROUND_TEN = Stretch.around(at(10.0), 4.0, 3.0)
SMALL, LARGE = stream_format(1, 160, 120), stream_format(1, 1920, 1080)


class Camera:
    """Two streams side by side."""

    def __init__(self) -> None:
        self.main, self.sub = PacketRing(), PacketRing()
        self.ring = EvidenceRing(self.main, self.sub)
        self.spans: list[Span] = []

    def play(self, ring: PacketRing, from_s: float, to_s: float) -> None:
        size = 100 if ring is self.main else 10
        for one in stream(from_s, to_s, size=size):
            ring.add(one)

    def order(self) -> None:
        self.ring.reserve(AROUND_TEN, self.spans.append)


def test_the_main_streams_packets_are_the_clip_and_the_sub_stream_is_not_waited_for() -> None:
    camera = Camera()
    camera.play(camera.sub, 0, 10.5)
    camera.play(camera.main, 0, 10.5)
    camera.order()
    camera.play(camera.main, 10.5, 14)
    [span] = camera.spans
    assert {len(one.data) for one in span.packets} == {100}
    assert monos(span.packets)[0] == 6.0
    assert monos(span.packets)[-1] == 13.0
    assert (span.stream, span.note, span.cut_short) == ("main", None, None)
    assert span.looked_at == (160, 120)
    camera.play(camera.sub, 10.5, 20)
    assert len(camera.spans) == 1


def test_while_the_main_stream_was_never_there_the_sub_stream_serves_and_says_so() -> None:
    camera = Camera()
    camera.play(camera.sub, 0, 10.5)
    camera.order()
    camera.play(camera.sub, 10.5, 14)
    [span] = camera.spans
    assert {len(one.data) for one in span.packets} == {10}
    assert span.stream == "sub"
    assert span.note is not None
    assert "the main stream was away" in span.note
    assert span.looked_at is None


def test_a_main_stream_that_breaks_in_the_post_roll_gives_way_to_the_whole_sub_stream() -> None:
    camera = Camera()
    for ring in (camera.sub, camera.main):
        camera.play(ring, 0, 10.5)
    camera.order()
    camera.main.end("the connection broke")
    assert camera.spans == []
    camera.play(camera.sub, 10.5, 14)
    [span] = camera.spans
    assert span.stream == "sub"
    assert span.note == "the main stream was away: the connection broke"
    assert span.cut_short is None


def test_where_both_break_the_main_streams_part_is_the_clip() -> None:
    camera = Camera()
    for ring in (camera.sub, camera.main):
        camera.play(ring, 0, 10.5)
    camera.order()
    camera.ring.end("unplugged")
    [span] = camera.spans
    assert (span.stream, span.cut_short) == ("main", "unplugged")


def test_where_neither_kept_anything_the_reason_is_told_once() -> None:
    camera = Camera()
    camera.order()
    [span] = camera.spans
    assert span.packets == ()
    assert span.cut_short == "no key frame before the trigger was kept"


def test_the_newest_pictures_size_is_known() -> None:
    ring = PacketRing()
    assert ring.latest_size() is None
    ring.add(packet(0.0, key=True, form=LARGE))
    assert ring.latest_size() == (1920, 1080)
    ring.add(packet(0.5, key=True, form=SMALL))
    assert ring.latest_size() == (160, 120)
