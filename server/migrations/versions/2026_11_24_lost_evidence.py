"""When a box told that a file of evidence is lost, and which box."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_lost_evidence"
down_revision = "2026_11_24_device_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "evidence_file",
        sa.Column(
            "lost_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its box told that it will never come, server time",
        ),
    )
    op.add_column(
        "evidence_file",
        sa.Column(
            "lost_by",
            sa.Text(),
            nullable=True,
            comment="The box that lost it; set with lost_at",
        ),
    )
    op.create_foreign_key(
        op.f("fk_evidence_file_lost_by"), "evidence_file", "device", ["lost_by"], ["id"]
    )
    # Losses of before: the moment was not kept, that of the announcement comes next to it.
    op.execute(
        "UPDATE evidence_file AS file SET lost_at = file.announced_at, lost_by = item.device_id "
        "FROM evidence_item AS item WHERE item.sha256 = file.sha256 "
        "AND file.state = 'announced' AND file.reason IS NOT NULL"
    )
    op.create_check_constraint(
        op.f("ck_evidence_file_lost"), "evidence_file", "(lost_at IS NULL) = (lost_by IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_evidence_file_lost_state"),
        "evidence_file",
        "lost_at IS NULL OR state = 'announced'",
    )
    op.create_index(
        "ix_evidence_file_lost",
        "evidence_file",
        ["lost_by", "lost_at"],
        postgresql_where="lost_at IS NOT NULL",
    )
