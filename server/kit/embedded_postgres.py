"""A private PostgreSQL in the data folder: no port, a closed socket folder, a generated password.

Several programs may use one at the same time (`patrol server run` and `patrol server report`):
each holds a shared lock, and the last one out stops it. A server that outlived its program
(`kill -9`) is taken over; what a killed PostgreSQL left behind is cleared away.
"""

import fcntl
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import URL

from server.kit.database_user import DatabaseUser, database_user
from server.kit.errors import SettingsError, Unavailable
from server.kit.postgres_program import PostgresProgram, postgres_program

log = structlog.get_logger(__name__)

_USER = "patrol"
_DATABASE = "patrol"
_START_WITHIN_S = 60
#: What the kernel lets a socket's path be.
_LONGEST_SOCKET = 107
_SOCKET = ".s.PGSQL.5432"
_OURS = "patrol.conf"


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """One cluster in one folder. `settings` are PostgreSQL's own and replace ours."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Hold it running and give the URL of its database.

        Raises:
            SettingsError: the folder cannot be used.
            Unavailable: it does not start.
        """
        user = database_user()
        folder = self.folder.absolute()
        _prepare(folder, user)
        cluster = _Cluster(folder, user, postgres_program(folder, user), self.settings)
        with (folder / "users.lock").open("ab") as users:
            with _starting(folder):
                cluster.start()
                fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield cluster.url(_DATABASE).render_as_string(hide_password=False)
            finally:
                with _starting(folder):
                    fcntl.flock(users, fcntl.LOCK_UN)
                    if _is_last(users.fileno()):
                        cluster.stop()


@dataclass(frozen=True, slots=True)
class _Cluster:
    folder: Path
    user: DatabaseUser | None
    program: PostgresProgram
    settings: Mapping[str, str]

    @property
    def data(self) -> Path:
        return self.folder / "cluster"

    @property
    def run(self) -> Path:
        return self.folder / "run"

    def url(self, database: str) -> URL:
        return URL.create(
            "postgresql+psycopg",
            _USER,
            _password(self.folder),
            database=database,
            query={"host": str(self.run)},
        )

    def start(self) -> None:
        if not self.data.is_dir():
            self._make()
        if self._answers():
            return
        self._clear_stale_pid()
        self._write_settings()
        told = self._call("pg_ctl", "start", "-w", "-t", str(_START_WITHIN_S), *self._where())
        if not self._answers():
            raise Unavailable(
                f"{self.data}: PostgreSQL does not start; read {self.run}/server.log: {told}"
            )
        self._make_database()
        log.info("database_started", folder=str(self.data))

    def stop(self) -> None:
        self._call("pg_ctl", "stop", "-m", "fast", "-w", "-t", str(_START_WITHIN_S), *self._where())
        log.info("database_stopped", folder=str(self.data))

    def _where(self) -> tuple[str, ...]:
        return ("-D", str(self.data), "-l", str(self.run / "server.log"))

    def _make(self) -> None:
        """Make the cluster beside its place and move it there, so that no half one is ever used."""
        half = self.folder / "cluster.new"
        shutil.rmtree(half, ignore_errors=True)
        self._own(half)
        key = self.run / "first-password"
        _write_private(key, _password(self.folder), self.user)
        words = ["--auth=scram-sha-256", f"--username={_USER}", f"--pwfile={key}"]
        words += ["--encoding=UTF8", "--locale=C", "--data-checksums", "-D", str(half)]
        if self.settings.get("fsync") == "off":
            words.append("--no-sync")
        told = self._call("initdb", *words)
        key.unlink()
        if not (half / "PG_VERSION").is_file():
            raise Unavailable(f"{half}: initdb failed: {told}")
        with (half / "postgresql.conf").open("a", encoding="ascii") as settings:
            settings.write(f"\ninclude_if_exists = '{_OURS}'\n")
        half.rename(self.data)

    def _write_settings(self) -> None:
        """Write our settings before each start: the folder may have been moved."""
        ours = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.run),
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            "shared_buffers": "64MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.settings,
        }
        lines = [
            f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in ours.items()
        ]
        _write_private(self.data / _OURS, "".join(lines), self.user)

    def _make_database(self) -> None:
        with psycopg.connect(_plain(self.url("postgres")), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, (_DATABASE,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))

    def _answers(self) -> bool:
        if not (self.run / _SOCKET).exists():
            return False
        try:
            psycopg.connect(_plain(self.url("postgres")), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _clear_stale_pid(self) -> None:
        """Remove the lock file of a PostgreSQL that is gone, also when its number lives on."""
        path = self.data / "postmaster.pid"
        if not path.exists():
            return
        first = path.read_bytes().split(b"\n", 1)[0].strip()
        name = Path(f"/proc/{int(first)}/comm") if first.isdigit() else None
        if name is None or not name.exists() or name.read_text().strip() != "postgres":
            path.unlink()
            log.warning("stale_lock_removed", file=str(path))

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.user is not None:
            os.chown(folder, self.user.uid, self.user.gid)

    def _call(self, name: str, *words: str) -> str:
        told = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
            [self.program.path(name), *words],
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user else None,
            cwd=self.run,
            env={"PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(log_file := (self.run / f"{name}.log").open("w+b")),
            check=False,
        )
        with log_file:
            log_file.seek(0)
            return f"exit {told.returncode} {log_file.read().decode(errors='replace').strip()}"


def _prepare(folder: Path, user: DatabaseUser | None) -> None:
    """Make the folders. Folders that are there keep their modes; closed ones are refused."""
    if len(str(folder / "run" / _SOCKET)) > _LONGEST_SOCKET:
        raise SettingsError(f"{folder}: the path is too long for a socket; choose a shorter one")
    missing = [step for step in [folder, *folder.parents] if not step.exists()]
    for step in reversed(missing):
        step.mkdir()
        step.chmod(0o711)
    closed = user.first_closed(folder) if user is not None else None
    if closed is not None:
        raise SettingsError(
            f"{closed}: the database's account cannot go through this folder; run chmod o+x "
            f"{closed} yourself, choose a data folder such as /var/lib/hazard-patrol, or set "
            "database_url"
        )
    run = folder / "run"
    run.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(run, user.uid, user.gid)


def _password(folder: Path) -> str:
    """Return the generated password; make it when the cluster is not there yet."""
    path = folder / "password"
    if path.is_file():
        return path.read_text(encoding="ascii").strip()
    if (folder / "cluster").is_dir():
        raise SettingsError(f"{path} is missing; restore it from the backup of the data folder")
    _write_private(path, secrets.token_urlsafe(32), None)
    return path.read_text(encoding="ascii").strip()


def _write_private(path: Path, content: str, user: DatabaseUser | None) -> None:
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if user is not None:
        os.chown(half, user.uid, user.gid)
    half.rename(path)


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """Let one program at a time start or stop it."""
    with (folder / "start.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
