"""What becomes of evidence when cameras, disks and boxes fail."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from camera_packets import at
from readings import GATE, Reading
from recorders import Desk, Shift, detections, opened
from rendered_films import FilmSpec, render
from waiting import wait_until

from edge.ports import Frame
from edge.testing.fake_clock import FakeClock
from edge.video.packet import Packet
from edge.video.packet_ring import PacketRing
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.events import Change
from hazard_library.contract.evidence import EvidenceKind

FRAMES = {EvidenceKind.FRAME_ORIGINAL, EvidenceKind.FRAME_SHOWN}
CLIPS = {EvidenceKind.CLIP_ORIGINAL, EvidenceKind.CLIP_SHOWN}


def frame(mono: float) -> Frame:
    return Frame(GATE, 1, at(mono), np.full((120, 160, 3), 90, np.uint8))


def packets(folder: Path) -> tuple[Packet, ...]:
    """All packets of a rendered film of 10 s."""
    film = render(folder / "film.mp4", FilmSpec(seconds=10))
    ring = PacketRing(1000.0)
    Reading(SourceSpec(GATE, FileAddress(film), Mode.REPLAY), ring=ring).run()
    return ring.span(0, 1000)


def test_the_key_frame_is_there_at_once_and_only_for_an_opened_incident(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    change = opened(frame(5.0))
    refs = desk.recorder.capture(change, frame(5.0))
    assert {ref.kind for ref in refs} == FRAMES
    assert {up.ref for up in desk.store.to_upload(9)} == set(refs)
    for other in (Change.UPDATED, Change.CLOSED):
        later = type(change)(other, change.incident, change.finding, change.scene)
        assert desk.recorder.capture(later, frame(6.0)) == ()


def test_a_camera_that_dies_after_the_trigger_leaves_a_playable_clip(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = Desk(tmp_path, clock=clock, waits_for_clips=False)
    for one in packets(tmp_path)[:61]:
        desk.ring.add(one)
        desk.recorder.observe(GATE, one.at, detections(one.at))
    desk.recorder.capture(opened(frame(5.0)), frame(5.0))
    desk.ring.end("camera gate ended the stream")
    desk.recorder.step(0.0)
    assert desk.sealed() == []
    clock.wait(6.0)
    desk.recorder.step(0.0)
    [manifest] = desk.manifests()
    assert manifest.span is not None
    assert manifest.span.cut_short == "camera gate ended the stream"
    assert {ref.kind for ref in manifest.files} == FRAMES | CLIPS


def test_a_box_killed_before_the_clip_was_made_reports_it_lost_and_keeps_the_picture(
    tmp_path: Path,
) -> None:
    film = render(tmp_path / "film.mp4", FilmSpec(seconds=20))
    script = Path(__file__).parent / "killed_recorder.py"
    tests = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "box"), str(film)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}"},
    ) as box:
        assert box.stdout is not None
        wait_until(lambda: box.stdout is not None and "ordered" in box.stdout.readline(), 30)
        os.kill(box.pid, 9)
    with Desk(tmp_path / "box", waits_for_clips=False).at_work() as desk:
        wait_until(lambda: len(desk.sealed()) == 1)
        [manifest] = desk.manifests()
        assert {ref.kind for ref in manifest.files} == FRAMES
        assert set(manifest.lost) == CLIPS
        assert "restarted" in manifest.lost[EvidenceKind.CLIP_ORIGINAL]
        assert manifest.span is None
        assert desk.tally["clips_lost"] == 1
    with Desk(tmp_path / "box", waits_for_clips=False).at_work() as desk:
        assert desk.recorder.drain(5)
        assert desk.sealed() == []


def test_a_replay_that_was_killed_and_begins_again_loses_no_clip(tmp_path: Path) -> None:
    film = render(tmp_path / "film.mp4", FilmSpec(seconds=12))
    killed = Desk(tmp_path / "box")
    Shift(killed, film, (5.0,)).run()
    killed.database.close()
    with Desk(tmp_path / "box").at_work() as desk:
        Shift(desk, film, (5.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        assert manifest.lost == {}
        assert {ref.kind for ref in manifest.files} == FRAMES | CLIPS
    with Desk(tmp_path / "box").at_work() as desk:
        Shift(desk, film, (5.0,)).run()
        assert desk.recorder.drain(30)
        assert desk.sealed() == []
        assert len(desk.store.to_upload(100)) == 4


def test_a_full_disk_loses_the_clip_and_says_so_while_events_go_on(tmp_path: Path) -> None:
    film = render(tmp_path / "film.mp4", FilmSpec(seconds=12))
    with Desk(tmp_path / "box", quota_bytes=20_000).at_work() as desk:
        Shift(desk, film, (5.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        assert {ref.kind for ref in manifest.files} == FRAMES
        assert set(manifest.lost) == CLIPS
        assert "quota" in manifest.lost[EvidenceKind.CLIP_ORIGINAL]


def test_a_disk_that_takes_no_picture_still_lets_the_event_go(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    incoming = tmp_path / "evidence" / "incoming"
    incoming.rmdir()
    incoming.touch()
    assert desk.recorder.capture(opened(frame(5.0)), frame(5.0)) == ()
    assert desk.tally["key_frames_lost"] == 2


def test_clips_that_pile_up_live_are_given_up_and_counted_not_kept_in_memory(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, waits_for_clips=False)
    first = packets(tmp_path)[0]
    for second in range(10):
        ticks, when = second * 1000, at(float(second))
        data = bytes(2 * 1024 * 1024)
        desk.ring.add(
            replace(first, at=when, decode_mono=when.mono, pts=ticks, dts=ticks, data=data)
        )
    for number in range(6):
        moment = frame(5.0 + number / 100)
        desk.recorder.capture(opened(moment, zone=f"z{number}"), moment)
    desk.recorder.source_ended(GATE, "unplugged")
    assert desk.tally["clips_given_up"] >= 2


def test_a_clip_whose_packets_cannot_be_decoded_keeps_its_original(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for one in packets(tmp_path)[:80]:
        noise = bytes(one.data[:4]) + os.urandom(len(one.data) - 4)
        desk.ring.add(replace(one, data=noise))
    desk.recorder.capture(opened(frame(5.0)), frame(5.0))
    desk.recorder.source_ended(GATE, "the film ended")
    desk.recorder.step(0.0)
    [manifest] = desk.manifests()
    assert set(manifest.lost) == {EvidenceKind.CLIP_SHOWN}
    assert manifest.span is not None


def test_a_stretch_nobody_looked_at_is_shown_coarse_everywhere(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for one in packets(tmp_path)[:80]:
        desk.ring.add(one)
    desk.recorder.capture(opened(frame(5.0)), frame(5.0))
    desk.recorder.source_ended(GATE, "the film ended")
    desk.recorder.step(0.0)
    [manifest] = desk.manifests()
    with av.open(str(desk.file(manifest, EvidenceKind.CLIP_SHOWN))) as clip:
        for image in clip.decode(clip.streams.video[0]):
            pixels = image.to_ndarray(format="gray").astype(float)
            assert np.abs(np.diff(pixels, axis=1)).mean() < 3


def test_a_change_of_the_clock_does_not_reorder_or_lose_manifests(tmp_path: Path) -> None:
    clock = FakeClock()
    desk = Desk(tmp_path, clock=clock)
    for number, one in enumerate(packets(tmp_path)):
        desk.ring.add(one)
        desk.recorder.observe(GATE, one.at, detections(one.at))
        if number in {30, 50}:
            moment = frame(one.at.mono)
            desk.recorder.capture(opened(moment, zone=f"z{number}"), moment)
            clock.step_utc(timedelta(hours=-1))
    desk.recorder.source_ended(GATE, "the film ended")
    desk.recorder.step(0.0)
    desk.recorder.step(0.0)
    assert [one.previous_manifest_sha256 is None for one in desk.manifests()] == [True, False]


@pytest.mark.parametrize("count", [3])
def test_draining_waits_for_every_clip_and_gives_up_in_time(tmp_path: Path, count: int) -> None:
    desk = Desk(tmp_path)
    film = render(tmp_path / "film.mp4", FilmSpec(seconds=8))
    Shift(desk, film, tuple(2.0 + n for n in range(count))).run()
    assert not desk.recorder.drain(0.05)
    for _ in range(count):
        desk.recorder.step(0.0)
    assert desk.recorder.drain(0.05)
    assert len(desk.manifests()) == count
