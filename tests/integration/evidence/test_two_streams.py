"""Evidence of a camera with two streams: judged on the one, cut from the other."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from readings import GATE, Reading
from recorders import Desk, Shift
from rendered_films import FilmSpec, render

from edge.video.packet_ring import PacketRing
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.evidence import EvidenceKind

SUB = FilmSpec(seconds=20, gop=20, faces=((15, 20), (105, 20)))
#: The same view, twice as large one way and three times the other, as main streams may be.
MAIN = FilmSpec(seconds=20, gop=20, width=320, height=360, faces=((40, 70), (225, 70)))
BLURRED, SHARP = 8.0, 50.0


def pictures(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as film:
        decoded = film.decode(film.streams.video[0])
        return [np.asarray(image.to_ndarray(format="bgr24"), np.uint8) for image in decoded]


def detail(pixels: NDArray[np.uint8], x: int, y: int) -> float:
    part = pixels[y : y + 20, x : x + 30].astype(float)
    return float(np.abs(np.diff(part, axis=1)).mean())


def test_the_clip_is_the_main_streams_and_heads_are_blurred_where_they_lie_in_it(
    tmp_path: Path,
) -> None:
    main = PacketRing(1000.0)
    spec = SourceSpec(GATE, FileAddress(render(tmp_path / "main.mp4", MAIN)), Mode.REPLAY)
    Reading(spec, ring=main).run()
    with Desk(tmp_path, main_ring=main).at_work() as desk:
        Shift(desk, render(tmp_path / "sub.mp4", SUB), (11.0,)).run()
        assert desk.recorder.drain(60)
        [manifest] = desk.manifests()
        assert manifest.span is not None
        assert (manifest.span.stream, manifest.span.stream_note) == ("main", None)
        assert manifest.span.trigger_offset_s == pytest.approx(5.0, abs=0.01)
        original = pictures(desk.file(manifest, EvidenceKind.CLIP_ORIGINAL))
        shown = pictures(desk.file(manifest, EvidenceKind.CLIP_SHOWN))
    for x, y in MAIN.faces:
        assert all(detail(pixels, x, y) > SHARP for pixels in original)
        assert all(detail(pixels, x, y) < BLURRED for pixels in shown)


def test_without_the_main_stream_the_sub_stream_serves_and_the_manifest_says_so(
    tmp_path: Path,
) -> None:
    with Desk(tmp_path, main_ring=PacketRing()).at_work() as desk:
        Shift(desk, render(tmp_path / "sub.mp4", SUB), (11.0,)).run()
        assert desk.recorder.drain(60)
        [manifest] = desk.manifests()
        assert manifest.span is not None
        assert manifest.span.stream == "sub"
        assert "the main stream was away" in (manifest.span.stream_note or "")
        assert manifest.lost == {}
        shown = pictures(desk.file(manifest, EvidenceKind.CLIP_SHOWN))
    for x, y in SUB.faces:
        assert all(detail(pixels, x, y) < BLURRED for pixels in shown)
