"""Reminders, and which rules are switched off."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_reminders"
down_revision = "2026_11_24_people_and_power"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_rule_switch",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("rule", sa.Text(), nullable=False, comment="Rule of the table"),
        sa.Column("turn", sa.BigInteger(), nullable=False, comment="1, 2, 3 … of the rule"),
        sa.Column("is_on", sa.Boolean(), nullable=False, comment="Whether it speaks from now on"),
        sa.Column("by", sa.Text(), nullable=False, comment="Account"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why, in their words"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.CheckConstraint(
            "is_on OR rule NOT IN ('R-009', 'R-010', 'R-020', 'R-025', 'R-043')",
            name=op.f("ck_reminder_rule_switch_blocking_stays_on"),
        ),
        sa.CheckConstraint("rule ~ '^[RH]-[0-9]{3}$'", name=op.f("ck_reminder_rule_switch_rule")),
        sa.CheckConstraint(
            "length(btrim(reason)) >= 2", name=op.f("ck_reminder_rule_switch_reason")
        ),
        sa.CheckConstraint("turn >= 1", name=op.f("ck_reminder_rule_switch_turn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule_switch")),
        sa.UniqueConstraint("rule", "turn", name=op.f("uq_reminder_rule_switch_rule_turn")),
        comment="Append-only: rules switched on and off",
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("rule", sa.Text(), nullable=False, comment="Rule of the table"),
        sa.Column(
            "rule_version", sa.BigInteger(), nullable=False, comment="The rule's version then"
        ),
        sa.Column(
            "object_type", sa.Text(), nullable=False, comment="What kind of thing it is about"
        ),
        sa.Column("object_id", sa.Text(), nullable=False, comment="Which one"),
        sa.Column(
            "period", sa.Text(), nullable=False, comment="In which it fires once; empty: for ever"
        ),
        sa.Column(
            "unit_id", sa.Uuid(), nullable=True, comment="Whose matter; None: the whole server's"
        ),
        sa.Column(
            "owner_id",
            sa.Uuid(),
            nullable=True,
            comment="Who answers; None: the rule's roles of the unit",
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="See reminders/states.py"),
        sa.Column("severity", sa.Text(), nullable=False, comment="As it stands now"),
        sa.Column(
            "steps_up", sa.BigInteger(), nullable=False, comment="How often nobody answered in time"
        ),
        sa.Column("message_zh", sa.Text(), nullable=False, comment="What is said"),
        sa.Column(
            "within_n", sa.BigInteger(), nullable=False, comment="To be answered within so many"
        ),
        sa.Column("within_unit", sa.Text(), nullable=False, comment="Of these"),
        sa.Column(
            "raised_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it fired, server time",
        ),
        sa.Column(
            "answer_by",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Then it goes one step up",
        ),
        sa.Column("handled_by", sa.Text(), nullable=True, comment="Account of who answered"),
        sa.Column("reason", sa.Text(), nullable=True, comment="What was done, in their words"),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was no longer open",
        ),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.CheckConstraint(
            "(state = 'handled') = (handled_by IS NOT NULL)",
            name=op.f("ck_reminder_handled_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'handled') = (reason IS NOT NULL)", name=op.f("ck_reminder_handled_how")
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_reminder_ended")),
        sa.CheckConstraint("rule ~ '^[RH]-[0-9]{3}$'", name=op.f("ck_reminder_rule")),
        sa.CheckConstraint(
            "severity IN ('hint', 'reminder', 'warning', 'supervision')",
            name=op.f("ck_reminder_severity"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'handled', 'auto_resolved')", name=op.f("ck_reminder_state")
        ),
        sa.CheckConstraint(
            "within_unit IN ('workday', 'calendar_day', 'day', 'month', 'hour', 'duty_hour')",
            name=op.f("ck_reminder_within_unit"),
        ),
        sa.CheckConstraint("length(btrim(reason)) >= 2", name=op.f("ck_reminder_reason")),
        sa.CheckConstraint("steps_up BETWEEN 0 AND 3", name=op.f("ck_reminder_steps_up")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_reminder_version")),
        sa.CheckConstraint("within_n >= 1", name=op.f("ck_reminder_within_n")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_reminder_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reminder_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "rule",
            "object_type",
            "object_id",
            "period",
            name=op.f("uq_reminder_rule_object_type_object_id_period"),
        ),
        comment="Reminders and corrections 及时提醒纠正",
    )
    op.create_index(
        "ix_reminder_owner_open",
        "reminder",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_reminder_unit_open",
        "reminder",
        ["unit_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_quarantine_at"), "quarantine", ["at"], unique=False)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reminder_rule_switch "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
