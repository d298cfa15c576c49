"""Signals: what others tell of enterprises."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_signals"
down_revision = "2026_11_24_calendar"
branch_labels = None
depends_on = None

_KINDS = "'risk_warning', 'credit', 'complaint', 'petition', 'risk_report', 'monitoring_data'"


def upgrade() -> None:
    op.create_table(
        "signal",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("kind", sa.Text(), nullable=False, comment="What kind of word"),
        sa.Column("source_system", sa.Text(), nullable=False, comment="Which system told it"),
        sa.Column(
            "external_id",
            sa.Text(),
            nullable=False,
            comment="Its id there: told again, it is the same",
        ),
        sa.Column(
            "content_sha256",
            sa.Text(),
            nullable=False,
            comment="Of what was told, identities struck out",
        ),
        sa.Column("credit_code", sa.Text(), nullable=True, comment="As told"),
        sa.Column(
            "enterprise_name", sa.Text(), nullable=True, comment="As told; never matched by it"
        ),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True, comment="Of whom it speaks"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Whose queue it came to"),
        sa.Column("state", sa.Text(), nullable=False, comment="See signals/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("level", sa.Text(), nullable=True, comment="Colour, if any"),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it happened, as told",
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column("received_by", sa.Text(), nullable=False, comment="Account that brought it"),
        sa.Column("text", sa.Text(), nullable=True, comment="What was told, identities struck out"),
        sa.Column(
            "reading",
            postgresql.JSONB(none_as_null=True),
            nullable=True,
            comment="Point, quantity, value, unit, and the passed threshold",
        ),
        sa.Column("set_aside_because", sa.Text(), nullable=True, comment="Why it is not ours"),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_signal_kind")),
        sa.CheckConstraint(
            "level IN ('red', 'orange', 'yellow', 'blue')", name=op.f("ck_signal_level")
        ),
        sa.CheckConstraint(
            "state IN ('unmatched', 'matched', 'set_aside')", name=op.f("ck_signal_state")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_signal_version")),
        sa.CheckConstraint("length(content_sha256) = 64", name=op.f("ck_signal_content_sha256")),
        sa.CheckConstraint(
            "(state = 'matched') = (enterprise_id IS NOT NULL)", name=op.f("ck_signal_matched")
        ),
        sa.CheckConstraint(
            "(state = 'set_aside') = (set_aside_because IS NOT NULL)",
            name=op.f("ck_signal_aside"),
        ),
        sa.CheckConstraint(
            "(kind = 'monitoring_data') = (reading IS NOT NULL)", name=op.f("ck_signal_reading")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_signal_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_signal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint(
            "source_system", "external_id", name=op.f("uq_signal_source_system_external_id")
        ),
        comment="Signals 监测预警、投诉举报、安全生产数据 about enterprises",
    )
    op.create_index("ix_signal_enterprise", "signal", ["enterprise_id", "occurred_at"])
    op.create_index("ix_signal_unit", "signal", ["unit_id", "state", "id"])
    op.create_index(
        "ix_signal_waiting",
        "signal",
        ["credit_code"],
        postgresql_where=sa.text("state = 'unmatched'"),
    )
