"""Samples keep what they were: nothing is overwritten without history, nothing is deleted."""

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from library_samples import ACT, NOW, draft, intake, label, picture

from hazard_library.errors import SampleError
from hazard_library.samples.review import TRANSITIONS, Act, Event, State, after
from hazard_library.samples.sample import Sample
from hazard_library.samples.store import SampleStore, Wanted


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "library", create=True) as opened:
        yield opened


def one(store: SampleStore, tmp_path: Path, seed: int = 1) -> Sample:
    file = picture(tmp_path / f"{seed}.png", seed)
    sample = intake(store).take(draft(file, [label("helmet")], ["helmet"]))
    assert sample is not None
    return sample


def test_bytes_lie_under_their_hash_and_are_found_again(store: SampleStore, tmp_path: Path) -> None:
    sample = one(store, tmp_path)
    bytes_ = store.file(sample).read_bytes()
    assert hashlib.sha256(bytes_).hexdigest() == sample.sha256
    assert store.file(sample).parent.name == sample.sha256[:2]
    assert store.get(sample.sha256[:10]) == sample
    with SampleStore.open(store.root) as again:
        assert again.select() == [sample]


def test_a_folder_without_a_library_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="patrol library import"):
        SampleStore.open(tmp_path)


def test_an_index_of_a_newer_program_is_left_alone(store: SampleStore) -> None:
    store.connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(SampleError, match="update the program"):
        SampleStore.open(store.root)


def test_a_deleted_label_stands_in_the_history(store: SampleStore, tmp_path: Path) -> None:
    sample = one(store, tmp_path)
    emptied = sample.model_copy(update={"labels": ()})
    store.change(emptied, Event.LABEL, Act(by="person:wang", at=NOW, why="no helmet there"))
    assert store.get(sample.sha256).labels == ()
    last = store.history(sample.sha256)[-1]
    assert (last.event, last.act.by, last.act.why) == (
        "label",
        "person:wang",
        "no helmet there",
    )
    assert last.before == sample


def test_history_and_samples_cannot_be_deleted(store: SampleStore, tmp_path: Path) -> None:
    one(store, tmp_path)
    for statement in (
        "DELETE FROM history",
        "UPDATE history SET why = ''",
        "DELETE FROM sample",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            store.connection.execute(statement)


def test_a_withdrawn_sample_is_not_selected_and_keeps_row_and_bytes(
    store: SampleStore, tmp_path: Path
) -> None:
    sample = one(store, tmp_path)
    gone = store.change(sample, Event.WITHDRAW, Act(by="person:li", at=NOW, why="consent revoked"))
    assert store.select() == []
    assert store.select(Wanted(states=[State.WITHDRAWN])) == [gone]
    assert store.file(gone).is_file()


def test_purging_takes_the_bytes_and_leaves_row_and_history(
    store: SampleStore, tmp_path: Path
) -> None:
    sample = one(store, tmp_path)
    with pytest.raises(SampleError, match="purge is not possible for a labelled sample"):
        store.purge(sample.sha256, ACT)
    store.change(sample, Event.WITHDRAW, ACT)
    store.purge(sample.sha256, ACT)
    assert not store.file(sample).exists()
    assert [entry.event for entry in store.history(sample.sha256)] == [
        Event.TAKE_IN,
        Event.WITHDRAW,
        Event.PURGE,
    ]
    assert store.problems() == []


def test_missing_changed_and_stray_files_are_told(store: SampleStore, tmp_path: Path) -> None:
    missing, changed = one(store, tmp_path, 1), one(store, tmp_path, 2)
    store.file(missing).unlink()
    store.file(changed).write_bytes(b"other")
    stray = store.root / "blobs" / "00" / "stray.jpg"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"")
    told = "\n".join(store.problems())
    assert f"{missing.file}: missing" in told
    assert f"{changed.file}: content changed" in told
    assert "stray.jpg: belongs to no sample" in told


def test_what_a_crash_left_half_written_is_replaced(store: SampleStore, tmp_path: Path) -> None:
    file = picture(tmp_path / "1.png", 1)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    left = store.root / "blobs" / digest[:2] / f"{digest}.png"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"hal")
    assert one(store, tmp_path).sha256 == digest
    assert store.problems() == []


def test_a_failure_between_two_changes_leaves_neither(store: SampleStore, tmp_path: Path) -> None:
    sample = one(store, tmp_path)

    def review_twice() -> None:
        with store.writing():
            store.change(sample, Event.REVIEW, ACT)
            store.change(sample, Event.REVIEW, ACT)

    with pytest.raises(SampleError, match="review is not possible"):
        review_twice()
    assert store.get(sample.sha256).state is State.LABELLED
    assert len(store.history(sample.sha256)) == 1


def test_a_second_writer_waits_and_then_says_so(store: SampleStore, tmp_path: Path) -> None:
    sample = one(store, tmp_path)
    with SampleStore.open(store.root) as other, store.writing():
        other.connection.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(SampleError, match="other patrol library command"):
            other.change(sample, Event.REVIEW, ACT)


@pytest.mark.parametrize(
    ("state", "event"), [(s, e) for s in State for e in Event if (s, e) not in TRANSITIONS]
)
def test_what_the_table_does_not_name_is_refused_with_what_is_possible(
    state: State, event: Event
) -> None:
    with pytest.raises(SampleError, match="possible: "):
        after(state, event)


def test_nothing_leads_out_of_withdrawn() -> None:
    ends = {TRANSITIONS[s, e] for s, e in TRANSITIONS if s is State.WITHDRAWN}
    assert ends == {State.WITHDRAWN}
