"""What the server itself can tell a reviewer about a material: proposals that fail by default."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hazard_library.contract.evidence import EvidenceManifest
from server.evidence import material_repository as materials
from server.evidence import repository
from server.evidence.clock_check import check_clock
from server.evidence.material_tables import EvidenceMaterial
from server.evidence.states import FileState
from server.evidence.tables import EvidenceManifestRow
from server.fleet import reviews as cameras
from server.kit.double_review import Half

_NO_REVIEW = "录制时该摄像机未通过法制和技术审核，材料等级为 B（仅作线索）"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the server finds about one item of the checklist.

    may_be_explained: a reviewer may pass it all the same, with a written reason.
    """

    holds: bool
    zh: str
    may_be_explained: bool = False


def manifest_of(row: EvidenceManifestRow) -> EvidenceManifest:
    """Read a manifest."""
    return EvidenceManifest.model_validate_json(row.manifest)


def grade_of(db: Session, material: EvidenceMaterial) -> str:
    """Return A when the camera was reviewed at the time of recording, else B."""
    row = repository.manifest_of(db, material.incident_id)
    if row is None:
        return "B"
    told = manifest_of(row)
    is_a = cameras.is_admissible(db, material.device_id, told.camera, told.trigger_at)
    return "A" if is_a else "B"


def machine_checks(db: Session, material: EvidenceMaterial, half: Half) -> Mapping[str, Finding]:
    """Return what the server finds for the items of one half that it can judge."""
    row = repository.manifest_of(db, material.incident_id)
    if row is None:
        return {"hash": Finding(holds=False, zh="尚未收到设备签名的清单")}
    is_a = grade_of(db, material) == "A"
    graded = Finding(is_a, "录制时该摄像机已通过双审，材料等级为 A" if is_a else _NO_REVIEW)
    if half is Half.LEGAL:
        return dict.fromkeys(("authority", "placement", "sign", "publication"), graded)
    told = manifest_of(row)
    clock = check_clock(told.clock, told.sealed_at, row.received_at)
    files = materials.files(db, material.incident_id)
    wrong = [one.sha256[:12] for one in files if one.state is not FileState.STORED]
    lost = "、".join(f"{kind.value}（{why}）" for kind, why in told.lost.items())
    return {
        "standard": graded,
        "clock": Finding(clock.passes, clock.zh, may_be_explained=True),
        "hash": Finding(not wrong, _files_zh(wrong)),
        "complete": Finding(
            not lost,
            f"设备未能留存：{lost}" if lost else "清单所列文件齐全",
            may_be_explained=True,
        ),
    }


def _files_zh(wrong: list[str]) -> str:
    if not wrong:
        return "清单签名有效，文件校验值一致"
    return f"校验不一致或不在服务器上：{'、'.join(wrong)}"
