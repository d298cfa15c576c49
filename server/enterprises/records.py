"""Records as they are read: the list, one record with its sources, a field's whole history."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.enterprises import record_repository, repository, schemas
from server.enterprises.fields import FIELDS, FieldKind, field_kind
from server.enterprises.record_repository import Dispute
from server.enterprises.record_tables import RecordStatement
from server.enterprises.record_values import require_words
from server.enterprises.repository import Asked
from server.enterprises.search import SHORTEST
from server.enterprises.states import ENTERPRISES
from server.enterprises.tables import Enterprise
from server.identity import divisions
from server.identity.actor import LEGAL_ZONE, Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotFound
from server.kit.state_words import words_of

_PURPOSE = "查看企业档案"
_MOST_EXPORTED = 20_000


def listed(db: Session, at: datetime, actor: Actor, asked: Asked) -> schemas.EnterpriseList:
    """List the enterprises in scope that fit.

    Raises:
        NotPermitted: the role may not read records.
        FieldsMissing: the text to search for is too short.
    """
    actor.require(Act.ENTERPRISES_READ, at)
    if asked.text is not None and len(require_words("q", asked.text)) < SHORTEST:
        raise FieldsMissing(["q"], f"请至少输入{SHORTEST}个字")
    found = repository.listed(db, asked)
    return schemas.EnterpriseList(
        items=[schemas.EnterpriseRow.model_validate(firm) for firm in found[: asked.limit]],
        next_cursor=found[asked.limit - 1].credit_code if len(found) > asked.limit else None,
    )


def exported(db: Session, at: datetime, actor: Actor, asked: Asked) -> list[tuple[Enterprise, str]]:
    """Return all enterprises in scope that fit, with the districts of their sites in full.

    Raises:
        NotPermitted: the role may not read records.
    """
    actor.require(Act.ENTERPRISES_READ, at)
    firms = repository.listed(db, replace(asked, limit=_MOST_EXPORTED))[:_MOST_EXPORTED]
    places: dict[UUID, set[str]] = {}
    for site in repository.sites_among(db, [firm.id for firm in firms]):
        named = f"{divisions.full_name(site.division_code)}（{site.division_code}）"
        places.setdefault(site.enterprise_id, set()).add(named)
    thing = audit.Thing("enterprise_list", "csv")
    audit.record_access(db, at, actor.who, thing, f"导出企业清单（{len(firms)}家）")
    return [(firm, "；".join(sorted(places.get(firm.id, ())))) for firm in firms]


def state_zh(firm: Enterprise) -> str:
    """Return what people call a record's state."""
    return words_of(ENTERPRISES.thing).state(firm.state).zh


def division_prefix(named: str, city: str | None) -> str:
    """Return how codes of a division and of all below it begin.

    Raises:
        FieldsMissing: there is none of that name, or several and no city tells which.
    """
    code = divisions.find(named, city).code
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def one(db: Session, at: datetime, actor: Actor, enterprise_id: UUID) -> Enterprise:
    """Return an enterprise within the actor's scope; the look is recorded (INV-9).

    Raises:
        NotPermitted: the role may not read records.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.ENTERPRISES_READ, at)
    found = repository.visible(db, enterprise_id, jurisdiction.scope(db, actor))
    if found is None:
        raise NotFound(f"enterprise {enterprise_id}")
    thing = audit.Thing("enterprise", str(found.id))
    audit.record_access(db, at, actor.who, thing, _PURPOSE)
    return found


def record(db: Session, at: datetime, actor: Actor, firm: Enterprise) -> schemas.Record:
    """Write a whole record for one reader."""
    today = at.astimezone(LEGAL_ZONE).date()
    by_field: dict[str, list[RecordStatement]] = {}
    for row in record_repository.current(db, firm.id):
        by_field.setdefault(row.field, []).append(row)
    edits = actor.may(Act.ENTERPRISES_EDIT, at)
    return schemas.Record(
        enterprise=schemas.EnterpriseOut.model_validate(firm),
        sites=_sites(db, firm.id),
        fields=[_field(kind, by_field.get(kind.key, ()), today) for kind in FIELDS.values()],
        conflicts=[dispute(found) for found in record_repository.disputes_of(db, firm.id)],
        allowed=list(ENTERPRISES.allowed(firm.state)) if edits else [],
    )


def history(db: Session, firm: Enterprise, field: str, item: str) -> schemas.FieldHistory:
    """Return everything that was ever said of a field.

    Raises:
        FieldsMissing: there is no such field.
    """
    key = (field_kind(field).key, item)
    said = record_repository.history(db, firm.id, key)
    ended = record_repository.history_of_conflicts(db, firm.id, key)
    return schemas.FieldHistory(
        statements=[schemas.StatementOut.model_validate(row) for row in said],
        conflicts=[schemas.SettledConflict.model_validate(row) for row in ended],
    )


def dispute(found: Dispute) -> schemas.ConflictOut:
    """Write a conflict with both sides."""
    row = found.conflict
    return schemas.ConflictOut(
        id=row.id,
        enterprise_id=row.enterprise_id,
        field=row.field,
        title_zh=FIELDS[row.field].title_zh,
        item=row.item,
        state=row.state,
        version=row.version,
        opened_at=row.opened_at,
        challenger=schemas.StatementOut.model_validate(found.challenger),
        defender=schemas.StatementOut.model_validate(found.defender),
    )


def stale(db: Session, today: date, most: int = 500) -> Mapping[UUID, list[str]]:
    """Return the fields that have grown old, by enterprise, oldest first (R-042)."""
    limits = {kind.key: today - timedelta(days=kind.stale_after_days) for kind in FIELDS.values()}
    found: dict[UUID, list[str]] = {}
    for row, _, _ in record_repository.stale_before(db, limits, most):
        found.setdefault(row.enterprise_id, []).append(row.field)
    return found


def _sites(db: Session, enterprise_id: UUID) -> list[schemas.SiteOut]:
    return [
        schemas.SiteOut(
            id=site.id,
            name=site.name,
            address=site.address,
            division_code=site.division_code,
            division=divisions.full_name(site.division_code),
        )
        for site in repository.sites_of(db, enterprise_id)
    ]


def _field(kind: FieldKind, rows: Sequence[RecordStatement], today: date) -> schemas.FieldOut:
    return schemas.FieldOut(
        field=kind.key,
        title_zh=kind.title_zh,
        title_en=kind.title_en,
        many=bool(kind.item_of),
        stale_after_days=kind.stale_after_days,
        values=[_value(kind, row, today) for row in rows if row.value is not None],
    )


def _value(kind: FieldKind, row: RecordStatement, today: date) -> schemas.FieldValue:
    return schemas.FieldValue(
        **schemas.StatementOut.model_validate(row).model_dump(),
        item=row.item,
        stale_on=row.as_of + timedelta(days=kind.stale_after_days + 1),
        stale=kind.is_stale(row.as_of, today),
    )
