"""A PostgreSQL of the machine's own (Debian's), started for a test as a bureau would run one."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ports import free_port

from server.kit.database_user import DatabaseUser, database_user

_FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))

IS_INSTALLED = bool(_FOUND)
USER = "bureau"
PASSWORD = "of-the-bureau"  # noqa: S105 - of a database that lives as long as the test


@dataclass(frozen=True, slots=True)
class BureauPostgres:
    """A running server that wants a password, on a port of loopback."""

    port: int
    folder: Path
    user: DatabaseUser | None = field(repr=False)

    @property
    def address(self) -> str:
        """Name its database without a password."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def call(self, name: str, *words: str) -> None:
        """Run one of its programs as its own account."""
        subprocess.run(
            [str(_FOUND[-1] / name), *words],
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user else None,
            cwd=self.folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def bureau_postgres() -> Iterator[BureauPostgres]:
    """Start one, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bureau-pg-", dir="/var/tmp"))
    user = database_user()
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    if user is not None:
        for path in (folder, secret):
            shutil.chown(path, user.uid, user.gid)
    made = BureauPostgres(free_port(), folder, user)
    data = str(folder / "data")
    words = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", "--no-sync"]
    made.call("initdb", *words, "-D", data)
    settings = f"-p {made.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
    made.call("pg_ctl", "start", "-w", "-D", data, "-l", str(folder / "log"), "-o", settings)
    try:
        yield made
    finally:
        made.call("pg_ctl", "stop", "-m", "immediate", "-D", data)
        shutil.rmtree(folder)
