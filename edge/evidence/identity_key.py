"""The box's signing key: made on its first start, readable by its own account only."""

from pathlib import Path

import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from edge.disk.whole_file import write_whole
from edge.errors import EvidenceError
from hazard_library.proof.signature import key_id

_log = structlog.get_logger(__name__)

_OTHERS = 0o077


def load_or_create(path: Path) -> Ed25519PrivateKey:
    """Read the key, or make one if there is none.

    A damaged file is set aside as `*.damaged` and a new key made; the server then has to be told.

    Raises:
        EvidenceError: others may read the file, or it can be neither read nor written.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return _create(path)
    except OSError as fault:
        raise EvidenceError(f"{path}: the signing key cannot be read: {fault.strerror}") from fault
    mode = path.stat().st_mode & 0o777
    if mode & _OTHERS:
        raise EvidenceError(f"{path}: others may read the signing key ({mode:o}); chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except ValueError:
        return _replace(path)
    return key if isinstance(key, Ed25519PrivateKey) else _replace(path)


def public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """Return the raw public key, 32 bytes."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _replace(path: Path) -> Ed25519PrivateKey:
    aside = path.with_suffix(".damaged")
    path.rename(aside)
    _log.error("signing_key_set_aside", file=str(aside))
    return _create(path)


def _create(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        write_whole(path, data, mode=0o600)
    except OSError as fault:
        raise EvidenceError(f"{path}: the signing key cannot be made: {fault.strerror}") from fault
    _log.info("signing_key_created", file=str(path), key_id=key_id(public_bytes(key)))
    return key
