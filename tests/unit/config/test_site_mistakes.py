import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.config import Sight, load_site
from edge.errors import ConfigError
from hazard_library.catalogue.hazard import Maturity
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.contract.ids import HazardId

Settings = dict[str, object]
Change = Callable[[dict[str, Any]], object]

GOOD = """\
site: yard
device: box-1
stores: stores
cameras:
  - id: gate
    source: {kind: file, path: a.mp4}
    zones:
      - id: pit
        points: [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]
      - id: belt
        points: [[0.1, 0.5], [0.9, 0.5]]
    hazards:
      - id: ZONE-01
        zones: [pit]
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def _mistakes(folder: Path, catalogue: Catalogue, text: str, **more: object) -> list[str]:
    file = folder / "site.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as fault:
        load_site(file, catalogue, **more)  # type: ignore[arg-type]
    return [line.removeprefix(f"{file}:") for line in str(fault.value).splitlines()]


def _changed(change: Change) -> str:
    data = copy.deepcopy(yaml.safe_load(GOOD))
    change(data)
    return yaml.safe_dump(data, sort_keys=False)


def test_a_good_configuration_is_read_whole(tmp_path: Path, catalogue: Catalogue) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(GOOD)
    site = load_site(file, catalogue)
    assert [camera.id for camera in site.cameras] == ["gate"]
    assert site.stores == tmp_path / "stores"
    assert len(site.sha256) == 64


def test_cameras_may_stand_in_files_of_their_own(tmp_path: Path, catalogue: Catalogue) -> None:
    data = yaml.safe_load(GOOD)
    (gate,) = data.pop("cameras")
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(data))
    (tmp_path / "cameras").mkdir()
    (tmp_path / "cameras" / "gate.yaml").write_text(yaml.safe_dump(gate))
    site = load_site(tmp_path / "site.yaml", catalogue)
    assert [camera.id for camera in site.cameras] == ["gate"]
    before = site.sha256
    (tmp_path / "cameras" / "gate.yaml").write_text(yaml.safe_dump(gate | {"sample_fps": 2}))
    assert load_site(tmp_path / "site.yaml", catalogue).sha256 != before


CASES: list[tuple[str, Change, str]] = [
    ("unknown key", lambda d: d.update(colour="red"), "colour: unknown key; remove it"),
    ("unknown key of a camera", lambda d: d["cameras"][0].update(fps=5), "cameras.0.fps: unknown"),
    ("missing field", lambda d: d.pop("device"), "device: missing; add this field"),
    ("wrong type", lambda d: d.update(workers="many"), "workers: "),
    ("device id", lambda d: d.update(device="Box 1"), "device: "),
    ("time zone", lambda d: d.update(time_zone="Mars/Olympus"), "is no time zone; write one such"),
    ("size", lambda d: d.update(quotas={"evidence": "much"}), "is no size; write a number with kB"),
    ("duration", lambda d: d.update(evidence={"pre_roll": 5}), "is no duration; write a number"),
    ("no camera", lambda d: d.update(cameras=[]), "cameras: there is none; add one here"),
    ("source kind", lambda d: d["cameras"][0].update(source={"kind": "usb"}), "cameras.0.source"),
    (
        "password in the file",
        lambda d: d["cameras"][0].update(
            source={"kind": "rtsp", "host": "h", "user": "u", "password": "p"}
        ),
        "a password never stands here; remove it and name password_file or password_env",
    ),
    (
        "password file that is not there",
        lambda d: d["cameras"][0].update(
            source={"kind": "rtsp", "host": "h", "user": "u", "password_file": "no.txt"}
        ),
        "no.txt; create it or mend the path",
    ),
    (
        "password variable that is not set",
        lambda d: d["cameras"][0].update(
            source={"kind": "rtsp", "host": "h", "user": "u", "password_env": "NOT_SET_HERE"}
        ),
        "the environment has no NOT_SET_HERE; set it",
    ),
    (
        "password without a user",
        lambda d: d["cameras"][0].update(
            source={"kind": "rtsp", "host": "h", "password_env": "PATH"}
        ),
        "a password needs a user",
    ),
    (
        "replayed stream",
        lambda d: d["cameras"][0].update(source={"kind": "rtsp", "host": "h"}, mode="replay"),
        "a stream cannot be replayed; write mode: live",
    ),
    (
        "looped replay",
        lambda d: (
            d["cameras"][0].update(mode="replay"),
            d["cameras"][0]["source"].update(loop=True),
        ),
        "a replay ends with its file",
    ),
    (
        "naive start",
        lambda d: d["cameras"][0]["source"].update(start_at="2026-01-01T00:00:00"),
        "start_at: ",
    ),
    (
        "zone outside the picture",
        lambda d: d["cameras"][0]["zones"][0]["points"].__setitem__(1, [1.2, 0.1]),
        "zone 'pit' lies outside the picture at (1.2, 0.1); x and y go from 0 to 1",
    ),
    (
        "polygon of one point",
        lambda d: d["cameras"][0]["zones"][0].update(points=[[0.5, 0.5]]),
        "a polygon needs at least 3, a line exactly 2",
    ),
    (
        "area with two points",
        lambda d: d["cameras"][0]["zones"][0].update(points=[[0.1, 0.1], [0.5, 0.5]]),
        "ZONE-01 needs an area of at least 3 points, zone 'pit' has 2",
    ),
    (
        "area without area",
        lambda d: d["cameras"][0]["zones"][0].update(points=[[0, 0], [0.5, 0.5], [1, 1]]),
        "zone 'pit' has no area",
    ),
    (
        "zone drawn twice",
        lambda d: d["cameras"][0]["zones"][1].update(id="pit"),
        "zone 'pit' is drawn twice",
    ),
    (
        "privacy mask that is a line",
        lambda d: d["cameras"][0].update(
            privacy_masks=[{"id": "desk", "points": [[0, 0], [1, 1]]}]
        ),
        "privacy mask 'desk' is a line; an area needs at least 3 points",
    ),
    (
        "privacy mask outside",
        lambda d: d["cameras"][0].update(
            privacy_masks=[{"id": "desk", "points": [[0, 0], [1, 1], [0, 2]]}]
        ),
        "'desk' lies outside the picture at (0.0, 2.0)",
    ),
    (
        "unknown hazard",
        lambda d: d["cameras"][0]["hazards"][0].update(id="ZONE-99"),
        "the catalogue has no hazard ZONE-99; write another, such as ZONE-01 ",
    ),
    (
        "hazard twice",
        lambda d: d["cameras"][0]["hazards"].append({"id": "ZONE-01", "zones": ["pit"]}),
        "ZONE-01 stands here twice",
    ),
    (
        "camera state that is not looked for",
        lambda d: d["cameras"][0].update(hazards=[{"id": "CAM-02"}], unwatched=["moved"]),
        "CAM-02 waits for moved, which is unwatched here",
    ),
    (
        "draft",
        lambda d: d["cameras"][0]["hazards"].append({"id": "FIRE-03"}),
        "FIRE-03 is a draft of the catalogue",
    ),
    (
        "fire lane that nobody drew",
        lambda d: d["cameras"][0].update(hazards=[{"id": "FIRE-07"}], whole_picture=True),
        "FIRE-07 means nothing without a drawn zone; draw and name it",
    ),
    (
        "zone that is not drawn",
        lambda d: d["cameras"][0]["hazards"][0].update(zones=["moon"]),
        "no zone 'moon' is drawn on this camera",
    ),
    (
        "required zone",
        lambda d: d["cameras"][0]["hazards"][0].update(zones=[]),
        "ZONE-01 needs a drawn zone; name one here, or write whole_picture: true",
    ),
    (
        "crossing without a line",
        lambda d: d["cameras"][0].update(hazards=[{"id": "ZONE-07"}], whole_picture=True),
        "ZONE-07 means nothing without a drawn line (2 points)",
    ),
    (
        "shorter than catalogued",
        lambda d: d["cameras"][0]["hazards"][0].update({"for": "1s"}),
        "shorter than the catalogue's 3s; a site may only ask for longer",
    ),
    (
        "an approved number for what counts nothing",
        lambda d: d["cameras"][0]["hazards"][0].update({"maximum": 3}),
        "ZONE-01 counts up to nothing; remove it",
    ),
    (
        "nothing looked for",
        lambda d: d["cameras"][0].update(hazards=[]),
        "nothing is looked for; list hazards or write all_with_model: true",
    ),
    (
        "camera id twice",
        lambda d: d["cameras"].append(copy.deepcopy(d["cameras"][0])),
        "gate is taken at",
    ),
    (
        "credential file",
        lambda d: d.update(
            link={
                "broker": {"host": "h", "port": 1883},
                "server": "http://h",
                "credential_file": "no.json",
            }
        ),
        "no.json; create it or mend the path",
    ),
    (
        "a link without a certificate",
        lambda d: d.update(link={}),
        "this box has no certificate yet; run patrol edge enrol",
    ),
    (
        "a credential without a broker",
        lambda d: d.update(link={"server": "http://h", "credential_file": "no.json"}),
        "is missing; add it beside credential_file",
    ),
]


@pytest.mark.parametrize(
    ("change", "said"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_each_kind_of_mistake_is_named_with_its_place_and_remedy(
    tmp_path: Path, catalogue: Catalogue, change: Change, said: str
) -> None:
    mistakes = _mistakes(tmp_path, catalogue, _changed(change))
    assert any(said in mistake for mistake in mistakes), mistakes
    assert all(mistake.split(":")[0].isdigit() for mistake in mistakes)


def test_all_mistakes_are_told_at_once_each_at_its_line(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    text = GOOD.replace("site: yard", "site: yard\ncolour: red")
    text = text.replace("kind: file", "kind: file, lop: true").replace("box-1", "Box 1")
    assert [mistake.split(":")[:2] for mistake in _mistakes(tmp_path, catalogue, text)] == [
        ["2", " colour"],
        ["3", " device"],
        ["7", " cameras.0.source.lop"],
    ]
    geometry = GOOD.replace("[0.9, 0.1]", "[9, 0.1]").replace("zones: [pit]", "zones: [moon]")
    assert [mistake.split(":")[0] for mistake in _mistakes(tmp_path, catalogue, geometry)] == [
        "9",
        "14",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site: [", "no valid YAML"),
        ("", "is empty; write `name: value` lines"),
        ("site: a\nsite: b\n", "stands here twice"),
    ],
    ids=["broken", "empty", "key twice"],
)
def test_a_file_that_is_no_document_is_one_mistake(
    tmp_path: Path, catalogue: Catalogue, text: str, said: str
) -> None:
    (mistake,) = _mistakes(tmp_path, catalogue, text)
    assert said in mistake


def test_a_draft_of_the_catalogue_cannot_be_switched_on(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    hazards = dict(catalogue.hazards)
    hazard = hazards[HazardId("ZONE-01")]
    hazards[hazard.id] = hazard.model_copy(update={"maturity": Maturity.DRAFT})
    with_draft = Catalogue(hazards, catalogue.legal, catalogue.sha256)
    (mistake,) = _mistakes(tmp_path, with_draft, GOOD)
    assert "ZONE-01 is a draft of the catalogue; remove it until it is released" in mistake


def test_a_hazard_the_model_cannot_see_is_a_mistake_once_the_model_is_known(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    sight = Sight(frozenset({"fire"}), {"person": ("ppe", "site")})
    (mistake,) = _mistakes(tmp_path, catalogue, GOOD, sight=sight)
    assert mistake == (
        "13: cameras.0.hazards.0.id: ZONE-01 needs a model that sees person; "
        "add ppe or site to models, or remove it"
    )


def test_what_no_installed_model_sees_is_told_as_that(tmp_path: Path, catalogue: Catalogue) -> None:
    (mistake,) = _mistakes(tmp_path, catalogue, GOOD, sight=Sight(frozenset({"fire"})))
    assert "ZONE-01 needs a model that sees person; no installed model sees person" in mistake


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("model: site-hazards", "model: is now models: [site-hazards], a list; write that instead"),
        ("models: ppe", "models: is a list; write models: [ppe]"),
        ("models: []", "models: "),
        ("workers: 3", "workers: stands under inference now; write inference: {workers: 3}"),
    ],
)
def test_the_key_of_old_and_other_slips_with_the_models_have_their_remedy(
    tmp_path: Path, catalogue: Catalogue, line: str, said: str
) -> None:
    (mistake,) = _mistakes(tmp_path, catalogue, f"{line}\n{GOOD}")
    assert mistake.startswith("1: ")
    assert said in mistake


def test_a_film_that_is_not_there_is_no_mistake_of_the_configuration(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    assert not (tmp_path / "a.mp4").exists()
    assert load_site(tmp_path / "site.yaml", catalogue).cameras


def test_the_configuration_file_itself_missing_is_named(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    with pytest.raises(ConfigError, match=r"site\.yaml: there is no such file; mend the path"):
        load_site(tmp_path / "site.yaml", catalogue)
