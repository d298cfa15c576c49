"""Verbs of documents: `settle` one from facts, `answer` its fields, `require` what a step needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.documents import filling, repository
from server.documents.filling import FilledForm, Missing, Typed, check_answer, fill
from server.documents.form_spec import Family, Filler, FormCode, edition_on
from server.documents.grounds import AnyGround, Facts, facts_of
from server.documents.tables import Document, DocumentVersion
from server.identity import service as identity
from server.identity.actor import LEGAL_ZONE, Actor
from server.identity.permissions import Act
from server.kit.db import Json
from server.kit.errors import FieldsMissing, NotFound
from server.kit.ids import new_id
from server.kit.preconditions import check_version


@dataclass(frozen=True, slots=True)
class About:
    """The object that a document is about: its type as in the audit chain, and whose it is."""

    type: str
    id: str
    number: str
    unit_id: UUID
    unit_name: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who acts when on which version of which document."""

    at: datetime
    actor: Actor
    document_id: UUID
    version: int


def settle(
    db: Session,
    at: datetime,
    who: audit.Who,
    about: About,
    ground: AnyGround,
    typed: Mapping[str, Typed] | None = None,
) -> UUID:
    """Make an object's document, or bring its facts up to date; what people typed stays.

    typed: what people typed elsewhere into fields of this form, each under their own name; it
    comes over earlier answers. The same facts and answers again change nothing.
    """
    facts = facts_of(ground).model_dump(mode="json")
    known = repository.about(db, about.type, about.id, ground.form) or Document(
        id=new_id(at),
        form=ground.form,
        family=Family.MEM,
        about_type=about.type,
        about_id=about.id,
        about_number=about.number,
        unit_id=about.unit_id,
        unit_name=about.unit_name,
        version=0,
        facts={},
        answers={},
        created_at=at,
    )
    answers = known.answers | {key: _written(one) for key, one in (typed or {}).items()}
    if known.version and (known.facts, known.answers) == (facts, answers):
        return known.id
    changes = _changed(known.facts.get("values", {}), facts["values"]) if known.version else {}
    known.facts, known.answers, known.version = facts, answers, known.version + 1
    db.add(known)
    db.flush()
    _keep(db, at, who, known, "filled", changes)
    return known.id


def answer(db: Session, tried: Attempt, answers: Mapping[str, str]) -> Document:
    """Take what a person types into a document's fields.

    Raises:
        NotPermitted: the role may not, or has no valid certificate.
        NotFound: there is no such document in reach.
        StaleVersion: it was changed since.
        FieldsMissing: nothing was typed, or the form cannot take it.
    """
    document = _taken(db, tried)
    form = filled(document, _day(tried.at))
    if not answers:
        raise FieldsMissing(["answers"], "没有填写任何内容")
    changes: dict[str, list[str]] = {}
    kept = dict(document.answers)
    for key, value in answers.items():
        field = check_answer(form, key, value)
        leads = field.filler is Filler.LEADER
        tried.actor.require(Act.DOCUMENTS_APPROVE if leads else Act.DOCUMENTS_FILL, tried.at)
        if value != field.value:
            changes[key] = [field.value, value]
            own = Typed(value, tried.actor.account, tried.actor.full_name, tried.at)
            kept[key] = _written(own)
    if changes:
        document.answers, document.version = kept, document.version + 1
        db.flush()
        _keep(db, tried.at, tried.actor.who, document, "answered", changes)
    return document


def choose_family(db: Session, tried: Attempt, family: Family) -> Document:
    """Print a document in the other family's format.

    Raises:
        NotPermitted, NotFound, StaleVersion: as for `answer`.
    """
    tried.actor.require(Act.DOCUMENTS_FILL, tried.at)
    document = _taken(db, tried)
    if family is not document.family:
        edition_on(document.form, family, _day(tried.at))
        changes = {"family": [document.family.value, family.value]}
        document.family, document.version = family, document.version + 1
        db.flush()
        _keep(db, tried.at, tried.actor.who, document, "family_chosen", changes)
    return document


