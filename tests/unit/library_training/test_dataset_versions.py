"""A dataset version is what its pictures, labels and knowledge say, hashed."""

import hashlib
import json
from pathlib import Path

import pytest

from hazard_library.datasets.material import material_root
from hazard_library.datasets.version import AbsenceList, DatasetVersion, DataSpec, SetSpec
from hazard_library.datasets.version import build_version as build
from hazard_library.errors import DatasetError

LABELS = ("person", "helmet", "fire")
FIRST_FIELDS = {
    *("file", "sha256", "source", "licence", "split", "width", "height", "known", "boxes"),
    *("repeat", "unsure"),
}
PARTS = (
    SetSpec(
        folder="data/ppe", classes=("person", "helmet", "fallen"), unsure={"fallen": ("person",)}
    ),
)


def material(root: Path, labels: str = "1 0.5 0.5 0.2 0.4\n2 0.3 0.3 0.1 0.1\n") -> Path:
    """Write one labelled picture with its manifest; only its bytes matter here."""
    folder = root / "data" / "ppe"
    for part in ("images", "labels"):
        (folder / part / "train").mkdir(parents=True)
    picture = folder / "images" / "train" / "a.jpg"
    picture.write_bytes(b"pixels")
    (folder / "labels" / "train" / "a.txt").write_text(labels, encoding="utf-8")
    row = {
        "file": "images/train/a.jpg",
        "sha256": hashlib.sha256(b"pixels").hexdigest(),
        "source": "helmets-only",
        "licence": "CC0-1.0",
        "split": "train",
        "width": 100,
        "height": 80,
        "exhaustive": ["helmet", "vest"],
    }
    (folder / "manifest.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return root


def test_only_classes_the_source_labels_throughout_are_known(tmp_path: Path) -> None:
    version = build(DataSpec(sets=PARTS), LABELS, material(tmp_path), tmp_path)
    assert version.pictures[0].known == ("helmet",)


def test_a_source_looked_through_by_eye_is_known_for_what_it_does_not_show(tmp_path: Path) -> None:
    spec = DataSpec(sets=PARTS, reviewed_absent={"helmets-only": ("fire",)})
    version = build(spec, LABELS, material(tmp_path), tmp_path)
    assert version.pictures[0].known == ("helmet", "fire")


def test_a_picture_on_an_absence_list_is_known_to_show_nobody(tmp_path: Path) -> None:
    lines = "# looked at by eye\ndata/ppe/images/train/a.jpg\n"
    (tmp_path / "nobody.txt").write_text(lines, encoding="utf-8")
    lists = (AbsenceList(list="nobody.txt", absent=("person",)),)
    spec = DataSpec(sets=PARTS, absence_lists=lists)
    version = build(spec, LABELS, material(tmp_path), tmp_path)
    assert version.pictures[0].known == ("person", "helmet")


def test_a_class_that_is_not_taught_leaves_no_box_but_may_leave_a_doubt(tmp_path: Path) -> None:
    (picture,) = build(DataSpec(sets=PARTS), LABELS, material(tmp_path), tmp_path).pictures
    assert [box.label for box in picture.boxes] == ["helmet"]
    assert [(box.label, box.cx) for box in picture.unsure] == [("person", 0.3)]


def test_equal_content_is_the_same_version_and_one_box_more_is_another(tmp_path: Path) -> None:
    spec = DataSpec(sets=PARTS)
    one = build(spec, LABELS, material(tmp_path / "one"), tmp_path)
    same = build(spec, LABELS, material(tmp_path / "same"), tmp_path)
    other = build(spec, LABELS, material(tmp_path / "other", "0 0.5 0.5 0.1 0.1\n"), tmp_path)
    assert one.sha256 == same.sha256 != other.sha256


def test_a_manifest_reads_back_as_the_version_it_was(tmp_path: Path) -> None:
    version = build(DataSpec(sets=PARTS), LABELS, material(tmp_path), tmp_path)
    file = tmp_path / "dataset.jsonl"
    version.write(file)
    assert DatasetVersion.read(file) == version
    header = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
    assert header["sha256"] == version.sha256
    assert header["counts"] == {"train": 1, "val": 0, "person": 0, "helmet": 1, "fire": 0}


def test_a_manifest_whose_content_was_changed_is_refused(tmp_path: Path) -> None:
    version = build(DataSpec(sets=PARTS), LABELS, material(tmp_path), tmp_path)
    file = tmp_path / "dataset.jsonl"
    version.write(file)
    file.write_text(file.read_text(encoding="utf-8").replace("0.4", "0.3"), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"its content is .* restore"):
        DatasetVersion.read(file)


def test_a_manifest_of_before_there_were_names_reads_as_well(tmp_path: Path) -> None:
    version = build(DataSpec(sets=PARTS), LABELS, material(tmp_path), tmp_path)
    file = tmp_path / "dataset.jsonl"
    rows = [picture.model_dump(include=FIRST_FIELDS) for picture in version.pictures]
    header = {"schema": "dataset-version/1", "labels": LABELS}
    file.write_text("\n".join(json.dumps(line) for line in [header, *rows]), encoding="utf-8")
    assert DatasetVersion.read(file) == version


def test_where_pictures_lie_and_how_they_are_licensed_is_no_part_of_the_identity(
    tmp_path: Path,
) -> None:
    version = build(DataSpec(sets=PARTS), LABELS, material(tmp_path), tmp_path)
    (picture,) = version.pictures
    moved = picture.model_copy(update={"file": "blobs/aa/a.jpg", "licence": "MIT", "group": "x"})
    relabelled = picture.model_copy(update={"known": ()})
    assert version.model_copy(update={"pictures": (moved,)}).sha256 == version.sha256
    assert version.model_copy(update={"pictures": (relabelled,)}).sha256 != version.sha256


def test_a_changed_picture_is_refused(tmp_path: Path) -> None:
    root = material(tmp_path)
    (root / "data/ppe/images/train/a.jpg").write_bytes(b"other pixels")
    with pytest.raises(DatasetError, match=r"a\.jpg: SHA-256 is .* restore the file"):
        build(DataSpec(sets=PARTS), LABELS, root, tmp_path)


def test_a_missing_label_file_is_refused(tmp_path: Path) -> None:
    root = material(tmp_path)
    (root / "data/ppe/labels/train/a.txt").unlink()
    with pytest.raises(DatasetError, match=r"a\.txt: cannot be read"):
        build(DataSpec(sets=PARTS), LABELS, root, tmp_path)


def test_a_malformed_label_line_names_the_manifest_line(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"manifest\.jsonl:1: malformed entry"):
        build(DataSpec(sets=PARTS), LABELS, material(tmp_path, "one 0.5\n"), tmp_path)


def test_an_unreadable_dataset_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "dataset.jsonl"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(DatasetError, match="no readable dataset version"):
        DatasetVersion.read(file)


def test_the_stated_folder_of_material_wins_over_the_one_beside(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "checkout").mkdir()
    (tmp_path / "stated").mkdir()
    start = tmp_path / "checkout"
    assert material_root({}, start) == tmp_path / "shared"
    stated = str(tmp_path / "stated")
    assert material_root({"PATROL_MATERIAL": stated}, start) == tmp_path / "stated"


def test_no_material_at_all_says_which_variable_to_set(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="set PATROL_MATERIAL"):
        material_root({}, tmp_path / "a" / "b")
