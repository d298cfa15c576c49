"""One incident's evidence as a zip that `patrol evidence verify` checks without this server."""

import base64
import hashlib
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.evidence import EvidenceManifest
from hazard_library.proof.export import (
    MANIFEST,
    PAGES,
    SHEET,
    ExportSheet,
    SignedText,
    file_name,
)
from server.evidence import repository
from server.evidence.arriving import EvidenceStore
from server.evidence.pages import Sheet, write_pages
from server.evidence.tables import EvidenceManifestRow

_IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sealed:
    """An incident's manifest as it came, what it says, and the box's manifest before it."""

    text: SignedText
    manifest: EvidenceManifest
    previous: SignedText | None


def sealed(db: Session, incident: UUID) -> Sealed | None:
    """Return an incident's manifest; None while it has not come."""
    row = repository.manifest_of(db, incident)
    if row is None:
        return None
    before = None
    if row.previous_sha256 is not None:
        before = repository.manifest_by_hash(db, row.device_id, row.previous_sha256)
    return Sealed(
        _text(row),
        EvidenceManifest.model_validate_json(row.manifest),
        None if before is None else _text(before),
    )


@dataclass(frozen=True, slots=True)
class Going:
    """Files that may go out. stays: SHA-256 → why a file stays here; None: it goes."""

    store: EvidenceStore
    stays: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Package:
    """What goes into a zip. mark: on everything that proves nothing alone. sheet: its pages."""

    found: Sealed
    public_key: bytes
    files: Going
    mark: str | None
    sheet: Sheet | None = None


def write_zip(package: Package, at: datetime) -> IO[bytes]:
    """Write the zip.

    Bytes are copied as they are: pictures and clips do not get smaller.
    """
    found, files = package.found, package.files
    pages = write_pages(package.sheet, found.manifest, at) if package.sheet else None
    told = package.sheet
    sheet = ExportSheet(
        device=found.manifest.device,
        public_key=base64.b64encode(package.public_key).decode(),
        manifest_sha256=found.text.manifest_sha256,
        signature=found.text.signature,
        previous=found.previous,
        left_out={sha: why for sha, why in files.stays.items() if why is not None},
        exported_at=at,
        notice=package.mark,
        number=told.number if told is not None else None,
        copy_no=told.copy_no if told is not None else None,
        purpose=told.purpose if told is not None else None,
        receiver=told.receiver if told is not None else None,
        pages={PAGES: hashlib.sha256(pages).hexdigest()} if pages is not None else {},
    )
    spool = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(spool, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(MANIFEST, found.text.manifest)
        archive.writestr(SHEET, sheet.model_dump_json(by_alias=True, indent=1))
        if pages is not None:
            archive.writestr(PAGES, pages)
        for ref in found.manifest.files:
            if files.stays.get(ref.sha256, "") is None:
                with archive.open(file_name(ref), "w", force_zip64=True) as entry:
                    for piece in files.store.read(ref.sha256):
                        entry.write(piece)
    spool.seek(0)
    return spool


def _text(row: EvidenceManifestRow) -> SignedText:
    return SignedText(
        manifest=row.manifest.decode(), manifest_sha256=row.sha256, signature=row.signature
    )
