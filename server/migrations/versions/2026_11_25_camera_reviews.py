"""What kind of place a camera shows, and its review under 行政处罚法 第四十一条."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_25_camera_reviews"
down_revision = "2026_11_25_lead_desk"
branch_labels = None
depends_on = None

_PLACES = (
    "production", "storage", "tank_farm", "loading", "control_room", "gate", "outdoor",
    "dormitory", "bathroom", "changing_room", "toilet", "rest_room",
)  # fmt: skip


def upgrade() -> None:
    op.add_column(
        "camera",
        sa.Column(
            "place_type",
            sa.Text(),
            nullable=True,
            comment="What kind of place it shows; None: nobody has said",
        ),
    )
    kinds = ", ".join(f"'{kind}'" for kind in _PLACES)
    op.create_check_constraint(op.f("ck_camera_place_type"), "camera", f"place_type IN ({kinds})")
    _camera_review()


def _camera_review() -> None:
    op.create_table(
        "camera_review",
        *_camera_review_part_1(),
        *_camera_review_part_2(),
        *_camera_review_part_3(),
        comment="Reviews of cameras 取证设备审核",
    )
    op.create_index(
        "ix_camera_review_camera",
        "camera_review",
        ["device_id", "camera_id", "submitted_at"],
        unique=False,
    )
    op.create_index(
        "uq_camera_review_open",
        "camera_review",
        ["device_id", "camera_id"],
        unique=True,
        postgresql_where="state = 'in_review'",
    )


def _camera_review_part_1() -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("device_id", sa.Text(), nullable=False, comment="The box that reads the camera"),
        sa.Column("camera_id", sa.Text(), nullable=False, comment="The camera"),
        sa.Column("state", sa.Text(), nullable=False, comment="fleet/review_states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("handler_person", sa.Uuid(), nullable=False, comment="Who put it forward"),
        sa.Column("handler_name", sa.Text(), nullable=False, comment="That person's name"),
        sa.Column(
            "submitted_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"
        ),
        sa.Column("owner", sa.Text(), nullable=False, comment="Whose camera it is"),
        sa.Column(
            "legal_basis",
            sa.Text(),
            nullable=False,
            comment="Law or regulation it is used under, as typed",
        ),
    )


def _camera_review_part_2() -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column(
            "certificate_no", sa.Text(), nullable=False, comment="Certificate of its standard"
        ),
        sa.Column(
            "sign_photo_sha256",
            sa.Text(),
            nullable=False,
            comment="Hash of the photograph of its sign",
        ),
        sa.Column(
            "publication_url", sa.Text(), nullable=False, comment="Where its location is public"
        ),
        sa.Column("published_on", sa.Date(), nullable=False, comment="Since when"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="First day of its term"),
        sa.Column("valid_to", sa.Date(), nullable=False, comment="Last day of its term"),
        sa.Column("legal_person", sa.Uuid(), nullable=True, comment="Who passed the legal half"),
        sa.Column("tech_person", sa.Uuid(), nullable=True, comment="Who passed the technical half"),
        sa.Column(
            "legal",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="The legal half as given",
        ),
        sa.Column(
            "tech",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="The technical half as given",
        ),
    )


def _camera_review_part_3() -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column(
            "qualified_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When both had passed",
        ),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="Withdrawn from then on"
        ),
        sa.Column("ended_because", sa.Text(), nullable=True, comment="Why"),
        sa.CheckConstraint(
            "sign_photo_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_camera_review_sign_photo")
        ),
        sa.CheckConstraint(
            "state <> 'qualified' OR (legal_person IS NOT NULL AND tech_person IS NOT NULL AND "
            "qualified_at IS NOT NULL)",
            name=op.f("ck_camera_review_both_halves"),
        ),
        sa.CheckConstraint(
            "state IN ('in_review', 'qualified', 'refused', 'withdrawn')",
            name=op.f("ck_camera_review_state"),
        ),
        sa.CheckConstraint(
            "legal_person <> tech_person AND legal_person <> handler_person AND tech_person <> "
            "handler_person",
            name=op.f("ck_camera_review_apart"),
        ),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_camera_review_term")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_camera_review_version")),
        sa.ForeignKeyConstraint(
            ["device_id", "camera_id"],
            ["camera.device_id", "camera.id"],
            name="fk_camera_review_camera",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_review")),
    )
