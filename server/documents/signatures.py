"""`sign` a text, and tell whose signatures still stand: a changed text voids the earlier ones.

Also the door through which a second officer signs at the first one's device: with the own
password, never with the other's session (INV-3).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.documents.signature_tables import Signature, Signed, SignedBy
from server.identity.actor import Actor
from server.kit.errors import FieldsMissing, NotPermitted
from server.kit.ids import new_id

#: A document of the law has so many officers behind it (XZCFF-2021-42).
OFFICERS = 2


@dataclass(frozen=True, slots=True)
class Text:
    """What is signed: which document of which object, with all that it says."""

    document: Signed
    object_id: UUID
    content: Mapping[str, object]

    @property
    def sha256(self) -> str:
        """Hash of the content in one canonical spelling."""
        told = json.dumps(
            self.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
        )
        return hashlib.sha256(told.encode()).hexdigest()


def sign(db: Session, at: datetime, officer: Actor, text: Text) -> Signature:
    """Put an officer's signature under a text.

    Raises:
        NotPermitted: the certificate is not valid at this moment (R-009).
    """
    certificate = officer.certificate
    if certificate is None or not certificate.is_valid(at):
        raise NotPermitted(
            f"{officer.account} has no certificate that is valid at this moment",
            "执法人员少于两人或证件无效，不得开展检查",
            rule_id="R-009",
        )
    return _keep(
        db,
        Signature(
            id=new_id(at),
            document=text.document,
            object_id=text.object_id,
            content_sha256=text.sha256,
            signed_by=SignedBy.OFFICER,
            account_id=officer.id,
            name=officer.full_name,
            certificate_no=certificate.number,
            at=at,
        ),
    )


def take_down(db: Session, at: datetime, officer: Actor, text: Text, party: "Party") -> Signature:
    """Write down that the enterprise signed, or refused to.

    Raises:
        FieldsMissing: neither a name with a post nor a note of the refusal was given.
    """
    if party.refusal_note is None and not (party.name and party.post):
        raise FieldsMissing(["name", "post"], "请填写企业签字人姓名和职务，或注明拒绝签字情况")
    return _keep(
        db,
        Signature(
            id=new_id(at),
            document=text.document,
            object_id=text.object_id,
            content_sha256=text.sha256,
            signed_by=SignedBy.REFUSAL if party.refusal_note else SignedBy.ENTERPRISE,
            account_id=officer.id,
            name=party.name or officer.full_name,
            post=party.post,
            note=party.refusal_note,
            at=at,
        ),
    )


@dataclass(frozen=True, slots=True)
class Party:
    """Who signed for the enterprise, or the note that nobody would."""

    name: str | None
    post: str | None
    refusal_note: str | None


def of_object(db: Session, document: Signed, object_id: UUID) -> Sequence[Signature]:
    """Return every signature on a document, also the void ones, oldest first."""
    query = select(Signature).where(
        Signature.document == document, Signature.object_id == object_id
    )
    return db.scalars(query.order_by(Signature.at, Signature.id)).all()


def standing(db: Session, text: Text) -> Sequence[Signature]:
    """Return the signatures under the text as it is now."""
    digest = text.sha256
    return [
        one for one in of_object(db, text.document, text.object_id) if one.content_sha256 == digest
    ]


def _keep(db: Session, row: Signature) -> Signature:
    db.add(row)
    db.flush()
    return row
