"""What goes first when there is no room, what is told of it, and disks that are really full."""

from pathlib import Path

import pytest
from recorders import Desk, Shift
from rendered_films import FilmSpec, render
from small_disks import fill, make_read_only, small_disk

from edge.errors import EvidenceError
from edge.evidence.directory_store import DirectoryStore
from edge.evidence.evidence_database import EvidenceDatabase
from edge.testing.conformance.evidence_store import reference_of
from edge.testing.fake_clock import START, FakeClock
from edge.testing.tally import Tally
from hazard_library.contract.device import EvidenceRoom
from hazard_library.contract.evidence import EvidenceKind, EvidenceLost

FRAME, CLIP = EvidenceKind.FRAME_ORIGINAL, EvidenceKind.CLIP_ORIGINAL
MIB = 1024 * 1024


class Shelf:
    """A store whose disk is as free as a test says; its files are known by a letter."""

    def __init__(self, folder: Path, quota_bytes: int, disk_free: int | None = 10**12) -> None:
        self.tally = Tally()
        self.free = disk_free
        self.told: list[EvidenceRoom] = []
        self.files_when_told: list[str] = []
        self.paths: dict[str, Path] = {}
        self.database = EvidenceDatabase(folder / "evidence.db", START)
        self.store = DirectoryStore(
            folder / "files",
            self.database,
            FakeClock(),
            self.tally,
            quota_bytes,
            None if disk_free is None else lambda: self.free or 0,
        )
        self.store.call_on_room(self._hear)

    def put(self, letter: str, kind: EvidenceKind, size: int = 10, *, sent: bool = False) -> None:
        data = letter.encode() * size
        self.paths[letter] = self.store.put(data, reference_of(data, kind))
        if sent:
            self.store.mark_uploaded(reference_of(data, kind).sha256, START)

    @property
    def kept(self) -> str:
        return "".join(sorted(name for name, path in self.paths.items() if path.exists()))

    def _hear(self, room: EvidenceRoom) -> None:
        self.told.append(room)
        self.files_when_told.append(self.kept)


def test_clips_that_the_server_has_go_first_then_its_key_frames_each_oldest_first(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path, quota_bytes=60)
    shelf.put("f", FRAME, sent=True)
    shelf.put("c", CLIP, sent=True)
    shelf.put("u", CLIP)
    shelf.put("d", CLIP, sent=True)
    shelf.put("g", FRAME, sent=True)
    shelf.put("v", FRAME)
    seen = []
    for letter in "1234":
        shelf.put(letter, CLIP)
        seen.append(shelf.kept.replace(letter, ""))
    assert seen == ["dfguv", "1fguv", "12guv", "123uv"]
    assert shelf.store.losses(10) == (), "the server has what is gone"
    assert shelf.tally["evidence_evicted"] == 4


def test_a_clip_never_displaces_what_is_unsent(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, quota_bytes=40)
    for letter in "abcd":
        shelf.put(letter, CLIP)
    with pytest.raises(EvidenceError, match="raise the quota"):
        shelf.put("e", CLIP)
    assert shelf.kept == "abcd"
    assert shelf.tally["evidence_refused"] == 1


def test_for_a_key_frame_the_oldest_unsent_clip_goes_last_after_a_warning_and_is_told(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path, quota_bytes=40)
    for letter in "abc":
        shelf.put(letter, CLIP)
    shelf.put("s", CLIP, sent=True)
    shelf.told.clear()
    shelf.files_when_told.clear()
    shelf.put("f", FRAME)
    assert shelf.kept == "abcf", "what the server has went first"
    shelf.put("g", FRAME)
    assert shelf.kept == "bcfg"
    first = next(n for n, room in enumerate(shelf.told) if room.level == "warning_90")
    assert "a" in shelf.files_when_told[first], "the warning was told while everything was there"
    [loss] = shelf.store.losses(10)
    assert (loss.sha256, loss.kind) == (reference_of(b"a" * 10, CLIP).sha256, CLIP)
    assert "newer incident" in loss.reason
    assert shelf.told[-1].lost_files == 1
    shelf.store.mark_loss_told(loss.sha256)
    assert shelf.store.losses(10) == ()


def test_an_unsent_key_frame_is_never_removed_even_beyond_the_quota(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, quota_bytes=40)
    for letter in "abcdefgh":
        shelf.put(letter, FRAME)
    assert shelf.kept == "abcdefgh"


