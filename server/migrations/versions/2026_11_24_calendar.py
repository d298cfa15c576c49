"""Imported years of holidays, and deadlines that were told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_calendar"
down_revision = "2026_11_25_quarantined_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday_year",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("year", sa.BigInteger(), nullable=False, comment="Which year"),
        sa.Column("revision", sa.BigInteger(), nullable=False, comment="1, 2, 3 … of the year"),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Source, days off, days made up",
        ),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Hash of the days"),
        sa.Column(
            "approved_by", sa.Text(), nullable=False, comment="Who compared it with the notice"
        ),
        sa.Column(
            "loaded_by",
            sa.Text(),
            nullable=False,
            comment="Account, or where the command was given",
        ),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.CheckConstraint(
            "length(btrim(approved_by)) >= 1", name=op.f("ck_holiday_year_approved_by")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_holiday_year_sha256")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_holiday_year_revision")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2199", name=op.f("ck_holiday_year_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday_year")),
        sa.UniqueConstraint("year", "revision", name=op.f("uq_holiday_year_year_revision")),
        comment="Append-only: holidays and make-up workdays 节假日安排 by year",
    )
    op.create_table(
        "notified_deadline",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column(
            "object_type", sa.Text(), nullable=False, comment="What kind of thing it belongs to"
        ),
        sa.Column("object_id", sa.Text(), nullable=False, comment="Which one"),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="Which of its deadlines, such as recheck"
        ),
        sa.Column("what_zh", sa.Text(), nullable=False, comment="What it is called to people"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Whose matter it is"),
        sa.Column(
            "owner_id", sa.Uuid(), nullable=True, comment="Who handles the matter; None: the unit"
        ),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="What it counts from"
        ),
        sa.Column("n", sa.BigInteger(), nullable=False, comment="So many"),
        sa.Column("counted_in", sa.Text(), nullable=False, comment="Of these"),
        sa.Column("basis", sa.Text(), nullable=False, comment="Article, or house:…"),
        sa.Column("due_on", sa.Date(), nullable=False, comment="Last day, in China"),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False, comment="When it is over"),
        sa.Column("is_provisional", sa.Boolean(), nullable=False, comment="暂算"),
        sa.Column(
            "notified_at", sa.DateTime(timezone=True), nullable=False, comment="When it was told"
        ),
        sa.Column(
            "moved_from",
            sa.Date(),
            nullable=True,
            comment="Last day before a changed calendar moved it; None: never moved",
        ),
        sa.Column(
            "moved_at", sa.DateTime(timezone=True), nullable=True, comment="When it was moved"
        ),
        sa.Column(
            "closed_at", sa.DateTime(timezone=True), nullable=True, comment="When it ceased to run"
        ),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="Counts the changes"),
        sa.CheckConstraint(
            "counted_in IN ('workday', 'calendar_day', 'day', 'month', 'hour', 'duty_hour')",
            name=op.f("ck_notified_deadline_counted_in"),
        ),
        sa.CheckConstraint(
            "(moved_from IS NULL) = (moved_at IS NULL)",
            name=op.f("ck_notified_deadline_moved_whole"),
        ),
        sa.CheckConstraint(
            "length(btrim(what_zh)) >= 1", name=op.f("ck_notified_deadline_what_zh")
        ),
        sa.CheckConstraint("moved_from < due_on", name=op.f("ck_notified_deadline_never_shorter")),
        sa.CheckConstraint("n >= 1", name=op.f("ck_notified_deadline_n")),
        sa.CheckConstraint("started_at < ends_at", name=op.f("ck_notified_deadline_order")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_notified_deadline_version")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_notified_deadline_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_notified_deadline_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notified_deadline")),
        comment="Deadlines that were told to somebody 已告知期限",
    )
    op.create_index(
        "ix_notified_deadline_one_open",
        "notified_deadline",
        ["object_type", "object_id", "kind"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_notified_deadline_open",
        "notified_deadline",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON holiday_year "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
