"""Rounds of online patrol, the roster, and the register of looks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from server.kit.append_only import trigger

revision = "2026_11_25_online_patrols"
down_revision = "2026_11_25_evidence_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patrol_round",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("number", sa.Text(), nullable=False, comment="XC-…, gap-free by unit and year"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Whose round"),
        sa.Column("unit_name", sa.Text(), nullable=False, comment="What the unit was called then"),
        sa.Column("day", sa.Date(), nullable=False, comment="Day in China"),
        sa.Column("state", sa.Text(), nullable=False, comment="See states.py"),
        sa.Column("kind", sa.Text(), nullable=False, comment="Patrol or internal watch"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("seed", sa.Text(), nullable=False, comment="Of the random tenth, 64 hex digits"),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What the plan was made from",
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Server time of the plan",
        ),
        sa.Column(
            "window_end",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Until when it is to be finished",
        ),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Server time of the start",
        ),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="Finished or lapsed"
        ),
        sa.Column(
            "disposition", sa.Text(), nullable=True, comment="What follows, as an officer typed it"
        ),
        sa.Column("disposed_by", sa.Text(), nullable=True, comment="Account that typed it"),
        sa.CheckConstraint(
            "(started_at IS NULL) = (state IN ('planned', 'missed'))",
            name=op.f("ck_patrol_round_started"),
        ),
        sa.CheckConstraint("kind IN ('patrol', 'watch')", name=op.f("ck_patrol_round_kind")),
        sa.CheckConstraint("seed ~ '^[0-9a-f]{64}$'", name=op.f("ck_patrol_round_seed")),
        sa.CheckConstraint(
            "state IN ('planned', 'running', 'done', 'partial', 'missed')",
            name=op.f("ck_patrol_round_state"),
        ),
        sa.CheckConstraint("created_at < window_end", name=op.f("ck_patrol_round_window")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_patrol_round_version")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_patrol_round_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_round")),
        sa.UniqueConstraint("number", name=op.f("uq_patrol_round_number")),
        comment="Rounds of online patrol 网络巡查轮次",
    )
    op.create_index("ix_patrol_round_unit", "patrol_round", ["unit_id", "day"], unique=False)
    op.create_table(
        "patrol_duty",
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Whose roster"),
        sa.Column("day", sa.Date(), nullable=False, comment="Day in China"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Who"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_patrol_duty_account_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_patrol_duty_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "day", "account_id", name=op.f("pk_patrol_duty")),
        comment="Roster of online patrols",
    )
    op.create_table(
        "patrol_note",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("round_id", sa.Uuid(), nullable=False, comment="Which round"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column("by", sa.Text(), nullable=False, comment="Account of the officer"),
        sa.Column("text", sa.Text(), nullable=False, comment="What is corrected, in own words"),
        sa.CheckConstraint("length(btrim(text)) >= 2", name=op.f("ck_patrol_note_text")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["patrol_round.id"], name=op.f("fk_patrol_note_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_note")),
        comment="Corrections of finished rounds",
    )
    op.create_table(
        "patrol_officer",
        sa.Column("round_id", sa.Uuid(), nullable=False, comment="Which round"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Who"),
        sa.Column("account", sa.Text(), nullable=False, comment="Name of the account"),
        sa.Column("full_name", sa.Text(), nullable=False, comment="Name at the start"),
        sa.Column("certificate_no", sa.Text(), nullable=False, comment="行政执法证 at the start"),
        sa.Column("signature", sa.Text(), nullable=True, comment="As typed at the end"),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.CheckConstraint(
            "(signature IS NULL) = (signed_at IS NULL)", name=op.f("ck_patrol_officer_signed")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_patrol_officer_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["patrol_round.id"], name=op.f("fk_patrol_officer_round_id")
        ),
        sa.PrimaryKeyConstraint("round_id", "account_id", name=op.f("pk_patrol_officer")),
        comment="Officers of the rounds",
    )
    op.create_table(
        "patrol_item",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("round_id", sa.Uuid(), nullable=False, comment="Its round"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="In the order of the plan"),
        sa.Column("device", sa.Text(), nullable=False, comment="Box"),
        sa.Column("camera", sa.Text(), nullable=False, comment="Camera of the box"),
        sa.Column("camera_name", sa.Text(), nullable=False, comment="What people called it then"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Whose site"),
        sa.Column("enterprise_name", sa.Text(), nullable=False, comment="What it was called then"),
        sa.Column("why", sa.Text(), nullable=False, comment="Why it is in the round"),
        sa.Column("is_statutory", sa.Boolean(), nullable=False, comment="危化重大危险源: 在线巡查"),
        sa.Column("basis", sa.Text(), nullable=False, comment="Article that the look rests on"),
        sa.Column("result", sa.Text(), nullable=True, comment="What was found"),
        sa.Column("description", sa.Text(), nullable=True, comment="What was seen, in own words"),
        sa.Column("lead_id", sa.Uuid(), nullable=True, comment="Lead that it belongs to"),
        sa.Column("sha256", sa.Text(), nullable=True, comment="Hash of the picture that was shown"),
        sa.Column(
            "captured_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the picture was taken",
        ),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.Column("looked_by", sa.Text(), nullable=True, comment="Account of the officer"),
        sa.CheckConstraint(
            "result <> 'suspected' OR description IS NOT NULL",
            name=op.f("ck_patrol_item_description"),
        ),
        sa.CheckConstraint(
            "result IN ('nothing', 'suspected', 'no_picture', 'covered', 'standstill')",
            name=op.f("ck_patrol_item_result"),
        ),
        sa.CheckConstraint(
            "result IS NULL OR result = 'no_picture' OR sha256 IS NOT NULL",
            name=op.f("ck_patrol_item_picture"),
        ),
        sa.CheckConstraint(
            "why IN ('never_seen', 'left_over', 'lead_or_warning', 'key_unit', 'monthly', 'blind')",
            name=op.f("ck_patrol_item_why"),
        ),
        sa.CheckConstraint(
            "(result IS NULL) = (looked_at IS NULL)", name=op.f("ck_patrol_item_looked")
        ),
        sa.CheckConstraint(
            "(result IS NULL) = (looked_by IS NULL)", name=op.f("ck_patrol_item_looked_by")
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_patrol_item_position")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_patrol_item_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_patrol_item_lead_id")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["patrol_round.id"], name=op.f("fk_patrol_item_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_item")),
        sa.UniqueConstraint(
            "round_id", "device", "camera", name=op.f("uq_patrol_item_round_id_device_camera")
        ),
        comment="Looks of the rounds 网络巡查记录",
    )
    op.create_index(
        "ix_patrol_item_camera", "patrol_item", ["device", "camera", "looked_at"], unique=False
    )
    op.execute(trigger("patrol_note"))
