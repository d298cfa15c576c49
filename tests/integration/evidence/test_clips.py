"""From an incident in a film to a sealed manifest with clips."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from camera_packets import at
from numpy.typing import NDArray
from readings import GATE
from recorders import BYSTANDER, NO_HELMET, SUBJECT, Desk, Shift, detections, opened
from rendered_films import FilmSpec, picture, render, render_change_of_size

from edge.core.scene import PixelBox
from edge.ports import Frame
from edge.video.clip import ShownFormat
from edge.video.probe import probe
from hazard_library.contract.evidence import EvidenceKind

ORIGINAL, SHOWN = EvidenceKind.CLIP_ORIGINAL, EvidenceKind.CLIP_SHOWN
FILM = FilmSpec(seconds=20, gop=20)
FACES = FilmSpec(seconds=20, gop=20, faces=((15, 20), (105, 20)))

#: Mean step from one pixel to the next: stripes of 190 grey levels, two pixels wide, give 95.
BLURRED, SHARP = 8.0, 50.0


def packets_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as film:
        return [bytes(one) for one in film.demux(film.streams.video[0]) if one.size]


def pictures_of(path: Path) -> list[tuple[float, NDArray[np.uint8]]]:
    with av.open(str(path)) as film:
        return [
            (float(image.time or 0.0), np.asarray(image.to_ndarray(format="bgr24"), np.uint8))
            for image in film.decode(film.streams.video[0])
        ]


def detail(pixels: NDArray[np.uint8], box: PixelBox) -> float:
    """How much of the stripes on a person's face can be seen."""
    x1, y1 = int(box[0]) + 5, int(box[1])
    part = pixels[y1 : y1 + 20, x1 : x1 + 30].astype(float)
    return float(np.abs(np.diff(part, axis=1)).mean())


def nearest(pixels: NDArray[np.uint8], numbers: range) -> int:
    """Which of the film's pictures this one is."""
    return min(numbers, key=lambda n: np.abs(pixels.astype(int) - picture(FILM, n)).mean())


def test_a_clip_begins_on_the_key_frame_before_its_pre_roll_and_holds_the_trigger(
    tmp_path: Path,
) -> None:
    film = render(tmp_path / "a.mp4", FILM)
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, film, (11.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        assert manifest.span is not None
        assert manifest.span.cut_short is None
        assert manifest.span.trigger_offset_s == pytest.approx(5.0, abs=0.01)
        original = desk.file(manifest, ORIGINAL)
        # Key frames lie at 0, 2, 4, 6 … seconds: 6.0 is the last one before 11 s less 5 s.
        assert packets_of(original) == packets_of(film)[60:131]
        assert (manifest.trigger_at - manifest.span.from_at).total_seconds() == pytest.approx(5.0)
        at_trigger = min(pictures_of(original), key=lambda one: abs(one[0] - 5.0))[1]
        assert nearest(at_trigger, range(100, 120)) == 110
        assert manifest.lost == {}


def test_the_shown_copy_plays_in_every_browser_and_lasts_as_long(tmp_path: Path) -> None:
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FILM), (11.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        shown = desk.file(manifest, SHOWN)
        data = shown.read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")
        with av.open(str(shown)) as clip:
            context = clip.streams.video[0].codec_context
            assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        original = desk.file(manifest, ORIGINAL)
        assert probe(shown).seconds == pytest.approx(probe(original).seconds, abs=0.2)
        assert pictures_of(shown)[0][0] == 0.0


def test_heads_are_blurred_in_what_is_shown_and_not_in_the_original(tmp_path: Path) -> None:
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FACES), (11.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        shown, original = (pictures_of(desk.file(manifest, kind)) for kind in (SHOWN, ORIGINAL))
        for _, pixels in shown:
            assert detail(pixels, SUBJECT) < BLURRED
            assert detail(pixels, BYSTANDER) < BLURRED
        for _, pixels in original:
            assert detail(pixels, SUBJECT) > SHARP
            assert detail(pixels, BYSTANDER) > SHARP


def test_the_head_that_is_the_hazard_stays_and_the_others_do_not(tmp_path: Path) -> None:
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FACES), (11.0,), NO_HELMET).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        for _, pixels in pictures_of(desk.file(manifest, SHOWN)):
            assert detail(pixels, SUBJECT) > SHARP
            assert detail(pixels, BYSTANDER) < BLURRED


