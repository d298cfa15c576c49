"""The private PostgreSQL: closed to others, kind to folders, and up again after anything."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url
from waiting import wait_until

from server.kit.database_user import database_user
from server.kit.embedded_postgres import EmbeddedPostgres
from server.kit.errors import SettingsError
from server.kit.postgres_program import postgres_program

FAST = {"fsync": "off"}
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")


def open_folder() -> Path:
    """A folder whose parents are open to the database's account."""
    folder = Path(tempfile.mkdtemp(prefix="patrol-pg-", dir="/var/tmp"))
    folder.chmod(0o711)
    return folder


@pytest.fixture
def empty() -> Iterator[Path]:
    folder = open_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A cluster that has run once."""
    folder = open_folder()
    with EmbeddedPostgres(folder / "postgres", FAST).running():
        pass
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(empty: Path, made: Path) -> Path:
    """A copy of it, with its owners and modes."""
    subprocess.run(["cp", "-a", str(made / "postgres"), str(empty)], check=True)
    return empty


def modes(folder: Path) -> dict[Path, int]:
    return {step: stat.S_IMODE(step.stat().st_mode) for step in [folder, *folder.parents]}


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def say_something(url: str, word: str) -> None:
    with psycopg.connect(plain(url)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS said (word text)")
        connection.execute("INSERT INTO said VALUES (%s)", (word,))


def was_said(url: str) -> list[str]:
    with psycopg.connect(plain(url)) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM said")]


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])


def is_gone(number: int) -> bool:
    return not Path(f"/proc/{number}").exists()


def test_it_runs_meanwhile_and_is_gone_afterwards(home: Path) -> None:
    with EmbeddedPostgres(home / "postgres", FAST).running() as url:
        say_something(url, "here")
        number = postmaster(home)
    wait_until(lambda: is_gone(number), what="PostgreSQL to end")
    with EmbeddedPostgres(home / "postgres", FAST).running() as url:
        assert was_said(url) == ["here"]


def test_no_folder_changes_its_mode(empty: Path) -> None:
    before = modes(empty)
    with EmbeddedPostgres(empty / "postgres", FAST).running():
        assert modes(empty) == before
    assert modes(empty) == before


def test_it_is_closed_to_every_other_account(home: Path) -> None:
    with EmbeddedPostgres(home / "postgres", FAST).running() as url:
        run = home / "postgres" / "run"
        assert stat.S_IMODE(run.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "postgres" / "password").stat().st_mode) == 0o600
        without = make_url(url).set(drivername="postgresql", password="")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(without.render_as_string(hide_password=False))
        with psycopg.connect(plain(url)) as connection:
            ports = connection.execute("SHOW listen_addresses").fetchone()
        assert ports == ("",)


@AS_ROOT
def test_a_closed_parent_is_refused_and_stays_closed(empty: Path) -> None:
    closed = empty / "closed"
    closed.mkdir(mode=0o700)
    with (
        pytest.raises(SettingsError, match=f"{closed}: .*chmod"),
        EmbeddedPostgres(closed / "data" / "postgres", FAST).running(),
    ):
        pass
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@AS_ROOT
def test_programs_out_of_reach_are_copied_whole(home: Path) -> None:
    user = database_user()
    assert user is not None
    found = postgres_program(home, user)
    assert user.first_closed(found.bin) is None
    original = found.bin.parent.parent
    hidden = home / "hidden"
    hidden.mkdir(mode=0o700)
    assert user.first_closed(hidden) == hidden
    shutil.copytree(original, hidden / original.name, symlinks=True)
    shutil.copytree(
        original.with_name(f"{original.name}.libs"), hidden / f"{original.name}.libs", symlinks=True
    )
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from server.kit.embedded_postgres import EmbeddedPostgres\n"
        "with EmbeddedPostgres(Path(sys.argv[2]), {'fsync': 'off'}).running() as url:\n"
        "    print('up')\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(hidden), str(home / "postgres")],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert "up" in told.stdout, told.stderr
    assert (home / "postgres" / "program" / original.name).is_dir()


def test_a_path_too_long_for_a_socket_is_refused(empty: Path) -> None:
    with (
        pytest.raises(SettingsError, match="shorter"),
        EmbeddedPostgres(empty / ("x" * 100)).running(),
    ):
        pass


def test_it_is_up_again_after_its_power_was_cut(home: Path) -> None:
    with EmbeddedPostgres(home / "postgres", {"fsync": "on"}).running() as url:
        say_something(url, "before the cut")
        number = postmaster(home)
        os.kill(number, signal.SIGKILL)
        wait_until(lambda: is_gone(number), what="PostgreSQL to die")
    assert (home / "postgres" / "cluster" / "postmaster.pid").exists()
    with EmbeddedPostgres(home / "postgres", {"fsync": "on"}).running() as url:
        assert was_said(url) == ["before the cut"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 64, f"{os.getpid()}\n/nowhere\n".encode()],
    ids=["empty", "zeros", "another program"],
)
def test_a_lock_file_that_lies_does_not_keep_it_down(home: Path, content: bytes) -> None:
    with EmbeddedPostgres(home / "postgres", FAST).running():
        pass
    (home / "postgres" / "cluster" / "postmaster.pid").write_bytes(content)
    with EmbeddedPostgres(home / "postgres", FAST).running() as url:
        say_something(url, "up")


def test_a_half_made_cluster_is_made_anew(empty: Path) -> None:
    half = empty / "postgres" / "cluster.new"
    half.mkdir(parents=True)
    (empty / "postgres").chmod(0o711)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(empty / "postgres", FAST).running() as url:
        say_something(url, "up")
    assert not half.exists()


def test_a_server_that_outlived_its_program_is_taken_over_and_stopped(home: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from server.kit.embedded_postgres import EmbeddedPostgres\n"
        "with EmbeddedPostgres(Path(sys.argv[1]), {'fsync': 'off'}).running():\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(home / "postgres")],
        check=False,
        cwd=Path(__file__).parents[3],
        capture_output=True,
    )
    assert told.returncode == -signal.SIGKILL, told.stderr
    number = postmaster(home)
    assert not is_gone(number)
    with EmbeddedPostgres(home / "postgres", FAST).running():
        assert postmaster(home) == number
    wait_until(lambda: is_gone(number), what="the orphan to end")


def test_the_last_one_out_stops_it(home: Path) -> None:
    postgres = EmbeddedPostgres(home / "postgres", FAST)
    with postgres.running() as first:
        with postgres.running() as second:
            assert first == second
        say_something(first, "still up")
        number = postmaster(home)
    wait_until(lambda: is_gone(number), what="PostgreSQL to end")
