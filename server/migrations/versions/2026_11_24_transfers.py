"""Transfers live on behind their draft; prefixes and kinds are closed sets of the program alone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_transfers"
down_revision = "2026_11_24_records"
branch_labels = None
depends_on = None

_OLD_PREFIX = "XS lead, RW task, YS transfer"
_NEW_PREFIX = "Two letters, as documents/serial.py names them"


def upgrade() -> None:
    _open_sets()
    for column in _columns():
        op.add_column("transfer", column)
    op.create_foreign_key(
        op.f("fk_transfer_to_unit_id"), "transfer", "unit", ["to_unit_id"], ["id"]
    )
    op.alter_column(
        "transfer",
        "receiver",
        comment="Name of the receiver",
        existing_comment="Proposed receiver",
        existing_type=sa.Text(),
    )
    # Drafts made before the directory was there keep their receiver's name and get its id.
    op.execute(
        "UPDATE transfer SET department = CASE receiver"
        " WHEN '消防救援机构' THEN 'fire' WHEN '住建' THEN 'construction'"
        " WHEN '市场监管' THEN 'market' WHEN '交通运输' THEN 'transport'"
        " WHEN '公安' THEN 'police' WHEN '卫生健康' THEN 'health' END"
    )
    op.drop_constraint(op.f("ck_transfer_state"), "transfer", type_="check")
    for name, check in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_transfer_{name}"), "transfer", check)


def _open_sets() -> None:
    op.drop_constraint(op.f("ck_serial_number_prefix"), "serial_number", type_="check")
    op.create_check_constraint(
        op.f("ck_serial_number_prefix"), "serial_number", "prefix ~ '^[A-Z]{2}$'"
    )
    op.alter_column(
        "serial_number",
        "prefix",
        comment=_NEW_PREFIX,
        existing_comment=_OLD_PREFIX,
        existing_type=sa.Text(),
    )
    op.drop_constraint(op.f("ck_live_change_kind"), "live_change", type_="check")
    op.create_check_constraint(
        op.f("ck_live_change_kind"), "live_change", "kind ~ '^[a-z_]{2,40}$'"
    )


def _columns() -> tuple[sa.Column[Any], ...]:
    def text(name: str, comment: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Text(), nullable=True, comment=comment)

    def instant(name: str, comment: str) -> sa.Column[Any]:
        return sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment)

    return (
        text(
            "department",
            "The receiver in handovers/departments.yaml; None: a unit, or not chosen yet",
        ),
        sa.Column(
            "to_unit_id",
            sa.Uuid(),
            nullable=True,
            comment="The receiver, where that is another enforcing unit",
        ),
        text("drafted_by", "Account; None: drafted before this was kept"),
        text("opinion", "The leader's opinion, own words"),
        text("approved_by", "Account of the leader"),
        instant("approved_at", "Server time"),
        text("document_no", "文号 of the provincial system, typed"),
        text("sent_how", "By which way it was sent"),
        instant("sent_at", "Server time; R-021 counts from it"),
        text("receipt", "Who signed for it, as on the receipt"),
        instant("received_at", "When the receipt was noted"),
        text("answer", "What the receiver did, as it answered"),
        instant("answered_at", "When the answer was noted"),
        instant("closed_at", "Server time"),
        text("returned_because", "Why the receiver sent it back"),
    )


_CHECKS = {
    "state": "state IN ('draft', 'approved', 'sent', 'received', 'answered', 'closed', 'returned')",
    "one_receiver": "department IS NULL OR to_unit_id IS NULL",
    "approval": "(approved_by IS NULL) = (approved_at IS NULL)",
    "second_person": "approved_by <> drafted_by",
    "approved_state": "(state = 'draft') = (approved_by IS NULL)",
    "sent_state": "(state IN ('draft', 'approved')) = (sent_at IS NULL)"
    " AND (sent_at IS NULL) = (document_no IS NULL)",
    "receipt": "(receipt IS NULL) = (received_at IS NULL)",
    "answer": "(answer IS NULL) = (answered_at IS NULL)",
}
