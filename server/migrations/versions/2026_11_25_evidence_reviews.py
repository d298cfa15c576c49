"""Evidence as it is reviewed by two, used, held, exported and destroyed."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from server.kit.append_only import trigger

revision = "2026_11_25_evidence_reviews"
down_revision = "2026_11_25_camera_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _evidence_material()
    _evidence_use()
    _evidence_hold()
    _evidence_export()
    _evidence_tombstone()
    op.execute(trigger("evidence_tombstone"))
    _take_up_what_is_there()


def _take_up_what_is_there() -> None:
    """Each incident that has evidence gets its material; whole ones are stored."""
    op.execute(
        "INSERT INTO evidence_material (id, incident_id, device_id, state, version, announced_at) "
        "SELECT gen_random_uuid(), item.incident_id, min(item.device_id), "
        "CASE WHEN bool_and(item.sha256 IS NULL OR file.state = 'stored') AND EXISTS "
        "(SELECT FROM evidence_manifest AS m WHERE m.incident_id = item.incident_id) "
        "THEN 'stored' ELSE 'announced' END, 1, min(item.announced_at) "
        "FROM evidence_item AS item LEFT JOIN evidence_file AS file ON file.sha256 = item.sha256 "
        "GROUP BY item.incident_id"
    )


def _evidence_material() -> None:
    op.create_table(
        "evidence_material",
        *_evidence_material_part_1(),
        *_evidence_material_part_2(),
        *_evidence_material_part_3(),
        comment="Evidence of incidents as it is reviewed and used 证据材料",
    )
    op.create_index(
        op.f("ix_evidence_material_state_announced_at"),
        "evidence_material",
        ["state", "announced_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_evidence_material_unit_id_state"),
        "evidence_material",
        ["unit_id", "state"],
        unique=False,
    )


def _evidence_material_part_1() -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("incident_id", sa.Uuid(), nullable=False, comment="Whose evidence it is"),
        sa.Column("device_id", sa.Text(), nullable=False, comment="Who announced it"),
        sa.Column("state", sa.Text(), nullable=False, comment="See evidence/material_states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column(
            "announced_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="First heard of, server time",
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="Whose officer fixed it"),
        sa.Column(
            "fixed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When an officer fixed it 固定",
        ),
    )


def _evidence_material_part_2() -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column("handler_person", sa.Uuid(), nullable=True, comment="Who fixed it"),
        sa.Column("handler_name", sa.Text(), nullable=True, comment="That person's name"),
        sa.Column("legal_person", sa.Uuid(), nullable=True, comment="Who passed the legal half"),
        sa.Column("tech_person", sa.Uuid(), nullable=True, comment="Who passed the technical half"),
        sa.Column(
            "legal",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="The legal half as given",
        ),
        sa.Column(
            "tech",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="The technical half as given",
        ),
        sa.Column(
            "tampered_because", sa.Text(), nullable=True, comment="What is wrong with which file"
        ),
        sa.Column(
            "destroyed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="See evidence_tombstone",
        ),
        sa.CheckConstraint(
            "(state = 'destroyed') = (destroyed_at IS NOT NULL)",
            name=op.f("ck_evidence_material_destroyed_at"),
        ),
    )


def _evidence_material_part_3() -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "state IN ('announced', 'stored', 'fixed', 'qualified', 'unqualified', 'sealed', "
            "'exported', 'tampered', 'destroyed')",
            name=op.f("ck_evidence_material_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('qualified', 'sealed', 'exported') OR (handler_person IS NOT NULL AND "
            "legal_person IS NOT NULL AND tech_person IS NOT NULL)",
            name=op.f("ck_evidence_material_both_halves"),
        ),
        sa.CheckConstraint(
            "(fixed_at IS NULL) = (handler_person IS NULL)",
            name=op.f("ck_evidence_material_handler"),
        ),
        sa.CheckConstraint(
            "legal_person <> tech_person AND legal_person <> handler_person AND tech_person <> "
            "handler_person",
            name=op.f("ck_evidence_material_apart"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_evidence_material_version")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_evidence_material_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_evidence_material_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_material")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_evidence_material_incident_id")),
    )


def _evidence_use() -> None:
    op.create_table(
        "evidence_use",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("material_id", sa.Uuid(), nullable=False, comment="Which material"),
        sa.Column(
            "matter_kind", sa.Text(), nullable=False, comment="handover, task, transfer, referral …"
        ),
        sa.Column("matter_id", sa.Text(), nullable=False, comment="Which one"),
        sa.Column("matter_number", sa.Text(), nullable=False, comment="Its human number"),
        sa.Column(
            "use", sa.Text(), nullable=False, comment="As evidence of a penalty or as a lead"
        ),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column(
            "attached_person", sa.Uuid(), nullable=False, comment="Who attached it: a handler too"
        ),
        sa.Column("attached_name", sa.Text(), nullable=False, comment="That person's name"),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The matter needs it no more",
        ),
        sa.Column("ended_because", sa.Text(), nullable=True, comment="Why: archived, taken back"),
        sa.CheckConstraint("use IN ('penalty', 'lead_only')", name=op.f("ck_evidence_use_use")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_evidence_use_ended")
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["evidence_material.id"], name=op.f("fk_evidence_use_material_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_use")),
        comment="Which matters use which evidence",
    )
    op.create_index(
        op.f("ix_evidence_use_matter_kind_matter_id"),
        "evidence_use",
        ["matter_kind", "matter_id"],
        unique=False,
    )
    op.create_index(
        "uq_evidence_use_open",
        "evidence_use",
        ["material_id", "matter_kind", "matter_id"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )


def _evidence_hold() -> None:
    op.create_table(
        "evidence_hold",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("material_id", sa.Uuid(), nullable=False, comment="Which material"),
        sa.Column("state", sa.Text(), nullable=False, comment="held or released"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why it is held"),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column("held_by", sa.Text(), nullable=False, comment="Who holds it, by name"),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.Column("released_by", sa.Text(), nullable=True, comment="Who released it, by name"),
        sa.Column("released_because", sa.Text(), nullable=True, comment="Why"),
        sa.CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL)",
            name=op.f("ck_evidence_hold_released"),
        ),
        sa.CheckConstraint("state IN ('held', 'released')", name=op.f("ck_evidence_hold_state")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["evidence_material.id"], name=op.f("fk_evidence_hold_material_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_hold")),
        comment="Legal holds on evidence",
    )
    op.create_index(
        op.f("ix_evidence_hold_material_id_state"),
        "evidence_hold",
        ["material_id", "state"],
        unique=False,
    )


def _evidence_export() -> None:
    op.create_table(
        "evidence_export",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("material_id", sa.Uuid(), nullable=False, comment="Which material"),
        sa.Column("state", sa.Text(), nullable=False, comment="See material_states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column(
            "use", sa.Text(), nullable=False, comment="As evidence of a penalty or as a lead"
        ),
        sa.Column("purpose", sa.Text(), nullable=False, comment="What for, as typed"),
        sa.Column("receiver", sa.Text(), nullable=False, comment="Who gets it, as typed"),
        sa.Column(
            "requested_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"
        ),
        sa.Column("requested_person", sa.Uuid(), nullable=False, comment="Who asks"),
        sa.Column("requested_name", sa.Text(), nullable=False, comment="That person's name"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.Column("decided_person", sa.Uuid(), nullable=True, comment="Who approved or refused"),
        sa.Column("decided_name", sa.Text(), nullable=True, comment="That person's name"),
        sa.Column("decided_because", sa.Text(), nullable=True, comment="The decider's words"),
        sa.Column(
            "copy_no", sa.BigInteger(), nullable=True, comment="Which copy of the material, from 1"
        ),
        sa.Column(
            "delivered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the file was fetched",
        ),
        sa.Column("receipt", sa.Text(), nullable=True, comment="The receiver's receipt, as typed"),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'delivered', 'receipted')",
            name=op.f("ck_evidence_export_state"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'refused') OR copy_no IS NOT NULL",
            name=op.f("ck_evidence_export_copy_no"),
        ),
        sa.CheckConstraint("use IN ('penalty', 'lead_only')", name=op.f("ck_evidence_export_use")),
        sa.CheckConstraint(
            "decided_person <> requested_person", name=op.f("ck_evidence_export_apart")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_evidence_export_version")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["evidence_material.id"], name=op.f("fk_evidence_export_material_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_export")),
        sa.UniqueConstraint(
            "material_id", "copy_no", name=op.f("uq_evidence_export_material_id_copy_no")
        ),
        comment="Copies of evidence that left the server",
    )


def _evidence_tombstone() -> None:
    op.create_table(
        "evidence_tombstone",
        sa.Column(
            "seq",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="In the order of destruction",
        ),
        sa.Column("material_id", sa.Uuid(), nullable=False, comment="Which material"),
        sa.Column("incident_id", sa.Uuid(), nullable=False, comment="Whose evidence it was"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Hash of the destroyed bytes"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, comment="Their length"),
        sa.Column("kinds", sa.Text(), nullable=False, comment="What it was to the incident"),
        sa.Column(
            "was_here", sa.Boolean(), nullable=False, comment="Whether its bytes had ever come"
        ),
        sa.Column(
            "manifest_sha256", sa.Text(), nullable=True, comment="The signed manifest that stays"
        ),
        sa.Column(
            "destroyed_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"
        ),
        sa.Column("destroyed_by", sa.Text(), nullable=False, comment="Who: the retention job"),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="Rule and version, and why its time was over",
        ),
        sa.CheckConstraint("bytes >= 1", name=op.f("ck_evidence_tombstone_bytes")),
        sa.ForeignKeyConstraint(
            ["material_id"],
            ["evidence_material.id"],
            name=op.f("fk_evidence_tombstone_material_id"),
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_evidence_tombstone")),
        comment="What was destroyed; append-only",
    )
    op.create_index(
        op.f("ix_evidence_tombstone_material_id"),
        "evidence_tombstone",
        ["material_id"],
        unique=False,
    )
