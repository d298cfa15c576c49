"""What comes from outside is refused one by one, with file, field and remedy."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from library_samples import NOW, OPEN, draft, intake, label, picture, throughout

from hazard_library.samples.intake import Draft
from hazard_library.samples.review import Act, Event
from hazard_library.samples.sample import Kind, Licence, LicenceClass, Reference
from hazard_library.samples.store import SampleStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "library", create=True) as opened:
        yield opened


def truncated(folder: Path) -> Draft:
    file = picture(folder / "half.png", 1)
    file.write_bytes(file.read_bytes()[:-900])
    return draft(file)


def text(folder: Path) -> Draft:
    file = folder / "words.jpg"
    file.write_text("not a picture", encoding="utf-8")
    return draft(file)


def large(folder: Path) -> Draft:
    file = folder / "large.png"
    file.write_bytes(b"\0" * 60_000)
    return draft(file)


def linked(folder: Path) -> Draft:
    file = folder / "link.png"
    file.symlink_to(picture(folder / "elsewhere.png", 5))
    return draft(file)


def outside(folder: Path) -> Draft:
    return draft(picture(folder / "box.png", 2), [label("helmet", cx=0.9, w=0.4)])


def flat(folder: Path) -> Draft:
    return draft(picture(folder / "flat.png", 2), [label("helmet", w=0.0)])


def unknown(folder: Path) -> Draft:
    return draft(picture(folder / "hat.png", 2), [label("top_hat")])


def unacceptable(folder: Path) -> Draft:
    licence = Licence(text="all rights reserved", kind=LicenceClass.REFUSED)
    return draft(picture(folder / "c.png", 2), licence=licence)


def changed(folder: Path) -> Draft:
    return draft(picture(folder / "s.png", 2), stated_sha256="0" * 64)


def another_size(folder: Path) -> Draft:
    return draft(picture(folder / "size.png", 2), stated_size=(10, 10))


@pytest.mark.parametrize(
    ("bad", "field", "says"),
    [
        (truncated, "content", "no whole picture"),
        (text, "content", "no whole picture"),
        (large, "size", "60000 bytes, more than 50000"),
        (linked, "file", "no plain file"),
        (outside, "box", r"helmet box \(67, 16, 106, 48\) is not inside 96 x 64"),
        (flat, "box", "is not inside"),
        (unknown, "label", "unknown class top_hat"),
        (unacceptable, "licence", "'all rights reserved' is not acceptable"),
        (changed, "sha256", "restore the file"),
        (another_size, "size", "mend the manifest"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_bad_input_is_listed_and_the_rest_comes_in(
    store: SampleStore, tmp_path: Path, bad: object, field: str, says: str
) -> None:
    good = [draft(picture(tmp_path / f"good{n}.png", 10 + n)) for n in range(2)]
    made = bad(tmp_path)  # type: ignore[operator]
    work = intake(store, max_bytes=50_000)
    work.take_all([good[0], made, good[1]])
    assert len(work.added) == 2
    (refusal,) = work.refused
    assert (refusal.file, refusal.field) == (made.provenance.path, field)
    assert re.search(says, refusal.problem)


def test_two_files_of_one_name_clash(store: SampleStore, tmp_path: Path) -> None:
    work = intake(store)
    work.take(draft(picture(tmp_path / "a" / "same.png", 1)))
    work.take(draft(picture(tmp_path / "b" / "same.png", 2)))
    assert [(r.file, r.field) for r in work.refused] == [("same.png", "name")]
    assert "rename or withdraw" in str(work.refused[0])


def test_a_withdrawn_sample_does_not_come_back(store: SampleStore, tmp_path: Path) -> None:
    work = intake(store)
    file = picture(tmp_path / "a.png", 1)
    sample = work.take(draft(file))
    assert sample is not None
    store.change(sample, Event.WITHDRAW, Act(by="person:li", at=NOW, why="consent revoked"))
    assert work.take(draft(file)) is None
    assert "does not come back" in str(work.refused[0])


def test_the_same_again_changes_nothing(store: SampleStore, tmp_path: Path) -> None:
    file = picture(tmp_path / "a.png", 1)
    work = intake(store)
    first = work.take(draft(file, [label("helmet")], ["helmet"]))
    assert first is not None
    again = work.take(draft(file, [label("helmet", cx=0.501)], ["helmet"]))
    assert (again, work.unchanged) == (first, [first.sha256])
    assert len(store.history(first.sha256)) == 1


def test_newer_labels_replace_the_classes_they_speak_about_and_no_others(
    store: SampleStore, tmp_path: Path
) -> None:
    file = picture(tmp_path / "a.png", 1)
    work = intake(store)
    old = [label("helmet", cx=0.2), label("helmet", cx=0.6), label("fire", cx=0.5)]
    work.take(draft(file, old, ["fire"]))
    moved = label("helmet", cx=0.4).model_copy(
        update={"by": "person:wang", "at": NOW + timedelta(days=1)}
    )
    newer = draft(
        file,
        [label("helmet", cx=0.201), moved],
        classes=frozenset({"helmet"}),
        exhaustive=throughout("helmet"),
    )
    sample = work.take(newer)
    assert sample is not None
    assert [(b.label, b.cx, b.by) for b in sample.labels] == [
        ("fire", 0.5, "source:site-a"),
        ("helmet", 0.2, "source:site-a"),
        ("helmet", 0.4, "person:wang"),
    ]
    assert sample.known == {"fire", "helmet"}
    before = store.history(sample.sha256)[-1].before
    assert before is not None
    assert list(before.labels) == old


def test_a_statement_alone_leaves_labels_and_state(store: SampleStore, tmp_path: Path) -> None:
    file = picture(tmp_path / "a.png", 1)
    work = intake(store)
    work.take(draft(file, [label("helmet")]))
    sample = work.take(draft(file, [label("helmet")], ["smoke"]))
    assert sample is not None
    assert sample.known == {"smoke"}
    assert store.history(sample.sha256)[-1].event is Event.NOTE


def test_a_reference_picture_says_of_what_it_is(store: SampleStore, tmp_path: Path) -> None:
    reference = Reference(
        state="normal",
        hazard="EQUIP-01",
        camera="pump-room",
        region=((0.1, 0.1), (0.4, 0.1), (0.4, 0.5)),
    )
    work = intake(store)
    sample = work.take(draft(picture(tmp_path / "valve.png", 1), reference=reference))
    assert sample is not None
    assert (sample.kind, sample.reference) == (Kind.REFERENCE, reference)
    assert store.select() == [sample]


def test_own_pictures_are_own(store: SampleStore, tmp_path: Path) -> None:
    own = Licence(text="taken by the bureau", kind=LicenceClass.OWN)
    work = intake(store)
    assert work.take(draft(picture(tmp_path / "a.png", 1), licence=own)) is not None
    assert work.take(draft(picture(tmp_path / "b.png", 2), licence=OPEN)) is not None
    assert len(store.looks()) == 2
