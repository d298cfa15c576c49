"""Every clip holds its trigger and at least five seconds before it, whatever the stream is like."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from camera_packets import at
from numpy.typing import NDArray
from readings import GATE, Reading
from recorders import Desk, Shift, detections, opened
from rendered_films import FilmSpec, picture, render

from edge.ports import Frame
from edge.testing.fake_clock import FakeClock
from edge.video.packet_ring import PacketRing
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.evidence import EvidenceKind

ORIGINAL, SHOWN = EvidenceKind.CLIP_ORIGINAL, EvidenceKind.CLIP_SHOWN
BEFORE_S = 5.0

Picture = NDArray[np.uint8]


def pictures(path: Path) -> Iterator[tuple[float, Picture]]:
    with av.open(str(path)) as clip:
        for image in clip.decode(clip.streams.video[0]):
            yield float(image.time or 0), np.asarray(image.to_ndarray(format="bgr24"), np.uint8)


def number_shown_at(path: Path, offset_s: float, film: FilmSpec) -> int:
    """Which picture of the film a clip shows at an offset: each has noise of its own."""
    _, shown = min(pictures(path), key=lambda one: abs(one[0] - offset_s))
    away = [
        float(np.abs(shown.astype(int) - picture(film, number)).mean())
        for number in range(film.pictures)
    ]
    return int(np.argmin(away))


@pytest.mark.parametrize(
    "film",
    [
        FilmSpec(seconds=16, gop=1),
        FilmSpec(seconds=16, gop=10),
        FilmSpec(seconds=16, gop=33, b_frames=2),
        FilmSpec(seconds=16, gop=300),
        FilmSpec(seconds=16, fps=7, gop=20),
        FilmSpec(seconds=16, gop=25, codec="libx265"),
    ],
    ids=lambda film: f"{film.codec} {film.fps} fps, {film.gop} to a group, {film.b_frames} B",
)
def test_every_clip_holds_its_trigger_and_five_seconds_before_it(
    tmp_path: Path, film: FilmSpec
) -> None:
    triggers = [round(n / film.fps, 6) for n in range(round(5.2 * film.fps), film.pictures, 17)]
    with Desk(tmp_path / "box").at_work() as desk:
        shift = Shift(desk, render(tmp_path / "a.mp4", film), tuple(triggers)).run()
        assert desk.recorder.drain(120)
        manifests = desk.manifests()
        assert len(manifests) == len(shift.frames) == len(triggers)
        for manifest, frame in zip(manifests, shift.frames, strict=True):
            assert manifest.span is not None
            assert manifest.span.trigger_offset_s >= BEFORE_S
            original = desk.file(manifest, ORIGINAL)
            offset = manifest.span.trigger_offset_s
            assert number_shown_at(original, offset, film) == frame.number - 1
            times = [time for time, _ in pictures(desk.file(manifest, SHOWN))]
            assert times[0] == pytest.approx(0.0, abs=0.05)
            assert min(abs(time - offset) for time in times) < 0.1


def test_a_camera_that_dies_a_second_after_the_trigger_leaves_a_picture_and_a_clip_that_plays(
    tmp_path: Path,
) -> None:
    film = FilmSpec(seconds=12, gop=20)
    whole = PacketRing(1000.0)
    path = render(tmp_path / "a.mp4", film)
    Reading(SourceSpec(GATE, FileAddress(path), Mode.REPLAY), ring=whole).run()
    clock = FakeClock()
    desk = Desk(tmp_path / "box", clock=clock, waits_for_clips=False)
    for one in whole.span(0, 1000)[:91]:
        desk.ring.add(one)
        desk.recorder.observe(GATE, one.at, detections(one.at))
        if one.at.mono == pytest.approx(8.0):
            trigger = Frame(GATE, 81, at(8.0), picture(film, 80))
            refs = desk.recorder.capture(opened(trigger), trigger)
    assert {ref.kind for ref in refs} == {EvidenceKind.FRAME_ORIGINAL, EvidenceKind.FRAME_SHOWN}
    desk.ring.end("camera gate was unplugged")
    clock.wait(6.0)
    desk.recorder.step(0.0)
    [manifest] = desk.manifests()
    assert manifest.span is not None
    assert manifest.span.cut_short == "camera gate was unplugged"
    assert manifest.span.trigger_offset_s >= BEFORE_S
    for kind in (ORIGINAL, SHOWN):
        times = [time for time, _ in pictures(desk.file(manifest, kind))]
        left_s = times[-1] - manifest.span.trigger_offset_s
        assert left_s == pytest.approx(1.0, abs=0.15)
    original = desk.file(manifest, ORIGINAL)
    assert number_shown_at(original, manifest.span.trigger_offset_s, film) == 80
