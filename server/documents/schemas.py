"""Shapes that leads, tasks and transfers share on the wire."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Described

from hazard_library.catalogue.hazard import LegalBasis, Text
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import HazardId
from server.documents import plan
from server.documents.mark import Mark
from server.evidence.service import EvidenceSeen
from server.evidence.states import FileState

#: What the console calls the states of a file.
_STATES = {
    FileState.ANNOUNCED: "pending",
    FileState.STORED: "verified",
    FileState.QUARANTINED: "quarantined",
    FileState.MISSING: "missing",
    FileState.ALTERED: "altered",
    FileState.DESTROYED: "destroyed",
}


class Named(BaseModel):
    """Something with an id that people call by a name."""

    id: str
    name: str


class HazardName(BaseModel):
    """A hazard by its code and name."""

    id: str
    name: Text


class Basis(BaseModel):
    """One article, quoted word for word."""

    model_config = ConfigDict(frozen=True)

    id: str
    law: str
    article: str = Described(description="Article, paragraph and item")
    quote: str
    version_date: str
    review_status: str = Described(description="UNREVIEWED: 未经法制审核")


class File(BaseModel):
    """One piece of evidence. What was lost has no hash and a reason."""

    id: UUID
    incident_id: UUID
    kind: str
    sha256: str = Described(description="Empty for what the box could not make")
    bytes: int
    media_type: str
    redaction: str
    state: str = Described(
        description="pending, verified, quarantined, missing, altered or destroyed"
    )
    reason: str | None
    url: str = Described(description="Where its bytes are")


class Field(BaseModel):
    """One field of a form: filled in automatically, proposed, or the officer's to fill."""

    key: str
    label: Text
    value: str | None
    mark: Mark
    source: str = Described(description="Where the value comes from")

    @classmethod
    def of(cls, field: plan.Field) -> "Field":
        """Write a field of a form."""
        return cls(
            key=field.key,
            label=Text(zh=field.label_zh, en=field.label_en),
            value=field.value or None,
            mark=field.mark,
            source=field.source,
        )

    def for_form(self) -> plan.Field:
        """Return the field as the form takes it."""
        return plan.Field(
            self.key, self.label.zh, self.label.en, self.value or "", self.mark, self.source
        )


def basis_of(basis: LegalBasis) -> Basis:
    """Write an article."""
    parts = (basis.article, basis.paragraph, basis.item)
    return Basis(
        id=basis.id,
        law=basis.law,
        article="".join(part for part in parts if part),
        quote=basis.quote,
        version_date=basis.version_date,
        review_status=basis.review_status,
    )


def file_of(seen: EvidenceSeen) -> File:
    """Write a piece of evidence."""
    return File(
        id=seen.id,
        incident_id=seen.incident_id,
        kind=seen.kind,
        sha256=seen.sha256 or "",
        bytes=seen.bytes or 0,
        media_type=seen.media_type or "",
        redaction=seen.redaction or "",
        state=_STATES[seen.state],
        reason=seen.reason,
        url=f"/api/v1/evidence/{seen.id}/content",
    )


def hazard_name(catalogue: Catalogue, hazard_id: HazardId) -> HazardName:
    """Name a hazard as pages do."""
    return HazardName(id=hazard_id, name=catalogue.name_of(hazard_id))
