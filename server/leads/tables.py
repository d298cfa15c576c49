"""Leads, and the incidents that were joined to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity, Json, Word, one_of
from server.leads.joining import JoinedAs
from server.leads.priority import Priority
from server.leads.states import DismissReason, LeadState, Suggestion, Verdict

_ENDED = "('transferred', 'false_alarm', 'duplicate', 'expired', 'closed')"
_FOLLOWED = "('confirmed', 'in_notice', 'tasked', 'in_handover', 'closed')"


class Lead(Entity):
    """A suspicion at one camera and zone, which an officer confirms or dismisses."""

    __tablename__ = "lead"
    __table_args__ = (
        one_of("state", LeadState),
        one_of("priority", Priority),
        one_of("suggestion", Suggestion),
        one_of("dismiss_reason", DismissReason),
        CheckConstraint("severity BETWEEN 1 AND 4", name="severity"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("first_seen <= last_seen", name="seen_order"),
        CheckConstraint("times_seen >= 1", name="times_seen"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("relooks BETWEEN 0 AND 2", name="relooks"),
        CheckConstraint("(suggestion IS NULL) = (prescreened_by IS NULL)", name="prescreened"),
        one_of("verdict", Verdict),
        CheckConstraint(
            "verdict IS NULL OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)",
            name="verdict_of_somebody",
        ),
        CheckConstraint(
            f"state NOT IN {_FOLLOWED} OR (verdict = 'confirmed' AND verdict IS NOT NULL"
            " AND decided_by IS NOT NULL AND length(btrim(finding)) >= 6)",
            name="confirmed_by_somebody",
        ),
        CheckConstraint(
            "state <> 'false_alarm' OR (verdict = 'false_alarm' AND verdict IS NOT NULL"
            " AND decided_by IS NOT NULL AND dismiss_reason IS NOT NULL)",
            name="dismissed_by_somebody",
        ),
        CheckConstraint(f"(state IN {_ENDED}) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint(
            "(state = 'duplicate') = (duplicate_of IS NOT NULL) AND duplicate_of <> id",
            name="duplicate_of",
        ),
        CheckConstraint("state <> 'expired' OR (severity = 1 AND NOT is_starred)", name="expired"),
        CheckConstraint(
            "(seconded_by IS NULL) = (seconded_at IS NULL) AND seconded_by <> decided_by",
            name="second_person",
        ),
        CheckConstraint(
            "num_nulls(muted_from, muted_until, mute_reason) IN (0, 3)"
            " AND (muted_until IS NULL OR (muted_from <= muted_until AND NOT is_starred))",
            name="muted",
        ),
        Index("ix_lead_key", "device", "camera", "hazard", "zone"),
        Index("ix_lead_queue", "priority", "first_seen", "id"),
        Index("ix_lead_unit", "unit_id", "state"),
        Index("ix_lead_site", "site_id", "hazard", "first_seen"),
        Index("ix_lead_duplicate_of", "duplicate_of"),
        Index(
            "ix_lead_open",
            "created_at",
            postgresql_where=text("state IN ('new', 'prescreened', 'relook')"),
        ),
        Index(
            "ix_lead_second_look",
            "decided_at",
            postgresql_where=text("state = 'false_alarm' AND is_starred AND seconded_at IS NULL"),
        ),
        Index(
            "ix_lead_followed",
            "decided_at",
            postgresql_where=text("state IN ('confirmed', 'in_notice', 'tasked', 'in_handover')"),
        ),
        Index("ix_lead_enterprise", "enterprise_id", "created_at"),
        {"comment": "Leads 线索: machine suspicions and what officers decide of them"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="XS-…, gap-free by unit and year")
    state: Mapped[LeadState] = mapped_column(Word(LeadState), comment="See leads/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the acts; If-Match")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who enforces there")
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="Where")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Whose")
    device: Mapped[str] = mapped_column(comment="Box that reported")
    camera: Mapped[str] = mapped_column(comment="Camera of the box")
    camera_name: Mapped[str] = mapped_column(comment="What people called the camera then")
    hazard: Mapped[str] = mapped_column(comment="Hazard of the catalogue")
    zone: Mapped[str | None] = mapped_column(comment="Zone; None: the whole picture")
    severity: Mapped[int] = mapped_column(comment="1 提示 … 4 紧急, of the catalogue")
    is_starred: Mapped[bool] = mapped_column(Boolean, comment="★ 重点线索")
    is_trial: Mapped[bool] = mapped_column(Boolean, comment="The hazard is on trial (试用)")
    is_storm: Mapped[bool] = mapped_column(Boolean, comment="告警风暴 of one camera (R-028)")
    first_seen: Mapped[datetime] = mapped_column(comment="Condition first held, capture time")
    last_seen: Mapped[datetime] = mapped_column(comment="Condition last held, capture time")
    times_seen: Mapped[int] = mapped_column(comment="How many incidents")
    score: Mapped[int] = mapped_column(comment="Sum of the addends, 0–100")
    priority: Mapped[Priority] = mapped_column(Word(Priority), comment="P0 … P3")
    addends: Mapped[list[Json]] = mapped_column(JSONB, comment="What the score is made of (INV-11)")
    ranked_at: Mapped[datetime] = mapped_column(comment="Since when it is as urgent, server time")
    due_at: Mapped[datetime | None] = mapped_column(comment="Triage target")
    is_late: Mapped[bool] = mapped_column(
        Boolean, comment="补传: it arrived long after it was seen"
    )
    recurrence_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("lead.id"), comment="Decided lead of the same place and hazard, if any"
    )
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    opened_at: Mapped[datetime | None] = mapped_column(comment="When somebody first opened it")
    again_at: Mapped[datetime | None] = mapped_column(
        comment="整改期间再次发现: when it was last seen again after the verdict, server time"
    )
    suggestion: Mapped[Suggestion | None] = mapped_column(
        Word(Suggestion), comment="Of the pre-screening; decides nothing"
    )
    prescreened_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Who pre-screened"
    )
    relooks: Mapped[int] = mapped_column(comment="How often it was unclear")
    relook_at: Mapped[datetime | None] = mapped_column(comment="When to look again")
    verdict: Mapped[Verdict | None] = mapped_column(
        Word(Verdict), comment="The verdict that holds; None: there is none, or it was taken back"
    )
    decided_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Who decided last"
    )
    decided_at: Mapped[datetime | None] = mapped_column(comment="When, server time")
    finding: Mapped[str | None] = mapped_column(comment="What the officer saw, in own words")
    dismiss_reason: Mapped[DismissReason | None] = mapped_column(
        Word(DismissReason), comment="Why it is no hazard"
    )
    note: Mapped[str | None] = mapped_column(comment="Further words on the last decision")
    seconded_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Who agreed that a ★ lead is a false alarm"
    )
    seconded_at: Mapped[datetime | None] = mapped_column(comment="When they agreed, server time")
    muted_from: Mapped[datetime | None] = mapped_column(
        comment="同一画面持续误报: folded from then"
    )
    muted_until: Mapped[datetime | None] = mapped_column(comment="Folded until then, a day at most")
    mute_reason: Mapped[str | None] = mapped_column(comment="Why it is folded")
    duplicate_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("lead.id"), comment="The lead that took its incidents"
    )
    ended_at: Mapped[datetime | None] = mapped_column(comment="When it was over, server time")


class LeadIncident(Entity):
    """One incident of a box, joined to exactly one lead; a duplicate's go with it and back."""

    __tablename__ = "lead_incident"
    __table_args__ = (
        one_of("joined_as", JoinedAs),
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint("moved_from <> lead_id", name="moved_from"),
        Index("ix_lead_incident_lead", "lead_id"),
        Index("ix_lead_incident_moved_from", "moved_from"),
        Index("ix_lead_incident_camera", "device", "camera", "started_at"),
        {"comment": "Incidents of leads; each belongs to one lead at a time"},
    )

    incident_id: Mapped[UUID] = mapped_column(primary_key=True, comment="Id given by the box")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), comment="Its lead")
    joined_as: Mapped[JoinedAs] = mapped_column(Word(JoinedAs), comment="Why it is this lead")
    moved_from: Mapped[UUID | None] = mapped_column(
        ForeignKey("lead.id"), comment="The duplicate that it came with; it goes back with it"
    )
    is_late: Mapped[bool] = mapped_column(
        Boolean, comment="补传: it arrived long after it was seen"
    )
    device: Mapped[str] = mapped_column(comment="Box")
    camera: Mapped[str] = mapped_column(comment="Camera")
    hazard: Mapped[str] = mapped_column(comment="Hazard")
    zone: Mapped[str | None] = mapped_column(comment="Zone")
    started_at: Mapped[datetime] = mapped_column(comment="Condition first held")
    opened_at: Mapped[datetime] = mapped_column(comment="Rule completed")
    last_held_at: Mapped[datetime] = mapped_column(comment="Condition last held, so far")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Closed by the box")
    score: Mapped[float] = mapped_column(comment="Highest detection score so far")
    seq: Mapped[int] = mapped_column(comment="Newest change seen")
    event: Mapped[Json] = mapped_column(comment="The newest change")
    picture_event: Mapped[Json] = mapped_column(comment="The change that the key frame belongs to")
    joined_at: Mapped[datetime] = mapped_column(comment="Server time")
