import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from readings import GATE, Reading, replay
from rendered_films import FilmSpec, cut_off, render, render_change_of_size, render_sound

from edge.errors import Undecodable, Unreachable
from edge.video.packet_ring import PacketRing
from edge.video.probe import probe
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.device import CameraCondition

STARTING, OK, FINISHED = CameraCondition.STARTING, CameraCondition.OK, CameraCondition.FINISHED


def _text(path: Path) -> Path:
    path.write_text("this is no film\n" * 100)
    return path


def _without_index(path: Path) -> Path:
    whole = render(path.with_suffix(".mov"))
    return cut_off(whole, 0.5).rename(path)


def _empty(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize(
    ("name", "film"),
    [
        ("plain.mp4", FilmSpec()),
        ("reordered.mp4", FilmSpec(b_frames=3)),
        ("reordered.mkv", FilmSpec(b_frames=3)),
        ("hevc.mp4", FilmSpec(codec="libx265")),
        ("old.avi", FilmSpec(codec="mpeg4")),
        ("pictures.avi", FilmSpec(codec="mjpeg")),
        ("transport.ts", FilmSpec()),
        ("long_groups.mp4", FilmSpec(gop=1000)),
    ],
)
def test_a_replay_decodes_and_counts_every_picture(
    tmp_path: Path, name: str, film: FilmSpec
) -> None:
    path = render(tmp_path / name, film)
    reading = replay(path)
    stats = reading.reader.stats
    assert stats.packets == stats.frames_decoded == stats.frames_delivered == film.pictures
    assert stats.packets == probe(path).packets
    assert stats.seconds == pytest.approx(film.seconds, abs=0.01)
    assert reading.monos == pytest.approx([n / film.fps for n in range(film.pictures)], abs=1e-3)
    assert reading.said() == [STARTING, OK, FINISHED]
    assert reading.detail == ""
    assert reading.reader.failure is None


def test_a_replay_is_named_from_its_configured_start_and_is_the_same_each_time(
    tmp_path: Path,
) -> None:
    path = render(tmp_path / "a.mp4")
    begin = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)
    spec = SourceSpec(GATE, FileAddress(path), Mode.REPLAY, start_at=begin)
    first, second = Reading(spec).run(), Reading(spec).run()
    assert first.utcs[0] == begin.isoformat()
    assert (first.utcs, first.monos) == (second.utcs, second.monos)


@pytest.mark.parametrize("sample_fps", [1.0, 3.0, 5.0, 10.0])
def test_pictures_are_sampled_by_time(tmp_path: Path, sample_fps: float) -> None:
    reading = replay(render(tmp_path / "a.mp4", FilmSpec(seconds=10)), sample_fps)
    assert reading.reader.stats.frames_decoded == 100
    assert reading.reader.stats.frames_delivered == pytest.approx(10 * sample_fps, abs=1)
    gaps = [later - earlier for earlier, later in zip(reading.monos, reading.monos[1:])]  # noqa: B905 - pairs
    assert max(gaps) <= 1 / sample_fps + 0.1


def test_a_truncated_film_is_played_as_far_as_it_goes_and_says_so(tmp_path: Path) -> None:
    path = cut_off(render(tmp_path / "cut.mp4", FilmSpec(seconds=10)), 0.5)
    reading = replay(path)
    stats = reading.reader.stats
    assert 30 <= stats.frames_decoded <= 60
    assert stats.frames_decoded + stats.decode_errors == stats.packets
    assert reading.said()[-1] is FINISHED
    assert reading.detail == stats.ended_early
    assert str(path) in reading.detail
    assert "truncated" in reading.detail
    assert reading.reader.failure is None


def test_a_truncated_avi_is_noticed_though_it_declares_no_length(tmp_path: Path) -> None:
    path = cut_off(render(tmp_path / "cut.avi", FilmSpec(seconds=10, codec="mpeg4")), 0.5)
    assert "truncated" in replay(path).detail


