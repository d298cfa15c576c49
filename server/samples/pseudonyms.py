"""Names that stand for enterprises, sites and cameras where people may learn nothing of them.

A pseudonym is an HMAC under a key that never leaves the server: equal things have equal
pseudonyms for ever, so that pictures of one camera stay together, and nobody without the key can
try out which camera one stands for.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from server.kit.errors import SettingsError

_KEY_BYTES = 32
_DIGITS = 16


class Pseudonyms:
    """Gives names under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def at(cls, path: Path) -> "Pseudonyms":
        """Read the key from a file, and make it the first time; mode 0600.

        Raises:
            SettingsError: the file cannot be used.
        """
        try:
            return cls(_read(path) or _make(path))
        except OSError as fault:
            raise SettingsError(f"{path}: {fault.strerror}; mend the file or its mode") from fault

    def of(self, kind: str, *name: str) -> str:
        """Return the pseudonym of a thing, such as `camera-3f2a…`."""
        text = "\0".join((kind, *name)).encode()
        digest = hmac.new(self._key, text, hashlib.sha256).hexdigest()
        return f"{kind}-{digest[:_DIGITS]}"


def _read(path: Path) -> bytes | None:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(key) != _KEY_BYTES:
        raise SettingsError(
            f"{path}: holds {len(key)} bytes, not {_KEY_BYTES}; restore it from a copy: another "
            "key would tear the pictures of one camera apart"
        )
    return key


def _make(path: Path) -> bytes:
    """Write a new key whole, or read the one that another process has just written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(_KEY_BYTES)
    half = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(half)
    except FileExistsError:
        return path.read_bytes()
    finally:
        half.unlink()
    return key
