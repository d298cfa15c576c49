"""Writes a case package: the same matter gives the same bytes, whenever and wherever it is built.

No clock is read and nothing is compressed: entries stand in the order of their names with one
fixed date, JSON has its keys in order, and Ed25519 signs without chance.
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from hazard_library.proof.case_package import (
    MANIFEST,
    SIGNATURE,
    CaseManifest,
    PackageSignature,
    PackedFile,
    Use,
)
from server.kit.errors import EvidenceMismatch
from server.kit.signing_key import SigningKey

AUDIT_TITLE = "操作记录（可逐条校验）"
#: What a zip can say at the earliest.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_READ_ONLY = 0o100444 << 16
_UNIX = 3

#: Yields a file's bytes, piece by piece.
Read = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Content:
    """One file that goes in: what the manifest says of it, and its bytes."""

    path: str
    title: str
    read: Read
    sha256: str
    size: int
    use: Use | None = None
    note: str = ""

    @classmethod
    def of(cls, path: str, title: str, content: bytes) -> "Content":
        """Take bytes that are at hand."""
        return cls(
            path, title, lambda: (content,), hashlib.sha256(content).hexdigest(), len(content)
        )

    @property
    def listed(self) -> PackedFile:
        """Return what the manifest says of it."""
        return PackedFile(
            path=self.path,
            sha256=self.sha256,
            bytes=self.size,
            title=self.title,
            use=self.use,
            note=self.note,
        )


def signature_of(manifest: bytes, key: SigningKey) -> PackageSignature:
    """Sign the bytes of a manifest with a unit's key."""
    return PackageSignature(
        key_id=key.id,
        public_key=base64.b64encode(key.public_raw).decode(),
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        signature=key.sign(manifest),
    )


def write_package(
    out: IO[bytes], manifest: CaseManifest, contents: Mapping[str, Content], key: SigningKey
) -> bytes:
    """Write the zip; return the bytes of its manifest.

    Raises:
        EvidenceMismatch: R-030: a file's bytes are not those that the manifest names.
    """
    text = manifest.to_bytes()
    sheet = signature_of(text, key)
    sheet_text = (sheet.model_dump_json(by_alias=True, indent=1) + "\n").encode()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        _put(archive, MANIFEST, (text,))
        _put(archive, SIGNATURE, (sheet_text,))
        for path in sorted(contents):
            _put(archive, path, _checked(contents[path]))
    return text


def settled_docx(docx: bytes) -> bytes:
    """Return a .docx with the same parts and no trace of when it was written."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx)) as before,
        zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as after,
    ):
        for name in sorted(before.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            _put(after, name, (before.read(name),))
    return written.getvalue()


def audit_lines(entries: Iterable[Mapping[str, object]]) -> bytes:
    """Write `audit.jsonl`."""
    lines = (json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in entries)
    return "".join(f"{line}\n" for line in lines).encode()


def _put(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    entry = zipfile.ZipInfo(name, _FIXED_DATE)
    entry.create_system, entry.external_attr = _UNIX, _READ_ONLY
    with archive.open(entry, "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece)


def _checked(content: Content) -> Iterator[bytes]:
    """Yield a file's bytes and see at its end whether they were the right ones."""
    digest = hashlib.sha256()
    for piece in content.read():
        digest.update(piece)
        yield piece
    if digest.hexdigest() != content.sha256:
        raise EvidenceMismatch(
            f"{content.path}: its bytes are not those of {content.sha256}; the package is not made",
            f"证据“{content.title}”校验不一致，移交包未生成，案件已冻结",
            rule_id="R-030",
        )
