"""The pages that go with an exported copy: what it is, for whom, and what may be done with it.

Header and footer stand on every page: there is the copy's number and receiver, and on what leaves
as 线索材料 that it proves nothing alone.
"""

import io
from dataclasses import dataclass
from datetime import datetime

from docx import Document
from docx.shared import Cm, Pt

from hazard_library.contract.evidence import EvidenceManifest
from server.identity.actor import LEGAL_ZONE
from server.kit.double_review import Half, Opinion

_UNREVIEWED = "本系统所载法律依据未经法制审核 UNREVIEWED"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the pages say. mark: on every page; None: evidence that passed both reviews."""

    number: str
    copy_no: int
    purpose: str
    receiver: str
    mark: str | None
    grade: str
    opinions: tuple[tuple[Half, Opinion], ...]
    pictures: tuple[bytes, ...] = ()


def write_pages(sheet: Sheet, manifest: EvidenceManifest, at: datetime) -> bytes:
    """Write the pages as a .docx."""
    document = Document()
    document.styles["Normal"].font.name = "SimSun"
    document.styles["Normal"].font.size = Pt(10.5)
    section = document.sections[0]
    what = sheet.mark or "经法制审核和技术审核的证据材料"
    section.header.paragraphs[0].text = what
    section.footer.paragraphs[0].text = (
        f"{sheet.number} 副本第 {sheet.copy_no} 号　接收：{sheet.receiver}　"
        f"导出：{_moment(at)}　{_UNREVIEWED}"
    )
    document.add_heading(f"证据材料 {sheet.number}", level=1)
    for label, value in _facts(sheet, manifest):
        document.add_paragraph(f"{label}：{value}")
    document.add_heading("文件与校验值", level=2)
    table = document.add_table(rows=1, cols=3, style="Table Grid")
    for cell, text in zip(table.rows[0].cells, ("类别", "字节", "SHA-256"), strict=True):
        cell.text = text
    for ref in manifest.files:
        row = (ref.kind.value, str(ref.bytes), ref.sha256)
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    for kind, why in manifest.lost.items():
        document.add_paragraph(f"设备未能留存 {kind.value}：{why}")
    for picture in sheet.pictures:
        document.add_picture(io.BytesIO(picture), width=Cm(15))
        document.add_paragraph(f"画面已作模糊处理的副本。{what}")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _facts(sheet: Sheet, manifest: EvidenceManifest) -> list[tuple[str, str]]:
    return [
        ("材料等级", sheet.grade),
        ("用途", sheet.purpose),
        ("设备与摄像机", f"{manifest.device} / {manifest.camera}"),
        ("疑似隐患", manifest.hazard),
        ("触发时间", _moment(manifest.trigger_at)),
        ("签名密钥", manifest.key_id),
        *(
            (half.zh, f"{'合格' if one.passed else '不合格'}　{one.name}　{_moment(one.at)}")
            for half, one in sheet.opinions
        ),
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S")