def one(db: Session, at: datetime, actor: Actor, document_id: UUID) -> Document:
    """Return a document within the actor's scope.

    Raises:
        NotPermitted: the role reads no documents.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.DOCUMENTS_READ, at)
    found = repository.visible(db, identity.unit_scope(db, actor), document_id)
    if found is None:
        raise NotFound(f"document {document_id}")
    return found


def all_about(
    db: Session, at: datetime, actor: Actor, about_type: str, about_id: str
) -> Sequence[Document]:
    """Return the documents of an object in the actor's scope.

    Raises:
        NotPermitted: the role reads no documents.
    """
    actor.require(Act.DOCUMENTS_READ, at)
    return repository.all_about(db, identity.unit_scope(db, actor), about_type, about_id)


def form_of(
    db: Session, at: datetime, about_type: str, about_id: str, form: FormCode
) -> FilledForm:
    """Return an object's form as it is filled in now; for the module whose object it is.

    Raises:
        NotFound: it has none.
    """
    found = repository.about(db, about_type, about_id, form)
    if found is None:
        raise NotFound(f"{about_type} {about_id} has no {form}", f"尚无文书 {form}")
    return filled(found, _day(at))


def missing(
    db: Session, at: datetime, about_type: str, about_id: str, step: tuple[FormCode, str]
) -> tuple[Missing, ...]:
    """Return what an object's form still lacks at a moment: step is (form, moment).

    Raises:
        NotFound: it has no such form.
    """
    return filling.missing_at(form_of(db, at, about_type, about_id, step[0]), step[1])


def require(
    db: Session, at: datetime, about_type: str, about_id: str, step: tuple[FormCode, str]
) -> None:
    """Block a step of an object while its form lacks a field: step is (form, moment).

    Raises:
        NotFound: it has no such form.
        FieldsMissing: names every empty field in Chinese.
    """
    filling.require(form_of(db, at, about_type, about_id, step[0]), step[1])


def filled(document: Document, day: date) -> FilledForm:
    """Fill a document in on a day: the law's warnings are those of the day."""
    answers = {
        key: Typed(told["value"], told["by"], told["name"], datetime.fromisoformat(told["at"]))
        for key, told in document.answers.items()
    }
    edition = edition_on(document.form, document.family, day)
    return fill(edition, Facts.model_validate(document.facts), answers, day)


def as_of(db: Session, document: Document, number: int | None, at: datetime) -> FilledForm:
    """Return a document as it is now, or one of its versions word for word.

    Raises:
        NotFound: there is no such version.
    """
    if number is None or number == document.version:
        return filled(document, _day(at))
    kept = repository.version(db, document.id, number)
    if kept is None:
        raise NotFound(f"document {document.id} has no version {number}")
    return FilledForm.model_validate(kept.content)


def _written(one: Typed) -> Json:
    return {"value": one.value, "by": one.by, "name": one.name, "at": one.at.isoformat()}


def _day(at: datetime) -> date:
    return at.astimezone(LEGAL_ZONE).date()


def _taken(db: Session, tried: Attempt) -> Document:
    tried.actor.require(Act.DOCUMENTS_READ, tried.at)
    units = identity.unit_scope(db, tried.actor)
    document = repository.locked(db, units, tried.document_id)
    if document is None:
        raise NotFound(f"document {tried.document_id}")
    check_version(f"document {document.id}", tried.version, document.version)
    return document


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        key: [before.get(key, ""), value]
        for key, value in after.items()
        if value != before.get(key, "")
    }


def _keep(
    db: Session,
    at: datetime,
    who: audit.Who,
    document: Document,
    event: str,
    changes: Mapping[str, list[str]],
) -> None:
    content: Json = filled(document, _day(at)).model_dump(mode="json")
    db.add(
        DocumentVersion(
            document_id=document.id,
            version=document.version,
            at=at,
            by=who.id,
            event=event,
            changes=dict(changes),
            content=content,
        )
    )
    db.flush()
    thing = audit.Thing("document", str(document.id), document.version)
    detail = {"form": document.form, "about": document.about_number, "changes": dict(changes)}
    audit.record(db, at, who, thing, audit.Act(event, detail=detail))
