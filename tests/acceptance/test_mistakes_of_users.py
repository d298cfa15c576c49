"""Each mistake is one sentence with file, field and remedy, a code that is not 0, no traceback."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from chain import cut_of_the_street, open_folder, patrol
from ports import free_port

from hazard_library.contract.ids import CameraId
from server.demo import chain
from server.demo.errors import DemoError
from server.demo.plan import DemoCamera, DemoPlan
from server.demo.processes import Programs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

_ZONE = {"id": "pit", "points": [[0, 0], [1, 0], [1, 1]]}


@pytest.fixture
def home() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def _camera(**changes: object) -> dict[str, object]:
    return {
        "id": "yard",
        "source": {"kind": "file", "path": "street.avi"},
        "zones": [_ZONE],
        "hazards": [{"id": "ZONE-01", "zones": ["pit"]}],
    } | changes


def _one_sentence(done: "subprocess.CompletedProcess[str]", *parts: str) -> None:
    """Check that the command failed and said just this."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if not line.startswith("reading ")]
    assert len(said) == 1, done.stderr
    for part in parts:
        assert part in said[0]


@pytest.mark.parametrize(
    ("camera", "parts"),
    [
        (_camera(colour="red"), ("cameras.0.colour", "unknown key", "remove it")),
        (_camera(sample_fps="fast"), ("cameras.0.sample_fps", "must be a number")),
        (
            _camera(zones=[{"id": "pit", "points": [[0, 0], [1.2, 0], [1, 1]]}]),
            ("cameras.0.zones.0", "outside the picture"),
        ),
    ],
    ids=["unknown key", "wrong type", "zone outside the picture"],
)
def test_a_mistake_in_the_users_configuration_names_their_file_field_and_remedy(
    home: Path, tmp_path: Path, camera: dict[str, object], parts: tuple[str, ...]
) -> None:
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"cameras": [camera]}), encoding="utf-8")
    done = patrol("demo", "--once", "--config", "mine.yaml", "--home", str(home), cwd=tmp_path)
    _one_sentence(done, "mine.yaml", *parts)
    assert done.stdout == ""


def test_a_film_that_is_not_there_is_named_before_anything_starts(
    home: Path, tmp_path: Path
) -> None:
    done = patrol("demo", "--once", "--video", "gone.mp4", "--home", str(home), cwd=tmp_path)
    _one_sentence(done, "gone.mp4", "VIDEO=")
    assert list(home.iterdir()) == []


def test_a_film_without_pictures_is_named(home: Path, tmp_path: Path) -> None:
    sound = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine", "-t", "1"]
    subprocess.run([*sound, str(tmp_path / "sound.mp4")], check=True)
    words = ["--once", "--video", "sound.mp4", "--home", str(home)]
    _one_sentence(
        patrol("demo", *words, cwd=tmp_path), "sound.mp4", "no video stream", "give a source"
    )


def test_a_console_port_in_use_is_named(home: Path, tmp_path: Path) -> None:
    cut_of_the_street(tmp_path / "street.avi", 1)
    with _taken() as port:
        words = ["--video", "street.avi", "--port", str(port), "--home", str(home)]
        _one_sentence(patrol("demo", *words, cwd=tmp_path), f"port {port} is in use", "PORT=")


def test_a_servers_port_in_use_is_named_before_a_database_is_made(home: Path) -> None:
    with _taken() as port:
        written = {"data": str(home / "data"), "http": {"port": port}}
        (home / "server.yaml").write_text(yaml.safe_dump(written), encoding="utf-8")
        done = patrol("server", "run", "--config", "server.yaml", cwd=home)
    _one_sentence(done, f"127.0.0.1:{port}", "http.port")
    assert not (home / "data" / "postgres").exists()


def test_a_brokers_port_in_use_is_told_and_nothing_goes_on_running(home: Path) -> None:
    (home / "logs").mkdir()
    with _taken() as port, Programs(home / "logs") as programs:
        camera = DemoCamera(CameraId("yard"), "street.avi", _camera())
        plan = DemoPlan(home, free_port(), port, once=True, cameras=(camera,))
        with pytest.raises(DemoError) as told:
            chain.start(plan, programs, datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
        started = list(programs.started)
    assert "broker has ended" in str(told.value)
    assert "Address already in use" in str(told.value)
    assert all(program.has_ended for program in started)


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ({"data": "data", "colour": "red"}, ("colour", "unknown key", "remove it")),
        ({"data": "data", "http": {"port": "many"}}, ("http.port", "valid integer")),
        ({"http": {}}, ("data", "is missing", "add it")),
    ],
)
def test_a_mistake_in_the_servers_settings_names_file_field_and_remedy(
    tmp_path: Path, settings: dict[str, object], parts: tuple[str, ...]
) -> None:
    (tmp_path / "server.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    done = patrol("server", "run", "--config", "server.yaml", cwd=tmp_path)
    _one_sentence(done, "server.yaml", *parts)


@contextmanager
def _taken() -> Iterator[int]:
    """Hold a loopback port."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])
