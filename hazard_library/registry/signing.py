"""Who made a package: an Ed25519 signature over the SHA-256 of every file in it.

What is signed is the text that `sha256sum` writes, a line a file, sorted by name, so that the
hashes can be checked with a standard tool. The private key is the releaser's and never lies in the
project; public keys lie in `models/trusted/*.pub`.
"""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hazard_library.errors import SignatureRefused
from hazard_library.registry.wrong_fields import wrong_fields

SIGNATURE = "signature.json"
TRUSTED = "trusted"
_ID_DIGITS = 16


class Signature(BaseModel):
    """`signature.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["model-signature/1"] = Field(alias="schema")
    key: str = Field(description="First 16 digits of the SHA-256 of the raw public key")
    text: str = Field(description="What is signed: SHA-256, two spaces, name, a line a file")
    signature: str = Field(description="Ed25519, base64")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count. Without any key nothing is asked of a package but its hashes.

    Attributes:
        keys: id → public key.
        place: where they lie, for messages.
    """

    keys: Mapping[str, Ed25519PublicKey] = field(default_factory=dict)
    place: str = ""


def key_id(key: Ed25519PublicKey) -> str:
    """Return the name of a key: the first digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:_ID_DIGITS]


def generate_key(file: Path) -> Path:
    """Write a new private key that only its owner can read, and its public half beside it.

    Returns:
        The public half: `<file>.pub`, to be put into `models/trusted/`.

    Raises:
        SignatureRefused: the file is there already; a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        message = f"{file}: there is a file of that name; a key is never overwritten, name another"
        raise SignatureRefused(message) from error
    with os.fdopen(handle, "wb") as stream:
        stream.write(private)
    public = file.with_name(f"{file.name}.pub")
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return public


def sign(folder: Path, key_file: Path) -> Signature:
    """Sign every file of the package in `folder`; an older signature is replaced.

    Raises:
        SignatureRefused: the key cannot be read or is no Ed25519 key.
    """
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        message = f"{key_file}: no readable private key ({error}); see patrol model keygen"
        raise SignatureRefused(message) from error
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{key_file}: no Ed25519 key; make one with patrol model keygen"
        raise SignatureRefused(message)
    text = listing(folder)
    made = Signature(
        schema="model-signature/1",
        key=key_id(key.public_key()),
        text=text,
        signature=base64.b64encode(key.sign(text.encode())).decode(),
    )
    content = made.model_dump_json(by_alias=True, indent=2) + "\n"
    (folder / SIGNATURE).write_text(content, encoding="utf-8")
    return made


def listing(folder: Path) -> str:
    """Return the SHA-256 and name of every file in a package but its signature."""
    files = sorted(
        (path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*")
        if path.is_file() and path != folder / SIGNATURE
    )
    return "".join(f"{_digest(path)}  {name}\n" for name, path in files)


def verify(folder: Path, trust: Trust) -> str | None:
    """Check the signature of a package; return the id of its key, None if no key is trusted.

    Raises:
        SignatureRefused: it is not signed, not by a trusted key, or a file is another one,
            missing or added.
    """
    if not trust.keys:
        return None
    file = folder / SIGNATURE
    signature = _read(file)
    key = trust.keys.get(signature.key)
    if key is None:
        known = ", ".join(sorted(trust.keys))
        message = (
            f"{file}: signed by key {signature.key}, trusted are {known} ({trust.place}); "
            "install a package of a trusted maker, or put the maker's public key there"
        )
        raise SignatureRefused(message)
    try:
        key.verify(base64.b64decode(signature.signature), signature.text.encode())
    except (InvalidSignature, ValueError) as error:
        message = f"{file}: the signature is not that of key {signature.key}; install it again"
        raise SignatureRefused(message) from error
    _compare(folder, signature.text)
    return signature.key


def trust_in(folder: Path) -> Trust:
    """Return trust in the public keys `*.pub` of a folder; in none, if it is not there.

    Raises:
        SignatureRefused: a file is no Ed25519 public key.
    """
    keys: dict[str, Ed25519PublicKey] = {}
    for file in sorted(folder.glob("*.pub")):
        try:
            key = load_pem_public_key(file.read_bytes())
        except ValueError as error:
            message = f"{file}: no readable public key ({error}); restore or remove it"
            raise SignatureRefused(message) from error
        if not isinstance(key, Ed25519PublicKey):
            message = f"{file}: no Ed25519 key; remove it"
            raise SignatureRefused(message)
        keys[key_id(key)] = key
    return Trust(keys, str(folder))


def _read(file: Path) -> Signature:
    try:
        return Signature.model_validate_json(file.read_bytes())
    except OSError as error:
        message = (
            f"{file}: the package is not signed; take a released one, or sign your own with "
            "patrol model sign and trust its public key"
        )
        raise SignatureRefused(message) from error
    except ValidationError as error:
        message = f"{file}: {wrong_fields(error)}; install the package again"
        raise SignatureRefused(message) from error


def _compare(folder: Path, signed: str) -> None:
    """Refuse a folder whose files are not the signed ones."""
    stated, present = _by_name(signed), _by_name(listing(folder))
    changed = sorted(name for name in stated if present.get(name, stated[name]) != stated[name])
    missing, added = sorted(set(stated) - set(present)), sorted(set(present) - set(stated))
    wrong = [
        f"{word} {', '.join(names)}"
        for word, names in (("changed", changed), ("missing", missing), ("not signed", added))
        if names
    ]
    if wrong:
        message = f"{folder}: {'; '.join(wrong)} since it was signed; install the package again"
        raise SignatureRefused(message)


def _by_name(text: str) -> dict[str, str]:
    rows = (line.split("  ", 1) for line in text.splitlines())
    return {name: digest for digest, name in rows}


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
