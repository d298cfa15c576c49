"""`/api/v1/documents`: forms F1–F8, their fields, versions and files."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.documents import papers, repository
from server.documents.form_spec import editions
from server.documents.ground import Files, IsDemo
from server.documents.paper_schemas import (
    Answers,
    DocumentOut,
    EditionOut,
    FamilyChoice,
    VersionOut,
)
from server.documents.papers import Attempt
from server.documents.pdf import to_pdf
from server.documents.rendering import Print, render
from server.documents.tables import Document
from server.evidence.arriving import EvidenceStore, Found
from server.identity.actor import LEGAL_ZONE, Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.errors import (
    FieldsMissing,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
    Unavailable,
    VersionNotGiven,
)
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Ground, Now, Reading, Writing, ground

router = APIRouter(prefix="/api/v1/documents", tags=["documents"])

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
_REFUSALS = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, FieldsMissing, VersionNotGiven
)
DocumentId = Annotated[UUID, Path(alias="id")]


class FileKind(StrEnum):
    """What a document is written as."""

    DOCX = "docx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Changing:
    """One change as it came: who, which document and version, under which key."""

    db: Session
    at: datetime
    actor: Actor
    document_id: UUID
    version: int
    key: str | None

    def by(self, event: str, body: BaseModel, act: Callable[[Attempt], Document]) -> DocumentOut:
        """Do it once for a key, and answer the document as it is afterwards."""
        asked = Asked(
            self.actor.id, self.key, f"document/{self.document_id}/{event}", body, self.at
        )
        tried = Attempt(self.at, self.actor, self.document_id, self.version)
        return once(self.db, asked, DocumentOut, lambda: _page(act(tried), self.at))


def _changing(
    document_id: DocumentId,
    db: Writing,
    clock: Now,
    actor: SignedIn,
    version: IfMatch,
    idempotency_key: IdempotencyKey = None,
) -> Changing:
    return Changing(db, clock.now(), actor, document_id, version, idempotency_key)


Change = Annotated[Changing, Depends(_changing)]


@router.get("/forms", responses=answers(NotSignedIn, NotPermitted))
def list_forms(clock: Now, actor: SignedIn) -> list[EditionOut]:
    """List the registry: form, family, version, issuer, first day."""
    actor.require(Act.DOCUMENTS_READ, clock.now())
    return [EditionOut.of(one) for one in editions()]


@router.get("", responses=answers(NotSignedIn, NotPermitted))
def list_documents(
    db: Reading,
    clock: Now,
    actor: SignedIn,
    about_type: Annotated[str, Query(max_length=60)],
    about_id: Annotated[str, Query(max_length=60)],
) -> list[DocumentOut]:
    """List the documents of one object."""
    at = clock.now()
    return [_page(one, at) for one in papers.all_about(db, at, actor, about_type, about_id)]


@router.get("/{id}", responses=answers(NotSignedIn, NotPermitted, NotFound))
def read_document(document_id: DocumentId, db: Reading, clock: Now, actor: SignedIn) -> DocumentOut:
    """Return a document with every field's mark and source."""
    at = clock.now()
    return _page(papers.one(db, at, actor, document_id), at)


@router.get("/{id}/versions", responses=answers(NotSignedIn, NotPermitted, NotFound))
def list_versions(
    document_id: DocumentId, db: Reading, clock: Now, actor: SignedIn
) -> list[VersionOut]:
    """List every version, newest first, with what it changed."""
    document = papers.one(db, clock.now(), actor, document_id)
    return [VersionOut.of(row) for row in repository.versions(db, document.id)]


@router.post("/{id}/answer", responses=_REFUSALS)
def answer(body: Answers, change: Change) -> DocumentOut:
    """Type into fields: proposed ones keep what was proposed, ✎ are filled by nobody else."""
    return change.by("answer", body, lambda tried: papers.answer(change.db, tried, body.answers))


@router.post("/{id}/choose-family", responses=_REFUSALS)
def choose_family(body: FamilyChoice, change: Change) -> DocumentOut:
    """Print the document in the other family's format."""
    return change.by(
        "choose-family", body, lambda tried: papers.choose_family(change.db, tried, body.family)
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """Which copy is wanted."""

    version: int | None
    clean: bool


def _wish(
    version: Annotated[int | None, Query(ge=1, description="None: the newest")] = None,
    *,
    clean: Annotated[bool, Query(description="Without marks, for signing and serving")] = False,
) -> Wish:
    return Wish(version, clean)


@router.get(
    "/{id}/file.{kind}",
    response_class=Response,
    responses={
        200: {
            "content": {
                one: {"schema": {"type": "string", "format": "binary"}} for one in (DOCX, PDF)
            }
        },
        **answers(NotSignedIn, NotPermitted, NotFound, Unavailable),
    },
)
def download(  # noqa: PLR0913, PLR0917 - each is a part of the request
    document_id: DocumentId,
    kind: FileKind,
    actor: SignedIn,
    files: Files,
    is_demo: IsDemo,
    on: Annotated[Ground, Depends(ground)],
    wish: Annotated[Wish, Depends(_wish)],
) -> Response:
    """Write the document as .docx or .pdf; the download is recorded as an export."""
    now = on.clock.now()
    actor.require(Act.DOCUMENTS_DOWNLOAD, now)
    with on.database.reading() as db:
        document = papers.one(db, now, actor, document_id)
        form = papers.as_of(db, document, wish.version, now)
    number = wish.version or document.version
    copy = Print(
        document.about_number, document.unit_name, number, now, is_clean=wish.clean, is_demo=is_demo
    )
    content = render(form, copy, lambda sha256: _picture(files, sha256))
    if kind is FileKind.PDF:
        content = to_pdf(content)
    with on.database.writing() as db:
        thing = audit.Thing("document", str(document.id), number)
        sha256 = hashlib.sha256(content).hexdigest()
        detail = {"form": document.form, "kind": kind, "clean": wish.clean, "sha256": sha256}
        audit.record(db, now, actor.who, thing, audit.Act("exported", detail=detail))
        audit.record_access(db, now, actor.who, thing, f"导出{form.title}")
    name = quote(f"{form.title}-{document.about_number}.{kind}")
    disposition = (
        f'attachment; filename="{document.about_number}-{document.form}.{kind}"; '
        f"filename*=UTF-8''{name}"
    )
    media = PDF if kind is FileKind.PDF else DOCX
    return Response(content, media_type=media, headers={"Content-Disposition": disposition})


def _picture(files: EvidenceStore, sha256: str) -> bytes | None:
    return files.content(sha256) if files.look(sha256) is Found.WHOLE else None


def _page(document: Document, at: datetime) -> DocumentOut:
    return DocumentOut.of(document, papers.filled(document, at.astimezone(LEGAL_ZONE).date()))
