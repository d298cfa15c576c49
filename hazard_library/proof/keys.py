"""Public keys that verify a box's signatures, from whatever file holds one."""

import base64
import binascii
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from hazard_library.errors import ProofError

_RAW = 32


def read_public_key(path: Path) -> bytes:
    """Return the 32 raw bytes of a key: PEM as `patrol edge identity` prints it, or base64.

    Raises:
        ProofError: it cannot be read, or is no such key.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise ProofError(f"{path}: 公钥文件读不出 cannot be read: {fault.strerror}") from fault
    key = _of_pem(data) if data.lstrip().startswith(b"-----BEGIN") else from_base64(data)
    if key is None:
        raise ProofError(
            f"{path}: 不是设备公钥 no Ed25519 public key; "
            "give what patrol edge identity printed on the box"
        )
    return key


def public_half(private_pem: bytes) -> bytes | None:
    """Return the raw public key of a box's own signing key; None if it is no such key."""
    try:
        key = load_pem_private_key(private_pem, password=None)
    except (ValueError, TypeError):
        return None
    return key.public_key().public_bytes_raw() if isinstance(key, Ed25519PrivateKey) else None


def from_base64(data: bytes | str) -> bytes | None:
    """Return the raw key that a base64 text holds, or None."""
    try:
        key = base64.b64decode(data.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == _RAW else None


def _of_pem(data: bytes) -> bytes | None:
    try:
        key = load_pem_public_key(data)
    except ValueError:
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None
