"""Out to a format and back: every box, every byte, and with the file beside, the same samples."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_samples import ACT, NOW, OPEN, VOCABULARY, draft, intake, label, picture

from hazard_library.errors import SampleError
from hazard_library.samples.box import Box
from hazard_library.samples.exporting import export, write_format
from hazard_library.samples.formats.item import FORMATS, Outgoing
from hazard_library.samples.importing import Stated, import_format, read_format
from hazard_library.samples.intake import Draft, Intake
from hazard_library.samples.review import Act, Event, State
from hazard_library.samples.sample import (
    Label,
    Licence,
    LicenceClass,
    Privacy,
    Reference,
    Sample,
)
from hazard_library.samples.store import SampleStore, Wanted

SIZE = WIDTH, HEIGHT = 320, 200
STATED = Stated("back", "back", OPEN)
RESOLUTION_PX = {"label-studio": 1e-6}
"""datumaro keeps a hundredth of a pixel, so a corner and a width may each be off by half of it."""

classes = st.sampled_from(sorted(VOCABULARY))


@st.composite
def boxes(draw: st.DrawFn) -> Label:
    """A box of at least two pixels anywhere in the picture, edges included."""
    left = draw(st.floats(0, WIDTH - 2))
    top = draw(st.floats(0, HEIGHT - 2))
    right = draw(st.floats(left + 2, WIDTH))
    bottom = draw(st.floats(top + 2, HEIGHT))
    centre = ((left + right) / 2 / WIDTH, (top + bottom) / 2 / HEIGHT)
    return label(draw(classes), *centre, (right - left) / WIDTH, (bottom - top) / HEIGHT)


pictures = st.lists(st.lists(boxes(), max_size=5), min_size=1, max_size=3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "library", create=True) as opened:
        yield opened


def filled(store: SampleStore, folder: Path, labels: list[list[Label]]) -> list[Sample]:
    splits = ("train", "val", None)
    work = intake(store)
    for number, drawn in enumerate(labels):
        suffix = ".png" if number % 2 else ".jpg"
        file = picture(folder / f"{number}{suffix}", number, SIZE)
        said = {
            "split": splits[number % 3],
            "camera": f"c{number}",
            "group": f"g{number}",
            "site": "north",
            "taken_at": NOW,
            "privacy": Privacy(consent="given", heads_blurred=True),
            "unsure": (label("person").box(),),
            "state": State.REVIEWED,
        }
        work.take(draft(file, drawn, ["fire", "helmet"], **said))
    assert work.refused == []
    return store.select()


def same(drawn: Iterable[Box], back: Iterable[Box], within_px: float) -> bool:
    """Whether each box has its own partner of the same class at the same place."""
    left = list(back)
    for box in drawn:
        at = box.corners(*SIZE)
        for other in left:
            pairs = zip(at, other.corners(*SIZE), strict=True)
            if other.label == box.label and all(abs(x - y) <= within_px for x, y in pairs):
                left.remove(other)
                break
        else:
            return False
    return not left


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    return [picture(folder / f"{n}{'.png' if n % 2 else '.jpg'}", n, SIZE) for n in range(3)]


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(labels=pictures)
def test_every_box_and_every_byte_comes_back(
    name: str, files: list[Path], labels: list[list[Label]]
) -> None:
    out = [
        Outgoing(
            stem=f"picture-{number}",
            file=file,
            width=WIDTH,
            height=HEIGHT,
            boxes=tuple(one.box() for one in drawn),
            subset=("train", "val", "default")[number],
            proposed=False,
        )
        for number, (file, drawn) in enumerate(zip(files, labels, strict=False))
    ]
    with tempfile.TemporaryDirectory() as made:
        write_format(Path(made), name, sorted(VOCABULARY), out)
        content = read_format(Path(made), name)
        assert content.problems == ()
        assert set(content.classes) >= VOCABULARY
        back = {item.file.name.partition(".")[0]: item for item in content.items if item.file}
        assert back.keys() == {one.stem for one in out}
        for one in out:
            item = back[one.stem]
            assert item.file is not None
            assert item.file.read_bytes() == one.file.read_bytes()
            assert item.boxes is not None
            assert same(one.boxes, item.boxes, RESOLUTION_PX.get(name, 0.016))


@pytest.mark.parametrize("name", FORMATS)
def test_with_the_file_beside_an_empty_library_holds_the_same_samples(
    store: SampleStore, tmp_path: Path, name: str
) -> None:
    drawn = [[label("helmet", cx=0.123456789), label("fire", cy=0.6)], [], [label("person")]]
    before = filled(store, tmp_path, drawn)
    assert len(before) == 3
    export(store, before, tmp_path / "out", name)
    later = Act(by="person:wang", at=NOW + timedelta(days=9), why="moved")
    with SampleStore.open(tmp_path / "two", create=True) as two:
        import_format(tmp_path / "out", name, STATED, Intake(two, VOCABULARY, later))
        assert two.select() == before
        assert two.problems() == []


def test_a_sample_can_say_nothing_that_an_import_would_lose() -> None:
    bytes_say = {"sha256", "kind", "suffix", "width", "height"}
    assert Sample.model_fields.keys() - {one.name for one in fields(Draft)} == bytes_say


def correct(folder: Path, name: str, replacing: list[Label]) -> None:
    """Write what a labelling tool would export after somebody has corrected every picture."""
    known = read_format(folder, name)
    items = [
        Outgoing(
            stem=item.name,
            file=item.file or folder,
            width=WIDTH,
            height=HEIGHT,
            boxes=tuple(one.box() for one in replacing),
            subset="default",
            proposed=False,
        )
        for item in known.items
    ]
    write_format(folder.with_name("corrected"), name, sorted(VOCABULARY), items)


@pytest.mark.parametrize("name", ["cvat", "label-studio"])
def test_corrected_labels_replace_proposals_and_the_old_ones_stand_in_the_history(
    store: SampleStore, tmp_path: Path, name: str
) -> None:
    work = intake(store)
    guess = Label(**label("helmet").box().model_dump(), by="model:ppe/1", at=NOW, score=0.4)
    file = picture(tmp_path / "a.png", 1, SIZE)
    proposed = work.take(draft(file, [guess], state=State.PROPOSED))
    assert proposed is not None
    export(store, [proposed], tmp_path / "out", name, inside=True)
    correct(tmp_path / "out", name, [label("no_helmet", cx=0.2)])
    later = Act(by="person:wang", at=NOW + timedelta(days=1), why="labelled in the tool")
    back = Intake(store, VOCABULARY, later)
    stated = Stated("back", "back", OPEN, throughout=("no_helmet", "helmet"))
    import_format(tmp_path / "corrected", name, stated, back)
    sample = store.get(proposed.sha256)
    assert back.changed == [proposed.sha256]
    assert sample.state is State.LABELLED
    assert [(box.label, box.by) for box in sample.labels] == [("no_helmet", "person:wang")]
    assert sample.known == {"no_helmet", "helmet"}
    last = store.history(sample.sha256)[-1]
    assert last.before == proposed
    assert sample.provenance == proposed.provenance


@pytest.mark.parametrize("name", ["cvat", "label-studio"])
def test_a_picture_that_shows_nothing_comes_back_as_a_hard_negative(
    store: SampleStore, tmp_path: Path, name: str
) -> None:
    file = picture(tmp_path / "a.png", 1, SIZE)
    proposed = intake(store).take(draft(file, [], state=State.PROPOSED))
    assert proposed is not None
    export(store, [proposed], tmp_path / "out", name, inside=True)
    correct(tmp_path / "out", name, [])
    stated = Stated("back", "back", OPEN, throughout=("fire",))
    import_format(tmp_path / "corrected", name, stated, intake(store))
    sample = store.get(proposed.sha256)
    assert (sample.state, sample.labels, sample.known) == (State.LABELLED, (), {"fire"})


def test_what_nobody_labelled_stays_a_proposal(store: SampleStore, tmp_path: Path) -> None:
    file = picture(tmp_path / "a.png", 1, SIZE)
    proposed = intake(store).take(draft(file, [label("fire")], state=State.PROPOSED))
    assert proposed is not None
    export(store, [proposed], tmp_path / "out", "label-studio", inside=True)
    import_format(tmp_path / "out", "label-studio", STATED, intake(store))
    assert store.get(proposed.sha256) == proposed


def test_an_untouched_label_does_not_undo_what_somebody_else_corrected(
    store: SampleStore, tmp_path: Path
) -> None:
    (sample,) = filled(store, tmp_path, [[label("helmet")]])
    export(store, [sample], tmp_path / "out", "cvat")
    newer = sample.model_copy(update={"labels": (label("fire"),)})
    store.change(newer, Event.LABEL, ACT)
    import_format(tmp_path / "out", "cvat", STATED, intake(store))
    assert store.get(sample.sha256).labels == (label("fire"),)


def test_reference_pictures_keep_their_region(store: SampleStore, tmp_path: Path) -> None:
    region = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.5))
    reference = Reference(state="abnormal", hazard="EQUIP-01", camera="pumps", region=region)
    sample = intake(store).take(draft(picture(tmp_path / "a.png", 1), reference=reference))
    assert sample is not None
    export(store, [sample], tmp_path / "out", "voc")
    with SampleStore.open(tmp_path / "two", create=True) as two:
        import_format(tmp_path / "out", "voc", STATED, intake(two))
        assert two.select() == [sample]


def test_what_is_not_to_be_passed_on_stays_unless_it_stays_inside(
    store: SampleStore, tmp_path: Path
) -> None:
    work = intake(store)
    unstated = Licence(text="none stated", kind=LicenceClass.UNSTATED)
    own = Licence(text="own", kind=LicenceClass.OWN)
    for number, licence in enumerate((OPEN, unstated, own)):
        work.take(draft(picture(tmp_path / f"{number}.png", number), licence=licence))
    refused = export(store, store.select(), tmp_path / "out", "yolo")
    assert sorted(refusal.field for refusal in refused) == ["licence", "privacy"]
    assert all("--inside" in refusal.problem for refusal in refused)
    assert len(list((tmp_path / "out").rglob("*.png"))) == 1
    assert export(store, store.select(), tmp_path / "inside", "yolo", inside=True) == []


def test_a_withdrawn_sample_goes_nowhere(store: SampleStore, tmp_path: Path) -> None:
    (sample,) = filled(store, tmp_path, [[]])
    gone = store.change(sample, Event.WITHDRAW, ACT)
    with pytest.raises(SampleError, match="1 of 1 samples may not go"):
        export(store, [gone], tmp_path / "out", "coco", inside=True)
    assert store.select(Wanted(states=[State.WITHDRAWN])) == [gone]


def test_a_folder_that_is_not_empty_is_left_alone(store: SampleStore, tmp_path: Path) -> None:
    samples = filled(store, tmp_path / "pictures", [[]])
    with pytest.raises(SampleError, match="not empty"):
        export(store, samples, tmp_path / "pictures", "coco")
