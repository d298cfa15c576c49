"""Leads, the incidents joined to them, and the counters of human numbers."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_leads"
down_revision = "2026_11_23_messages_and_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_serial_number()
    _create_lead()
    _create_lead_incident()


def _create_serial_number() -> None:
    op.create_table(
        "serial_number",
        sa.Column("prefix", sa.Text(), nullable=False, comment="XS lead, RW task, YS transfer"),
        sa.Column("division_code", sa.Text(), nullable=False, comment="GB/T 2260 of the unit"),
        sa.Column(
            "year", sa.BigInteger(), nullable=False, comment="Year by the legal clock, in China"
        ),
        sa.Column("last", sa.BigInteger(), nullable=False, comment="The last number given"),
        sa.CheckConstraint(
            "division_code ~ '^[0-9]{6}$'", name=op.f("ck_serial_number_division_code")
        ),
        sa.CheckConstraint("prefix IN ('XS', 'RW', 'YS')", name=op.f("ck_serial_number_prefix")),
        sa.CheckConstraint("last >= 1", name=op.f("ck_serial_number_last")),
        sa.PrimaryKeyConstraint("prefix", "division_code", "year", name=op.f("pk_serial_number")),
        comment="Counters of human numbers; no official 文号, those are the province's",
    )


def _create_lead() -> None:
    op.create_table(
        "lead",
        *_lead_columns_1(),
        *_lead_columns_2(),
        *_lead_columns_3(),
        *_lead_columns_4(),
        *_lead_constraints_1(),
        *_lead_constraints_2(),
        *_lead_constraints_3(),
        comment="Leads 线索: machine suspicions and what officers decide of them",
    )
    op.create_index("ix_lead_key", "lead", ["device", "camera", "hazard", "zone"], unique=False)
    op.create_index("ix_lead_queue", "lead", ["priority", "first_seen", "id"], unique=False)
    op.create_index("ix_lead_unit", "lead", ["unit_id", "state"], unique=False)


def _lead_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("number", sa.Text(), nullable=False, comment="XS-…, gap-free by unit and year"),
        sa.Column("state", sa.Text(), nullable=False, comment="See leads/states.py"),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="Counts the acts; If-Match"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Who enforces there"),
        sa.Column("site_id", sa.Text(), nullable=False, comment="Where"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Whose"),
        sa.Column("device", sa.Text(), nullable=False, comment="Box that reported"),
        sa.Column("camera", sa.Text(), nullable=False, comment="Camera of the box"),
    )


def _lead_columns_2() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column(
            "camera_name", sa.Text(), nullable=False, comment="What people called the camera then"
        ),
        sa.Column("hazard", sa.Text(), nullable=False, comment="Hazard of the catalogue"),
        sa.Column("zone", sa.Text(), nullable=True, comment="Zone; None: the whole picture"),
        sa.Column(
            "severity", sa.BigInteger(), nullable=False, comment="1 提示 … 4 紧急, of the catalogue"
        ),
        sa.Column("is_starred", sa.Boolean(), nullable=False, comment="★ 重点线索"),
        sa.Column(
            "is_trial", sa.Boolean(), nullable=False, comment="The hazard is on trial (试用)"
        ),
        sa.Column(
            "is_storm", sa.Boolean(), nullable=False, comment="告警风暴 of one camera (R-028)"
        ),
        sa.Column(
            "first_seen",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Condition first held, capture time",
        ),
        sa.Column(
            "last_seen",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Condition last held, capture time",
        ),
    )


def _lead_columns_3() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("times_seen", sa.BigInteger(), nullable=False, comment="How many incidents"),
        sa.Column("score", sa.BigInteger(), nullable=False, comment="Sum of the addends, 0–100"),
        sa.Column("priority", sa.Text(), nullable=False, comment="P0 … P3"),
        sa.Column(
            "addends",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What the score is made of (INV-11)",
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Triage target; None: by duty hours",
        ),
        sa.Column(
            "recurrence_of",
            sa.Uuid(),
            nullable=True,
            comment="Decided lead of the same place and hazard, if any",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column(
            "suggestion", sa.Text(), nullable=True, comment="Of the pre-screening; decides nothing"
        ),
        sa.Column("prescreened_by", sa.Uuid(), nullable=True, comment="Who pre-screened"),
    )


def _lead_columns_4() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("relooks", sa.BigInteger(), nullable=False, comment="How often it was unclear"),
        sa.Column(
            "relook_at", sa.DateTime(timezone=True), nullable=True, comment="When to look again"
        ),
        sa.Column("decided_by", sa.Uuid(), nullable=True, comment="Who decided last"),
        sa.Column(
            "decided_at", sa.DateTime(timezone=True), nullable=True, comment="When, server time"
        ),
        sa.Column(
            "finding", sa.Text(), nullable=True, comment="What the officer saw, in own words"
        ),
        sa.Column("dismiss_reason", sa.Text(), nullable=True, comment="Why it is no hazard"),
        sa.Column("note", sa.Text(), nullable=True, comment="Further words on the last decision"),
    )


def _lead_constraints_1() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "dismiss_reason IN ('misdetection', 'not_violation', 'under_permit', 'occlusion', "
            "'test', 'other')",
            name=op.f("ck_lead_dismiss_reason"),
        ),
        sa.CheckConstraint("priority IN ('P0', 'P1', 'P2', 'P3')", name=op.f("ck_lead_priority")),
        sa.CheckConstraint(
            "state <> 'false_alarm' OR (decided_by IS NOT NULL AND dismiss_reason IS NOT NULL)",
            name=op.f("ck_lead_dismissed_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('new', 'prescreened', 'relook', 'confirmed', 'tasked', 'false_alarm')",
            name=op.f("ck_lead_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'tasked') OR (decided_by IS NOT NULL AND "
            "length(btrim(finding)) >= 6)",
            name=op.f("ck_lead_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "suggestion IN ('to_confirm', 'likely_false', 'unclear')",
            name=op.f("ck_lead_suggestion"),
        ),
        sa.CheckConstraint(
            "(suggestion IS NULL) = (prescreened_by IS NULL)", name=op.f("ck_lead_prescreened")
        ),
        sa.CheckConstraint("first_seen <= last_seen", name=op.f("ck_lead_seen_order")),
        sa.CheckConstraint("relooks BETWEEN 0 AND 2", name=op.f("ck_lead_relooks")),
    )


def _lead_constraints_2() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_lead_score")),
        sa.CheckConstraint("severity BETWEEN 1 AND 4", name=op.f("ck_lead_severity")),
        sa.CheckConstraint("times_seen >= 1", name=op.f("ck_lead_times_seen")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_lead_version")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_lead_decided_by")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_lead_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["prescreened_by"], ["account.id"], name=op.f("fk_lead_prescreened_by")
        ),
        sa.ForeignKeyConstraint(["recurrence_of"], ["lead.id"], name=op.f("fk_lead_recurrence_of")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_lead_site_id")),
    )


def _lead_constraints_3() -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_lead_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("number", name=op.f("uq_lead_number")),
    )


def _create_lead_incident() -> None:
    op.create_table(
        "lead_incident",
        *_lead_incident_columns_1(),
        *_lead_incident_columns_2(),
        *_lead_incident_constraints(),
        comment="Incidents of leads; an incident belongs to one lead for ever",
    )
    op.create_index(
        "ix_lead_incident_camera", "lead_incident", ["device", "camera", "started_at"], unique=False
    )
    op.create_index("ix_lead_incident_lead", "lead_incident", ["lead_id"], unique=False)


def _lead_incident_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("incident_id", sa.Uuid(), nullable=False, comment="Id given by the box"),
        sa.Column("lead_id", sa.Uuid(), nullable=False, comment="Its lead"),
        sa.Column("joined_as", sa.Text(), nullable=False, comment="Why it is this lead"),
        sa.Column("device", sa.Text(), nullable=False, comment="Box"),
        sa.Column("camera", sa.Text(), nullable=False, comment="Camera"),
        sa.Column("hazard", sa.Text(), nullable=False, comment="Hazard"),
        sa.Column("zone", sa.Text(), nullable=True, comment="Zone"),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="Condition first held"
        ),
        sa.Column(
            "opened_at", sa.DateTime(timezone=True), nullable=False, comment="Rule completed"
        ),
    )


def _lead_incident_columns_2() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column(
            "last_held_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Condition last held, so far",
        ),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="Closed by the box"
        ),
        sa.Column("score", sa.Double(), nullable=False, comment="Highest detection score so far"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="Newest change seen"),
        sa.Column(
            "event",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The newest change",
        ),
        sa.Column(
            "picture_event",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The change that the key frame belongs to",
        ),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
    )


def _lead_incident_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "joined_as IN ('first', 'again', 'during_rectification', 'storm')",
            name=op.f("ck_lead_incident_joined_as"),
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_lead_incident_seq")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_incident_lead_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_lead_incident")),
    )
