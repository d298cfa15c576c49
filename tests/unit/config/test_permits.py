"""`permits.yaml`: what a permit says, and what it must not say."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.config import Site, load_site
from edge.config.permits import load_permits
from edge.errors import ConfigError
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.contract.ids import CameraId

SITE = """\
site: yard
device: box-1
stores: stores
cameras:
  - id: gate
    source: {kind: file, path: a.mp4}
    zones:
      - {id: 焊接区, points: [[0.1, 0.1], [0.9, 0.1], [0.5, 0.4]]}
    hazards: [{id: FIRE-01}, {id: FIRE-02}]
  - id: hall
    source: {kind: file, path: b.mp4}
    hazards: [{id: FIRE-02}]
"""
GOOD = """\
permits:
  - id: DH-2026-018
    kind: 动火
    cameras: [gate]
    zones: [焊接区]
    hazards: [FIRE-01, FIRE-02]
    from: 2026-11-24 08:00
    to: 2026-11-24 16:00
    note: 三号罐检修
  - id: DH-2026-019
    kind: hot_work
    cameras: [gate, hall]
    hazards: [FIRE-02]
    from: 2026-11-24T08:00:00+00:00
    to: 2026-11-24T16:00:00+00:00
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def site(tmp_path: Path, catalogue: Catalogue) -> Site:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    return load_site(tmp_path / "site.yaml", catalogue)


def written(site: Site, text: str) -> Site:
    (site.folder / "permits.yaml").write_text(text, encoding="utf-8")
    return site


def test_a_permit_is_known_to_its_cameras_with_what_is_drawn_there(
    site: Site, catalogue: Catalogue
) -> None:
    permits = load_permits(written(site, GOOD), catalogue)
    first, second = permits.by_camera[CameraId("gate")]
    assert (first.id, [zone.id for zone in first.zones]) == ("DH-2026-018", ["焊接区"])
    assert first.begins == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert second.begins == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert [one.id for one in permits.by_camera[CameraId("hall")]] == ["DH-2026-019"]


def test_no_file_and_an_empty_one_mean_no_permits(site: Site, catalogue: Catalogue) -> None:
    assert load_permits(site, catalogue).listed == ()
    assert load_permits(written(site, "permits: []\n"), catalogue).listed == ()
    assert load_permits(written(site, ""), catalogue).listed == ()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "party"}, "permits.0.kind"),
    ({"cameras": ["moon"]}, "permits.0.cameras.0: the site has no camera moon; it has gate, hall"),
    ({"cameras": []}, "permits.0.cameras"),
    ({"zones": ["焊接区"], "cameras": ["hall"]}, "camera hall has no zone '焊接区'; draw it there"),
    ({"zones": []}, "hazards.0: FIRE-01 is excused only in drawn zones; name them under zones"),
    ({"hazards": ["FIRE-04"]}, "hot_work does not excuse FIRE-04, no permit does; remove it"),
    ({"hazards": ["PPE-01"]}, "hot_work does not excuse PPE-01, no permit does; remove it"),
    ({"hazards": ["CONF-02"]}, "hot_work does not excuse CONF-02, confined_space does; remove it"),
    ({"hazards": ["FIRE-99"]}, "the catalogue has no hazard FIRE-99; mend the id"),
    ({"to": "2026-11-24 07:00"}, "permits.0.to: it ends before it begins; mend from or to"),
    ({"to": "2026-11-28 08:00"}, "a permit for hot_work holds for 72 h at most; shorten it"),
    ({"id": "DH-2026-019"}, "permit 'DH-2026-019' stands here twice; remove one"),
    ({"colour": "red"}, "permits.0.colour: unknown key; remove it or mend its spelling"),
]


@pytest.mark.parametrize(("change", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_permit_is_named_with_file_line_and_remedy(
    site: Site, catalogue: Catalogue, change: dict[str, Any], said: str
) -> None:
    data = yaml.safe_load(GOOD)
    data["permits"][0] |= change
    with pytest.raises(ConfigError) as fault:
        load_permits(written(site, yaml.safe_dump(data, allow_unicode=True)), catalogue)
    assert said in str(fault.value)
    assert str(fault.value).startswith(f"{site.folder / 'permits.yaml'}:")


def test_nothing_severe_is_excused_unless_the_catalogue_says_by_what(catalogue: Catalogue) -> None:
    grave = {h.id: h.excused_by for h in catalogue.hazards.values() if h.severity == 4}
    assert {code for code, kinds in grave.items() if kinds} == {"FIRE-01", "CONF-02"}
    never = ("FIRE-04", "FIRE-05", "CONF-01", "CONF-03", "VEH-03", "PPE-01")
    assert not any(catalogue.hazards[code].excused_by for code in never)  # type: ignore[index]


def test_a_hazard_that_goes_by_permits_needs_a_file_of_them(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    data = yaml.safe_load(SITE)
    data["cameras"][0]["zones"] = [{"id": "入口", "points": [[0.1, 0.5], [0.9, 0.5]]}]
    data["cameras"][0]["hazards"] = [{"id": "CONF-02", "zones": ["入口"]}]
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(ConfigError, match="CONF-02 goes by work permits; write"):
        load_site(file, catalogue)
    (tmp_path / "permits.yaml").write_text("permits: []\n")
    assert load_site(file, catalogue).cameras[0].hazards[0].id == "CONF-02"