@pytest.mark.parametrize(
    ("name", "film", "media_type"),
    [
        ("a.mp4", FilmSpec(seconds=20, gop=20, b_frames=2), "video/mp4"),
        ("a.mkv", FilmSpec(seconds=20, gop=20, b_frames=2), "video/mp4"),
        ("a.mp4", FilmSpec(seconds=20, gop=20, codec="libx265"), "video/mp4"),
        ("a.ts", FilmSpec(seconds=20, gop=20), "video/mp4"),
        ("a.avi", FilmSpec(seconds=20, gop=20, codec="msmpeg4"), "video/x-matroska"),
        ("a.avi", FilmSpec(seconds=20, gop=20, codec="mpeg4"), "video/x-matroska"),
        ("a.avi", FilmSpec(seconds=20, codec="mjpeg"), "video/x-matroska"),
    ],
    ids=lambda value: getattr(value, "codec", value),
)
def test_originals_of_every_codec_can_be_played(
    tmp_path: Path, name: str, film: FilmSpec, media_type: str
) -> None:
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, render(tmp_path / name, film), (11.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        assert manifest.lost == {}
        [ref] = [ref for ref in manifest.files if ref.kind is ORIGINAL]
        assert ref.media_type == media_type
        pictures = pictures_of(desk.file(manifest, ORIGINAL))
        assert len(pictures) >= 70
        assert pictures[0][0] == pytest.approx(0.0, abs=0.01)


def test_a_clip_at_the_end_of_a_film_is_cut_short_and_says_so(tmp_path: Path) -> None:
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FILM), (19.5,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        assert manifest.span is not None
        assert manifest.span.cut_short == "the film ended"
        assert len(pictures_of(desk.file(manifest, ORIGINAL))) == 60


def test_a_clip_at_the_beginning_of_a_film_says_how_little_there_was(tmp_path: Path) -> None:
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FILM), (1.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        assert manifest.span is not None
        assert manifest.span.cut_short == "the stream began 1.0 s before the trigger"
        assert manifest.span.trigger_offset_s == pytest.approx(1.0, abs=0.01)


def test_a_clip_ends_where_the_picture_changes_its_size(tmp_path: Path) -> None:
    film = render_change_of_size(tmp_path / "grows.ts", FilmSpec(seconds=6, gop=20))
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, film, (5.0, 9.0)).run()
        assert desk.recorder.drain(30)
        before, after = desk.manifests()
        assert before.span is not None
        assert before.span.cut_short is not None
        assert "320x240" in before.span.cut_short
        shapes = [
            {pixels.shape for _, pixels in pictures_of(desk.file(one, ORIGINAL))}
            for one in (before, after)
        ]
        assert shapes == [{(120, 160, 3)}, {(240, 320, 3)}]


def test_many_incidents_are_all_sealed_in_one_chain_that_verifies(tmp_path: Path) -> None:
    seconds = tuple(float(second) for second in range(2, 18))
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FilmSpec(seconds=20)), seconds).run()
        assert desk.recorder.drain(60)
        manifests, sealed = desk.manifests(), desk.sealed()
        assert len(manifests) == len({one.incident_id for one in manifests}) == len(seconds)
        previous = [one.previous_manifest_sha256 for one in manifests]
        assert previous == [None, *(one.manifest_sha256 for one in sealed[:-1])]
        assert [one.message_no for one in sealed] == list(range(1, len(seconds) + 1))


