"""Bad ways to real cameras: spoilt bytes, silence, another codec, connections that never last."""

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from http_cameras import Shelf, serving
from meddling import Mode, Way, way_to
from readings import GATE, Reading, read_live
from rendered_films import FilmSpec, render
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from waiting import wait_until

from edge.video.main_stream import MainStream
from edge.video.packet_ring import PacketRing
from edge.video.reader import ReaderLimits
from edge.video.source import HttpAddress, RtspAddress, SourceSpec
from hazard_library.contract.device import CameraCondition

LIMITS = ReaderLimits(connect_s=2.0, read_s=1.5, picture_s=3.0)
OK = CameraCondition.OK
BAD = {CameraCondition.OFFLINE, CameraCondition.NO_FRAMES, CameraCondition.UNDECODABLE}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_rtsp_server()
    return render(tmp_path_factory.mktemp("films") / "a.mp4", FilmSpec(seconds=60, fps=15))


def reading(port: int) -> AbstractContextManager[Reading]:
    spec = SourceSpec(GATE, RtspAddress("127.0.0.1", port, PATH))
    return read_live(spec, LIMITS)


@contextmanager
def camera_behind_a_way(film: Path) -> Iterator[tuple[RtspCamera, Way]]:
    camera = RtspCamera(film)
    try:
        with way_to(camera.port) as way:
            yield camera, way
    finally:
        camera.unplug()


def reads_on(one: Reading, pictures: int = 15) -> None:
    had = len(one.monos)
    wait_until(lambda: len(one.monos) >= had + pictures, within_s=25)


@pytest.mark.parametrize("mode", [Mode.GARBAGE, Mode.SILENT])
def test_a_way_that_spoils_or_swallows_is_told_and_then_read_again(film: Path, mode: Mode) -> None:
    with camera_behind_a_way(film) as (_, way), reading(way.port) as one:
        reads_on(one)
        way.mode = mode
        wait_until(lambda: one.said()[-1] in BAD, within_s=25)
        assert "gate" in one.detail
        way.mode = Mode.CLEAN
        way.cut()
        reads_on(one)
    assert one.said()[-1] is OK
    assert one.monos == sorted(set(one.monos))


def test_one_cameras_silence_does_not_hold_up_another(film: Path) -> None:
    with (
        camera_behind_a_way(film) as (camera, way),
        reading(way.port) as silent,
        reading(camera.port) as well,
    ):
        reads_on(silent)
        reads_on(well)
        way.mode = Mode.SILENT
        wait_until(lambda: silent.said()[-1] in BAD)
        reads_on(well, 30)
        assert well.said() == [CameraCondition.STARTING, OK]


def test_a_camera_that_returns_with_another_codec_and_size_is_read_on(
    film: Path, tmp_path: Path
) -> None:
    other = FilmSpec(seconds=60, fps=15, width=320, height=240, codec="libx265")
    first = RtspCamera(film)
    second = RtspCamera(render(tmp_path / "other.mp4", other), "h265")
    try:
        with way_to(first.port) as way, reading(way.port) as one:
            reads_on(one)
            way.to_port = second.port
            way.cut()
            wait_until(lambda: one.sizes[-1] == (320, 240), within_s=25)
            reads_on(one)
    finally:
        first.unplug()
        second.unplug()
    kept = one.ring.span(0, 1e9)
    assert {packet.format.codec for packet in kept} == {"h264", "hevc"}
    assert one.monos == sorted(set(one.monos))
    epochs = [packet.format.epoch for packet in kept]
    assert epochs == sorted(epochs)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("pictures", [3, 0])
def test_two_hundred_connections_that_break_off_leave_nothing_behind(pictures: int) -> None:
    with serving(Shelf({}, period_s=0.0, pictures=pictures)) as port:
        # The clock takes no time: pauses are over at once.
        spec = SourceSpec(GATE, HttpAddress(f"http://127.0.0.1:{port}/mjpeg"))
        one = Reading(spec, ring=PacketRing(1.0))

        def connect(times: int) -> None:
            for _ in range(times):
                one.reader.step()
            gc.collect()

        threads = threading.active_count()
        connect(40)
        wait_until(lambda: threading.active_count() <= threads)
        before = (open_files(), resident_bytes())
        connect(200)
        wait_until(lambda: threading.active_count() <= threads)
        assert one.reader.stats.reconnects == 240
        assert open_files() <= before[0] + 2
        assert resident_bytes() <= before[1] * 1.05
    assert len(one.monos) == 240 * pictures
    assert one.said().count(CameraCondition.OFFLINE) <= 240


def test_the_main_stream_that_breaks_off_two_hundred_times_leaves_nothing_behind() -> None:
    with serving(Shelf({}, period_s=0.0, pictures=3)) as port:
        spec = SourceSpec(GATE, HttpAddress(f"http://127.0.0.1:{port}/mjpeg"))
        clock, stop = Reading(spec).clock, threading.Event()
        main = MainStream(spec, clock, PacketRing(1.0))
        thread = threading.Thread(target=main.run, args=(stop,))
        thread.start()
        wait_until(lambda: main.reconnects >= 40)
        before = open_files()
        wait_until(lambda: main.reconnects >= 240, within_s=60)
        assert open_files() <= before + 6
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
    assert main.ring.size_bytes > 0
