"""A set comes in as it lies, with what is known of its sources as statements."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from library_samples import intake, picture

from hazard_library.errors import SampleError
from hazard_library.samples.folders import inside
from hazard_library.samples.knowledge import NOTHING, Knowledge, read_knowledge
from hazard_library.samples.material import import_set
from hazard_library.samples.sample import LicenceClass
from hazard_library.samples.store import SampleStore

KNOWLEDGE = """
schema: library-knowledge/1
licences: {CC BY 4.0: open}
sources:
  web: {camera: gate, scene: 'film_(\\d+)-'}
throughout:
  - {sources: [web], labels: [smoke], by: 'person:li', at: 2026-01-01T00:00:00Z, why: looked}
  - {list: nobody.txt, labels: [person], by: 'person:li', at: 2026-01-01T00:00:00Z, why: empty}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "library", create=True) as opened:
        yield opened


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    (tmp_path / "nobody.txt").write_text("# seen\ndata/site/images/train/1.png\n", "utf-8")
    (tmp_path / "material.yaml").write_text(KNOWLEDGE, encoding="utf-8")
    return read_knowledge(tmp_path / "material.yaml")


def make_set(folder: Path, count: int = 2, **changed: object) -> Path:
    """Write a set of `count` pictures, each with a helmet and a fallen person."""
    rows = []
    for number in range(count):
        file = picture(folder / f"images/train/{number}.png", number)
        label = folder / f"labels/train/{number}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text("0 0.5 0.5 0.25 0.25\n1 0.3 0.3 0.1 0.1\n", encoding="utf-8")
        row = {
            "file": f"images/train/{number}.png",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "width": 96,
            "height": 64,
            "source": "web",
            "licence": "CC BY 4.0",
            "split": "train",
            "exhaustive": ["helmet"],
            "original_path": f"film_{number}-00{number}.png",
        }
        rows.append(row | changed if number == 0 else row)
    (folder / "data.yaml").write_text("names: {0: helmet, 1: fallen}\n", encoding="utf-8")
    lines = "\n".join(json.dumps(row) for row in rows)
    (folder / "manifest.jsonl").write_text(lines + "\n", encoding="utf-8")
    return folder


def test_a_row_and_what_is_known_become_a_sample(
    store: SampleStore, tmp_path: Path, knowledge: Knowledge
) -> None:
    import_set(make_set(tmp_path / "site"), "site", knowledge, intake(store))
    samples = {sample.provenance.path: sample for sample in store.select()}
    sample = samples["images/train/1.png"]
    assert [label.label for label in sample.labels] == ["helmet", "fallen"]
    assert sample.known == {"helmet", "smoke", "person"}
    assert samples["images/train/0.png"].known == {"helmet", "smoke"}
    assert (sample.group, sample.camera, sample.split) == ("gate/1", "gate", "train")
    assert sample.licence.kind is LicenceClass.OPEN
    assert [s.why for s in sample.exhaustive] == ["", "looked", "empty"]


def test_a_licence_that_nobody_named_is_unstated(store: SampleStore, tmp_path: Path) -> None:
    import_set(make_set(tmp_path / "site"), "site", NOTHING, intake(store))
    assert {sample.licence.kind for sample in store.select()} == {LicenceClass.UNSTATED}


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"sha256": "0" * 64}, "sha256", "restore the file"),
        ({"file": "../../etc/passwd"}, "labels", "leads out of the folder"),
        ({"file": "images/train/none.png"}, "labels", "none.txt"),
        ({"width": 10}, "size", "mend the manifest"),
        ({"exhaustive": ["unicorn"]}, "label", "unknown class unicorn"),
        ({"split": "test"}, "line", "malformed"),
    ],
)
def test_a_bad_row_is_listed_and_the_rest_comes_in(
    store: SampleStore, tmp_path: Path, changed: dict[str, object], field: str, says: str
) -> None:
    work = intake(store)
    import_set(make_set(tmp_path / "site", **changed), "site", NOTHING, work)
    assert len(work.added) == 1
    (refusal,) = work.refused
    assert refusal.field == field
    assert says in str(refusal)


@pytest.mark.parametrize("line", ["0 0.5 0.5 0.2", "7 0.5 0.5 0.1 0.1", "-1 0.5 0.5 0.1 0.1", "x"])
def test_a_bad_label_line_refuses_its_picture(
    store: SampleStore, tmp_path: Path, line: str
) -> None:
    folder = make_set(tmp_path / "site")
    (folder / "labels/train/0.txt").write_text(line, encoding="utf-8")
    work = intake(store)
    import_set(folder, "site", NOTHING, work)
    assert len(work.added) == 1
    assert "mend the label file" in str(work.refused[0])


def test_a_folder_without_a_list_of_classes_is_no_set(store: SampleStore, tmp_path: Path) -> None:
    folder = make_set(tmp_path / "site")
    (folder / "data.yaml").unlink()
    with pytest.raises(SampleError, match=r"data\.yaml .*mend it"):
        import_set(folder, "site", NOTHING, intake(store))


def test_knowledge_that_does_not_fit_names_the_field(tmp_path: Path) -> None:
    file = tmp_path / "material.yaml"
    file.write_text("schema: library-knowledge/1\ncolour: red\n", encoding="utf-8")
    with pytest.raises(SampleError, match="colour"):
        read_knowledge(file)


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "", "..\\x", "a\0b"])
def test_no_name_leads_out_of_a_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(SampleError):
        inside(tmp_path, name)


def test_no_name_goes_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "door").symlink_to("/etc")
    with pytest.raises(SampleError, match="through a link"):
        inside(tmp_path, "door/passwd")
