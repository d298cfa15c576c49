"""The evidence store on a real disk, after crashes and when it is full."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from edge.errors import EvidenceError
from edge.evidence.directory_store import DirectoryStore
from edge.evidence.evidence_database import EvidenceDatabase
from edge.testing.conformance.evidence_store import reference_of
from edge.testing.fake_clock import START, FakeClock
from edge.testing.tally import Tally
from hazard_library.contract.evidence import EvidenceKind

FRAME, CLIP = EvidenceKind.FRAME_SHOWN, EvidenceKind.CLIP_SHOWN


class Box:
    """A store that can be closed and opened again."""

    def __init__(self, folder: Path, quota_bytes: int = 10**9) -> None:
        self.folder, self.quota_bytes = folder, quota_bytes
        self.tally = Tally()
        self.open()

    def open(self) -> None:
        self.database = EvidenceDatabase(self.folder / "evidence.db", START)
        self.store = DirectoryStore(
            self.folder / "files", self.database, FakeClock(), self.tally, self.quota_bytes
        )

    def reopen(self) -> None:
        self.database.close()
        self.open()

    def put(self, data: bytes, kind: EvidenceKind = CLIP) -> Path:
        return self.store.put(data, reference_of(data, kind))

    def state(self, data: bytes) -> tuple[str, str | None]:
        with sqlite3.connect(self.folder / "evidence.db") as connection:
            query = "SELECT state, reason FROM evidence WHERE sha256 = ?"
            found: tuple[str, str | None] = connection.execute(
                query, (reference_of(data).sha256,)
            ).fetchone()
        connection.close()
        return found


def test_the_same_picture_from_many_cameras_at_once_is_kept_once(tmp_path: Path) -> None:
    box = Box(tmp_path)
    for number in range(20):
        data = f"picture {number}".encode()
        start = Barrier(4)

        def put(data: bytes = data, start: Barrier = start) -> Path:
            start.wait()
            return box.put(data, EvidenceKind.FRAME_ORIGINAL)

        with ThreadPoolExecutor(4) as cameras:
            paths = {future.result() for future in [cameras.submit(put) for _ in range(4)]}
        assert [path.read_bytes() for path in paths] == [data]


def test_bytes_that_are_not_what_they_are_called_are_refused(tmp_path: Path) -> None:
    box = Box(tmp_path)
    with pytest.raises(EvidenceError, match="do not match"):
        box.store.put(b"another", reference_of(b"a clip"))
    assert box.store.to_upload(10) == ()
    assert box.store.count_to_upload() == 0


def test_all_that_waits_for_the_server_is_counted_however_few_are_asked_for(tmp_path: Path) -> None:
    box = Box(tmp_path)
    for number in range(3):
        box.put(str(number).encode())
    [first] = box.store.to_upload(1)
    assert box.store.count_to_upload() == 3
    box.store.mark_uploaded(first.ref.sha256, START)
    assert box.store.count_to_upload() == 2


def test_leftovers_of_a_crash_in_the_middle_of_writing_are_removed(tmp_path: Path) -> None:
    box = Box(tmp_path)
    leftover = tmp_path / "files" / "incoming" / "half.mp4"
    leftover.write_bytes(b"half")
    box.reopen()
    assert not leftover.exists()


def test_a_file_whose_row_a_crash_prevented_gets_its_row(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.put(b"a clip")
    with box.database.writing() as connection:
        connection.execute("DELETE FROM evidence")
    box.reopen()
    assert [upload.ref for upload in box.store.to_upload(10)] == [reference_of(b"a clip")]


def test_a_row_whose_file_is_gone_says_missing_and_why(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.put(b"a clip").unlink()
    box.reopen()
    assert box.store.to_upload(10) == ()
    assert box.state(b"a clip") == ("missing", "the file was gone when the box started")
    assert box.tally["evidence_missing"] == 1
    box.put(b"a clip")
    assert box.state(b"a clip") == ("kept", None)


def test_a_file_that_was_altered_without_a_row_is_not_taken_for_evidence(tmp_path: Path) -> None:
    box = Box(tmp_path)
    path = box.put(b"a clip")
    with box.database.writing() as connection:
        connection.execute("DELETE FROM evidence")
    path.write_bytes(b"A clip")
    box.reopen()
    assert box.store.to_upload(10) == ()
    assert box.tally["evidence_damaged"] == 1


def test_a_lost_database_is_made_again_from_the_files(tmp_path: Path) -> None:
    box = Box(tmp_path)
    kept = {box.put(data, kind) for data, kind in ((b"1", FRAME), (b"2", CLIP))}
    box.database.close()
    (tmp_path / "evidence.db").write_bytes(b"\0" * 5000)
    box.open()
    assert {upload.path for upload in box.store.to_upload(10)} == kept
    assert box.tally["evidence_databases_set_aside"] == 1


def test_a_disk_that_takes_nothing_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    box = Box(tmp_path)
    incoming = tmp_path / "files" / "incoming"
    incoming.rmdir()
    incoming.touch()
    with pytest.raises(EvidenceError, match="cannot be written"):
        box.put(b"a clip")
    assert box.store.to_upload(10) == ()


_WRITER = """
import sys
from pathlib import Path
from edge.evidence.directory_store import DirectoryStore
from edge.evidence.evidence_database import EvidenceDatabase
from edge.testing.conformance.evidence_store import reference_of
from edge.testing.fake_clock import START, FakeClock
from edge.testing.tally import Tally

folder = Path(sys.argv[1])
database = EvidenceDatabase(folder / "evidence.db", START)
store = DirectoryStore(folder / "files", database, FakeClock(), Tally())
number = 0
while True:
    number += 1
    data = str(number).encode() * 5000
    store.put(data, reference_of(data))
    print(reference_of(data).sha256, flush=True)
"""


@pytest.mark.slow
def test_a_box_killed_while_it_writes_keeps_what_it_said_it_kept(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _WRITER, str(tmp_path)]
    said = []
    for _ in range(3):
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said += [writer.stdout.readline().strip() for _ in range(15)]
            os.kill(writer.pid, 9)
    box = Box(tmp_path)
    kept = {upload.ref.sha256: upload.path for upload in box.store.to_upload(10_000)}
    assert set(said) <= set(kept)
    assert all(reference_of(path.read_bytes()).sha256 == sha for sha, path in kept.items())
    assert list((tmp_path / "files" / "incoming").iterdir()) == []
