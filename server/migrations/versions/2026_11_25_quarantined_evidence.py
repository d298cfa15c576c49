"""Files of evidence that came with other bytes are quarantined; those past their time destroyed."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_quarantined_evidence"
down_revision = "2026_11_24_transfers"
branch_labels = None
depends_on = None

_STATES = "('announced', 'stored', 'quarantined', 'missing', 'altered', 'destroyed')"


def upgrade() -> None:
    op.add_column(
        "evidence_file",
        sa.Column(
            "mismatches",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="How often other bytes came under its hash",
        ),
    )
    op.create_check_constraint(
        op.f("ck_evidence_file_mismatches"), "evidence_file", "mismatches >= 0"
    )
    for name in (
        "ck_evidence_file_state",
        "ck_evidence_file_stored_at",
        "ck_evidence_file_lost_state",
    ):
        op.drop_constraint(op.f(name), "evidence_file")
    op.create_check_constraint(
        op.f("ck_evidence_file_state"), "evidence_file", f"state IN {_STATES}"
    )
    op.create_check_constraint(
        op.f("ck_evidence_file_stored_at"),
        "evidence_file",
        "CASE WHEN state IN ('announced', 'quarantined') THEN stored_at IS NULL"
        " ELSE stored_at IS NOT NULL OR state = 'destroyed' END",
    )
    op.create_check_constraint(
        op.f("ck_evidence_file_lost_state"),
        "evidence_file",
        "lost_at IS NULL OR state IN ('announced', 'quarantined', 'destroyed')",
    )
