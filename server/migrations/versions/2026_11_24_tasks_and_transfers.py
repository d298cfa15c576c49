"""What a confirmed lead becomes: a task or a draft transfer."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_tasks_and_transfers"
down_revision = "2026_11_24_leads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_inspection_task()
    _create_transfer()


def _create_inspection_task() -> None:
    op.create_table(
        "inspection_task",
        *_inspection_task_columns_1(),
        *_inspection_task_columns_2(),
        *_inspection_task_constraints(),
        comment="Inspection tasks 检查任务",
    )
    op.create_index(
        "ix_inspection_task_unit", "inspection_task", ["unit_id", "created_at"], unique=False
    )


def _inspection_task_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("number", sa.Text(), nullable=False, comment="RW-…, gap-free by unit and year"),
        sa.Column("state", sa.Text(), nullable=False, comment="See tasks/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("lead_id", sa.Uuid(), nullable=False, comment="The lead it comes from"),
        sa.Column("lead_number", sa.Text(), nullable=False, comment="Number of that lead"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Who inspects"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Who is seen"),
        sa.Column("hazard", sa.Text(), nullable=False, comment="Suspected hazard"),
    )


def _inspection_task_columns_2() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column(
            "incidents",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            comment="Incidents whose evidence goes along",
        ),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The fields as pre-filled, with law texts",
        ),
        sa.Column(
            "catalogue_sha256",
            sa.Text(),
            nullable=False,
            comment="Catalogue it was pre-filled from",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
    )


def _inspection_task_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("state IN ('draft')", name=op.f("ck_inspection_task_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_inspection_task_version")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_inspection_task_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_inspection_task_lead_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_inspection_task_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_task")),
        sa.UniqueConstraint("lead_id", name=op.f("uq_inspection_task_lead_id")),
        sa.UniqueConstraint("number", name=op.f("uq_inspection_task_number")),
    )


def _create_transfer() -> None:
    op.create_table(
        "transfer",
        *_transfer_columns_1(),
        *_transfer_columns_2(),
        *_transfer_constraints(),
        comment="Transfers 移送函",
    )
    op.create_index("ix_transfer_unit", "transfer", ["unit_id", "created_at"], unique=False)


def _transfer_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("number", sa.Text(), nullable=False, comment="YS-…, gap-free by unit and year"),
        sa.Column("state", sa.Text(), nullable=False, comment="See handovers/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("lead_id", sa.Uuid(), nullable=False, comment="The lead it comes from"),
        sa.Column("lead_number", sa.Text(), nullable=False, comment="Number of that lead"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Who transfers"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="About whom"),
        sa.Column("hazard", sa.Text(), nullable=False, comment="Suspected hazard"),
    )


def _transfer_columns_2() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("receiver", sa.Text(), nullable=False, comment="Proposed receiver"),
        sa.Column(
            "incidents",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            comment="Incidents whose evidence goes along",
        ),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The fields as pre-filled, with law texts",
        ),
        sa.Column(
            "catalogue_sha256",
            sa.Text(),
            nullable=False,
            comment="Catalogue it was pre-filled from",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
    )


def _transfer_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("state IN ('draft')", name=op.f("ck_transfer_state")),
        sa.CheckConstraint("length(receiver) >= 1", name=op.f("ck_transfer_receiver")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_transfer_version")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_transfer_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_transfer_lead_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_transfer_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("lead_id", name=op.f("uq_transfer_lead_id")),
        sa.UniqueConstraint("number", name=op.f("uq_transfer_number")),
    )
