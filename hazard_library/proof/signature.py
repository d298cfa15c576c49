"""Signed manifests: whether the text is what the box signed, by whose key."""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from hazard_library.contract.evidence import EvidenceManifest, EvidenceSealed
from hazard_library.errors import ProofError


def key_id(public_key: bytes) -> str:
    """Return how manifests name a public key: the SHA-256 of its 32 raw bytes."""
    return hashlib.sha256(public_key).hexdigest()


def is_signed_by(text: bytes, signature: str, public_key: bytes) -> bool:
    """Whether a base64 Ed25519 signature over a text was made by the key of these raw bytes."""
    try:
        given = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(given, text)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def verified(sealed: EvidenceSealed, public_key: bytes) -> EvidenceManifest:
    """Return the manifest if its hash, signature and key are right.

    Raises:
        ProofError: something was altered, or another key signed it.
    """
    data = sealed.manifest.encode()
    if hashlib.sha256(data).hexdigest() != sealed.manifest_sha256:
        raise ProofError(f"manifest {sealed.id}: altered, its SHA-256 is another")
    if not is_signed_by(data, sealed.signature, public_key):
        raise ProofError(f"manifest {sealed.id}: the signature does not fit")
    try:
        manifest = EvidenceManifest.model_validate_json(data)
    except ValidationError as fault:
        raise ProofError(f"manifest {sealed.id}: signed, but no manifest") from fault
    if manifest.key_id != key_id(public_key):
        raise ProofError(f"manifest {sealed.id}: names another key than the one that signed it")
    return manifest
