"""Risk scores: weights that a leader approves, and contested factors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_risk"
down_revision = "2026_11_24_reminders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_weights",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("state", sa.Text(), nullable=False, comment="See risk/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column(
            "weights",
            postgresql.JSONB(),
            nullable=False,
            comment="The figures, see risk/weights.py",
        ),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="Why these figures, in the author's words"
        ),
        sa.Column("author", sa.Text(), nullable=False, comment="Account of who proposed them"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column("approved_by", sa.Text(), nullable=True, comment="Account; never the author"),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.Column("number", sa.BigInteger(), nullable=True, comment="Counts the approved sets"),
        sa.CheckConstraint(
            "state IN ('drafted', 'approved', 'superseded', 'withdrawn')",
            name=op.f("ck_risk_weights_state"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_risk_weights_version")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_risk_weights_number")),
        sa.CheckConstraint("approved_by <> author", name=op.f("ck_risk_weights_second_person")),
        sa.CheckConstraint(
            "num_nulls(approved_by, approved_at, number) = "
            "CASE WHEN state IN ('approved', 'superseded') THEN 0 ELSE 3 END",
            name=op.f("ck_risk_weights_approval"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_weights")),
        sa.UniqueConstraint("number", name=op.f("uq_risk_weights_number")),
        comment="Weights of the risk score, each set with who approved it",
    )
    op.create_index(
        "ix_risk_weights_one_approved",
        "risk_weights",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_table(
        "risk_contest",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Of whom"),
        sa.Column("state", sa.Text(), nullable=False, comment="See risk/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("factor", sa.Text(), nullable=False, comment="See risk/score.py"),
        sa.Column(
            "fingerprint", sa.Text(), nullable=False, comment="Of the factor's value and source"
        ),
        sa.Column(
            "told", postgresql.JSONB(), nullable=False, comment="The addend as it was contested"
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="What is wrong with it"),
        sa.Column("contested_by", sa.Text(), nullable=False, comment="Account"),
        sa.Column(
            "contested_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"
        ),
        sa.Column("decided_by", sa.Text(), nullable=True, comment="Account; never who contested"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.Column("decision", sa.Text(), nullable=True, comment="Why, in the leader's words"),
        sa.CheckConstraint(
            "state IN ('open', 'upheld', 'rejected')", name=op.f("ck_risk_contest_state")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_risk_contest_version")),
        sa.CheckConstraint("length(fingerprint) = 64", name=op.f("ck_risk_contest_fingerprint")),
        sa.CheckConstraint(
            "decided_by <> contested_by", name=op.f("ck_risk_contest_second_person")
        ),
        sa.CheckConstraint(
            "num_nulls(decided_by, decided_at, decision) = "
            "CASE state WHEN 'open' THEN 3 ELSE 0 END",
            name=op.f("ck_risk_contest_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_risk_contest_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_contest")),
        comment="Contested factors of the risk score",
    )
    op.create_index(
        "ix_risk_contest_one_open",
        "risk_contest",
        ["enterprise_id", "fingerprint"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_risk_contest_enterprise", "risk_contest", ["enterprise_id", "state"])
    op.create_index("ix_lead_enterprise", "lead", ["enterprise_id", "created_at"])
