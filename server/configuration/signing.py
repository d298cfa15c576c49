"""The key with which the bureau signs configurations; boxes are given its public half."""

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
from server.fleet.credentials import write_private
from server.kit.errors import SettingsError

_FILE = "configuration-key.pem"


@dataclass(frozen=True, slots=True)
class ConfigurationKey:
    """The key, opened."""

    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def at(cls, folder: Path) -> "ConfigurationKey":
        """Open the key in a folder, or make one there; several programs may come at once.

        Raises:
            SettingsError: it is there but cannot be read.
        """
        file = folder / _FILE
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                write_private(file, _pem(Ed25519PrivateKey.generate()))
        finally:
            os.close(lock)
        return cls(_read(file))

    @property
    def public_pem(self) -> str:
        """Return the public half, as `link.configuration_key` of a box names it."""
        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def id(self) -> str:
        """Return how messages name the key."""
        return key_id(self._key.public_key().public_bytes_raw())

    def sign(self, document: str) -> str:
        """Sign a text; base64."""
        return base64.b64encode(self._key.sign(document.encode())).decode()


def _read(file: Path) -> Ed25519PrivateKey:
    remedy = (
        "bring it back from a copy, or remove it: then a new one is made, and its public half "
        "(patrol server config key) must be brought to every box"
    )
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError) as fault:
        raise SettingsError(f"{file}: cannot be read ({fault}); {remedy}") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{file}: is no Ed25519 key; {remedy}")
    return key


def _pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
