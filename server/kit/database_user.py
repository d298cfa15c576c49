"""As root PostgreSQL refuses to run; this is the account it runs under instead."""

import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from server.kit.errors import SettingsError

_NAME = "hazard-patrol-db"
_ACCOUNTS = Path("/etc/passwd")


@dataclass(frozen=True, slots=True)
class DatabaseUser:
    """A system account that owns the database's files and nothing else."""

    uid: int
    gid: int

    def may_pass(self, folder: Path) -> bool:
        """Whether this account may go through a folder, by its mode."""
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)

    def first_closed(self, folder: Path) -> Path | None:
        """Return the first folder on the way that this account may not go through."""
        way = [*reversed(folder.parents), folder]
        return next((step for step in way if not self.may_pass(step)), None)


def database_user() -> DatabaseUser | None:
    """Return the account to drop to; None when we are no root and stay who we are.

    Raises:
        SettingsError: we are root, the account does not exist and cannot be made.
    """
    if os.geteuid() != 0:
        return None
    known = _known()
    if known is not None:
        return known
    # Of two programs that start for the first time one makes it; the other waits and finds it.
    with _ACCOUNTS.open("rb") as accounts:
        fcntl.flock(accounts, fcntl.LOCK_EX)
        return _known() or _make()


def _known() -> DatabaseUser | None:
    try:
        found = pwd.getpwnam(_NAME)
    except KeyError:
        return None
    return DatabaseUser(found.pw_uid, found.pw_gid)


def _make() -> DatabaseUser:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise SettingsError(
            f"PostgreSQL does not run as root and useradd is missing; make the account {_NAME}, "
            "run as another user, or set database_url"
        )
    words = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    told = subprocess.run(  # noqa: S603 - fixed words, no shell
        [program, *words, "--shell", "/usr/sbin/nologin", _NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    made = _known()
    if made is None:
        raise SettingsError(f"the account {_NAME} cannot be made: {told.stderr.strip()}")
    return made
