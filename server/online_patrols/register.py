"""The register of looks as a document: 网络巡查记录 (F1)."""

from datetime import datetime

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.documents import service as documents
from server.documents.form_spec import FormCode
from server.documents.grounds import F1Camera, F1Ground, law_line
from server.documents.service import About, Typed
from server.documents.words import moment
from server.leads import service as leads
from server.online_patrols import repository
from server.online_patrols.planning import Why
from server.online_patrols.tables import PatrolItem, PatrolRound

OBJECT = "patrol_round"


def write(
    db: Session, at: datetime, who: audit.Who, catalogue: Catalogue, found: PatrolRound
) -> None:
    """Write the record of a finished patrol, with what each officer typed under their name.

    Raises:
        FieldsMissing: something that only an officer fills is empty.
    """
    about = About(OBJECT, str(found.id), found.number, found.unit_id, found.unit_name)
    documents.settle(db, at, who, about, _ground(db, catalogue, found), _typed(db, found))
    documents.require(db, at, OBJECT, str(found.id), (FormCode.F1, "finish"))


def _ground(db: Session, catalogue: Catalogue, found: PatrolRound) -> F1Ground:
    items, officers = repository.items(db, found.id), repository.officers(db, found.id)
    statutory = any(item.is_statutory for item in items)
    blind = sum(item.why is Why.BLIND for item in items)
    return F1Ground(
        number=found.number,
        unit=found.unit_name,
        kind="在线巡查（含危化重大危险源，两名执法人员）" if statutory else "网络巡查",
        officers="、".join(f"{one.full_name}（{one.certificate_no}）" for one in officers),
        started_at=moment(found.started_at) if found.started_at else "",
        ended_at=moment(found.ended_at) if found.ended_at else "",
        coverage=f"计划 {len(items)} 路，实看 {sum(i.sha256 is not None for i in items)} 路；"
        f"其中随机抽查（无模型提示）{blind} 路",
        cameras=tuple(_camera(db, catalogue, item) for item in items),
        basis=tuple(
            law_line(catalogue.legal[key])
            for key in dict.fromkeys(item.basis for item in items)
            if key in catalogue.legal
        ),
    )


def _camera(db: Session, catalogue: Catalogue, item: PatrolItem) -> F1Camera:
    law = catalogue.legal[item.basis]
    hazard = leads.hazard_of(db, item.lead_id) if item.lead_id is not None else None
    shown = "无画面"
    if item.captured_at is not None and item.sha256 is not None:
        shown = f"{moment(item.captured_at)} SHA-256 {item.sha256}"
    article = "".join(part for part in (law.article, law.paragraph, law.item) if part)
    return F1Camera(
        key=str(item.id),
        camera=item.camera_name,
        enterprise=f"{item.enterprise_name}；依据：{law.law_short}{article}；{item.why.zh}",
        snapshot=shown,
        suspected=f"疑似{catalogue.name_of(hazard).zh}" if hazard is not None else "",
    )


def _typed(db: Session, found: PatrolRound) -> dict[str, Typed]:
    names = {one.account: one.full_name for one in repository.officers(db, found.id)}
    typed: dict[str, Typed] = {}
    for item in repository.items(db, found.id):
        if item.result is None or item.looked_by is None or item.looked_at is None:
            continue
        for column, value in (("result", item.result.zh), ("description", item.description)):
            if value:
                typed[f"cameras/{item.id}/{column}"] = Typed(
                    value, item.looked_by, names.get(item.looked_by, ""), item.looked_at
                )
    signed = [one for one in repository.officers(db, found.id) if one.signed_at is not None]
    last = max(signed, key=lambda one: (one.signed_at, one.account))
    if last.signed_at is not None and found.disposition and found.disposed_by:
        by = found.disposed_by
        typed["disposition"] = Typed(found.disposition, by, names.get(by, ""), last.signed_at)
        written = "、".join(
            f"{one.signature} {moment(one.signed_at)}" for one in signed if one.signed_at
        )
        typed["signatures"] = Typed(written, last.account, last.full_name, last.signed_at)
    return typed
