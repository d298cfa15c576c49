"""Versions from the store: nothing leaks, nothing withdrawn stays, nothing changes afterwards."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from library_samples import ACT, NOW, draft, intake, label, picture
from PIL import Image, ImageOps

from hazard_library.datasets.assembling import assemble
from hazard_library.datasets.difference import difference
from hazard_library.datasets.leaks import find_leaks
from hazard_library.datasets.selection import Part, VersionSpec, read_spec
from hazard_library.datasets.shelf import (
    open_version,
    read_version,
    shelve,
    shelved,
    version_file,
    versions_with,
    withdrawn_from,
)
from hazard_library.datasets.version import DatasetVersion, picture_file
from hazard_library.errors import DatasetError
from hazard_library.samples.review import Act, Event, State
from hazard_library.samples.sample import Sample
from hazard_library.samples.store import SampleStore

SPEC = VersionSpec(labels=("person", "helmet"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "library", create=True) as opened:
        yield opened


def add(
    store: SampleStore, file: Path, known: Sequence[str] = ("helmet",), **said: object
) -> Sample:
    sample = intake(store).take(draft(file, [label("helmet"), label("fire")], known, **said))
    assert sample is not None
    return sample


def three(store: SampleStore, tmp_path: Path) -> list[Sample]:
    splits = ("train", "train", "val")
    return [add(store, picture(tmp_path / f"{n}.png", n), split=s) for n, s in enumerate(splits)]


def make(store: SampleStore, name: str, spec: VersionSpec = SPEC) -> DatasetVersion:
    version = assemble(store, spec, name, NOW)
    shelve(store, version)
    return version


def test_a_version_teaches_the_asked_classes_and_only_where_they_are_known(
    store: SampleStore, tmp_path: Path
) -> None:
    three(store, tmp_path)
    version = assemble(store, SPEC, "one", NOW)
    assert [p.known for p in version.pictures] == [("helmet",)] * 3
    assert {box.label for p in version.pictures for box in p.boxes} == {"helmet"}
    assert version.counts() == {"train": 2, "val": 1, "person": 0, "helmet": 3}
    assert all(picture_file(store.root, p).is_file() for p in version.pictures)


def test_a_proposed_sample_is_in_no_version(store: SampleStore, tmp_path: Path) -> None:
    three(store, tmp_path)
    add(store, picture(tmp_path / "p.png", 9), state=State.PROPOSED)
    assert len(assemble(store, SPEC, "one", NOW).pictures) == 3


def test_a_version_is_written_once_and_read_back_whole(store: SampleStore, tmp_path: Path) -> None:
    three(store, tmp_path)
    version = make(store, "one")
    assert read_version(store, "one") == version
    assert open_version(store.root, "one") == (version, store.root)
    with pytest.raises(DatasetError, match="choose another name"):
        make(store, "one")
    with pytest.raises(DatasetError, match="small letters"):
        make(store, "../one")
    with pytest.raises(DatasetError, match="there are: one"):
        read_version(store, "two")


def test_a_changed_manifest_is_not_read(store: SampleStore, tmp_path: Path) -> None:
    three(store, tmp_path)
    make(store, "one")
    file = version_file(store.root, "one")
    file.write_text(file.read_text("utf-8").replace('"train"', '"val"', 1), encoding="utf-8")
    with pytest.raises(DatasetError, match="changed since it was written"):
        read_version(store, "one")


def test_a_withdrawn_sample_is_in_no_later_version_and_named_in_the_former(
    store: SampleStore, tmp_path: Path
) -> None:
    first = three(store, tmp_path)[0]
    make(store, "one")
    store.change(first, Event.WITHDRAW, Act(by="person:li", at=NOW, why="consent revoked"))
    later = make(store, "two")
    assert first.sha256 not in {p.sha256 for p in later.pictures}
    assert withdrawn_from(store, "one") == (first.sha256,)
    assert versions_with(store, first.sha256) == ("one",)
    assert [(item.name, len(item.withdrawn)) for item in shelved(store)] == [("one", 1), ("two", 0)]
    with pytest.raises(DatasetError, match="create a new version"):
        open_version(store.root, "one")


def recoloured(file: Path, target: Path) -> Path:
    """Write the mirrored, smaller and darker twin of a picture."""
    with Image.open(file) as opened:
        twin = ImageOps.mirror(opened).resize((72, 48)).point(lambda value: value * 0.8)
    twin.save(target)
    return target


def planted(store: SampleStore, tmp_path: Path, what: str) -> Sample:
    """Add a training picture that gives away a validation picture."""
    three(store, tmp_path)
    if what == "look alike":
        return add(store, recoloured(tmp_path / "2.png", tmp_path / "twin.png"), split="train")
    field = {"same scene": "group", "same camera": "camera"}[what]
    add(store, picture(tmp_path / "v.png", 21), split="val", **{field: "hall"})
    return add(store, picture(tmp_path / "t.png", 20), split="train", **{field: "hall"})


@pytest.mark.parametrize("what", ["look alike", "same scene", "same camera"])
def test_a_planted_leak_fails_the_version(store: SampleStore, tmp_path: Path, what: str) -> None:
    leak = planted(store, tmp_path, what)
    with pytest.raises(DatasetError, match=what) as failed:
        make(store, "one")
    assert leak.sha256[:12] in str(failed.value)
    assert "1 training pictures leak" in str(failed.value)
    assert shelved(store) == []


@pytest.mark.parametrize("what", ["look alike", "same scene", "same camera"])
def test_a_leak_left_out_is_said_in_the_manifest(
    store: SampleStore, tmp_path: Path, what: str
) -> None:
    leak = planted(store, tmp_path, what)
    version = make(store, "one", SPEC.model_copy(update={"leaks": "leave-out"}))
    (left,) = read_version(store, "one").left_out
    assert left.sha256 == leak.sha256
    assert what in left.why
    assert find_leaks(version.pictures, store.looks()) == []


@pytest.mark.parametrize("what", ["look alike", "same scene", "same camera"])
def test_the_validation_picture_can_be_the_one_left_out(
    store: SampleStore, tmp_path: Path, what: str
) -> None:
    leak = planted(store, tmp_path, what)
    version = make(store, "one", SPEC.model_copy(update={"leaks": "leave-out-validation"}))
    assert leak.sha256 in {picture.sha256 for picture in version.of("train")}
    assert version.left_out
    assert all(what in left.why for left in version.left_out)
    assert find_leaks(version.pictures, store.looks()) == []


def test_a_camera_on_both_sides_can_be_accepted_with_a_reason(
    store: SampleStore, tmp_path: Path
) -> None:
    planted(store, tmp_path, "same camera")
    accepted = [{"name": "hall", "why": "the only camera there is"}]
    spec = VersionSpec.model_validate(SPEC.model_dump(by_alias=True) | {"accepted": accepted})
    assert len(make(store, "one", spec).pictures) == 5
    assert read_version(store, "one").accepted[0].name == "hall"


def test_samples_without_a_split_stay_together_by_scene_camera_and_looks(
    store: SampleStore, tmp_path: Path
) -> None:
    for number in range(30):
        field = {"group" if number % 2 else "camera": f"place {number % 6}"}
        file = picture(tmp_path / f"{number}.png", number)
        add(store, file, **field)
        add(store, recoloured(file, tmp_path / f"twin{number}.png"))
    version = make(store, "one", SPEC.model_copy(update={"val_share": 0.4}))
    assert find_leaks(version.pictures, store.looks()) == []
    assert {"train", "val"} == {p.split for p in version.pictures}


def test_a_later_version_keeps_the_sides_of_its_parent(store: SampleStore, tmp_path: Path) -> None:
    for number in range(12):
        add(store, picture(tmp_path / f"{number}.png", number))
    first = make(store, "one")
    for number in range(12, 24):
        add(store, picture(tmp_path / f"{number}.png", number))
    spec = SPEC.model_copy(update={"val_share": 0.9})
    later = assemble(store, spec, "two", NOW, first)
    sides = {p.sha256: p.split for p in later.pictures}
    assert all(sides[p.sha256] == p.split for p in first.pictures)
    assert later.parent == "one"


def test_the_difference_names_what_came_went_and_changed(
    store: SampleStore, tmp_path: Path
) -> None:
    samples = three(store, tmp_path)
    make(store, "one")
    store.change(samples[0], Event.WITHDRAW, ACT)
    store.change(samples[1].model_copy(update={"labels": ()}), Event.LABEL, ACT)
    new = add(store, picture(tmp_path / "new.png", 7), split="train")
    make(store, "two")
    told = difference(read_version(store, "one"), read_version(store, "two"))
    assert [p.sha256 for p in told.removed] == [samples[0].sha256]
    assert [p.sha256 for p in told.added] == [new.sha256]
    assert [(c.sha256, c.fields) for c in told.changed] == [(samples[1].sha256, ("boxes",))]
    assert told.counts == {"helmet": (3, 2)}


def test_parts_weigh_and_thin_out_what_they_name(store: SampleStore, tmp_path: Path) -> None:
    three(store, tmp_path)
    spec = SPEC.model_copy(update={"parts": (Part(sources=("site-a",), repeat=3, share=0.000001),)})
    version = assemble(store, spec, "one", NOW)
    assert [(p.split, p.repeat) for p in version.pictures] == [("val", 3)]


def test_a_box_that_is_not_taught_may_leave_a_doubt(store: SampleStore, tmp_path: Path) -> None:
    three(store, tmp_path)
    spec = SPEC.model_copy(update={"parts": (Part(unsure={"fire": ("person",)}),)})
    version = assemble(store, spec, "one", NOW)
    assert {(box.label, box.cx) for p in version.pictures for box in p.unsure} == {("person", 0.5)}


def test_nothing_that_fits_is_said(store: SampleStore, tmp_path: Path) -> None:
    three(store, tmp_path)
    spec = SPEC.model_copy(update={"parts": (Part(collections=("none",)),)})
    with pytest.raises(DatasetError, match="no sample of the library fits"):
        assemble(store, spec, "one", NOW)


def test_a_spec_that_does_not_fit_names_the_field(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("schema: version-spec/1\nlabels: [person]\ncolour: red\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="colour"):
        read_spec(file)
