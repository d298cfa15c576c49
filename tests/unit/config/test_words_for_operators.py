"""What an operator reads when a file or a value is wrong: field and remedy, no library's words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.config import load_site
from edge.errors import ConfigError
from hazard_library.catalogue.hazard import HazardCode
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.catalogue.marked_yaml import read
from hazard_library.catalogue.remedies import FORMS
from hazard_library.contract.ids import NAME_PATTERN


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def _said(tmp_path: Path, catalogue: Catalogue, site: dict[str, Any], gate: dict[str, Any]) -> str:
    camera = {"id": "gate", "source": {"kind": "file", "path": "a.mp4"}}
    camera |= {"hazards": [{"id": "FIRE-01"}]}
    document = {"site": "yard", "device": "box-1", "stores": "stores", "cameras": [camera | gate]}
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(document | site, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_site(file, catalogue)
    return str(refused.value)


@pytest.mark.parametrize(
    ("site", "gate", "said"),
    [
        ({"site": 5}, {}, "site: must be text"),
        ({"stores": None}, {}, "stores: has no value; write one"),
        ({"device": "Box 1"}, {}, "device: is not written as it must be; write small letters"),
        ({"cameras": 5}, {}, "cameras: must be a list; write [a, b]"),
        ({"link": 5}, {}, "link: must hold fields of its own"),
        ({"link": {"server": "ftp://x"}}, {}, "link.server: is not written as it must be; write"),
        ({"status": {"port": "x"}}, {}, "status.port: must be a whole number"),
        ({"status": {"enabled": "maybe"}}, {}, "status.enabled: must be true or false"),
        ({"inference": {"backend": "gpu"}}, {}, "inference.backend: is unknown; write 'onnx"),
        ({}, {"source": "a.mp4"}, "source: must hold fields of its own"),
        ({}, {"source": {"path": "a.mp4"}}, "source: the field kind is missing; add it"),
        ({}, {"source": {"kind": "ftp"}}, "source: kind: ftp is unknown; write 'file', 'rtsp'"),
        ({}, {"sample_fps": "five"}, "sample_fps: must be a number"),
        ({}, {"hazards": ["FIRE-01"]}, "hazards.0: must hold fields of its own"),
        ({}, {"hazards": [{"id": "fire"}]}, "hazards.0.id: is not written as it must be"),
        ({}, {"hazards": [{"id": "XY-01"}]}, "the catalogue has no hazard XY-01; write another"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write(
    tmp_path: Path, catalogue: Catalogue, site: dict[str, Any], gate: dict[str, Any], said: str
) -> None:
    told = _said(tmp_path, catalogue, site, gate)
    assert said in told
    for library_word in ("Input", "pydantic", "<class", "discriminator", "pattern '"):
        assert library_word not in told


def test_the_forms_that_are_said_in_words_are_those_that_are_asked_for() -> None:
    patterns = [field.pattern for field in HazardCode.__metadata__[0].metadata]
    assert NAME_PATTERN in FORMS
    assert patterns[0] in FORMS


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    said = {path.name: str(read(path)) for path in (tmp_path / "no.yaml", tmp_path, binary)}
    assert said["no.yaml"] == f"{tmp_path}/no.yaml: there is no such file; mend the path"
    assert said[tmp_path.name] == f"{tmp_path}: is a folder; give the path of a file in it"
    assert said["binary.yaml"] == f"{binary}: is no text in UTF-8; save it anew as UTF-8"
