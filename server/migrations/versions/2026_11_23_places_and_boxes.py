"""Where boxes stand, who they are, and how they are."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_23_places_and_boxes"
down_revision = "2026_11_23_people_and_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_enterprise()
    _create_site()
    _create_device()
    _create_camera()
    _create_device_boot()
    _create_device_state()


def _create_enterprise() -> None:
    op.create_table(
        "enterprise",
        *_enterprise_columns_1(),
        *_enterprise_columns_2(),
        *_enterprise_constraints(),
        comment="Enterprises, the core of 一企一档",
    )


def _enterprise_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("name", sa.Text(), nullable=False, comment="Registered name"),
        sa.Column("credit_code", sa.Text(), nullable=False, comment="统一社会信用代码"),
        sa.Column("address", sa.Text(), nullable=False, comment="Registered address"),
        sa.Column("legal_representative", sa.Text(), nullable=False, comment="法定代表人"),
        sa.Column(
            "industry", sa.Text(), nullable=False, comment="Sector as the catalogue names it"
        ),
        sa.Column("risk_band", sa.Text(), nullable=False, comment="Risk band"),
        sa.Column("is_key_unit", sa.Boolean(), nullable=False, comment="重点单位"),
        sa.Column("is_demo", sa.Boolean(), nullable=False, comment="Made up for a demonstration"),
    )


def _enterprise_columns_2() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("source", sa.Text(), nullable=False, comment="Where the record came from"),
        sa.Column(
            "registered_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was recorded",
        ),
    )


def _enterprise_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name=op.f("ck_enterprise_credit_code")
        ),
        sa.CheckConstraint(
            "risk_band IN ('high', 'mid', 'low')", name=op.f("ck_enterprise_risk_band")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_enterprise_credit_code")),
    )


def _create_site() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Text(), nullable=False, comment="Short id, as boxes name it"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Whose"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="The enforcing unit"),
        sa.Column("name", sa.Text(), nullable=False, comment="Name of the place"),
        sa.Column("address", sa.Text(), nullable=False, comment="Address of the place"),
        sa.Column("division_code", sa.Text(), nullable=False, comment="GB/T 2260, six digits"),
        sa.CheckConstraint("division_code ~ '^[0-9]{6}$'", name=op.f("ck_site_division_code")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_site_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_site_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        comment="Sites of enterprises",
    )


def _create_device() -> None:
    op.create_table(
        "device", *_device_columns(), *_device_constraints(), comment="Registered edge boxes"
    )


def _device_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Text(), nullable=False, comment="Device id, as in its topics"),
        sa.Column("site", sa.Text(), nullable=False, comment="The site it watches"),
        sa.Column(
            "public_key",
            sa.LargeBinary(),
            nullable=False,
            comment="Raw Ed25519 key that verifies its manifests",
        ),
        sa.Column(
            "secret_sha256",
            sa.Text(),
            nullable=False,
            comment="Hash of the generated secret, for HTTP",
        ),
        sa.Column(
            "broker_password",
            sa.Text(),
            nullable=False,
            comment="Salted hash of the secret, for Mosquitto",
        ),
        sa.Column(
            "enrolled_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was registered",
        ),
        sa.Column(
            "revoked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="From then on it is refused",
        ),
    )


def _device_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'", name=op.f("ck_device_id")),
        sa.CheckConstraint("length(public_key) = 32", name=op.f("ck_device_public_key")),
        sa.CheckConstraint("length(secret_sha256) = 64", name=op.f("ck_device_secret")),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("fk_device_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("public_key", name=op.f("uq_device_public_key")),
    )


def _create_camera() -> None:
    op.create_table(
        "camera",
        sa.Column("device_id", sa.Text(), nullable=False, comment="The box that reads it"),
        sa.Column("id", sa.Text(), nullable=False, comment="Camera id within the box"),
        sa.Column("name", sa.Text(), nullable=False, comment="What people call it"),
        sa.Column("place", sa.Text(), nullable=True, comment="Where it hangs"),
        sa.CheckConstraint("id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'", name=op.f("ck_camera_id")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_camera_device_id")),
        sa.PrimaryKeyConstraint("device_id", "id", name=op.f("pk_camera")),
        comment="Registered cameras",
    )


def _create_device_boot() -> None:
    op.create_table(
        "device_boot",
        sa.Column("device_id", sa.Text(), nullable=False, comment="Which device"),
        sa.Column("boot", sa.Text(), nullable=False, comment="Random id of the start"),
        sa.Column(
            "first_heard_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="By the server's clock",
        ),
        sa.Column(
            "last_message_no", sa.BigInteger(), nullable=False, comment="Highest number it told of"
        ),
        sa.CheckConstraint("boot ~ '^[0-9a-f]{16}$'", name=op.f("ck_device_boot_boot")),
        sa.CheckConstraint("last_message_no >= 0", name=op.f("ck_device_boot_last_message_no")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_boot_device_id")
        ),
        sa.PrimaryKeyConstraint("device_id", "boot", name=op.f("pk_device_boot")),
        comment="Starts of the devices, to find messages that never came",
    )


def _create_device_state() -> None:
    op.create_table(
        "device_state",
        sa.Column("device_id", sa.Text(), nullable=False, comment="Which device"),
        sa.Column(
            "status", sa.Text(), nullable=False, comment="online, draining or offline (last will)"
        ),
        sa.Column("boot", sa.Text(), nullable=False, comment="Its present start"),
        sa.Column(
            "sent_at", sa.DateTime(timezone=True), nullable=False, comment="By the device's clock"
        ),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="By the server's clock",
        ),
        sa.Column(
            "state",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The whole message, parsed",
        ),
        sa.CheckConstraint(
            "status IN ('online', 'draining', 'offline')", name=op.f("ck_device_state_status")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_state_device_id")
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_state")),
        comment="The newest state message of each device",
    )
