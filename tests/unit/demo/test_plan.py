"""What a demo plans: whose cameras, from where, and no secret in any file."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from server.demo.errors import DemoError
from server.demo.plan import DemoPlan, DemoRequest, cameras

START = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "gate.mp4"
    path.write_bytes(b"film")
    return path


def test_a_film_watched_once_is_a_replay_with_a_fixed_start(film: Path, tmp_path: Path) -> None:
    (camera,) = cameras(DemoRequest(once=True, films=(film,)), tmp_path, START)
    assert camera.settings["mode"] == "replay"
    assert camera.settings["source"] == {
        "kind": "file",
        "path": str(film),
        "start_at": START.isoformat(),
    }
    assert camera.settings["all_with_model"]
    assert camera.settings["whole_picture"]


def test_a_film_that_stays_loops_live(film: Path, tmp_path: Path) -> None:
    (camera,) = cameras(DemoRequest(films=(film,)), tmp_path, START)
    assert camera.settings["mode"] == "live"
    assert camera.settings["source"] == {"kind": "file", "path": str(film), "loop": True}


def test_a_password_in_an_address_goes_to_the_environment_only(tmp_path: Path) -> None:
    request = DemoRequest(addresses=("rtsp://me:p%40ss%23@cam.example:8554/a?b=c",))
    (camera,) = cameras(request, tmp_path, START)
    plan = DemoPlan(tmp_path, 8080, 1884, once=False, cameras=(camera,))
    written = yaml.safe_dump(plan.site())
    assert "p@ss#" not in written
    assert "p%40ss" not in written
    assert camera.settings["source"] == {
        "kind": "rtsp",
        "host": "cam.example",
        "port": 8554,
        "path": "/a?b=c",
        "user": "me",
        "password_env": "DEMO_RTSP_PASSWORD_1",
    }


def test_a_configuration_keeps_its_zones_and_loses_its_own_stores(
    film: Path, tmp_path: Path
) -> None:
    config = tmp_path / "site.yaml"
    camera = {
        "id": "gate",
        "source": {"kind": "file", "path": film.name, "loop": True},
        "zones": [{"id": "floor", "points": [[0, 0], [1, 0], [1, 1]]}],
    }
    config.write_text(yaml.safe_dump({"site": "theirs", "stores": "x", "cameras": [camera]}))
    (found,) = cameras(DemoRequest(once=True, config=config), tmp_path, START)
    assert found.settings["zones"] == camera["zones"]
    assert found.settings["mode"] == "replay"
    assert found.label == "gate.mp4"


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (DemoRequest(films=(Path("absent.mp4"),)), "absent.mp4: no such file"),
        (DemoRequest(addresses=("http://cam/x",)), "must look like rtsp://"),
        (DemoRequest(config=Path("absent.yaml")), "absent.yaml: cannot be read"),
    ],
)
def test_what_cannot_be_watched_is_refused_in_one_sentence(
    request_: DemoRequest, says: str, tmp_path: Path
) -> None:
    with pytest.raises(DemoError, match=says):
        cameras(request_, tmp_path, START)


def test_a_configuration_without_cameras_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "site.yaml"
    config.write_text("site: theirs\n")
    with pytest.raises(DemoError, match="a list of cameras is missing"):
        cameras(DemoRequest(config=config), tmp_path, START)


def test_two_addresses_keep_a_password_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        monkeypatch.setenv(f"DEMO_RTSP_PASSWORD_{number}", "")
    request = DemoRequest(addresses=("rtsp://a:one@cam-1/live", "rtsp://a:two@cam-2/live"))
    first, second = cameras(request, tmp_path, START)
    for camera, password in ((first, "one"), (second, "two")):
        source = camera.settings["source"]
        assert isinstance(source, dict)
        assert os.environ[source["password_env"]] == password
