"""The main stream of a real RTSP camera beside its sub-stream: either may go without the other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from readings import GATE, Reading
from rendered_films import FilmSpec, render
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from waiting import wait_until

from edge.fleet.system_clock import SystemClock
from edge.video.evidence_ring import EvidenceRing
from edge.video.main_stream import MainStream
from edge.video.packet_ring import PacketRing, Span, Stretch
from edge.video.reader import ReaderLimits
from edge.video.source import RtspAddress, SourceSpec

LIMITS = ReaderLimits(connect_s=2.0, read_s=1.5)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    need_rtsp_server()
    folder = tmp_path_factory.mktemp("films")
    small = render(folder / "sub.mp4", FilmSpec(seconds=60, fps=15))
    large = FilmSpec(seconds=60, fps=15, width=320, height=240)
    return render(folder / "main.mp4", large), small


class Camera:
    """Both streams read at once."""

    def __init__(self, films: tuple[Path, Path]) -> None:
        self.plugs = [RtspCamera(film) for film in films]
        self.clock = SystemClock()
        main, sub = (RtspAddress("127.0.0.1", plug.port, PATH) for plug in self.plugs)
        self.main = MainStream(SourceSpec(GATE, main), self.clock, PacketRing(), LIMITS)
        self.sub = Reading(SourceSpec(GATE, sub), clock=self.clock, limits=LIMITS)
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self.main.run, args=(self.stop,)),
            threading.Thread(target=self.sub.run),
        ]

    def clip_around_now(self) -> Span:
        spans: list[Span] = []
        stretch = Stretch.around(self.clock.now(), 1.0, 1.0)
        EvidenceRing(self.main.ring, self.sub.ring).reserve(stretch, spans.append)
        wait_until(lambda: bool(spans), within_s=20)
        return spans[0]


@contextmanager
def reading(films: tuple[Path, Path]) -> Iterator[Camera]:
    camera = Camera(films)
    for thread in camera.threads:
        thread.start()
    try:
        yield camera
    finally:
        camera.stop.set()
        camera.sub.stop.set()
        for thread in camera.threads:
            thread.join(10)
        for plug in camera.plugs:
            plug.unplug()
        assert not any(thread.is_alive() for thread in camera.threads)


def test_clips_come_from_the_main_stream_and_from_the_other_while_it_is_away(
    films: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with reading(films) as camera:
        main = camera.plugs[0]
        wait_until(lambda: len(camera.sub.monos) > 30 and camera.main.ring.counters.packets > 30)
        span = camera.clip_around_now()
        assert (span.stream, span.packets[0].format.width) == ("main", 320)
        assert span.looked_at == (160, 120)
        main.unplug()
        wait_until(lambda: camera.main.trouble is not None)
        had = len(camera.sub.monos)
        wait_until(lambda: camera.main.reconnects >= 3 and len(camera.sub.monos) > had + 30)
        span = camera.clip_around_now()
        assert (span.stream, span.packets[0].format.width) == ("sub", 160)
        assert "gate" in (camera.main.trouble or "")
        main.plug_in()
        wait_until(lambda: camera.main.trouble is None, within_s=20)
        before = camera.main.ring.counters.packets
        wait_until(lambda: camera.main.ring.counters.packets > before + 30)
        assert camera.clip_around_now().stream == "main"
    assert capsys.readouterr().out.count("main_stream_here") <= 2
