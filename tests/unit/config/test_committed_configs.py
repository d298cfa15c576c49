import json
import shutil
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from edge.config import CameraConfig, SiteConfig, last_good, load_site
from edge.config.permits import load_permits
from edge.errors import ConfigError
from hazard_library.bundle import configs_root
from hazard_library.catalogue.load import load_catalogue

CONFIGS = configs_root()


def test_the_demonstration_is_a_good_configuration_with_drawn_zones() -> None:
    site = load_site(CONFIGS / "demo" / "site.yaml", load_catalogue())
    assert len(site.cameras) >= 2
    for camera in site.cameras:
        assert any(len(zone.points) > 2 for zone in camera.zones)


def test_the_example_is_a_good_configuration_once_its_secrets_are_there(tmp_path: Path) -> None:
    shutil.copytree(CONFIGS / "example", tmp_path / "example")
    for name in ("bureau-ca.pem", "credential.json", "gate.password", "web-camera.password"):
        (tmp_path / "example" / name).write_text("secret")
    site = load_site(tmp_path / "example" / "site.yaml", load_catalogue())
    assert [camera.id for camera in site.cameras] == ["gate", "trial-film", "web-camera"]
    assert [permit.id for permit in load_permits(site, load_catalogue()).listed] == ["DH-2026-018"]


def _fields_of(kind: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in kind.model_fields.items()}


@pytest.mark.parametrize(
    ("kind", "files"),
    [(SiteConfig, ["site.yaml"]), (CameraConfig, ["cameras/gate.yaml", "cameras/trial-film.yaml"])],
)
def test_the_example_names_every_option(kind: type[BaseModel], files: list[str]) -> None:
    text = "\n".join((CONFIGS / "example" / file).read_text(encoding="utf-8") for file in files)
    absent = {name for name in _fields_of(kind) if f"{name}:" not in text}
    assert not absent


def test_the_schemas_for_editors_describe_every_option() -> None:
    for name, kind in (("site", SiteConfig), ("camera", CameraConfig)):
        schema = json.loads((CONFIGS / "schema" / f"{name}.schema.json").read_text())
        assert set(schema["properties"]) == _fields_of(kind)


def test_the_last_good_configuration_is_found_when_the_file_is_cut_off(tmp_path: Path) -> None:
    text = yaml.safe_dump(
        {
            "site": "yard",
            "device": "box-1",
            "stores": "stores",
            "cameras": [
                {
                    "id": "gate",
                    "source": {"kind": "file", "path": "a.mp4"},
                    "all_with_model": True,
                }
            ],
        },
        sort_keys=False,
    )
    file = tmp_path / "site.yaml"
    file.write_text(text)
    catalogue = load_catalogue()
    good = load_site(file, catalogue)
    last_good.keep(good)
    file.write_text(text[:-40])
    with pytest.raises(ConfigError):
        load_site(file, catalogue)
    kept = last_good.find(file)
    assert kept is not None
    again = load_site(kept.file, catalogue, folder=kept.folder)
    assert (again.sha256, again.stores) == (good.sha256, good.stores)

    # The power goes while the next one is put in its place: the one before still lies there.
    home = good.stores / "config"
    (home / "last-good").rename(home / "former")
    (home / "fresh").mkdir()
    kept = last_good.find(file)
    assert kept is not None
    assert load_site(kept.file, catalogue, folder=kept.folder).sha256 == good.sha256
    last_good.keep(good)
    assert sorted(one.name for one in home.iterdir()) == ["last-good"]


def test_there_is_no_last_good_configuration_before_a_first_start(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("stores: stores\n")
    assert last_good.find(file) is None
