"""What a reader does when a real RTSP camera fails, and what it says."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import av
import pytest
from ports import free_port
from readings import GATE, Reading, read_live
from rendered_films import FilmSpec, render
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from waiting import wait_until

from edge.video.clip import remux
from edge.video.reader import ReaderLimits
from edge.video.source import RtspAddress, SourceSpec
from hazard_library.contract.device import CameraCondition

AWKWARD = "p@:/?#%^&+ \\\"'$"
LIMITS = ReaderLimits(connect_s=2.0, read_s=1.5)
OK, OFFLINE, NO_FRAMES = CameraCondition.OK, CameraCondition.OFFLINE, CameraCondition.NO_FRAMES


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_rtsp_server()
    spec = FilmSpec(seconds=60, fps=15)
    return render(tmp_path_factory.mktemp("films") / "camera.mp4", spec)


@contextmanager
def plugged(film: Path, credential: tuple[str, str] | None = None) -> Iterator[RtspCamera]:
    camera = RtspCamera(film, credential=credential)
    try:
        yield camera
    finally:
        camera.unplug()


def reading(address: RtspAddress) -> AbstractContextManager[Reading]:
    return read_live(SourceSpec(GATE, address), LIMITS)


def at(
    port: int, path: str = PATH, user: str | None = None, word: str | None = None
) -> RtspAddress:
    return RtspAddress("127.0.0.1", port, path, user, word)


def comes(one: Reading, condition: CameraCondition, within_s: float = 10.0) -> str:
    wait_until(lambda: condition in one.said(), within_s, f"{condition} among {one.conditions}")
    return next(detail for said, detail in one.conditions if said is condition)


def test_a_camera_is_read_at_its_own_rate(film: Path) -> None:
    with plugged(film) as camera, reading(at(camera.port)) as one:
        wait_until(lambda: len(one.monos) >= 45)
        assert one.said() == [CameraCondition.STARTING, OK]
        covered = one.monos[-1] - one.monos[0]
        assert covered == pytest.approx(len(one.monos) / 15, abs=1.0)
        assert one.monos == sorted(set(one.monos))
        assert len(one.ring.span(0, 1e9)) == one.reader.stats.packets


@pytest.mark.parametrize("codec", ["h264", "h265", "mjpeg"])
def test_a_clip_cut_from_a_camera_can_be_played(film: Path, tmp_path: Path, codec: str) -> None:
    if codec != "h264":
        coder = {"h265": "libx265", "mjpeg": "mjpeg"}[codec]
        film = render(tmp_path / "other.mp4", FilmSpec(seconds=20, fps=15, codec=coder))
    camera = RtspCamera(film, codec)
    try:
        with reading(at(camera.port)) as one:
            wait_until(lambda: len(one.monos) >= 60)
            kept = one.ring.span(one.monos[0] + 1.5, one.monos[0] + 3.0)
    finally:
        camera.unplug()
    assert kept[0].is_keyframe
    with av.open(io.BytesIO(remux(kept).data)) as clip:
        images = list(clip.decode(clip.streams.video[0]))
    assert len(images) == len(kept)
    assert images[0].pts == 0


def test_a_camera_is_read_over_udp_with_digest_authentication(film: Path) -> None:
    with plugged(film, ("admin", "right")) as camera:
        address = RtspAddress("127.0.0.1", camera.port, PATH, "admin", "right", transport="udp")
        with reading(address) as one:
            wait_until(lambda: len(one.monos) >= 15)
            camera.freeze()
            detail = comes(one, NO_FRAMES)
            camera.thaw()
    assert "transport: tcp" in detail
    assert one.said()[:2] == [CameraCondition.STARTING, OK]


def test_a_camera_that_goes_away_and_returns_is_read_again_without_a_restart(film: Path) -> None:
    with plugged(film) as camera, reading(at(camera.port)) as one:
        comes(one, OK)
        camera.unplug()
        comes(one, OFFLINE)
        had = len(one.monos)
        camera.plug_in()
        wait_until(lambda: len(one.monos) > had + 10)
        assert one.said()[-1] is OK
        assert one.monos == sorted(set(one.monos))
        assert one.reader.stats.reconnects >= 1


def test_a_camera_that_is_connected_but_silent_is_told_apart_and_recovers(film: Path) -> None:
    with plugged(film) as camera, reading(at(camera.port)) as one:
        comes(one, OK)
        camera.freeze()
        detail = comes(one, NO_FRAMES, within_s=8)
        assert "sends nothing" in detail
        had = len(one.monos)
        camera.thaw()
        wait_until(lambda: len(one.monos) > had + 10, within_s=15)


def test_a_camera_with_an_awkward_password_is_read_and_the_password_is_never_said(
    film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with plugged(film, ("ad min", AWKWARD)) as camera:
        with reading(at(camera.port, PATH, "ad min", AWKWARD)) as one:
            comes(one, OK)
            camera.unplug()
            said = comes(one, OFFLINE)
        logged = capsys.readouterr().out
        assert "source_failed" in logged
        for secret in (AWKWARD, "p%40", "ad min", "ad%20min"):
            assert secret not in said + logged


def test_a_wrong_password_is_named(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with plugged(film, ("admin", "right")) as camera:
        with reading(at(camera.port, PATH, "admin", "sesame-4711")) as one:
            said = comes(one, OFFLINE)
        assert "refuses user or password" in said
        assert "sesame-4711" not in said + capsys.readouterr().out


def silent(listener: socket.socket) -> None:
    """Accept and say nothing."""
    peers = []
    while True:
        try:
            peers.append(listener.accept()[0])
        except OSError:
            break
    for peer in peers:
        peer.close()


def babbling(listener: socket.socket) -> None:
    """Answer everything with something that is no camera."""
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        peer.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello")
        peer.close()


@contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        threading.Thread(target=behave, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def test_six_faults_have_six_sentences_that_name_camera_and_remedy(film: Path) -> None:
    sentences = []
    guarded = plugged(film, ("admin", "right"))
    with guarded as camera, reading(at(camera.port, PATH, "admin", "wrong")) as one:
        sentences.append(comes(one, OFFLINE))
    with plugged(film) as camera, reading(at(camera.port, "/nothing")) as one:
        sentences.append(comes(one, OFFLINE))
    with reading(at(free_port())) as one:
        sentences.append(comes(one, OFFLINE))
    with listening(silent) as port, reading(at(port)) as one:
        sentences.append(comes(one, OFFLINE))
    with listening(babbling) as port, reading(at(port)) as one:
        sentences.append(comes(one, CameraCondition.UNDECODABLE))
    with reading(RtspAddress("no-such-host.invalid", 554, "/")) as one:
        sentences.append(comes(one, OFFLINE))
    words = ["password", "correct the path", "refuses the connection", "in time", "no video stream"]
    words.append("nobody knows the host")
    for sentence, word in zip(sentences, words, strict=True):
        assert word in sentence
        assert "gate" in sentence
    assert len(set(sentences)) == 6


def test_a_reader_holds_one_session_and_knocks_with_growing_pauses(film: Path) -> None:
    with plugged(film) as camera:
        port = camera.port
        camera.unplug()
        with reading(at(port)) as one:
            wait_until(lambda: one.reader.stats.reconnects >= 3, within_s=15)
            began, had = one.clock.now().mono, one.reader.stats.reconnects
            wait_until(lambda: one.reader.stats.reconnects >= had + 2, within_s=15)
            assert one.clock.now().mono - began >= 2 * 0.5 * 0.85
