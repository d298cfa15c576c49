import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from evidence_servers import Door, serving
from structlog.testing import capture_logs
from waiting import wait_until

from edge.delivery.evidence_door import EvidenceDoor, ServerAddress, ServerAway
from edge.delivery.uploader import Uploader, UploadPace
from edge.errors import ConfigError, EvidenceError
from edge.fleet.system_clock import SystemClock
from edge.ports import Upload
from edge.testing.fake_clock import FakeClock
from edge.testing.memory_evidence_store import MemoryEvidenceStore
from edge.testing.tally import Tally
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import DeviceId

GOOD = "box-1-secret"
WRONG = "wrong-secret"
CHUNK = 100
CLIP = bytes(range(256)) * 2
PACE = UploadPace(chunk_bytes=CHUNK)


class Box:
    """An uploader with everything around it."""

    def __init__(self, folder: Path, url: str, secret: str = GOOD) -> None:
        self.store = MemoryEvidenceStore(folder)
        self.clock = FakeClock()
        self.tally = Tally()
        self.door = EvidenceDoor(ServerAddress(url, DeviceId("box-1"), secret))
        self.uploader = Uploader(self.store, self.door, self.clock, self.tally, PACE)

    def pass_time(self, seconds: float) -> None:
        """Step as often as the uploader asks for, until the time is over."""
        end = self.clock.now().mono + seconds
        while self.clock.now().mono < end:
            self.clock.wait(max(0.001, self.uploader.step()))


@pytest.fixture
def server() -> Iterator[Door]:
    with serving() as door:
        yield door


@pytest.fixture
def box(tmp_path: Path, server: Door) -> Iterator[Box]:
    made = Box(tmp_path, server.url)
    yield made
    made.door.close()


def kept(box: Box, server: Door, data: bytes = CLIP) -> Upload:
    upload = box.store.keep(data)
    server.announced.add(upload.ref.sha256)
    return upload


def test_a_file_arrives_whole_in_chunks_and_is_marked(box: Box, server: Door) -> None:
    upload = kept(box, server)
    box.uploader.step()
    assert server.held[upload.ref.sha256] == CLIP
    assert len(server.requests) == 1 + 6
    assert box.store.uploaded == {upload.ref.sha256: box.clock.now().utc}
    assert box.uploader.step() == PACE.idle_s
    assert len(server.requests) == 7


def test_an_upload_goes_on_where_the_server_stands(box: Box, server: Door) -> None:
    upload = kept(box, server)
    server.held[upload.ref.sha256] = CLIP[:300]
    box.uploader.step()
    assert (
        server.requests
        == [f"HEAD {upload.ref.sha256[:6]}"] + [f"PATCH {upload.ref.sha256[:6]}"] * 3
    )
    assert upload.ref.sha256 in box.store.uploaded


def test_a_file_that_the_server_has_is_not_sent_again(box: Box, server: Door) -> None:
    upload = kept(box, server)
    server.complete.add(upload.ref.sha256)
    box.uploader.step()
    assert server.requests == [f"HEAD {upload.ref.sha256[:6]}"]
    assert upload.ref.sha256 in box.store.uploaded


def test_all_bytes_there_but_not_yet_checked_is_asked_to_be_concluded(
    box: Box, server: Door
) -> None:
    upload = kept(box, server)
    server.held[upload.ref.sha256] = CLIP
    box.uploader.step()
    assert server.complete == {upload.ref.sha256}
    assert upload.ref.sha256 in box.store.uploaded


def test_bytes_that_the_server_has_not_checked_are_not_called_uploaded(
    box: Box, server: Door
) -> None:
    upload = kept(box, server)
    server.unchecked = 2
    box.uploader.step()
    assert box.store.uploaded == {}
    box.pass_time(2)
    assert upload.ref.sha256 in box.store.uploaded


