"""Identity of boxes: certificates, the codes that fetch them, and what boxes say they lost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_24_device_identity"
down_revision = "2026_11_24_samples"
branch_labels = None
depends_on = None

_ROLES = "role IN ('aide', 'officer', 'leader', 'maintainer', 'devop', 'sysadmin')"
_NAME = "device_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_account_role"), "account", type_="check")
    op.create_check_constraint(op.f("ck_account_role"), "account", _ROLES)
    _change_device()
    _create_enrol_code()
    _create_device_certificate()
    _create_lost_messages()


def _change_device() -> None:
    op.alter_column(
        "device",
        "secret_sha256",
        nullable=True,
        existing_type=sa.Text(),
        comment="Hash of the generated secret, for HTTP; None: certificates only",
    )
    op.alter_column(
        "device",
        "broker_password",
        nullable=True,
        existing_type=sa.Text(),
        comment="Salted hash of the secret, for Mosquitto; None: certificates only",
    )
    op.create_check_constraint(
        op.f("ck_device_secret_whole"),
        "device",
        "(secret_sha256 IS NULL) = (broker_password IS NULL)",
    )
    op.add_column(
        "device", _instant("doubled_at", "When two boxes were last heard under this identity")
    )


def _create_enrol_code() -> None:
    op.create_table(
        "enrol_code",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        _text("code_hash", "SHA-256 of the secret half"),
        _text("device_id", "The box it lets in, registered or not yet"),
        _text("site", "The site it will watch"),
        sa.Column("cameras", JSONB(), nullable=False, comment="Cameras to register: id → name"),
        _instant("created_at", "When it was made", nullable=False),
        _instant("expires_at", "Works until then", nullable=False),
        _instant("used_at", "When a box came with it"),
        _instant("ended_at", "Replaced by a newer one since"),
        sa.CheckConstraint(_NAME, name=op.f("ck_enrol_code_device_id")),
        sa.CheckConstraint("length(code_hash) = 64", name=op.f("ck_enrol_code_code_hash")),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_enrol_code_order")),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_enrol_code_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrol_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_enrol_code_code_hash")),
        comment="One-time codes that let a box in",
    )


def _create_device_certificate() -> None:
    op.create_table(
        "device_certificate",
        _text("serial", "Serial number, hex"),
        _text("device_id", "Whose it is"),
        _instant("issued_at", "When it was made", nullable=False),
        _instant("expires_at", "Valid until then", nullable=False),
        _instant("confirmed_at", "First use told by the box"),
        _instant("ended_at", "Refused from then on"),
        sa.Column("ended_because", sa.Text(), nullable=True, comment="Set with ended_at"),
        sa.CheckConstraint(
            "serial ~ '^[0-9a-f]{1,40}$'", name=op.f("ck_device_certificate_serial")
        ),
        sa.CheckConstraint("issued_at < expires_at", name=op.f("ck_device_certificate_order")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_because IS NULL)",
            name=op.f("ck_device_certificate_ended"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_certificate_device_id")
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_device_certificate")),
        comment="Certificates of the boxes",
    )


def _create_lost_messages() -> None:
    op.create_table(
        "lost_messages",
        _text("device_id", "Which device"),
        _text("boot", "Its start"),
        sa.Column("first", sa.BigInteger(), nullable=False, comment="First number that is lost"),
        sa.Column("last", sa.BigInteger(), nullable=False, comment="Last number that is lost"),
        _text("reason", "What the device says became of them"),
        _instant("told_at", "By the server's clock", nullable=False),
        sa.CheckConstraint("boot ~ '^[0-9a-f]{16}$'", name=op.f("ck_lost_messages_boot")),
        sa.CheckConstraint("1 <= first AND first <= last", name=op.f("ck_lost_messages_range")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_lost_messages_device_id")
        ),
        sa.PrimaryKeyConstraint("device_id", "boot", "first", name=op.f("pk_lost_messages")),
        comment="Messages that their devices no longer have",
    )


def _text(name: str, says: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=False, comment=says)


def _instant(name: str, says: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=says)
