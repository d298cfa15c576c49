"""A device's generated secret: one for the broker and for HTTP, kept as hashes only."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from server.kit.errors import SettingsError

#: Mosquitto reads the count from the hash; higher than its own 101.
_ROUNDS = 20_000
_SALT_BYTES = 12


@dataclass(frozen=True, slots=True)
class Credential:
    """A name and its secret, as in a credential file."""

    name: str
    secret: str = field(repr=False)


def new_secret() -> str:
    """Generate a secret of 256 bits."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """Hash a generated secret; it is long enough to need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fits(secret: str, known_hash: str) -> bool:
    """Whether a secret has this hash; takes the same time either way."""
    return hmac.compare_digest(secret_hash(secret), known_hash)


def broker_hash(secret: str) -> str:
    """Hash a secret as Mosquitto 2.0 reads it: `$7$<rounds>$<salt>$<PBKDF2-SHA512>`."""
    salt = secrets.token_bytes(_SALT_BYTES)
    made = hashlib.pbkdf2_hmac("sha512", secret.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def write_credential(path: Path, word: str, credential: Credential) -> None:
    """Write a credential file, mode 0600; `word` names the first field, such as `device`."""
    content = {word: credential.name, "secret": credential.secret}
    write_private(path, json.dumps(content, indent=2) + "\n")


def read_credential(path: Path, word: str) -> Credential:
    """Read a credential file.

    Raises:
        SettingsError: it is missing or not as we write it.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Credential(str(content[word]), str(content["secret"]))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise SettingsError(
            f"{path}: no credential with {word} and secret ({type(fault).__name__}); "
            "make it with patrol server broker-config"
        ) from fault
