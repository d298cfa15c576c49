"""What is masked is never recorded: looked at in the pixels of every file that a box keeps."""

from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from camera_packets import at
from numpy.typing import NDArray
from readings import GATE, Reading
from recorders import Desk, Shift, opened
from rendered_films import FilmSpec, render

from edge.ports import Frame
from edge.video.masks import burn
from edge.video.packet_ring import PacketRing
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.evidence import EvidenceKind, PrivacyMask
from hazard_library.contract.ids import ZoneId

#: The lower right quarter; the film has fine bright stripes there, and others at the upper left.
DESK = PrivacyMask(id=ZoneId("desk"), points=((0.5, 0.5), (1, 0.5), (1, 1), (0.5, 1)))
FILM = FilmSpec(seconds=14, gop=20, faces=((100, 80), (15, 20)))
BLACK, STRIPES = 40, 100

Picture = NDArray[np.uint8]


def pictures(path: Path) -> list[Picture]:
    """All pictures of a file of evidence."""
    if path.suffix == ".jpg":
        return [np.asarray(cv2.imread(str(path)), np.uint8)]
    with av.open(str(path)) as clip:
        return [
            np.asarray(image.to_ndarray(format="bgr24"), np.uint8)
            for image in clip.decode(clip.streams.video[0])
        ]


def inside(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    return picture[height // 2 :, width // 2 :]


def elsewhere(picture: Picture) -> Picture:
    """The other stripes; heads are blurred elsewhere in what is shown."""
    return picture[: picture.shape[0] // 2, : picture.shape[1] // 2]


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mjpeg"])
def test_a_masked_area_is_black_in_every_file_the_original_included(
    tmp_path: Path, codec: str
) -> None:
    film = render(
        tmp_path / ("a.avi" if codec == "mjpeg" else "a.mp4"),
        FilmSpec(seconds=14, gop=20, faces=FILM.faces, codec=codec),
    )
    with Desk(tmp_path / "box").at_work() as desk:
        Shift(desk, film, (8.0,), masks=(DESK,)).run()
        assert desk.recorder.drain(60)
        [manifest] = desk.manifests()
        of_a_state = {EvidenceKind.BEFORE_ORIGINAL, EvidenceKind.BEFORE_SHOWN}
        assert {ref.kind for ref in manifest.files} == set(EvidenceKind) - of_a_state
        kept = [path for path in (tmp_path / "box" / "evidence").rglob("*") if path.is_file()]
        assert len(kept) == 4
        for path in kept:
            for number, picture in enumerate(pictures(path)):
                # The caption of the shown key frame reaches down to the mask: so small is the film.
                rows = picture.shape[0] // 8 if "frame_shown" in str(path) else 0
                masked = inside(picture)[rows:]
                assert masked.max() < BLACK, f"{path}, picture {number}"
        original = pictures(desk.file(manifest, EvidenceKind.CLIP_ORIGINAL))
        assert all(elsewhere(picture).max() > STRIPES for picture in original)
        assert elsewhere(pictures(desk.file(manifest, EvidenceKind.FRAME_ORIGINAL))[0]).max() > 200


def test_the_manifest_says_that_its_original_was_coded_anew_and_where_nothing_was_recorded(
    tmp_path: Path,
) -> None:
    with Desk(tmp_path / "box").at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FILM), (8.0,), masks=(DESK,)).run()
        assert desk.recorder.drain(60)
        [manifest] = desk.manifests()
        assert manifest.original == "re_encoded"
        assert manifest.privacy_masks == (DESK,)
        assert manifest.span is not None
        # Nothing else is lost: key frames lie at 0, 2, … s, and the clip goes from 2 s to 10 s.
        assert manifest.span.trigger_offset_s == pytest.approx(6.0, abs=0.01)
        assert len(pictures(desk.file(manifest, EvidenceKind.CLIP_ORIGINAL))) == 81


def test_a_camera_without_masks_keeps_what_it_received(tmp_path: Path) -> None:
    with Desk(tmp_path / "box").at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FILM), (8.0,)).run()
        assert desk.recorder.drain(60)
        [manifest] = desk.manifests()
        assert (manifest.original, manifest.privacy_masks) == ("as_received", ())


