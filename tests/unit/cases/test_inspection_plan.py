"""From a task to the form: which pictures may be printed."""

from pathlib import Path
from uuid import UUID

import pytest
from bureau import CATALOGUE, HELMET, NOW, key_frame

from server.documents.schemas import File, hazard_name
from server.evidence.file_store import FileStore
from server.tasks.inspection_plan import plan_of
from server.tasks.schemas import Approval, Plan, Task, Visits
from server.tasks.states import SourceKind, TaskState


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def file(sha256: str, kind: str = "frame_shown", state: str = "verified") -> File:
    return File(
        id=UUID(int=1),
        incident_id=UUID(int=2),
        kind=kind,
        sha256=sha256,
        bytes=10,
        media_type="image/jpeg",
        redaction="heads_blurred",
        state=state,
        reason="没有画面" if not sha256 else None,
        url="/",
    )


PLAN = Plan(
    inspection_type=None,
    items=[],
    choosable=[],
    planned_on=None,
    reason=None,
    places=None,
    proposed_officers=[],
    protective_gear=None,
    division_of_work=None,
    is_surprise=False,
    missing=[],
)
VISITS = Visits(
    this_year=0,
    cap=2,
    cap_source="house",
    triggered_this_year=0,
    is_triggered=False,
    warning_zh=None,
    proposal_zh=None,
)


def task(*evidence: File) -> Task:
    return Task(
        id=UUID(int=3),
        number="RW-320115-2026-000001",
        version=1,
        state=TaskState.DRAFT,
        created_at=NOW,
        source_kind=SourceKind.LEAD,
        source_reference="XS-320115-2026-000001",
        planned_on=None,
        is_overdue=False,
        lead_id=UUID(int=4),
        lead_number="XS-320115-2026-000001",
        hazard=hazard_name(CATALOGUE, HELMET),
        enterprise=None,
        lacking=0,
        fields=[],
        groups=[],
        check_items=[],
        basis=[],
        candidates=[],
        shows_not=[],
        evidence=list(evidence),
        document_id=None,
        plan=PLAN,
        visits=VISITS,
        approval=Approval(submitted_at=None, approved_at=None, opinion=None, frequency_reason=None),
        team=[],
        record=None,
        major_hazards=[],
        violations=[],
        orders=[],
        case=None,
        allowed=[],
    )


def test_a_shown_frame_is_printed_with_what_is_blurred(store: FileStore) -> None:
    plan = plan_of(task(file(key_frame(store).sha256)), store, NOW)
    assert len(plan.pictures) == 1
    assert "人员头部已按规则模糊" in plan.pictures[0].caption_zh
    assert "不得单独作为处罚证据" in plan.pictures[0].caption_zh


@pytest.mark.parametrize("kind", ["frame_original", "clip_shown", "clip_original"])
def test_no_sealed_original_and_no_clip_is_printed(store: FileStore, kind: str) -> None:
    plan = plan_of(task(file(key_frame(store).sha256, kind)), store, NOW)
    assert plan.pictures == ()
    assert len(plan.evidence) == 1, "it is listed with its hash all the same"


@pytest.mark.parametrize("state", ["pending", "missing", "altered"])
def test_a_frame_that_is_not_there_is_listed_and_not_printed(store: FileStore, state: str) -> None:
    plan = plan_of(task(file(key_frame(store).sha256, state=state)), store, NOW)
    assert plan.pictures == ()
    assert plan.evidence[0].state_zh != "已存，校验一致"


def test_a_frame_whose_bytes_were_changed_on_disk_is_not_printed(store: FileStore) -> None:
    sha256 = key_frame(store).sha256
    path = store.path(sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    assert plan_of(task(file(sha256)), store, NOW).pictures == ()


def test_a_form_prints_two_pictures_at_most(store: FileStore) -> None:
    one = file(key_frame(store).sha256)
    assert len(plan_of(task(one, one, one), store, NOW).pictures) == 2


def test_what_was_lost_is_listed_with_its_reason(store: FileStore) -> None:
    line = plan_of(task(file("", "clip_shown", "missing")), store, NOW).evidence[0]
    assert (line.sha256, line.state_zh) == ("—", "缺失：没有画面")
