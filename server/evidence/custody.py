"""The custody chain of one material in plain words: who had it when, and what was checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.tables import AccessRecord, AuditEntry
from server.evidence import material_repository as materials
from server.evidence import repository
from server.evidence.machine_checks import manifest_of
from server.evidence.material_tables import EvidenceMaterial

#: Event → what is said of it; {reason} and the detail's own keys may stand in it.
_WORDS = {
    ("evidence_material", "upload"): ("清单与全部文件齐备，逐一校验一致", "manifest and files fit"),
    ("evidence_material", "fix"): ("固定证据，原件冻结", "fixed; the original is frozen"),
    ("evidence_material", "legal_ok"): ("法制审核合格", "legal review passed"),
    ("evidence_material", "legal_no"): ("法制审核不合格", "legal review failed"),
    ("evidence_material", "tech_ok"): ("技术审核合格", "technical review passed"),
    ("evidence_material", "tech_no"): ("技术审核不合格", "technical review failed"),
    ("evidence_material", "both_ok"): ("两项审核均合格", "both halves have passed"),
    ("evidence_material", "attached"): ("列入案件材料", "used by a matter"),
    ("evidence_material", "use_ended"): ("案件不再使用", "a matter needs it no more"),
    ("evidence_material", "held"): ("作出保全，停止销毁", "legal hold"),
    ("evidence_material", "released"): ("解除保全", "hold released"),
    ("evidence_material", "seal"): ("随案封存", "sealed for its matter"),
    ("evidence_material", "export"): ("导出副本", "a copy left"),
    ("evidence_material", "tamper"): ("复核发现校验不一致，冻结", "found altered; frozen"),
    ("evidence_material", "restore"): ("原字节重新上传后恢复，须重新审核", "restored"),
    ("evidence_material", "destroy"): ("保存期满销毁，留存校验值", "destroyed; hashes stay"),
    ("evidence_file", "arrived"): (
        "文件上传完成，校验值与设备登记一致",
        "a file came; its hash fits",
    ),
    ("evidence_file", "mismatched"): ("收到的内容与登记不符，隔离", "other bytes came; set aside"),
    ("evidence_file", "lost_at_box"): ("设备报告文件已丢失", "the box lost a file"),
    ("evidence_file", "found_altered"): ("复核：文件已被改动", "a file was altered"),
    ("evidence_file", "found_missing"): ("复核：文件缺失", "a file is gone"),
    ("evidence_export", "requested"): ("申请导出", "a copy was asked for"),
    ("evidence_export", "approved"): ("批准导出", "a copy was approved"),
    ("evidence_export", "refused"): ("不批准导出", "a copy was refused"),
    ("evidence_export", "delivered"): ("交付副本，交付前逐一校验", "a copy was handed out"),
    ("evidence_export", "receipt"): ("登记接收回执", "receipt noted"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the chain. who: account, box or part of the server."""

    at: datetime
    who: str
    zh: str
    en: str
    detail: str | None = None


def chain(db: Session, material: EvidenceMaterial) -> list[Link]:
    """Return the whole chain, oldest first."""
    links = [*_of_box(db, material), *_of_acts(db, material), *_of_looks(db, material)]
    return sorted(links, key=lambda link: link.at)


def _of_box(db: Session, material: EvidenceMaterial) -> Iterator[Link]:
    row = repository.manifest_of(db, material.incident_id)
    yield Link(
        material.announced_at, material.device_id, "设备首次登记证据", "the box told of evidence"
    )
    if row is None:
        return
    told = manifest_of(row)
    before = told.previous_manifest_sha256
    yield Link(
        told.sealed_at,
        material.device_id,
        f"设备时钟：封存 {len(told.files)} 个文件并签名，密钥 {told.key_id[:16]}",
        f"by the box's clock: sealed {len(told.files)} files and signed",
        f"清单 {row.sha256}；上一清单 {before or '无（首个）'}",
    )
    yield Link(
        row.received_at,
        "svc:ingest",
        "收到清单，核对签名与校验值一致",
        "the manifest came; signature and hash were checked",
        row.sha256,
    )


def _of_acts(db: Session, material: EvidenceMaterial) -> Iterator[Link]:
    things = [audit.Thing("evidence_material", str(material.id))]
    things += [
        audit.Thing("evidence_file", one.sha256)
        for one in materials.files(db, material.incident_id)
    ]
    things += [
        audit.Thing("evidence_export", str(one.id)) for one in materials.exports(db, material.id)
    ]
    for thing in things:
        for entry in audit.history(db, thing):
            yield _link(entry)


def _link(entry: AuditEntry) -> Link:
    zh, en = _WORDS.get((entry.object_type, entry.event), (entry.event, entry.event))
    said = [entry.reason] if entry.reason else []
    if entry.object_type == "evidence_file":
        said.append(entry.object_id)
    told = ("matter", "matters", "receiver", "copy_no", "frozen")
    said += [f"{key}: {entry.detail[key]}" for key in told if entry.detail.get(key)]
    return Link(entry.at, entry.actor, zh, en, "；".join(said) or None)


def _of_looks(db: Session, material: EvidenceMaterial) -> Iterator[Link]:
    for item, _ in repository.items(db, [material.incident_id]):
        for look in audit.looks(db, audit.Thing("evidence", str(item.id))):
            yield _look(look, item.kind.value)
    for look in audit.looks(db, audit.Thing("evidence_material", str(material.id))):
        yield _look(look, "副本 copy")


def _look(look: AccessRecord, what: str) -> Link:
    return Link(look.at, look.actor, f"查阅 {what}，用途：{look.purpose}", f"looked at {what}")
