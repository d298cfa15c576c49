"""What people may do with a lead, and what comes of it, on PostgreSQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from bureau import (
    CATALOGUE,
    FLAME,
    NOW,
    Bureau,
    Reporter,
    Seen,
    found_bureau,
    open_lead,
    open_picture,
)
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.handovers import service as handovers
from server.identity.actor import Actor
from server.kit.errors import (
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    StaleVersion,
)
from server.leads import lease, schemas
from server.leads import service as leads
from server.leads.allowing import Looking, allowed
from server.leads.service import Attempt
from server.leads.states import DismissReason, LeadEvent, LeadState, Suggestion
from server.leads.tables import Lead
from server.tasks import service as tasks

FINDING = schemas.Confirm(finding="画面中一人在装卸区未戴安全帽")
NO_HAZARD = schemas.Dismiss(reason=DismissReason.MISDETECTION)
LATER = schemas.Unclear(reason="画面太暗")
AGAIN = schemas.Reopen(reason="企业来电说明情况有变")


@dataclass(frozen=True, slots=True)
class Desk:
    """A lead on the desk of a bureau."""

    db: Session
    bureau: Bureau
    lead_id: UUID
    seen: Seen

    @property
    def lead(self) -> Lead:
        return self.db.get_one(Lead, self.lead_id, populate_existing=True)

    def tried(self, actor: Actor, version: int | None = None) -> Attempt:
        open_lead(self.db, actor, self.lead_id)
        return Attempt(NOW, actor, self.lead_id, version or self.lead.version)

    def look(self, actor: Actor) -> None:
        open_picture(self.db, actor, [self.seen.id])

    def leave(self, actor: Actor) -> None:
        lease.release(self.db, actor, self.lead_id)

    def confirm(self, actor: Actor) -> Lead:
        return leads.confirm(self.db, self.tried(actor), CATALOGUE, FINDING)


Lay = Callable[[Seen], Desk]


@pytest.fixture
def lay(db: Session, tmp_path: Path) -> Lay:
    """Lay a lead on the desk."""
    bureau = found_bureau(db)
    reporter = Reporter.at(db, tmp_path / "files")
    return lambda seen: Desk(db, bureau, reporter.report(seen), seen)


@pytest.fixture
def desk(lay: Lay) -> Desk:
    return lay(Seen())


def test_an_officer_who_has_looked_confirms_and_a_task_exists(desk: Desk) -> None:
    officer = desk.bureau.officer
    desk.look(officer)
    lead = desk.confirm(officer)
    assert lead.state is LeadState.TASKED
    assert (lead.decided_by, lead.finding) == (officer.id, FINDING.finding)
    assert tasks.of_lead(desk.db, lead.id) is not None
    assert handovers.of_lead(desk.db, lead.id) is None


def test_a_flame_becomes_a_draft_transfer_and_no_task(lay: Lay) -> None:
    desk = lay(Seen(hazard=FLAME, zone=None))
    desk.look(desk.bureau.officer)
    lead = desk.confirm(desk.bureau.officer)
    assert lead.state is LeadState.CONFIRMED
    assert tasks.of_lead(desk.db, lead.id) is None
    transfer_id = handovers.of_lead(desk.db, lead.id)
    assert transfer_id is not None
    page = handovers.page(desk.db, NOW, desk.bureau.officer, CATALOGUE, transfer_id)
    assert (page.state, page.to) == ("draft", "消防救援机构")


def test_without_opening_the_picture_nothing_is_confirmed(desk: Desk) -> None:
    with pytest.raises(FieldsMissing) as refused:
        desk.confirm(desk.bureau.officer)
    assert refused.value.fields == ("picture",)
    assert desk.lead.state is LeadState.NEW


def test_that_somebody_else_has_looked_is_not_enough(desk: Desk) -> None:
    desk.look(desk.bureau.second_officer)
    desk.leave(desk.bureau.second_officer)
    with pytest.raises(FieldsMissing):
        desk.confirm(desk.bureau.officer)


def test_an_aide_confirms_nothing_by_rule_43(desk: Desk) -> None:
    desk.look(desk.bureau.aide)
    for act in (
        lambda tried: leads.confirm(desk.db, tried, CATALOGUE, FINDING),
        lambda tried: leads.dismiss(desk.db, tried, NO_HAZARD),
        lambda tried: leads.unclear(desk.db, tried, LATER),
    ):
        with pytest.raises(NotPermitted) as refused:
            act(desk.tried(desk.bureau.aide))
        assert refused.value.rule_id == "R-043"
    assert desk.lead.state is LeadState.NEW


def test_an_expired_certificate_confirms_nothing(desk: Desk) -> None:
    desk.look(desk.bureau.expired_officer)
    with pytest.raises(NotPermitted) as refused:
        desk.confirm(desk.bureau.expired_officer)
    assert refused.value.rule_id == "INV-3"


@pytest.mark.parametrize("who", ["leader", "sysadmin"])
def test_neither_leader_nor_administrator_decides(desk: Desk, who: str) -> None:
    with pytest.raises(NotPermitted):
        desk.confirm(getattr(desk.bureau, who))


def test_another_units_officer_does_not_find_the_lead(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.confirm(desk.bureau.stranger)
    with pytest.raises(NotFound):
        leads.one(desk.db, NOW, desk.bureau.stranger, desk.lead_id)
    assert not leads.sees_incident(desk.db, desk.bureau.stranger, desk.seen.id)
    assert leads.sees_incident(desk.db, desk.bureau.officer, desk.seen.id)


def test_a_stale_version_tells_both(desk: Desk) -> None:
    leads.prescreen(
        desk.db,
        desk.tried(desk.bureau.aide),
        schemas.Prescreen(suggestion=Suggestion.TO_CONFIRM),
    )
    desk.look(desk.bureau.officer)
    with pytest.raises(StaleVersion) as refused:
        leads.confirm(desk.db, desk.tried(desk.bureau.officer, 1), CATALOGUE, FINDING)
    assert (refused.value.given, refused.value.current) == (1, 2)


def test_a_prescreening_decides_nothing(desk: Desk) -> None:
    lead = leads.prescreen(
        desk.db,
        desk.tried(desk.bureau.aide),
        schemas.Prescreen(suggestion=Suggestion.LIKELY_FALSE, note="像是反光"),
    )
    assert lead.state is LeadState.PRESCREENED
    assert (lead.decided_by, lead.dismiss_reason) == (None, None)


def test_who_prescreened_a_starred_lead_does_not_confirm_it(lay: Lay) -> None:
    desk = lay(Seen(hazard=FLAME, zone=None))
    first, second = desk.bureau.officer, desk.bureau.second_officer
    to_confirm = schemas.Prescreen(suggestion=Suggestion.TO_CONFIRM)
    leads.prescreen(desk.db, desk.tried(first), to_confirm)
    desk.look(first)
    assert LeadEvent.CONFIRM not in allowed(desk.db, Looking(NOW, first), desk.lead)
    with pytest.raises(NotPermitted, match="pre-screened"):
        desk.confirm(first)
    desk.leave(first)
    desk.look(second)
    assert desk.confirm(second).state is LeadState.CONFIRMED


def test_who_prescreened_an_ordinary_lead_may_confirm_it(desk: Desk) -> None:
    officer = desk.bureau.officer
    to_confirm = schemas.Prescreen(suggestion=Suggestion.TO_CONFIRM)
    leads.prescreen(desk.db, desk.tried(officer), to_confirm)
    desk.look(officer)
    assert desk.confirm(officer).state is LeadState.TASKED


def test_the_machines_own_text_is_no_finding(desk: Desk) -> None:
    officer = desk.bureau.officer
    desk.look(officer)
    copied = schemas.Confirm(finding=CATALOGUE.hazards[desk.seen.hazard].sees.zh)
    with pytest.raises(FieldsMissing) as refused:
        leads.confirm(desk.db, desk.tried(officer), CATALOGUE, copied)
    assert refused.value.fields == ("finding",)


@pytest.mark.parametrize("finding", ["", "没戴帽子", "     没戴帽      "])
def test_a_finding_has_six_characters_of_its_own(finding: str) -> None:
    with pytest.raises(ValueError, match="at least 6"):
        schemas.Confirm(finding=finding)


def test_a_dismissal_keeps_reason_and_words(desk: Desk) -> None:
    officer = desk.bureau.officer
    lead = leads.dismiss(
        desk.db,
        desk.tried(officer),
        schemas.Dismiss(reason=DismissReason.OCCLUSION, note="被吊臂遮挡"),
    )
    assert lead.state is LeadState.FALSE_ALARM
    entry = audit.history(desk.db, Thing("lead", str(lead.id)))[-1]
    assert (entry.event, entry.reason, entry.detail) == (
        "dismiss",
        "occlusion",
        {"note": "被吊臂遮挡"},
    )
    assert tasks.of_lead(desk.db, lead.id) is None


def test_the_reason_other_needs_words(desk: Desk) -> None:
    with pytest.raises(FieldsMissing) as refused:
        leads.dismiss(
            desk.db, desk.tried(desk.bureau.officer), schemas.Dismiss(reason=DismissReason.OTHER)
        )
    assert refused.value.fields == ("note",)


def test_unclear_twice_then_somebody_must_decide(desk: Desk) -> None:
    officer = desk.bureau.officer
    assert leads.unclear(desk.db, desk.tried(officer), LATER).relook_at == NOW + timedelta(days=1)
    leads.unclear(desk.db, desk.tried(officer), LATER)
    assert LeadEvent.UNCLEAR not in allowed(desk.db, Looking(NOW, officer), desk.lead)
    with pytest.raises(NotAllowedNow) as refused:
        leads.unclear(desk.db, desk.tried(officer), LATER)
    assert "unclear" not in refused.value.allowed
    assert leads.dismiss(desk.db, desk.tried(officer), NO_HAZARD).state is LeadState.FALSE_ALARM


@pytest.mark.parametrize("hours", [-1, 0, 25])
def test_a_relook_is_within_a_day(desk: Desk, hours: int) -> None:
    wish = schemas.Unclear(reason="太暗了", relook_at=NOW + timedelta(hours=hours))
    with pytest.raises(FieldsMissing):
        leads.unclear(desk.db, desk.tried(desk.bureau.officer), wish)


def test_a_reopened_lead_keeps_its_old_decision_in_its_history(desk: Desk) -> None:
    officer = desk.bureau.officer
    leads.dismiss(desk.db, desk.tried(officer), NO_HAZARD)
    lead = leads.reopen(desk.db, desk.tried(officer), AGAIN)
    assert lead.state is LeadState.RELOOK
    history = audit.history(desk.db, Thing("lead", str(lead.id)))
    assert [entry.event for entry in history] == ["created", "dismiss", "reopen"]


def test_what_happens_again_during_rectification_joins_the_decided_lead(
    lay: Lay, db: Session
) -> None:
    desk = lay(Seen())
    desk.look(desk.bureau.officer)
    desk.confirm(desk.bureau.officer)
    again = Seen(started=NOW + timedelta(days=2))
    assert leads.attach(db, NOW, CATALOGUE, again.event()) == desk.lead_id
    assert desk.lead.state is LeadState.TASKED, "a machine changes no decision"
    assert desk.lead.times_seen == 2


def test_what_happens_again_after_a_dismissal_begins_a_lead_that_recurs_nothing(
    lay: Lay, db: Session
) -> None:
    desk = lay(Seen())
    leads.dismiss(db, desk.tried(desk.bureau.officer), NO_HAZARD)
    again = Seen(started=NOW + timedelta(minutes=5))
    other = leads.attach(db, NOW, CATALOGUE, again.event())
    assert other != desk.lead_id
    assert db.get_one(Lead, other).recurrence_of is None, "a false alarm is no violation"


def test_every_act_is_a_link_of_the_chain(desk: Desk) -> None:
    desk.look(desk.bureau.officer)
    lead = desk.confirm(desk.bureau.officer)
    history = audit.history(desk.db, Thing("lead", str(lead.id)))
    assert [(e.event, e.from_state, e.to_state) for e in history] == [
        ("created", None, "new"),
        ("confirm", "new", "confirmed"),
        ("create_task", "confirmed", "tasked"),
    ]
    assert history[1].actor == "wang"
    assert audit.verify_chain(desk.db).broken_at is None
