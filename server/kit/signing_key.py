"""An Ed25519 key of the bureau's own in a file: made at the first use, mode 0600."""

import base64
import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from hazard_library.proof.signature import key_id
from server.kit.errors import SettingsError


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key, opened."""

    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def open(cls, file: Path, remedy: str) -> "SigningKey":
        """Open the key of a file, or make one there; several programs may come at once.

        Raises:
            SettingsError: it is there but cannot be read; `remedy` says what to do then.
        """
        folder = file.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                _write(file, Ed25519PrivateKey.generate())
        finally:
            os.close(lock)
        return cls(_read(file, remedy))

    @property
    def public_pem(self) -> str:
        """Return the public half as others are given it."""
        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def public_raw(self) -> bytes:
        """Return the 32 raw bytes of the public half."""
        return self._key.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        """Return how messages name the key."""
        return key_id(self.public_raw)

    def sign(self, content: bytes) -> str:
        """Sign bytes; base64."""
        return base64.b64encode(self._key.sign(content)).decode()


def _read(file: Path, remedy: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError) as fault:
        raise SettingsError(f"{file}: cannot be read ({fault}); {remedy}") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{file}: is no Ed25519 key; {remedy}")
    return key


def _write(file: Path, key: Ed25519PrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    half = file.with_name(f"{file.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(out.fileno())
    half.rename(file)
