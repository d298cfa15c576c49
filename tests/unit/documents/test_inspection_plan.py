"""The 现场检查方案: what is filled in, what stays the officer's, and what a reader sees."""

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from docx import Document

from server.documents.plan import (
    Article,
    Candidate,
    CheckLine,
    EvidenceLine,
    Field,
    InspectionPlan,
    Mark,
    Picture,
    Section,
)
from server.documents.service import DEMO_LINE, PLACEHOLDER, render

ARTICLE = Article(
    "《安全生产法》第四十五条", "必须提供<劳动防护用品>，并监督使用。", is_reviewed=False
)


def jpeg() -> bytes:
    picture = np.full((90, 160, 3), 180, np.uint8)
    return bytes(cv2.imencode(".jpg", picture)[1])


@pytest.fixture
def plan() -> InspectionPlan:
    return InspectionPlan(
        lead_no="XS-320583-2026-000001",
        task_no="RW-320583-2026-000001",
        version=1,
        made_at_text="2026-05-04 16:00 Asia/Shanghai",
        sections=(
            Section(
                "被检查单位",
                (Field("name", "单位名称", "name", "演示企业 & <一>", Mark.AUTO, "enterprise"),),
            ),
            Section(
                "检查安排",
                (
                    Field("when", "检查时间", "time", "", Mark.BLANK, "officer"),
                    Field("where", "检查部位", "place", "一号车间", Mark.PROPOSED, "lead"),
                ),
            ),
        ),
        check_items=(CheckLine(1, "核实有无佩戴要求标识。"),),
        basis=(ARTICLE,),
        candidates=(Candidate(ARTICLE, "仅当现场确认存在事故隐患时"),),
        shows_not=("企业是否已配备安全帽",),
        pictures=(Picture("关键帧", jpeg()),),
        evidence=(EvidenceLine("关键帧（展示）", "ab" * 32, 4711, "已核验"),),
    )


def text_of(written: bytes) -> str:
    document = Document(io.BytesIO(written))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    section = document.sections[0]
    parts += [paragraph.text for paragraph in section.header.paragraphs]
    parts += [paragraph.text for paragraph in section.footer.paragraphs]
    return "\n".join(parts)


def test_a_reader_finds_everything_that_was_known(plan: InspectionPlan) -> None:
    text = text_of(render(plan, demo=False))
    for known in (
        "演示企业 & <一>", "一号车间", "核实有无佩戴要求标识。", "必须提供<劳动防护用品>",
        "仅当现场确认存在事故隐患时", "企业是否已配备安全帽", "ab" * 32, "XS-320583-2026-000001",
    ):  # fmt: skip
        assert known in text
    assert "{{" not in text
    assert "{%" not in text


def test_the_officers_fields_are_blank_and_marked(plan: InspectionPlan) -> None:
    document = Document(io.BytesIO(render(plan, demo=False)))
    rows = [[cell.text for cell in row.cells] for t in document.tables for row in t.rows]
    assert ["检查时间", PLACEHOLDER, "须填写"] in rows
    assert ["检查部位", "一号车间", "建议"] in rows
    assert ["1", "核实有无佩戴要求标识。", PLACEHOLDER, PLACEHOLDER] in rows


def test_a_blank_field_can_carry_no_value() -> None:
    with pytest.raises(ValueError, match="officer's to fill"):
        Field("fact", "检查发现", "finding", "未戴安全帽", Mark.BLANK, "model")


def test_unreviewed_law_says_so_and_reviewed_law_does_not(plan: InspectionPlan) -> None:
    reviewed = replace(ARTICLE, is_reviewed=True)
    signed = replace(plan, basis=(reviewed,), candidates=())
    assert "未经法制审核" in text_of(render(plan, demo=False)).replace("法律条文未经法制审核", "")
    assert "未经法制审核" not in text_of(render(signed, demo=False)).replace(
        "法律条文未经法制审核", ""
    )


def test_a_demonstration_says_so_on_every_page(plan: InspectionPlan) -> None:
    assert DEMO_LINE in text_of(render(plan, demo=True))
    assert DEMO_LINE not in text_of(render(plan, demo=False))


def test_libreoffice_opens_it_and_shows_the_text(plan: InspectionPlan, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: nobody has opened the document here")
    (tmp_path / "plan.docx").write_bytes(render(plan, demo=True))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "plan.docx"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=180,
    )
    text = (tmp_path / "plan.txt").read_text(encoding="utf-8-sig")
    assert "现 场 检 查 方 案" in text
    assert "演示企业 & <一>" in text
    assert PLACEHOLDER in text
