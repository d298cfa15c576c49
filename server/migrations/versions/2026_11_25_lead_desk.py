"""The whole life of a lead: outcomes, duplicates, leases, verdicts, proposals to the leader."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_lead_desk"
down_revision = "2026_11_25_cases_and_referrals"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_STATES = (
    "state IN ('new', 'prescreened', 'relook', 'confirmed', 'in_notice', 'tasked', 'in_handover',"
    " 'transferred', 'false_alarm', 'duplicate', 'expired', 'closed')"
)
_ENDED = "('transferred', 'false_alarm', 'duplicate', 'expired', 'closed')"
_FOLLOWED = "('confirmed', 'in_notice', 'tasked', 'in_handover', 'closed')"
_REASONS = "'misdetection', 'not_violation', 'under_permit', 'occlusion', 'test', 'other'"
_JOINED_AS = "joined_as IN ('first', 'again', 'during_rectification', 'storm', 'folded')"
_LEAD_CHECKS = {
    "state": _STATES,
    "verdict": "verdict IN ('confirmed', 'false_alarm')",
    "verdict_of_somebody": (
        "verdict IS NULL OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)"
    ),
    "confirmed_by_somebody": (
        f"state NOT IN {_FOLLOWED} OR (verdict = 'confirmed' AND verdict IS NOT NULL"
        " AND decided_by IS NOT NULL AND length(btrim(finding)) >= 6)"
    ),
    "dismissed_by_somebody": (
        "state <> 'false_alarm' OR (verdict = 'false_alarm' AND verdict IS NOT NULL"
        " AND decided_by IS NOT NULL AND dismiss_reason IS NOT NULL)"
    ),
    "ended": f"(state IN {_ENDED}) = (ended_at IS NOT NULL)",
    "duplicate_of": "(state = 'duplicate') = (duplicate_of IS NOT NULL) AND duplicate_of <> id",
    "expired": "state <> 'expired' OR (severity = 1 AND NOT is_starred)",
    "second_person": (
        "(seconded_by IS NULL) = (seconded_at IS NULL) AND seconded_by <> decided_by"
    ),
    "muted": (
        "num_nulls(muted_from, muted_until, mute_reason) IN (0, 3)"
        " AND (muted_until IS NULL OR (muted_from <= muted_until AND NOT is_starred))"
    ),
}


def upgrade() -> None:
    _widen_lead()
    _fill_lead()
    _check_lead()
    _widen_lead_incident()
    _create_lead_lease()
    _create_lead_verdict()
    _create_lead_proposal()


def _widen_lead() -> None:
    for name, kind, comment in (
        ("ranked_at", _TIME, "Since when it is as urgent, server time"),
        ("is_late", sa.Boolean(), "补传: it arrived long after it was seen"),
        ("opened_at", _TIME, "When somebody first opened it"),
        (
            "again_at",
            _TIME,
            "整改期间再次发现: when it was last seen again after the verdict, server time",
        ),
        ("verdict", sa.Text(), "The verdict that holds; None: there is none, or it was taken back"),
        ("seconded_by", sa.Uuid(), "Who agreed that a ★ lead is a false alarm"),
        ("seconded_at", _TIME, "When they agreed, server time"),
        ("muted_from", _TIME, "同一画面持续误报: folded from then"),
        ("muted_until", _TIME, "Folded until then, a day at most"),
        ("mute_reason", sa.Text(), "Why it is folded"),
        ("duplicate_of", sa.Uuid(), "The lead that took its incidents"),
        ("ended_at", _TIME, "When it was over, server time"),
    ):
        op.add_column("lead", sa.Column(name, kind, nullable=True, comment=comment))
    op.alter_column(
        "lead",
        "due_at",
        comment="Triage target",
        existing_comment="Triage target; None: by duty hours",
    )


def _fill_lead() -> None:
    """Say of the leads that are there what the columns ask."""
    op.execute("UPDATE lead SET ranked_at = created_at, is_late = false")
    op.execute(
        "UPDATE lead SET verdict = CASE WHEN state = 'false_alarm' THEN 'false_alarm'"
        " ELSE 'confirmed' END WHERE state IN ('confirmed', 'tasked', 'false_alarm')"
    )
    op.execute("UPDATE lead SET ended_at = decided_at WHERE state = 'false_alarm'")
    op.alter_column("lead", "ranked_at", nullable=False)
    op.alter_column("lead", "is_late", nullable=False)


def _check_lead() -> None:
    for name in ("state", "confirmed_by_somebody", "dismissed_by_somebody"):
        op.drop_constraint(op.f(f"ck_lead_{name}"), "lead")
    for name, rule in _LEAD_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_lead_{name}"), "lead", rule)
    op.create_foreign_key(op.f("fk_lead_seconded_by"), "lead", "account", ["seconded_by"], ["id"])
    op.create_foreign_key(op.f("fk_lead_duplicate_of"), "lead", "lead", ["duplicate_of"], ["id"])
    op.create_index("ix_lead_site", "lead", ["site_id", "hazard", "first_seen"])
    op.create_index("ix_lead_duplicate_of", "lead", ["duplicate_of"])
    for name, column, where in (
        ("ix_lead_open", "created_at", "state IN ('new', 'prescreened', 'relook')"),
        (
            "ix_lead_second_look",
            "decided_at",
            "state = 'false_alarm' AND is_starred AND seconded_at IS NULL",
        ),
        (
            "ix_lead_followed",
            "decided_at",
            "state IN ('confirmed', 'in_notice', 'tasked', 'in_handover')",
        ),
    ):
        op.create_index(name, "lead", [column], postgresql_where=sa.text(where))


def _widen_lead_incident() -> None:
    op.add_column(
        "lead_incident",
        sa.Column(
            "moved_from",
            sa.Uuid(),
            nullable=True,
            comment="The duplicate that it came with; it goes back with it",
        ),
    )
    op.add_column(
        "lead_incident",
        sa.Column(
            "is_late",
            sa.Boolean(),
            nullable=True,
            comment="补传: it arrived long after it was seen",
        ),
    )
    op.execute("UPDATE lead_incident SET is_late = false")
    op.alter_column("lead_incident", "is_late", nullable=False)
    op.drop_constraint(op.f("ck_lead_incident_joined_as"), "lead_incident")
    op.create_check_constraint(op.f("ck_lead_incident_joined_as"), "lead_incident", _JOINED_AS)
    op.create_check_constraint(
        op.f("ck_lead_incident_moved_from"), "lead_incident", "moved_from <> lead_id"
    )
    op.create_foreign_key(
        op.f("fk_lead_incident_moved_from"), "lead_incident", "lead", ["moved_from"], ["id"]
    )
    op.create_index("ix_lead_incident_moved_from", "lead_incident", ["moved_from"])
    op.create_table_comment(
        "lead_incident",
        "Incidents of leads; each belongs to one lead at a time",
        existing_comment="Incidents of leads; an incident belongs to one lead for ever",
    )


def _create_lead_lease() -> None:
    op.create_table(
        "lead_lease",
        sa.Column("lead_id", sa.Uuid(), nullable=False, comment="The lead"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Who has opened it"),
        sa.Column(
            "holder", sa.Text(), nullable=False, comment="The holder's name, as others are shown it"
        ),
        sa.Column(
            "until", _TIME, nullable=False, comment="Ends then unless it is renewed, server time"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_lease_lead_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_lead_lease_account_id")
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_lease")),
        comment="Who works on a lead at the moment",
    )


def _create_lead_verdict() -> None:
    op.create_table(
        "lead_verdict",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("lead_id", sa.Uuid(), nullable=False, comment="On which lead"),
        sa.Column("verdict", sa.Text(), nullable=False, comment="属实 or 误报"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it is no hazard"),
        sa.Column("by", sa.Uuid(), nullable=False, comment="Who said so"),
        sa.Column("at", _TIME, nullable=False, comment="When, server time"),
        sa.Column("revoked_at", _TIME, nullable=True, comment="Holds no longer from then"),
        sa.Column("revoked_because", sa.Text(), nullable=True, comment="Why it was taken back"),
        sa.CheckConstraint(
            "verdict IN ('confirmed', 'false_alarm')", name=op.f("ck_lead_verdict_verdict")
        ),
        sa.CheckConstraint(f"reason IN ({_REASONS})", name=op.f("ck_lead_verdict_reason")),
        sa.CheckConstraint(
            "(verdict = 'false_alarm') = (reason IS NOT NULL)",
            name=op.f("ck_lead_verdict_reason_given"),
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_because IS NULL) AND (revoked_at >= at)",
            name=op.f("ck_lead_verdict_revoked"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_verdict_lead_id")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_lead_verdict_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_verdict")),
        comment="Every verdict on every lead, also those taken back",
    )
    op.create_index("ix_lead_verdict_at", "lead_verdict", ["at"])
    op.create_index(
        "uq_lead_verdict_holding",
        "lead_verdict",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index("ix_lead_verdict_lead", "lead_verdict", ["lead_id"])
    op.execute(
        "INSERT INTO lead_verdict (id, lead_id, verdict, reason, by, at)"
        " SELECT gen_random_uuid(), id, verdict, dismiss_reason, decided_by, decided_at"
        " FROM lead WHERE verdict IS NOT NULL"
    )


def _create_lead_proposal() -> None:
    op.create_table(
        "lead_proposal",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("lead_id", sa.Uuid(), nullable=False, comment="Of which lead"),
        sa.Column("event", sa.Text(), nullable=False, comment="What is proposed"),
        sa.Column("state", sa.Text(), nullable=False, comment="See leads/proposal_states.py"),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="Counts the acts"),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="The officer's reason, in own words"
        ),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=True,
            comment="Legal basis of doing nothing further: an article of the catalogue",
        ),
        sa.Column("proposed_by", sa.Uuid(), nullable=False, comment="The officer"),
        sa.Column("proposed_at", _TIME, nullable=False, comment="When, server time"),
        sa.Column(
            "answered_by",
            sa.Uuid(),
            nullable=True,
            comment="The leader; or the officer who took it back",
        ),
        sa.Column("answered_at", _TIME, nullable=True, comment="When, server time"),
        sa.Column("answer", sa.Text(), nullable=True, comment="The leader's words"),
        *_proposal_rules(),
        comment="What officers propose and leaders agree to or refuse",
    )
    op.create_index(
        "uq_lead_proposal_pending",
        "lead_proposal",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_lead_proposal_lead", "lead_proposal", ["lead_id"])


def _proposal_rules() -> tuple[sa.Constraint, ...]:
    checks = {
        "event": "event IN ('no_action', 'withdraw', 'reopen')",
        "state": "state IN ('pending', 'approved', 'refused', 'withdrawn')",
        "reason": "length(btrim(reason)) >= 2",
        "basis": "(event = 'no_action') = (basis IS NOT NULL)",
        "version": "version >= 1",
        "answered": (
            "(state = 'pending') = (answered_at IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)"
        ),
        "second_person": "state = 'withdrawn' OR answered_by <> proposed_by",
    }
    return (
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_lead_proposal_{name}"))
            for name, rule in checks.items()
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_proposal_lead_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["account.id"], name=op.f("fk_lead_proposal_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_lead_proposal_answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_proposal")),
    )
