"""What lies around a lead: who holds it, what was said of it, and what waits for the leader."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity, Word, one_of
from server.leads.proposal_states import Proposable, ProposalState
from server.leads.states import DismissReason, Verdict


class LeadLease(Entity):
    """Who works on a lead; it ends by itself."""

    __tablename__ = "lead_lease"
    __table_args__ = ({"comment": "Who works on a lead at the moment"},)

    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("lead.id"), primary_key=True, comment="The lead"
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Who has opened it")
    holder: Mapped[str] = mapped_column(comment="The holder's name, as others are shown it")
    until: Mapped[datetime] = mapped_column(comment="Ends then unless it is renewed, server time")


class LeadVerdict(Entity):
    """One verdict on a lead. One that was taken back stays, marked."""

    __tablename__ = "lead_verdict"
    __table_args__ = (
        one_of("verdict", Verdict),
        one_of("reason", DismissReason),
        CheckConstraint("(verdict = 'false_alarm') = (reason IS NOT NULL)", name="reason_given"),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoked_because IS NULL) AND (revoked_at >= at)",
            name="revoked",
        ),
        Index("ix_lead_verdict_at", "at"),
        Index("ix_lead_verdict_lead", "lead_id"),
        Index(
            "uq_lead_verdict_holding",
            "lead_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        {"comment": "Every verdict on every lead, also those taken back"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), comment="On which lead")
    verdict: Mapped[Verdict] = mapped_column(Word(Verdict), comment="属实 or 误报")
    reason: Mapped[DismissReason | None] = mapped_column(
        Word(DismissReason), comment="Why it is no hazard"
    )
    by: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Who said so")
    at: Mapped[datetime] = mapped_column(comment="When, server time")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="Holds no longer from then")
    revoked_because: Mapped[str | None] = mapped_column(comment="Why it was taken back")


class LeadProposal(Entity):
    """An officer's act that takes a leader's agreement."""

    __tablename__ = "lead_proposal"
    __table_args__ = (
        one_of("event", Proposable),
        one_of("state", ProposalState),
        CheckConstraint("length(btrim(reason)) >= 2", name="reason"),
        CheckConstraint("(event = 'no_action') = (basis IS NOT NULL)", name="basis"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            "(state = 'pending') = (answered_at IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)",
            name="answered",
        ),
        CheckConstraint("state = 'withdrawn' OR answered_by <> proposed_by", name="second_person"),
        Index(
            "uq_lead_proposal_pending",
            "lead_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_lead_proposal_lead", "lead_id"),
        {"comment": "What officers propose and leaders agree to or refuse"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), comment="Of which lead")
    event: Mapped[Proposable] = mapped_column(Word(Proposable), comment="What is proposed")
    state: Mapped[ProposalState] = mapped_column(
        Word(ProposalState), comment="See leads/proposal_states.py"
    )
    version: Mapped[int] = mapped_column(comment="Counts the acts")
    reason: Mapped[str] = mapped_column(comment="The officer's reason, in own words")
    basis: Mapped[str | None] = mapped_column(
        comment="Legal basis of doing nothing further: an article of the catalogue"
    )
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="The officer")
    proposed_at: Mapped[datetime] = mapped_column(comment="When, server time")
    answered_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="The leader; or the officer who took it back"
    )
    answered_at: Mapped[datetime | None] = mapped_column(comment="When, server time")
    answer: Mapped[str | None] = mapped_column(comment="The leader's words")