def test_two_replays_make_the_same_files(tmp_path: Path) -> None:
    film = render(tmp_path / "a.mp4", FILM)
    hashes = []
    for name in ("one", "two"):
        with Desk(tmp_path / name).at_work() as desk:
            Shift(desk, film, (6.0, 11.0)).run()
            assert desk.recorder.drain(30)
            hashes.append({ref.sha256 for one in desk.manifests() for ref in one.files})
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) == 8


def test_a_player_from_outside_reads_both_clips(tmp_path: Path) -> None:
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, render(tmp_path / "a.mp4", FILM), (11.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        for kind in (ORIGINAL, SHOWN):
            words = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json"]
            done = subprocess.run(
                [*words, str(desk.file(manifest, kind))], capture_output=True, text=True, check=True
            )
            [stream] = json.loads(done.stdout)["streams"]
            assert done.stderr == ""
            assert (stream["codec_name"], stream["nb_read_frames"]) == ("h264", "71")


@pytest.mark.material
def test_a_real_film_gives_a_real_clip(tmp_path: Path) -> None:
    material = os.environ.get("PATROL_MATERIAL")
    if material is None:
        pytest.skip("PATROL_MATERIAL is not set: there is no real film to cut a clip from")
    film = Path(material) / "video" / "one-by-one-person-detection.mp4"
    with Desk(tmp_path).at_work() as desk:
        Shift(desk, film, (40.0,)).run()
        assert desk.recorder.drain(60)
        [manifest] = desk.manifests()
        # Its key frames lie 25 s apart or more: the clip begins far before the pre-roll.
        assert manifest.span is not None
        assert manifest.span.trigger_offset_s >= 5.0
        assert len(pictures_of(desk.file(manifest, ORIGINAL))) == len(
            pictures_of(desk.file(manifest, SHOWN))
        )


def test_a_wide_film_is_shown_smaller_and_its_heads_are_blurred_all_the_same(
    tmp_path: Path,
) -> None:
    patches = ((15, 20), (200, 150))
    spec = FilmSpec(seconds=8, width=320, height=240, gop=20, faces=patches)
    film = render(tmp_path / "wide.mp4", spec)
    with Desk(tmp_path / "box", shown=ShownFormat(widest_px=160)).at_work() as desk:
        Shift(desk, film, (6.0,)).run()
        assert desk.recorder.drain(30)
        [manifest] = desk.manifests()
        shown = pictures_of(desk.file(manifest, SHOWN))
    for _, pixels in shown:
        assert pixels.shape == (120, 160, 3)
        head, elsewhere = pixels[10:20, 8:22].astype(float), pixels[75:85, 100:115].astype(float)
        assert np.abs(np.diff(head, axis=1)).mean() < BLURRED
        assert np.abs(np.diff(elsewhere, axis=1)).mean() > SHARP


def test_a_head_too_weak_to_be_followed_is_blurred_in_the_key_frame_too(tmp_path: Path) -> None:
    """Nobody follows the stripes at the lower left; a weak box of that very picture covers them."""
    corner: PixelBox = (10.0, 80.0, 50.0, 110.0)
    film = render(tmp_path / "a.mp4", FilmSpec(seconds=4, gop=20, faces=((15, 85),)))
    blurred = []
    for name, weak in (("without", False), ("with", True)):
        desk = Desk(tmp_path / name)
        image = pictures_of(film)[20][1].copy()
        frame = Frame(GATE, 21, at(2.0), image)
        found = detections(frame.at)
        if weak:
            found = replace(
                found,
                boxes=np.vstack([found.boxes, np.array([corner], np.float32)]),
                scores=np.append(found.scores, np.float32(0.12)),
                labels=(*found.labels, "no_helmet"),
            )
        desk.recorder.observe(GATE, frame.at, found)
        refs = desk.recorder.capture(opened(frame), frame)
        [shown] = [r for r in refs if r.kind is EvidenceKind.FRAME_SHOWN]
        [path] = [u.path for u in desk.store.to_upload(9) if u.ref == shown]
        blurred.append(detail(np.asarray(cv2.imread(str(path)), np.uint8), corner) < BLURRED)
    assert blurred == [False, True]