def test_an_offset_that_moved_meanwhile_is_followed(box: Box, server: Door) -> None:
    upload = kept(box, server)
    held = CLIP[:150]

    class Moved(EvidenceDoor):
        def ask(self, sha256: str) -> object:  # type: ignore[override]
            answer = super().ask(sha256)
            server.held[sha256] = held
            return answer

    box.door.close()
    box.uploader._door = Moved(ServerAddress(server.url, DeviceId("box-1"), GOOD))
    box.uploader.step()
    box.uploader._door.close()
    assert server.held[upload.ref.sha256] == CLIP
    assert upload.ref.sha256 in box.store.uploaded


def test_a_file_that_is_not_announced_yet_waits_and_holds_no_other_up(
    box: Box, server: Door
) -> None:
    early = box.store.keep(b"early")
    ready = kept(box, server)
    box.pass_time(0.2)
    assert list(box.store.uploaded) == [ready.ref.sha256]
    assert box.tally["uploads_not_announced_yet"] == 1
    server.announced.add(early.ref.sha256)
    box.pass_time(2)
    assert early.ref.sha256 in box.store.uploaded


def test_an_unannounced_file_is_asked_for_less_and_less(box: Box, server: Door) -> None:
    box.store.keep(b"never announced")
    box.pass_time(600)
    assert 20 <= len(server.requests) <= 60


def test_key_frames_go_before_clips(box: Box, server: Door) -> None:
    clip = kept(box, server)
    frame = box.store.keep(b"frame", EvidenceKind.FRAME_ORIGINAL)
    server.announced.add(frame.ref.sha256)
    box.uploader.step()
    assert list(box.store.uploaded) == [frame.ref.sha256]
    box.uploader.step()
    assert clip.ref.sha256 in box.store.uploaded


def test_a_spoilt_upload_is_begun_again_once(box: Box, server: Door) -> None:
    upload = kept(box, server)
    server.garble = 1
    box.pass_time(1)
    assert server.held[upload.ref.sha256] == CLIP
    assert box.tally["uploads_begun_again"] == 1


def test_a_second_spoilt_upload_is_told_and_holds_no_other_up(box: Box, server: Door) -> None:
    upload = kept(box, server)
    server.garble = 12
    with capture_logs() as logs:
        box.pass_time(1)
    assert box.tally["uploads_refused"] == 1
    assert [one["sha256"] for one in logs if one["event"] == "upload_refused"] == [
        upload.ref.sha256
    ]
    server.garble = 0
    other = kept(box, server, b"another")
    box.pass_time(1)
    assert list(box.store.uploaded) == [other.ref.sha256]


@pytest.mark.parametrize("spoilt", [CLIP[:-1] + b"?", CLIP[:100], CLIP + b"more"])
def test_a_file_changed_on_the_box_is_told_and_never_marked(
    box: Box, server: Door, spoilt: bytes
) -> None:
    upload = kept(box, server)
    upload.path.write_bytes(spoilt)
    other = kept(box, server, b"another")
    box.pass_time(10)
    assert box.tally["evidence_files_altered"] == 1
    assert list(box.store.uploaded) == [other.ref.sha256]


def test_a_file_that_is_gone_is_told_and_holds_no_other_up(box: Box, server: Door) -> None:
    kept(box, server).path.unlink()
    other = kept(box, server, b"another")
    box.pass_time(10)
    assert box.tally["evidence_files_unreadable"] == 1
    assert list(box.store.uploaded) == [other.ref.sha256]


def test_a_file_too_large_for_the_server_is_told_and_holds_no_other_up(
    box: Box, server: Door
) -> None:
    server.largest = 200
    kept(box, server)
    other = kept(box, server, b"another")
    box.pass_time(10)
    assert box.tally["uploads_too_large"] == 1
    assert list(box.store.uploaded) == [other.ref.sha256]


def test_a_file_on_which_the_server_stumbles_holds_no_other_up(box: Box, server: Door) -> None:
    first, second = kept(box, server), kept(box, server, b"another")
    server.answers = [500]
    box.uploader.step()
    box.uploader.step()
    assert list(box.store.uploaded) == [second.ref.sha256]
    box.pass_time(5)
    assert first.ref.sha256 in box.store.uploaded
    assert box.tally["upload_failures"] == 1


