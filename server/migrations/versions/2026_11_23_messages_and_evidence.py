"""What boxes send: messages as received, incidents, evidence."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_23_messages_and_evidence"
down_revision = "2026_11_23_places_and_boxes"
branch_labels = None
depends_on = None

APPEND_ONLY = ("message", "evidence_manifest")


def upgrade() -> None:
    _create_evidence_file()
    _create_message()
    _create_quarantine()
    _create_evidence_item()
    _create_evidence_manifest()
    _create_incident()
    _create_hazard_event()
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _create_evidence_file() -> None:
    op.create_table(
        "evidence_file",
        *_evidence_file_columns(),
        *_evidence_file_constraints(),
        comment="Files of evidence",
    )


def _evidence_file_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("sha256", sa.Text(), nullable=False, comment="SHA-256, lower-case hex"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, comment="Length as announced"),
        sa.Column("state", sa.Text(), nullable=False, comment="See evidence/states.py"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why it is missing or altered"),
        sa.Column(
            "announced_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="First announced, server time",
        ),
        sa.Column(
            "stored_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="All bytes there and checked",
        ),
        sa.Column(
            "verified_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Hashed again, last time",
        ),
    )


def _evidence_file_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "(state = 'announced') = (stored_at IS NULL)", name=op.f("ck_evidence_file_stored_at")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_evidence_file_sha256")),
        sa.CheckConstraint(
            "state IN ('announced', 'stored', 'missing', 'altered')",
            name=op.f("ck_evidence_file_state"),
        ),
        sa.CheckConstraint("bytes >= 1", name=op.f("ck_evidence_file_bytes")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_evidence_file")),
    )


def _create_message() -> None:
    op.create_table(
        "message",
        *_message_columns_1(),
        *_message_columns_2(),
        *_message_constraints(),
        comment="Messages as received; append-only",
    )
    op.create_index(
        op.f("ix_message_device_id_boot_message_no"),
        "message",
        ["device_id", "boot", "message_no"],
        unique=False,
    )
    op.create_index(
        "uq_message_accepted_id",
        "message",
        ["message_id"],
        unique=True,
        postgresql_where="outcome = 'accepted'",
    )


def _message_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column(
            "device_id", sa.Text(), nullable=False, comment="From the topic, not from the message"
        ),
        sa.Column("channel", sa.Text(), nullable=False, comment="Last level of the topic"),
        sa.Column(
            "message_id", sa.Uuid(), nullable=True, comment="The message's own id, if it has one"
        ),
        sa.Column("boot", sa.Text(), nullable=True, comment="Start of the device, if told"),
        sa.Column(
            "message_no", sa.BigInteger(), nullable=True, comment="Number within the boot, if told"
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Hash of the payload"),
        sa.Column("payload", sa.LargeBinary(), nullable=False, comment="The exact bytes"),
    )


def _message_columns_2() -> tuple[sa.Column[Any], ...]:
    return (sa.Column("outcome", sa.Text(), nullable=False, comment="accepted or quarantined"),)


def _message_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("channel IN ('incident', 'evidence')", name=op.f("ck_message_channel")),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'quarantined')", name=op.f("ck_message_outcome")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_message_sha256")),
        sa.CheckConstraint("message_no >= 1", name=op.f("ck_message_message_no")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("device_id", "sha256", name=op.f("uq_message_device_id_sha256")),
    )


def _create_quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("message_row_id", sa.Uuid(), nullable=False, comment="The message"),
        sa.Column("reason", sa.Text(), nullable=False, comment="A code"),
        sa.Column(
            "detail",
            sa.Text(),
            nullable=False,
            comment="One sentence: what does not fit, and where",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.CheckConstraint(
            "reason IN ('malformed', 'unknown_major', 'unknown_device', 'foreign_device', "
            "'unknown_camera', 'unknown_hazard', 'foreign_incident', 'other_content', "
            "'bad_evidence', 'refused_by_database', 'refused_by_server', 'server_fault')",
            name=op.f("ck_quarantine_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["message_row_id"], ["message.id"], name=op.f("fk_quarantine_message_row_id")
        ),
        sa.PrimaryKeyConstraint("message_row_id", name=op.f("pk_quarantine")),
        comment="Messages set aside; never dropped",
    )


def _create_evidence_item() -> None:
    op.create_table(
        "evidence_item",
        *_evidence_item_columns(),
        *_evidence_item_constraints(),
        comment="Evidence of incidents",
    )
    op.create_index(
        op.f("ix_evidence_item_device_id_sha256"),
        "evidence_item",
        ["device_id", "sha256"],
        unique=False,
    )
    op.create_index(
        "uq_evidence_item_lost",
        "evidence_item",
        ["incident_id", "kind"],
        unique=True,
        postgresql_where="sha256 IS NULL",
    )


def _evidence_item_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("incident_id", sa.Uuid(), nullable=False, comment="Whose evidence it is"),
        sa.Column("device_id", sa.Text(), nullable=False, comment="Who announced it"),
        sa.Column("kind", sa.Text(), nullable=False, comment="What it is"),
        sa.Column("sha256", sa.Text(), nullable=True, comment="The file; None when it was lost"),
        sa.Column("media_type", sa.Text(), nullable=True, comment="Its media type"),
        sa.Column("redaction", sa.Text(), nullable=True, comment="none or heads_blurred"),
        sa.Column(
            "lost_because", sa.Text(), nullable=True, comment="Why the box could not make it"
        ),
        sa.Column(
            "announced_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"
        ),
    )


def _evidence_item_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "kind IN ('frame_original', 'frame_shown', 'clip_original', 'clip_shown')",
            name=op.f("ck_evidence_item_kind"),
        ),
        sa.CheckConstraint(
            "redaction IN ('none', 'heads_blurred')", name=op.f("ck_evidence_item_redaction")
        ),
        sa.CheckConstraint(
            "(sha256 IS NULL) = (lost_because IS NOT NULL)",
            name=op.f("ck_evidence_item_file_or_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_evidence_item_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["evidence_file.sha256"], name=op.f("fk_evidence_item_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_item")),
        sa.UniqueConstraint(
            "incident_id", "kind", "sha256", name=op.f("uq_evidence_item_incident_id_kind_sha256")
        ),
    )


def _create_evidence_manifest() -> None:
    op.create_table(
        "evidence_manifest",
        *_evidence_manifest_columns(),
        *_evidence_manifest_constraints(),
        comment="Signed manifests; append-only",
    )


def _evidence_manifest_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="Manifest id, given by the box"),
        sa.Column("incident_id", sa.Uuid(), nullable=False, comment="Whose evidence it binds"),
        sa.Column("device_id", sa.Text(), nullable=False, comment="Who signed"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Hash of the exact text"),
        sa.Column(
            "previous_sha256", sa.Text(), nullable=True, comment="The device's manifest before"
        ),
        sa.Column(
            "manifest", sa.LargeBinary(), nullable=False, comment="The exact text, as signed"
        ),
        sa.Column("signature", sa.Text(), nullable=False, comment="Ed25519, base64"),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
    )


def _evidence_manifest_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_evidence_manifest_device_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_manifest")),
        sa.UniqueConstraint(
            "device_id", "sha256", name=op.f("uq_evidence_manifest_device_id_sha256")
        ),
        sa.UniqueConstraint("incident_id", name=op.f("uq_evidence_manifest_incident_id")),
    )


def _create_incident() -> None:
    op.create_table(
        "incident",
        *_incident_columns_1(),
        *_incident_columns_2(),
        *_incident_constraints(),
        comment="Incidents of the boxes",
    )
    op.create_index(
        op.f("ix_incident_device_id_camera_id_opened_at"),
        "incident",
        ["device_id", "camera_id", "opened_at"],
        unique=False,
    )


def _incident_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="Given by the device"),
        sa.Column("device_id", sa.Text(), nullable=False, comment="Whose it is"),
        sa.Column("camera_id", sa.Text(), nullable=False, comment="Which of its cameras"),
        sa.Column("hazard_id", sa.Text(), nullable=False, comment="Hazard of the catalogue"),
        sa.Column("zone", sa.Text(), nullable=True, comment="Zone; None: the whole picture"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="Newest event that came"),
        sa.Column("state", sa.Text(), nullable=False, comment="open or closed"),
        sa.Column("severity", sa.BigInteger(), nullable=False, comment="1 to 4"),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="Condition first held"
        ),
    )


def _incident_columns_2() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column(
            "opened_at", sa.DateTime(timezone=True), nullable=False, comment="Rule completed"
        ),
        sa.Column(
            "last_held_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Condition last held",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="Set once closed"),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="First heard of, server time",
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Newest event taken, server time",
        ),
    )


def _incident_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "(state = 'closed') = (ended_at IS NOT NULL)", name=op.f("ck_incident_ended_at")
        ),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_incident_state")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_incident_seq")),
        sa.CheckConstraint("severity BETWEEN 1 AND 4", name=op.f("ck_incident_severity")),
        sa.CheckConstraint("started_at <= opened_at", name=op.f("ck_incident_times")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_incident_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )


def _create_hazard_event() -> None:
    op.create_table(
        "hazard_event",
        sa.Column("incident_id", sa.Uuid(), nullable=False, comment="Whose change"),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="Which change"),
        sa.Column("message_row_id", sa.Uuid(), nullable=False, comment="The message it came in"),
        sa.Column("change", sa.Text(), nullable=False, comment="opened, updated or closed"),
        sa.Column(
            "event",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The message, parsed, unknown fields too",
        ),
        sa.CheckConstraint(
            "change IN ('opened', 'updated', 'closed')", name=op.f("ck_hazard_event_change")
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_hazard_event_seq")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_hazard_event_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_row_id"], ["message.id"], name=op.f("fk_hazard_event_message_row_id")
        ),
        sa.PrimaryKeyConstraint("incident_id", "seq", name=op.f("pk_hazard_event")),
        sa.UniqueConstraint("message_row_id", name=op.f("uq_hazard_event_message_row_id")),
        comment="Accepted changes of incidents, parsed",
    )
