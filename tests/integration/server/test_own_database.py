"""The bureau's own PostgreSQL, by one setting: here Debian's, version 15."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bureau_postgres import IS_INSTALLED, PASSWORD, BureauPostgres, bureau_postgres
from sqlalchemy import text

from server.audit import service as audit
from server.audit.service import Act, Thing, Who
from server.cli import main
from server.kit.errors import SettingsError
from server.opening import open_database
from server.settings import ServerSettings
from server.testing.fake_device import START

pytestmark = pytest.mark.skipif(
    not IS_INSTALLED, reason="PostgreSQL is not installed; apt-get install postgresql-15"
)


@pytest.fixture
def bureaus_server() -> Iterator[BureauPostgres]:
    with bureau_postgres() as running:
        yield running


@pytest.fixture
def settings(bureaus_server: BureauPostgres, tmp_path: Path) -> ServerSettings:
    """Settings that name that server's database; the password comes by a file."""
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    return ServerSettings(
        data=tmp_path / "data",
        database_url=bureaus_server.address,
        database_password_file=password,
    )


def written(settings: ServerSettings, folder: Path) -> str:
    path = folder / "server.yaml"
    path.write_text(
        f"data: data\ndatabase_url: {settings.database_url}\n"
        f"database_password_file: {settings.database_password_file}\n"
    )
    return str(path)


def test_it_is_never_changed_without_being_asked(settings: ServerSettings) -> None:
    with (
        pytest.raises(SettingsError, match="patrol server migrate"),
        open_database(settings),
    ):
        pass


def test_it_is_migrated_and_holds_the_audit_chain(
    settings: ServerSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["server", "migrate", "--config", written(settings, tmp_path)]
    assert main(words) == 0
    assert main(words) == 0
    assert PASSWORD not in capsys.readouterr().out
    with open_database(settings) as database:
        with database.writing() as db:
            version = db.execute(text("SHOW server_version_num")).scalar()
            audit.record(db, START, Who("wang", "officer"), Thing("lead", "1"), Act("opened"))
        with database.reading() as db:
            assert audit.verify_chain(db).entries == 1
    assert int(str(version)) >= 150000
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_server_that_does_not_answer_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "server.yaml"
    path.write_text("data: data\ndatabase_url: postgresql://wang@127.0.0.1:1/patrol\n")
    for verb in ("report", "migrate"):
        assert main(["server", verb, "--config", str(path)]) == 1
        said = capsys.readouterr().err
        assert "127.0.0.1:1" in said
        assert "Traceback" not in said