@pytest.mark.parametrize("status", [401, 403, 429, 502, 503, 504])
def test_a_server_that_is_not_ready_is_left_alone_for_a_while(
    box: Box, server: Door, status: int
) -> None:
    upload = kept(box, server)
    kept(box, server, b"another")
    server.answers = [status]
    wait = box.uploader.step()
    assert wait >= PACE.first_retry_s / 2
    assert box.uploader.step() == pytest.approx(wait)
    assert len(server.requests) == 1
    box.pass_time(2)
    assert upload.ref.sha256 in box.store.uploaded
    assert box.tally["upload_outages"] == 1


def test_a_server_that_is_down_is_asked_less_and_less_and_gets_all_later(tmp_path: Path) -> None:
    with serving() as gone:
        url = gone.url
    box = Box(tmp_path, url)
    box.store.keep(CLIP)
    with capture_logs() as logs:
        box.pass_time(300)
    assert 10 <= box.tally["upload_outages"] <= 30
    assert url in str(logs[0]["reason"])
    assert "is the server up?" in str(logs[0]["reason"])
    assert box.store.uploaded == {}
    box.door.close()


def test_an_outage_is_said_once_however_often_the_server_is_tried(box: Box, server: Door) -> None:
    kept(box, server)
    server.answers = [503, 503, 503]
    with capture_logs() as logs:
        box.pass_time(60)
    assert box.tally["upload_outages"] == 3
    assert [one["event"] for one in logs].count("server_not_reached") == 1
    kept(box, server, b"another")
    server.answers = [503]
    with capture_logs() as logs:
        box.pass_time(60)
    assert [one["event"] for one in logs].count("server_not_reached") == 1


def test_a_server_that_takes_the_call_and_never_answers_does_not_hold_the_box() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        door = EvidenceDoor(ServerAddress(url, DeviceId("box-1"), GOOD, answer_timeout_s=0.2))
        with pytest.raises(ServerAway, match="timed out"):
            door.ask("0" * 64)
        with pytest.raises(ServerAway, match="timed out"):
            door.push("0" * 64, 0, 5, b"chunk")
        door.close()


def test_a_wrong_secret_is_told_with_the_remedy_and_without_the_secret(
    tmp_path: Path, server: Door
) -> None:
    box = Box(tmp_path, server.url, secret=WRONG)
    kept(box, server)
    with capture_logs() as logs:
        box.uploader.step()
    assert "link.credential_file" in str(logs)
    assert WRONG not in str(logs)
    box.door.close()


def test_the_secret_does_not_show(server: Door) -> None:
    assert "marker" not in repr(ServerAddress(server.url, DeviceId("box-1"), "marker"))


def test_a_ca_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    address = ServerAddress("https://x", DeviceId("box-1"), "s", ca_file=tmp_path / "ca.pem")
    with pytest.raises(ConfigError, match=r"ca\.pem.*link\.ca_file"):
        EvidenceDoor(address)


class BrokenStore(MemoryEvidenceStore):
    def to_upload(self, limit: int) -> tuple[Upload, ...]:
        del limit
        raise EvidenceError("evidence.db: database is locked; another box runs on this folder")


def test_a_store_that_fails_is_tried_again_later(box: Box, tmp_path: Path) -> None:
    box.uploader._store = BrokenStore(tmp_path)
    assert box.uploader._step_or_wait() >= 0.5
    assert box.tally["uploader_failures"] == 1


def test_the_thread_works_when_woken_and_leaves_when_told(tmp_path: Path, server: Door) -> None:
    store, tally = MemoryEvidenceStore(tmp_path), Tally()
    door = EvidenceDoor(ServerAddress(server.url, DeviceId("box-1"), GOOD))
    uploader = Uploader(store, door, SystemClock(), tally, UploadPace(idle_s=60))
    thread = Thread(target=uploader.run)
    thread.start()
    upload = store.keep(CLIP)
    server.announced.add(upload.ref.sha256)
    uploader.wake()
    wait_until(lambda: upload.ref.sha256 in store.uploaded)
    uploader.stop()
    thread.join(5)
    assert not thread.is_alive()
