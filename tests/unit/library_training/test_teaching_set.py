"""Leaving sources out and taking proposals touch training pictures only."""

import json
from pathlib import Path

import pytest

from hazard_library.datasets.version import Box, DatasetVersion, Picture, Split
from hazard_library.errors import TrainingError
from hazard_library.training.teaching_set import (
    MachineLabels,
    with_machine_labels,
    without_sources,
)

LABELS = ("person", "vehicle")
LIST = MachineLabels(list="cars.jsonl", label="vehicle")


def picture(name: str, source: str, split: Split = "train", *known: str) -> Picture:
    return Picture(
        file=f"{name}.jpg",
        sha256=name * 64,
        source=source,
        licence="own",
        split=split,
        width=10,
        height=10,
        known=known or ("person",),
        boxes=(Box(label="person", cx=0.5, cy=0.5, w=0.2, h=0.2),),
    )


@pytest.fixture
def version() -> DatasetVersion:
    pictures = (
        picture("a", "street"),
        picture("b", "yard"),
        picture("c", "yard", "val"),
        picture("d", "yard", "train", "person", "vehicle"),
    )
    return DatasetVersion(labels=LABELS, pictures=pictures)


def write(folder: Path, *rows: dict[str, object]) -> None:
    lines = ["# by a test", *(json.dumps(row) for row in rows)]
    (folder / LIST.list).write_text("\n".join(lines), encoding="utf-8")


def test_a_source_left_out_is_still_judged(version: DatasetVersion) -> None:
    left = without_sources(version, ["yard"])
    assert [(p.source, p.split) for p in left.pictures] == [("street", "train"), ("yard", "val")]


def test_leaving_out_what_is_not_there_is_a_mistake(version: DatasetVersion) -> None:
    with pytest.raises(TrainingError, match="no source quay in this version"):
        without_sources(version, ["quay"])


def test_proposals_teach_where_people_said_nothing(version: DatasetVersion, tmp_path: Path) -> None:
    row = {"sure": [[0.2, 0.2, 0.1, 0.1]], "unsure": [[0.8, 0.8, 0.1, 0.1]]}
    write(tmp_path, *({"sha256": name * 64, **row} for name in "acd"))
    taught = {p.sha256[0]: p for p in with_machine_labels(version, [LIST], tmp_path).pictures}
    assert taught["a"].known == ("person", "vehicle")
    assert [box.label for box in taught["a"].boxes] == ["person", "vehicle"]
    assert [box.label for box in taught["a"].unsure] == ["vehicle"]
    before = {p.sha256[0]: p for p in version.pictures}
    # Not proposed for, of the validation split, labelled by people: all three stay as they were.
    assert all(taught[name] == before[name] for name in "bcd")


def test_a_list_for_a_class_not_taught_is_a_mistake(
    version: DatasetVersion, tmp_path: Path
) -> None:
    wrong = MachineLabels(list="cars.jsonl", label="lorry")
    with pytest.raises(TrainingError, match="lorry is not among the labels taught"):
        with_machine_labels(version, [wrong], tmp_path)


def test_a_malformed_list_is_named(version: DatasetVersion, tmp_path: Path) -> None:
    write(tmp_path, {"sha256": "short"})
    with pytest.raises(TrainingError, match=r"cars\.jsonl: no readable list"):
        with_machine_labels(version, [LIST], tmp_path)
