"""Where packages are signed and kept: a key for each unit, and a folder of what went out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from server.kit.errors import NotFound
from server.kit.signing_key import SigningKey

_REMEDY = (
    "bring it back from a copy, or remove it: then a new one is made, and its public half "
    "(patrol server package-key) must be given to whoever checks packages"
)


@dataclass(frozen=True, slots=True)
class PackageRoom:
    """`keys/<unit>.pem` and `sent/<name>` below one folder; several programs may use it."""

    folder: Path

    def key(self, unit_id: UUID) -> SigningKey:
        """Return a unit's key; it is made at the first use."""
        return SigningKey.open(self.folder / "keys" / f"{unit_id}.pem", _REMEDY)

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Hold a package open to be written: it is there whole, or not at all."""
        place = self._place(name)
        half = place.with_name(f"{name}.{os.getpid()}.half")
        try:
            with half.open("w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            half.rename(place)
        finally:
            half.unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Return where a package lies.

        Raises:
            NotFound: it is gone.
        """
        place = self._place(name)
        if not place.is_file():
            raise NotFound(f"package {name} is gone from {place.parent}", "移交包文件缺失")
        return place

    def _place(self, name: str) -> Path:
        folder = self.folder / "sent"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / name