def test_the_main_streams_clip_is_masked_as_the_sub_stream_is(tmp_path: Path) -> None:
    large = FilmSpec(seconds=14, gop=20, width=320, height=240, faces=((250, 180), (40, 40)))
    main = PacketRing(1000.0)
    source = FileAddress(render(tmp_path / "main.mp4", large))
    Reading(SourceSpec(GATE, source, Mode.REPLAY), ring=main).run()
    with Desk(tmp_path / "box", main_ring=main).at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FILM), (8.0,), masks=(DESK,)).run()
        assert desk.recorder.drain(60)
        [manifest] = desk.manifests()
        assert manifest.span is not None
        assert (manifest.span.stream, manifest.original) == ("main", "re_encoded")
        for kind in (EvidenceKind.CLIP_ORIGINAL, EvidenceKind.CLIP_SHOWN):
            for one in pictures(desk.file(manifest, kind)):
                assert one.shape == (240, 320, 3)
                assert inside(one).max() < BLACK


def test_nobody_who_analyses_gets_to_see_what_is_masked(tmp_path: Path) -> None:
    with Desk(tmp_path / "box").at_work() as desk:
        shift = Shift(desk, render(tmp_path / "a.mp4", FILM), (8.0,), masks=(DESK,)).run()
        [frame] = shift.frames
        assert inside(frame.pixels).max() == 0
        assert frame.masks == (DESK,)
        assert desk.recorder.drain(60)


def test_masks_outlive_a_restart_between_picture_and_manifest(tmp_path: Path) -> None:
    killed = Desk(tmp_path / "box", waits_for_clips=False)
    Shift(killed, render(tmp_path / "a.mp4", FILM), (8.0,), masks=(DESK,)).run()
    killed.database.close()
    desk = Desk(tmp_path / "box", waits_for_clips=False)
    desk.recorder.restore()
    [manifest] = desk.manifests()
    assert manifest.privacy_masks == (DESK,)
    assert manifest.original is None, "its clip was never made"


def test_a_masked_clip_that_cannot_be_coded_is_lost_and_never_kept_open(tmp_path: Path) -> None:
    """Its packets can be remuxed, as they are; decoded they cannot be, so no mask can be burnt."""
    desk = Desk(tmp_path)
    film = render(tmp_path / "a.mp4", FILM)
    whole = PacketRing(1000.0)
    Reading(SourceSpec(GATE, FileAddress(film), Mode.REPLAY), ring=whole).run()
    for one in whole.span(0, 1000)[:100]:
        desk.ring.add(replace(one, data=one.data[:4] + b"\xff" * (len(one.data) - 4)))
    frame = Frame(GATE, 1, at(8.0), np.zeros((120, 160, 3), np.uint8), (DESK,))
    desk.recorder.capture(opened(frame), frame)
    desk.recorder.source_ended(GATE, "the film ended")
    desk.recorder.step(0.0)
    [manifest] = desk.manifests()
    assert set(manifest.lost) == {EvidenceKind.CLIP_ORIGINAL, EvidenceKind.CLIP_SHOWN}
    assert not list((tmp_path / "evidence").glob("clip*/*/*"))


def test_a_picture_of_any_size_is_masked_with_a_margin() -> None:
    for height, width in ((120, 160), (121, 161), (1080, 1920)):
        picture = np.full((height, width, 3), 255, np.uint8)
        burn(picture, [DESK])
        assert picture[height // 2 :, width // 2 :].max() == 0
        assert picture[height // 2 + 5, width // 2 - 2].max() == 0
        assert picture[height // 2 + 5, width // 2 - 8].min() == 255


def test_a_picture_that_cannot_be_masked_is_no_picture() -> None:
    picture = np.full((120, 160, 3), 255, np.uint8)
    picture.flags.writeable = False
    with pytest.raises(cv2.error):
        burn(picture, [DESK])
