"""server.yaml: every mistake at once, with its field; secrets never in it."""

from pathlib import Path

import pytest
import yaml

from server.cli import main
from server.enterprises.schemas import EnterpriseRecord
from server.kit.errors import SettingsError
from server.kit.logs import mask_addresses, mask_secrets
from server.settings import (
    BrokerSettings,
    BucketSettings,
    DeviceSettings,
    HttpSettings,
    ServerSettings,
    load_settings,
)


def write(folder: Path, content: str) -> Path:
    path = folder / "server.yaml"
    path.write_text(content)
    return path


def mistakes(folder: Path, content: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(write(folder, content))
    return str(refused.value)


def test_little_is_enough_and_the_server_listens_on_loopback(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "data: data\n"))
    assert settings.data == tmp_path / "data"
    assert settings.http.host == "127.0.0.1"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    said = mistakes(tmp_path, "data: data\nhttp: {port: 99999, hots: x}\nrom: 1\n")
    assert "http.port" in said
    assert "http.hots" in said
    assert f"{tmp_path}/server.yaml: rom" in said


@pytest.mark.parametrize(
    "content", ["", "- a\n", "data: [", "data: \xff"], ids=["empty", "list", "cut off", "bytes"]
)
def test_what_is_no_settings_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "server.yaml"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"server\.yaml"):
        load_settings(path)


def test_a_password_in_the_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = mistakes(tmp_path, "data: data\ndatabase_url: postgresql://wang:geheim@db/patrol\n")
    assert "database_password_file" in said
    assert "geheim" not in said


def test_another_database_than_postgresql_is_refused(tmp_path: Path) -> None:
    assert "PostgreSQL" in mistakes(tmp_path, "data: data\ndatabase_url: sqlite:///x.db\n")


def test_paths_count_from_the_settings_file(tmp_path: Path) -> None:
    content = "data: d\nbroker: {credential_file: broker/server.json, folder: broker}\n"
    broker = load_settings(write(tmp_path, content)).broker
    assert broker is not None
    assert broker.credential_file == tmp_path / "broker" / "server.json"
    assert broker.folder == tmp_path / "broker"


def test_misuse_of_the_command_is_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["server", "report", "--config", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err


def test_no_secret_reaches_a_log_line() -> None:
    event = {
        "event": "x",
        "password": "geheim",
        "sign_in_token": "geheim",
        "url": "rtsp://wang:geheim@10.0.0.7/live",
        "camera": "gate",
    }
    masked = mask_secrets(None, "info", event)
    assert "geheim" not in str(masked)
    assert masked["camera"] == "gate"


def test_an_address_keeps_its_host() -> None:
    said = mask_addresses("cannot reach postgresql://a:b@db.example/patrol now")
    assert said == "cannot reach postgresql://***@db.example/patrol now"


def test_the_examples_are_read_as_they_are() -> None:
    examples = Path(__file__).parents[3] / "configs" / "example"
    settings = load_settings(examples / "server.yaml")
    assert settings.broker is not None
    record = yaml.safe_load((examples / "enterprise.yaml").read_text(encoding="utf-8"))
    assert EnterpriseRecord.model_validate(record).sites[0].id == "site-1"


def test_the_example_names_every_setting() -> None:
    text = (Path(__file__).parents[3] / "configs" / "example" / "server.yaml").read_text()
    for part in (ServerSettings, HttpSettings, BrokerSettings, DeviceSettings, BucketSettings):
        for name in part.model_fields:
            assert f"{name}:" in text, name
