"""A task as the form 现场检查方案 (F3): from the page's content to the form's values."""

from collections.abc import Sequence
from datetime import datetime

from server.documents.plan import (
    Article,
    Candidate,
    CheckLine,
    EvidenceLine,
    InspectionPlan,
    Picture,
    Section,
)
from server.documents.schemas import Basis, File
from server.documents.words import KIND_ZH, LEAD_ONLY, REDACTION_ZH, STATE_ZH, moment
from server.evidence.arriving import EvidenceStore, Found
from server.tasks.schemas import FieldGroup, Task

#: Pictures on the form: enough to recognise the place, few enough to print.
_MOST_PICTURES = 2


def plan_of(task: Task, files: EvidenceStore, made_at: datetime) -> InspectionPlan:
    """Write a task as the form's values."""
    return InspectionPlan(
        lead_no=task.lead_number or task.source_reference,
        task_no=task.number,
        version=task.version,
        made_at_text=moment(made_at),
        sections=tuple(_section(group) for group in task.groups),
        check_items=tuple(
            CheckLine(number, item.zh) for number, item in enumerate(task.check_items, 1)
        ),
        basis=tuple(_article(basis) for basis in task.basis),
        candidates=tuple(
            Candidate(_article(candidate.basis), candidate.only_when.zh)
            for candidate in task.candidates
        ),
        shows_not=tuple(text.zh for text in task.shows_not),
        pictures=tuple(_pictures(task.evidence, files)),
        evidence=tuple(_line(file) for file in task.evidence),
    )


def _section(group: FieldGroup) -> Section:
    return Section(group.title.zh, tuple(field.for_form() for field in group.fields))


def _article(basis: Basis) -> Article:
    return Article(
        f"《{basis.law}》{basis.article}", basis.quote, basis.review_status == "REVIEWED"
    )


def _pictures(evidence: Sequence[File], files: EvidenceStore) -> list[Picture]:
    """Take shown pictures whose bytes are still the announced ones; never the sealed originals."""
    shown = [file for file in evidence if file.kind == "frame_shown" and file.state == "verified"]
    return [
        Picture(
            f"关键帧，{REDACTION_ZH[file.redaction]}（{LEAD_ONLY}） SHA-256 {file.sha256[:16]}…",
            files.content(file.sha256),
        )
        for file in shown[:_MOST_PICTURES]
        if files.look(file.sha256) is Found.WHOLE
    ]


def _line(file: File) -> EvidenceLine:
    state = STATE_ZH[file.state] + (f"：{file.reason}" if file.reason else "")
    return EvidenceLine(KIND_ZH[file.kind], file.sha256 or "—", file.bytes, state)
