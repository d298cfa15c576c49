"""What the server refuses of a configuration before anybody has to approve it."""

from pathlib import Path

import pytest
from config_desk import SITE

from server.configuration.checking import LARGEST, cameras_of, mistakes_in, sha256_of

CAMERA = "id: dock\nsource: {kind: rtsp, host: 10.0.0.6}\n"
EXAMPLE = Path(__file__).parents[3] / "configs" / "example"


def test_what_is_right_has_no_mistakes() -> None:
    files = {"site.yaml": SITE, "cameras/dock.yaml": CAMERA}
    assert mistakes_in(files, "box-1") == []
    assert cameras_of(files) == ("gate", "dock")


def test_the_example_of_the_guide_passes() -> None:
    named = {"site.yaml": EXAMPLE / "site.yaml"}
    named |= {f"cameras/{one.name}": one for one in (EXAMPLE / "cameras").glob("*.yaml")}
    files = {name: path.read_text(encoding="utf-8") for name, path in named.items()}
    assert len(files) > 1
    assert mistakes_in(files, "quarry-box-1") == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"cameras/dock.yaml": CAMERA}, "site.yaml: missing"),
        ({"site.yaml": ""}, "site.yaml:1: it must hold fields"),
        ({"site.yaml": "site: [\n"}, "site.yaml:2: no valid YAML"),
        ({"site.yaml": SITE + "site: again\n"}, "site.yaml:8: site: this key stands here twice"),
        ({"site.yaml": SITE.replace("box-1", "box-7")}, "site.yaml:2: device: this is box box-1"),
        ({"site.yaml": SITE.replace("rtsp,", "pigeon,")}, "site.yaml:6: cameras.0.source: kind"),
        ({"site.yaml": SITE.replace("10.0.0.5", "''")}, "site.yaml:6: cameras.0.source.host: does"),
        ({"site.yaml": SITE + "time_zone: 8\n"}, "site.yaml:8: time_zone: does not fit"),
        ({"site.yaml": SITE + "a: &x [1]\nb: *x\n"}, "site.yaml:9: an alias"),
        ({"site.yaml": "[" * 40 + "]" * 40}, "lists within lists"),
        ({"site.yaml": SITE, "cameras/x.yaml": CAMERA.replace("dock", "gate")}, "gate stands in"),
        ({"site.yaml": SITE, "cameras/x.yaml": "id: dock\n"}, "x.yaml:1: source missing"),
        ({"site.yaml": SITE + "#" * LARGEST}, "is the most"),
    ],
)
def test_each_mistake_names_its_file_and_place(files: dict[str, str], said: str) -> None:
    found = mistakes_in(files, "box-1")
    assert any(said in line for line in found), found


def test_what_is_wrong_never_repeats_a_value() -> None:
    secret = SITE.replace("10.0.0.5", "[admin:s3cret@10.0.0.5]")
    found = mistakes_in({"site.yaml": secret}, "box-1")
    assert found
    assert "s3cret" not in " ".join(found)


def test_the_hash_does_not_depend_on_the_order_of_the_files() -> None:
    files = {"site.yaml": SITE, "cameras/dock.yaml": CAMERA}
    assert sha256_of(files) == sha256_of(dict(reversed(files.items())))
    assert sha256_of(files) != sha256_of(files | {"cameras/dock.yaml": CAMERA + "\n"})