def test_the_warning_comes_at_eighty_and_at_ninety_percent_of_what_waits_and_goes_again(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path, quota_bytes=100)
    levels = []
    for letter in "abcdefghi":
        shelf.put(letter, CLIP)
        levels.append(shelf.told[-1].level)
    assert levels == ["ok"] * 7 + ["warning_80", "warning_90"]
    for letter in "ab":
        shelf.store.mark_uploaded(reference_of(letter.encode() * 10, CLIP).sha256, START)
    assert shelf.told[-1].level == "ok"
    assert (shelf.told[-1].used_bytes, shelf.told[-1].waiting_bytes) == (90, 70)


def test_a_disk_that_others_fill_counts_as_full_long_before_the_quota(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, quota_bytes=1000, disk_free=1000)
    shelf.put("a", CLIP)
    assert shelf.told[-1].level == "ok"
    shelf.free = 1
    shelf.put("b", CLIP)
    assert shelf.told[-1].level == "warning_90"


def test_a_file_that_vanished_unsent_is_a_loss_and_one_that_the_server_has_is_not(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path, quota_bytes=1000)
    shelf.put("a", CLIP)
    shelf.put("b", CLIP, sent=True)
    for path in shelf.paths.values():
        path.unlink()
    shelf.database.close()
    again = Shelf(tmp_path, quota_bytes=1000)
    [loss] = again.store.losses(10)
    assert loss.sha256 == reference_of(b"a" * 10, CLIP).sha256
    assert again.store.used_bytes() == 0


def test_a_loss_reaches_the_outbox_once_also_over_a_restart(tmp_path: Path) -> None:
    desk = Desk(tmp_path, waits_for_clips=False)
    data = b"a clip that vanishes"
    desk.store.put(data, reference_of(data, CLIP)).unlink()
    desk.database.close()
    desk = Desk(tmp_path, waits_for_clips=False)
    for _ in range(3):
        desk.recorder.step(0.0)
    [lost] = [m.message for m in desk.outbox.kept.values() if isinstance(m.message, EvidenceLost)]
    assert lost.sha256 == reference_of(data, CLIP).sha256
    assert "gone when the box started" in lost.reason
    desk.database.close()
    desk = Desk(tmp_path, waits_for_clips=False)
    desk.recorder.step(0.0)
    assert not desk.outbox.kept


def test_on_a_really_full_disk_what_the_server_has_makes_room_and_nothing_else_goes(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 4096) as disk:
        shelf = Shelf(disk, quota_bytes=10**9, disk_free=None)
        shelf.put("s", CLIP, MIB, sent=True)
        shelf.put("u", CLIP, MIB)
        (disk / "of others").write_bytes(b"x" * int(1.6 * MIB))
        shelf.put("f", FRAME, MIB)
        assert shelf.kept == "fu"
        assert shelf.told[-1].level != "ok"
        with pytest.raises(EvidenceError, match="make room"):
            shelf.put("c", CLIP, MIB)
        assert shelf.kept == "fu"
        shelf.put("g", FRAME, MIB)
        assert shelf.kept == "fg", "for a key frame an unsent clip goes, and that is told"
        assert len(shelf.store.losses(10)) == 1
        with pytest.raises(EvidenceError, match="make room"):
            shelf.put("h", FRAME, MIB)
        assert shelf.kept == "fg", "an unsent key frame never goes"
        shelf.database.close()


def test_a_disk_that_turns_read_only_is_an_error_and_what_is_there_can_still_be_uploaded(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 4096) as disk:
        (tmp_path / "files").symlink_to(disk)
        shelf = Shelf(tmp_path, quota_bytes=10**9, disk_free=None)
        shelf.put("a", CLIP, 1000)
        make_read_only(disk)
        with pytest.raises(EvidenceError, match="look at the disk"):
            shelf.put("b", CLIP, 1000)
        [upload] = shelf.store.to_upload(10)
        assert upload.path.read_bytes() == b"a" * 1000
        shelf.database.close()


def test_a_recorder_on_a_full_disk_goes_on_and_its_manifests_say_what_is_missing(
    tmp_path: Path,
) -> None:
    """Every incident gets its manifest or keeps its order; room later brings the rest."""
    film = render(tmp_path / "a.mp4", FilmSpec(seconds=12))
    with small_disk(tmp_path / "disk", 2048) as disk, Desk(disk / "box").at_work() as desk:
        ballast = fill(disk)
        shift = Shift(desk, film, (5.0, 7.0)).run()
        assert len(shift.frames) == 2, "analysis never noticed"
        desk.recorder.drain(20)
        ballast.unlink()
        Shift(desk, film, (5.0, 7.0, 8.0)).run()
        assert desk.recorder.drain(30)
        manifests = desk.manifests()
        assert len(manifests) == 3
        assert all(one.lost or len(one.files) == 4 for one in manifests)
        assert manifests[-1].lost == {}