@pytest.mark.parametrize(
    ("make", "word"),
    [
        pytest.param(render_sound, "no video stream", id="sound only"),
        pytest.param(_text, "not a video", id="text"),
        pytest.param(_empty, "is empty", id="empty"),
        pytest.param(_without_index, "its beginning or index is missing", id="no index"),
    ],
)
def test_what_is_no_film_fails_with_one_sentence_that_names_file_and_remedy(
    tmp_path: Path, make: Callable[[Path], Path], word: str
) -> None:
    path = make(tmp_path / "x.mp4")
    reading = replay(path)
    assert isinstance(reading.reader.failure, Undecodable)
    assert reading.said() == [STARTING, CameraCondition.UNDECODABLE]
    assert str(path) in reading.detail
    assert word in reading.detail
    assert "give" in reading.detail or "copy it again" in reading.detail
    with pytest.raises(Undecodable, match=word):
        probe(path)


def test_a_film_of_an_unknown_codec_says_so_and_what_to_do(tmp_path: Path) -> None:
    path = render(tmp_path / "a.avi", FilmSpec(codec="mjpeg"))
    path.write_bytes(path.read_bytes().replace(b"MJPG", b"ZZZZ"))
    reading = replay(path)
    assert isinstance(reading.reader.failure, Undecodable)
    assert "codec" in reading.detail
    assert "H.264 or H.265" in reading.detail
    assert str(path) in reading.detail


def test_a_missing_file_fails_with_its_name(tmp_path: Path) -> None:
    reading = replay(tmp_path / "none.mp4")
    assert isinstance(reading.reader.failure, Unreachable)
    assert "none.mp4: there is no such file" in reading.detail


def test_a_change_of_size_in_the_middle_is_read_through(tmp_path: Path) -> None:
    path = render_change_of_size(tmp_path / "grows.ts", FilmSpec())
    reading = replay(path)
    assert reading.reader.stats.frames_decoded == 80
    assert reading.sizes == [(160, 120)] * 40 + [(320, 240)] * 40
    assert reading.monos == sorted(set(reading.monos))
    kept = reading.ring.span(0, 1000)
    assert [one.format.width for one in kept] == [160] * 40 + [320] * 40
    assert len({one.format.epoch for one in kept}) == 2
    assert reading.said() == [STARTING, OK, FINISHED]


def test_a_live_file_keeps_its_own_pace(tmp_path: Path) -> None:
    spec = SourceSpec(GATE, FileAddress(render(tmp_path / "a.mp4")), Mode.LIVE)
    reading = Reading(spec)
    began = reading.clock.now().mono
    reading.run()
    assert reading.clock.now().mono - began == pytest.approx(3.9, abs=0.25)
    assert [mono - began for mono in reading.monos] == pytest.approx(
        [n / 10 for n in range(40)], abs=0.05
    )
    assert reading.said()[-1] is FINISHED


def test_a_looped_live_file_goes_on_and_time_runs_on(tmp_path: Path) -> None:
    spec = SourceSpec(GATE, FileAddress(render(tmp_path / "a.mp4")), Mode.LIVE, loop=True)
    reading = Reading(spec, stop_after=100)
    reading.run()
    assert len(reading.monos) == 100
    assert reading.monos == sorted(set(reading.monos))
    gaps = [later - earlier for earlier, later in zip(reading.monos, reading.monos[1:])]  # noqa: B905 - pairs
    assert max(gaps) < 0.3
    assert reading.said() == [STARTING, OK]
    epochs = [one.format.epoch for one in reading.ring.span(0, 1e9)]
    assert len(set(epochs)) == 3


def test_the_end_of_a_film_is_no_trouble_of_its_camera(tmp_path: Path) -> None:
    still = render(tmp_path / "a.mp4", FilmSpec(seconds=1.0))
    assert set(replay(still).said()) == {STARTING, OK, FINISHED}


def test_packets_reach_the_ring_as_they_lie_in_the_file(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4", FilmSpec(b_frames=2))
    ring = PacketRing(1000.0)
    Reading(SourceSpec(GATE, FileAddress(path), Mode.REPLAY), ring=ring).run()
    kept = ring.span(0, 1000)
    assert sum(len(one.data) for one in kept) < path.stat().st_size
    assert all(one.data in path.read_bytes() for one in kept)


@pytest.mark.material
def test_a_real_film_is_read_whole() -> None:
    material = os.environ.get("PATROL_MATERIAL")
    if material is None:
        pytest.skip("PATROL_MATERIAL is not set: there is no real film to read")
    path = Path(material) / "video" / "worker-zone-detection.mp4"
    stats = replay(path).reader.stats
    assert stats.packets == stats.frames_decoded == probe(path).packets == 122
