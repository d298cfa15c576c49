"""Films and endless pictures over HTTP, read by the same reader as any camera."""

import io
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from http_cameras import Shelf, film, serving
from readings import GATE, Reading, read_live
from rendered_films import render
from waiting import wait_until

from edge.errors import Undecodable
from edge.ports import Frame
from edge.video.clip import remux
from edge.video.picture_health import Watch
from edge.video.reader import ReaderLimits
from edge.video.source import HttpAddress, Mode, SourceSpec
from hazard_library.contract.device import CameraCondition

LIMITS = ReaderLimits(connect_s=2.0, read_s=1.5)
STARTING, OK, OFFLINE = CameraCondition.STARTING, CameraCondition.OK, CameraCondition.OFFLINE
AWKWARD = "@^#%:/?& +\\'\""
BEGIN = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)


def web(
    port: int, path: str, user: str | None = None, word: str | None = None, host: str = "127.0.0.1"
) -> HttpAddress:
    return HttpAddress(f"http://{host}:{port}{path}", user, word)


def watching(address: HttpAddress) -> AbstractContextManager[Reading]:
    return read_live(SourceSpec(GATE, address), LIMITS)


def first_trouble(address: HttpAddress) -> tuple[CameraCondition, str]:
    with watching(address) as one:
        wait_until(lambda: len(one.conditions) > 1)
    return one.conditions[1]


def test_a_film_behind_a_web_address_is_replayed_like_a_file(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4")
    with serving(Shelf(film(path))) as port:
        spec = SourceSpec(GATE, web(port, "/a.mp4"), Mode.REPLAY, start_at=BEGIN)
        one = Reading(spec).run()
    assert one.said() == [STARTING, OK, CameraCondition.FINISHED]
    assert one.monos == pytest.approx([n / 10 for n in range(40)], abs=1e-3)
    assert one.utcs[0] == BEGIN.isoformat()


def test_a_live_film_behind_a_web_address_keeps_its_own_pace(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4")
    with serving(Shelf(film(path))) as port:
        one = Reading(SourceSpec(GATE, web(port, "/a.mp4")))
        began = one.clock.now().mono
        one.run()
    assert one.clock.now().mono - began == pytest.approx(3.9, abs=0.25)
    assert one.said() == [STARTING, OK, CameraCondition.FINISHED]


def test_pictures_strung_together_have_the_moments_of_their_arrival() -> None:
    with serving(Shelf({}, period_s=0.2)) as port, watching(web(port, "/mjpeg")) as one:
        wait_until(lambda: len(one.monos) >= 12)
        kept = one.ring.span(0, 1e9)
    # The library would call it 25 pictures a second: 12 of them would last half a second.
    assert one.monos[-1] - one.monos[0] >= 11 * 0.2 - 0.1
    assert one.said() == [STARTING, OK]
    with av.open(io.BytesIO(remux(kept).data)) as clip:
        times = [float(image.pts * (image.time_base or 0)) for image in clip.decode(video=0)]
    monos = [packet.at.mono - kept[0].at.mono for packet in kept]
    assert times == pytest.approx(monos, abs=0.002)


def test_pictures_that_stop_coming_are_told_and_read_again() -> None:
    with serving(Shelf({}, pictures=5)) as port, watching(web(port, "/mjpeg")) as one:
        wait_until(lambda: one.reader.stats.reconnects >= 2)
    assert set(one.said()) == {STARTING, OK, OFFLINE}
    assert one.monos == sorted(set(one.monos))


@pytest.mark.parametrize("character", AWKWARD)
def test_a_password_may_hold_any_character(character: str) -> None:
    credential = ("ad min", f"x{character}y")
    with (
        serving(Shelf({}, credential)) as port,
        watching(web(port, "/mjpeg", *credential)) as one,
    ):
        wait_until(lambda: len(one.monos) >= 2)
    assert one.said() == [STARTING, OK]


def test_faults_of_a_web_camera_have_sentences_of_their_own() -> None:
    page = {"/page.html": b"<html>no camera here</html>" * 100}
    said = {}
    with serving(Shelf(page, ("admin", "right"))) as port:
        said["password"] = first_trouble(web(port, "/mjpeg", "admin", "sesame-4711"))
    with serving(Shelf(page)) as port:
        said["correct the path"] = first_trouble(web(port, "/nothing"))
        said["a fault of its own"] = first_trouble(web(port, "/broken"))
        said["no video stream"] = first_trouble(web(port, "/page.html"))
        said["nobody knows the host"] = first_trouble(web(port, "/", host="no-such-host.invalid"))
    said["refuses the connection"] = first_trouble(web(port, "/mjpeg"))
    for word, (_, sentence) in said.items():
        assert word in sentence
        assert "gate" in sentence
        assert "sesame-4711" not in sentence
    assert len({sentence for _, sentence in said.values()}) == 6
    assert said["no video stream"][0] is CameraCondition.UNDECODABLE
    assert said["password"][0] is OFFLINE


def test_a_stream_without_an_end_cannot_be_replayed() -> None:
    with serving(Shelf({})) as port:
        one = Reading(SourceSpec(GATE, web(port, "/mjpeg"), Mode.REPLAY)).run()
    assert isinstance(one.reader.failure, Undecodable)
    assert "write mode: live" in one.detail


class Paced(Reading):
    """A reading whose clock goes on by a tenth of a second with every picture."""

    def _frame(self, frame: Frame) -> None:
        super()._frame(frame)
        self.clock.wait(0.1)


def test_a_recording_played_by_a_web_camera_is_found_and_unwatched_where_it_is_meant() -> None:
    said = []
    for unwatched in (frozenset[CameraCondition](), frozenset({CameraCondition.LOOPED})):
        with serving(Shelf({}, period_s=0.0, turn=60)) as port:
            spec = SourceSpec(GATE, web(port, "/mjpeg"), watch=Watch(unwatched))
            one = Paced(spec, stop_after=260)
            one.run()
        said.append(one.said())
    assert said == [[STARTING, OK, CameraCondition.LOOPED], [STARTING, OK]]
