"""The gate of 行政处罚法 第四十一条: what may not become evidence of a penalty, and why (R-025)."""

from sqlalchemy.orm import Session

from server.evidence.machine_checks import grade_of
from server.evidence.material_states import REVIEWED, MaterialState
from server.evidence.material_tables import EvidenceMaterial
from server.kit.double_review import GATE
from server.kit.errors import NotPermitted

_HOPELESS = {
    MaterialState.UNQUALIFIED: "审核结论为不合格",
    MaterialState.TAMPERED: "校验不一致，已冻结",
    MaterialState.DESTROYED: "已销毁",
}


def lacking(db: Session, material: EvidenceMaterial) -> list[str]:
    """Name what a material lacks before it may be evidence of a penalty; empty: nothing."""
    missing = [_HOPELESS[material.state]] if material.state in _HOPELESS else []
    if not missing and material.state not in REVIEWED:
        if material.handler_person is None:
            missing.append("证据固定")
        if material.legal_person is None:
            missing.append("法制审核")
        if material.tech_person is None:
            missing.append("技术审核")
    if grade_of(db, material) != "A":
        missing.append("录制时摄像机的第四十一条审核（设备、标志、公布地点）")
    return missing


def refuse_inadmissible(db: Session, material: EvidenceMaterial) -> None:
    """Refuse what is no evidence of a penalty.

    Raises:
        NotPermitted: something is missing; the message names it.
    """
    missing = lacking(db, material)
    if missing:
        raise NotPermitted(
            f"evidence material {material.id} lacks: {', '.join(missing)}",
            f"证据未经法制和技术审核，不得作为处罚证据。尚缺：{'、'.join(missing)}",
            rule_id=GATE,
        )
