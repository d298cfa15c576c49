"""SQL of documents. What a reader may see is the condition on units."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.documents.form_spec import FormCode
from server.documents.tables import Document, DocumentVersion


def visible(db: Session, units: Collection[UUID], document_id: UUID) -> Document | None:
    """Return a document of these units."""
    return db.scalar(
        select(Document).where(Document.id == document_id, Document.unit_id.in_(units))
    )


def locked(db: Session, units: Collection[UUID], document_id: UUID) -> Document | None:
    """Return a document of these units, newest and locked."""
    query = select(Document).where(Document.id == document_id, Document.unit_id.in_(units))
    return db.scalar(query.with_for_update().execution_options(populate_existing=True))


def about(db: Session, about_type: str, about_id: str, form: FormCode) -> Document | None:
    """Return an object's document of a form."""
    return db.scalar(
        select(Document).where(
            Document.about_type == about_type,
            Document.about_id == about_id,
            Document.form == form,
        )
    )


def all_about(
    db: Session, units: Collection[UUID], about_type: str, about_id: str
) -> Sequence[Document]:
    """Return an object's documents in reach."""
    query = select(Document).where(
        Document.about_type == about_type,
        Document.about_id == about_id,
        Document.unit_id.in_(units),
    )
    return db.scalars(query.order_by(Document.form)).all()


def versions(db: Session, document_id: UUID) -> Sequence[DocumentVersion]:
    """Return all versions of a document, newest first."""
    query = select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    return db.scalars(query.order_by(DocumentVersion.version.desc())).all()


def version(db: Session, document_id: UUID, number: int) -> DocumentVersion | None:
    """Return one version."""
    return db.get(DocumentVersion, (document_id, number))
