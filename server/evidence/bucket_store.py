"""Evidence in an S3-compatible bucket: <prefix>/ab/ab12…; what still comes in lies in a folder.

The bucket should have versions or object lock switched on: then not even somebody with its key can
take the first bytes away.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from server.evidence.arriving import PIECE, EvidenceStore
from server.kit.errors import Unavailable

if TYPE_CHECKING:
    from obstore.store import S3Config

#: One request brings so much: a slow reader never holds a connection open.
_RANGE = 8 * PIECE
_PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Which bucket, and the key that opens it. endpoint: None: Amazon's own."""

    name: str
    key_id: str
    secret: str = field(repr=False)
    endpoint: str | None = None
    region: str = "us-east-1"
    prefix: str = ""


class BucketStore(EvidenceStore):
    """One bucket of evidence."""

    def __init__(self, bucket: Bucket, incoming: Path, patience: timedelta = _PATIENCE) -> None:
        super().__init__(incoming)
        self._name = bucket.name
        plain = bucket.endpoint is not None and bucket.endpoint.startswith("http://")
        config: S3Config = {
            "access_key_id": bucket.key_id,
            "secret_access_key": bucket.secret,
            "region": bucket.region,
        }
        if bucket.endpoint is not None:
            config["endpoint"] = bucket.endpoint
        self._bucket = S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            config=config,
            client_options={"allow_http": plain, "timeout": patience},
            retry_config={"max_retries": 3, "retry_timeout": patience},
        )

    def has(self, sha256: str) -> bool:
        """Whether a whole file is there."""
        return self._size(_key(sha256)) is not None

    def read(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield a file's bytes."""
        size = self._size(_key(sha256))
        if size is None:
            raise FileNotFoundError(f"{self._name}/{_key(sha256)}")
        last = size if end is None else min(end, size)
        for at in range(start, last, _RANGE):
            with self._told():
                held = obstore.get_range(
                    self._bucket, _key(sha256), start=at, end=min(at + _RANGE, last)
                )
            content = memoryview(held)
            for cut in range(0, len(content), PIECE):
                yield bytes(content[cut : cut + PIECE])

    def remove(self, sha256: str) -> None:
        """Erase a file for good."""
        if self.has(sha256):
            with self._told():
                obstore.delete(self._bucket, _key(sha256))

    def set_aside(self, sha256: str) -> None:
        """Make room for an altered file's true bytes, and keep the altered ones to look into."""
        if self.has(sha256):
            with self._told():
                obstore.copy(self._bucket, _key(sha256), f"{_key(sha256)}.altered")
                obstore.delete(self._bucket, _key(sha256))

    def _take_in(self, path: Path, sha256: str) -> None:
        try:
            with self._told():
                obstore.put(self._bucket, _key(sha256), path)
        except FileNotFoundError as fault:
            raise Unavailable(
                f"bucket {self._name} is not there; make it, or mend evidence_bucket.name in "
                "server.yaml",
                "证据存储暂不可用，请稍后再试",
            ) from fault
        path.unlink()

    def _size(self, key: str) -> int | None:
        try:
            with self._told():
                return obstore.head(self._bucket, key)["size"]
        except FileNotFoundError:
            return None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what is wrong with the bucket in words of ours."""
        try:
            yield
        except (NotFoundError, FileNotFoundError) as fault:
            raise FileNotFoundError(self._name) from fault
        except BaseError as fault:
            reason = str(fault).strip().splitlines()[0][:300]
            raise Unavailable(
                f"bucket {self._name}: {reason}; see evidence_bucket in server.yaml",
                "证据存储暂不可用，请稍后再试",
            ) from fault


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
