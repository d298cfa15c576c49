"""The report is one page that holds everything it shows and says what one has to know."""

import re
from pathlib import Path

import pytest
from library_samples import ACT, NOW, draft, intake, label, picture

from hazard_library.datasets.assembling import assemble
from hazard_library.datasets.report import class_rows, source_rows, write_report
from hazard_library.datasets.selection import VersionSpec
from hazard_library.datasets.version import DatasetVersion
from hazard_library.samples.review import Event
from hazard_library.samples.sample import Licence, LicenceClass
from hazard_library.samples.store import SampleStore

UNSTATED = Licence(text="none stated", kind=LicenceClass.UNSTATED)


@pytest.fixture
def made(tmp_path: Path) -> tuple[DatasetVersion, Path]:
    spec = VersionSpec.model_validate({"labels": ["person", "helmet"], "leaks": "leave-out"})
    with SampleStore.open(tmp_path / "library", create=True) as store:
        work = intake(store)
        for number, split in enumerate(("train", "train", "val", "train")):
            file = picture(tmp_path / f"{number}.png", number)
            boxes = [label("helmet", cx=0.3), label("helmet", cx=0.7)]
            group = "yard" if number >= 2 else None
            work.take(draft(file, boxes, ["helmet"], split=split, licence=UNSTATED, group=group))
        return assemble(store, spec, "one", NOW), store.root


def test_it_counts_boxes_and_where_they_are_labelled_throughout(
    made: tuple[DatasetVersion, Path],
) -> None:
    person, helmet = class_rows(made[0])
    assert (person.boxes_train, person.known_train, person.sources) == (0, 0, 0)
    assert (helmet.boxes_train, helmet.boxes_val, helmet.known_train) == (4, 2, 2)
    (source,) = source_rows(made[0])
    assert (source.train, source.val, source.known) == (2, 1, ("helmet",))


def test_the_page_reaches_for_nothing_outside(
    made: tuple[DatasetVersion, Path], tmp_path: Path
) -> None:
    version, root = made
    page = write_report(version, (), tmp_path / "report.html", root).read_text(encoding="utf-8")
    addresses = re.findall(r'(?:src|href)="([^"#][^"]{0,20})', page)
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert page.count("<svg") == 2


def test_it_says_what_was_left_out_withdrawn_and_not_to_be_passed_on(
    made: tuple[DatasetVersion, Path], tmp_path: Path
) -> None:
    version, root = made
    with SampleStore.open(root) as store:
        gone = store.change(store.get(version.pictures[0].sha256), Event.WITHDRAW, ACT)
    file = write_report(version, (gone.sha256,), tmp_path / "report.html", root)
    page = file.read_text(encoding="utf-8")
    assert gone.sha256 in page
    assert "same scene yard" in page
    assert "不得对外分发：site-a" in page
    assert page.count("<figure>") == 2


def test_the_same_version_gives_the_same_page(
    made: tuple[DatasetVersion, Path], tmp_path: Path
) -> None:
    pages = [
        write_report(made[0], (), tmp_path / name, made[1]).read_bytes() for name in ("a", "b")
    ]
    assert pages[0] == pages[1]
