"""Revisions of the boxes' configurations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_24_config_revisions"
down_revision = "2026_11_24_lost_evidence"
branch_labels = None
depends_on = None

_TABLE = "config_revision"
_STATES = "state IN ('drafted', 'approved', 'published', 'acknowledged', 'refused', 'withdrawn')"
_SENT = "number, document, document_sha256, signature, key_id, message_id, published_at"
_CHECKS = {
    "state": _STATES,
    "version": "version >= 1",
    "number": "number >= 1",
    "files_sha256": "length(files_sha256) = 64",
    "second_person": "approved_by <> author",
    "approval": "(approved_by IS NULL) = (approved_at IS NULL)",
    "sent_whole": f"num_nulls({_SENT}) IN (0, 7)",
    "sent_approved": "document IS NULL OR approved_by IS NOT NULL",
    "sent_state": "document IS NOT NULL OR state IN ('drafted', 'approved', 'withdrawn')",
}


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        _text("device_id", "Which box"),
        _text("state", "See configuration/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("files", JSONB(), nullable=False, comment="Name of each file → its text"),
        _text("files_sha256", "Of the files: what was approved"),
        _text("author", "Account of who wrote it"),
        _text("reason", "Why it is wanted, in the author's words"),
        _instant("created_at", "Server time", nullable=False),
        _uuid("restores_id", "The earlier revision that it brings back"),
        _text("approved_by", "Account; never the author", nullable=True),
        _instant("approved_at", "Server time"),
        sa.Column(
            "number",
            sa.BigInteger(),
            nullable=True,
            comment="Counts up per box in the order of publication; set with everything signed",
        ),
        _text("document", "The exact text that was signed", nullable=True),
        _text("document_sha256", "By which the box answers", nullable=True),
        _text("signature", "Ed25519 over the document, base64", nullable=True),
        _text("key_id", "SHA-256 of the raw public key", nullable=True),
        _uuid("message_id", "Of the message to the box"),
        _instant("published_at", "Server time"),
        sa.Column(
            "at_broker",
            sa.Boolean(),
            nullable=False,
            comment="It may lie at the broker for the box; False again once it was taken back",
        ),
        _instant("handed_over_at", "When the broker first confirmed it"),
        _instant("ended_at", "When the box answered, or when it was withdrawn"),
        _text(
            "ended_because", "The box's reason for refusing, or why it was withdrawn", nullable=True
        ),
        *(_check(name, says) for name, says in _CHECKS.items()),
        _foreign("device_id", "device.id"),
        _foreign("restores_id", f"{_TABLE}.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
        _unique("device_id", "number"),
        _unique("device_id", "document_sha256"),
        comment="Revisions of the boxes' configurations 配置版本",
    )
    op.create_index(f"ix_{_TABLE}_device", _TABLE, ["device_id", "id"])
    published = sa.text("state = 'published'")
    one = f"ix_{_TABLE}_one_published"
    op.create_index(one, _TABLE, ["device_id"], unique=True, postgresql_where=published)
    lying = f"ix_{_TABLE}_at_broker"
    op.create_index(lying, _TABLE, ["id"], postgresql_where=sa.text("at_broker"))


def _check(name: str, says: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(says, name=op.f(f"ck_{_TABLE}_{name}"))


def _foreign(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{_TABLE}_{column}"))


def _unique(*columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{_TABLE}_{'_'.join(columns)}"))


def _text(name: str, says: str, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=nullable, comment=says)


def _uuid(name: str, says: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid(), nullable=True, comment=says)


def _instant(name: str, says: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=says)
