"""The whole life of inspection tasks; orders to rectify, their re-checks; signatures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from server.kit.append_only import trigger

revision = "2026_11_24_inspections"
down_revision = "2026_11_24_risk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _widen_inspection_task()
    _create_signature()
    _create_major_hazard()
    _create_penalty_consideration()
    _create_rectification_order()
    _create_order_extension()
    _create_recheck()
    _create_site_sign_in()
    _create_task_member()
    for table in ("signature", "site_sign_in", "penalty_consideration"):
        op.execute(trigger(table))


def _widen_inspection_task() -> None:
    op.add_column(
        "inspection_task",
        sa.Column("source_kind", sa.Text(), nullable=True, comment="Where it comes from"),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "source_reference",
            sa.Text(),
            nullable=True,
            comment="Number of the lead, plan, signal, order",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "lead_confirmer",
            sa.Uuid(),
            nullable=True,
            comment="Who confirmed the lead; does not approve the task",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "is_triggered",
            sa.Boolean(),
            nullable=True,
            comment="触发检查: of a ★ lead; counted apart from the cap on visits",
        ),
    )
    op.add_column(
        "inspection_task", sa.Column("site_id", sa.Text(), nullable=True, comment="Where")
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "hazards",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="Hazards whose check items may be chosen",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column("inspection_type", sa.Text(), nullable=True, comment="日常, 个案 or 专项"),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "items",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="Chosen check items, by key",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "plan",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="What the officer wrote into the plan, by field",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column("planned_on", sa.Date(), nullable=True, comment="Day of the visit"),
    )
    op.add_column(
        "inspection_task",
        sa.Column("reason", sa.Text(), nullable=True, comment="检查事由, the officer's own words"),
    )
    op.add_column(
        "inspection_task", sa.Column("submitted_by", sa.Uuid(), nullable=True, comment="Who")
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "submitted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was submitted",
        ),
    )
    op.add_column(
        "inspection_task", sa.Column("approved_by", sa.Uuid(), nullable=True, comment="Who")
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "approved_at", sa.DateTime(timezone=True), nullable=True, comment="When it was approved"
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column("approval_opinion", sa.Text(), nullable=True, comment="审批意见"),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "frequency_reason",
            sa.Text(),
            nullable=True,
            comment="Why the leader lets a visit over the cap pass (R-018)",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "arrived_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="On site: this counts as a visit",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "arrival",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="Certificates shown, recorder, entry code",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "refused_facts", sa.Text(), nullable=True, comment="How the inspection was refused"
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "record",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="The record 现场检查记录, by field",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the record was complete",
        ),
    )
    op.add_column(
        "inspection_task",
        sa.Column(
            "closed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was closed or cancelled",
        ),
    )
    _loosen_inspection_task()
    _fill_inspection_task()


def _loosen_inspection_task() -> None:
    op.alter_column(
        "inspection_task",
        "lead_id",
        existing_type=sa.UUID(),
        nullable=True,
        existing_comment="The lead it comes from",
    )
    op.alter_column(
        "inspection_task",
        "lead_number",
        existing_type=sa.TEXT(),
        nullable=True,
        existing_comment="Number of that lead",
    )
    op.alter_column(
        "inspection_task",
        "hazard",
        existing_type=sa.TEXT(),
        comment="Suspected hazard, or the first of the plan",
        existing_comment="Suspected hazard",
        existing_nullable=False,
    )
    op.drop_constraint(op.f("uq_inspection_task_lead_id"), "inspection_task", type_="unique")
    op.create_index(
        "ix_inspection_task_enterprise",
        "inspection_task",
        ["enterprise_id", "arrived_at"],
        unique=False,
    )
    op.create_index("ix_inspection_task_lead", "inspection_task", ["lead_id"], unique=False)
    op.create_index(
        "uq_inspection_task_running",
        "inspection_task",
        ["lead_id"],
        unique=True,
        postgresql_where="state NOT IN ('closed', 'cancelled')",
    )
    op.create_foreign_key(
        op.f("fk_inspection_task_approved_by"),
        "inspection_task",
        "account",
        ["approved_by"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_inspection_task_lead_confirmer"),
        "inspection_task",
        "account",
        ["lead_confirmer"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_inspection_task_submitted_by"),
        "inspection_task",
        "account",
        ["submitted_by"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_inspection_task_site_id"), "inspection_task", "site", ["site_id"], ["id"]
    )


def _fill_inspection_task() -> None:
    op.execute(
        "UPDATE inspection_task AS task SET source_kind = 'lead', "
        "source_reference = task.lead_number, site_id = lead.site_id, "
        "is_triggered = lead.is_starred, lead_confirmer = lead.decided_by, "
        "inspection_type = 'case', hazards = ARRAY[task.hazard], items = '{}', plan = '{}' "
        "FROM lead WHERE lead.id = task.lead_id"
    )
    for column in (
        "source_kind",
        "source_reference",
        "is_triggered",
        "site_id",
        "hazards",
        "items",
        "plan",
    ):
        op.alter_column("inspection_task", column, nullable=False)
    _check_inspection_task()


def _create_signature() -> None:
    op.create_table(
        "signature",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("document", sa.Text(), nullable=False, comment="What bears it"),
        sa.Column("object_id", sa.Uuid(), nullable=False, comment="Task, order or re-check"),
        sa.Column(
            "content_sha256", sa.Text(), nullable=False, comment="Hash of the text that was signed"
        ),
        sa.Column("signed_by", sa.Text(), nullable=False, comment="Who"),
        sa.Column(
            "account_id",
            sa.Uuid(),
            nullable=False,
            comment="The officer; of an enterprise's, who took it down",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name of who signed"),
        sa.Column("post", sa.Text(), nullable=True, comment="职务 of the enterprise's person"),
        sa.Column(
            "certificate_no", sa.Text(), nullable=True, comment="行政执法证 valid at that moment"
        ),
        sa.Column("note", sa.Text(), nullable=True, comment="拒绝签字 and how it came to it"),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, comment="Server time: the legal clock"
        ),
        sa.CheckConstraint(
            "(signed_by = 'officer') = (certificate_no IS NOT NULL)",
            name=op.f("ck_signature_certificate_no"),
        ),
        sa.CheckConstraint(
            "document IN ('inspection_record', 'rectification_order', 'recheck')",
            name=op.f("ck_signature_document"),
        ),
        sa.CheckConstraint(
            "signed_by <> 'refusal' OR length(btrim(note)) >= 4", name=op.f("ck_signature_note")
        ),
        sa.CheckConstraint(
            "signed_by IN ('officer', 'enterprise', 'refusal')", name=op.f("ck_signature_signed_by")
        ),
        sa.CheckConstraint("length(btrim(name)) >= 1", name=op.f("ck_signature_name")),
        sa.CheckConstraint("length(content_sha256) = 64", name=op.f("ck_signature_content_sha256")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_signature_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        comment="Signatures of officers and enterprises; a changed text voids them",
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_signature_object_id_at"), "signature", ["object_id", "at"], unique=False
    )


def _create_major_hazard() -> None:
    op.create_table(
        "major_hazard",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("task_id", sa.Uuid(), nullable=False, comment="Found on"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Who supervises it"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Whose"),
        sa.Column("site_id", sa.Text(), nullable=False, comment="Where"),
        sa.Column(
            "criterion",
            sa.Text(),
            nullable=False,
            comment="Criterion the officer chose, id of the article",
        ),
        sa.Column(
            "finding", sa.Text(), nullable=False, comment="What was found, in the officer's words"
        ),
        sa.Column("measure", sa.Text(), nullable=False, comment="现场处理措施"),
        sa.Column("found_by", sa.Uuid(), nullable=False, comment="Who judged"),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.Column(
            "paperwork_due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Within 24 h: XZQZF-2011-19",
        ),
        sa.Column("paperwork_by", sa.Uuid(), nullable=True, comment="Approver"),
        sa.Column(
            "paperwork_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was approved",
        ),
        sa.Column("paperwork_no", sa.Text(), nullable=True, comment="Number of the paper"),
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Removed: the task is closed",
        ),
        sa.CheckConstraint(
            "(paperwork_by IS NULL) = (paperwork_at IS NULL) AND (paperwork_by IS "
            "NULL) = (paperwork_no IS NULL)",
            name=op.f("ck_major_hazard_paperwork"),
        ),
        sa.CheckConstraint(
            "found_at < paperwork_due_at", name=op.f("ck_major_hazard_paperwork_due")
        ),
        sa.CheckConstraint("length(btrim(finding)) >= 4", name=op.f("ck_major_hazard_finding")),
        sa.CheckConstraint("length(btrim(measure)) >= 2", name=op.f("ck_major_hazard_measure")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_major_hazard_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["found_by"], ["account.id"], name=op.f("fk_major_hazard_found_by")
        ),
        sa.ForeignKeyConstraint(
            ["paperwork_by"], ["account.id"], name=op.f("fk_major_hazard_paperwork_by")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_major_hazard_site_id")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["inspection_task.id"], name=op.f("fk_major_hazard_task_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_major_hazard_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_hazard")),
        comment="Major hazards found on site, and the measures taken at once",
    )
    op.create_index(
        op.f("ix_major_hazard_enterprise_id_found_at"),
        "major_hazard",
        ["enterprise_id", "found_at"],
        unique=False,
    )


def _create_penalty_consideration() -> None:
    op.create_table(
        "penalty_consideration",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("task_id", sa.Uuid(), nullable=False, comment="Which task"),
        sa.Column(
            "item", sa.Text(), nullable=False, comment="Key of the check item that was violated"
        ),
        sa.Column("decision", sa.Text(), nullable=False, comment="What"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why, in the officer's words"),
        sa.Column("basis", sa.Text(), nullable=True, comment="Article of 不予处罚"),
        sa.Column("decided_by", sa.Uuid(), nullable=False, comment="Who"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.CheckConstraint(
            "(decision = 'no_penalty') = (basis IS NOT NULL)",
            name=op.f("ck_penalty_consideration_basis"),
        ),
        sa.CheckConstraint(
            "decision IN ('file', 'no_penalty', 'clause_not_met')",
            name=op.f("ck_penalty_consideration_decision"),
        ),
        sa.CheckConstraint(
            "length(btrim(reason)) >= 4", name=op.f("ck_penalty_consideration_reason")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_penalty_consideration_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["inspection_task.id"], name=op.f("fk_penalty_consideration_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_consideration")),
        comment="Whether each violation was considered for a penalty",
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_penalty_consideration_task_id_item"),
        "penalty_consideration",
        ["task_id", "item"],
        unique=False,
    )


def _create_rectification_order() -> None:
    op.create_table(
        "rectification_order",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("number", sa.Text(), nullable=False, comment="ZG-…, ours; never printed as 文号"),
        sa.Column(
            "official_no",
            sa.Text(),
            nullable=True,
            comment="文号 of the provincial system, typed in",
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="See orders/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("task_id", sa.Uuid(), nullable=False, comment="Found on"),
        sa.Column("task_number", sa.Text(), nullable=False, comment="Number of that task"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Who orders"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="To whom"),
        sa.Column("site_id", sa.Text(), nullable=False, comment="Where"),
        sa.Column(
            "items",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What is wrong: key, title, fact, basis, demand",
        ),
        sa.Column("due_on", sa.Date(), nullable=True, comment="整改期限; None: not yet decided"),
        sa.Column("responsible", sa.Text(), nullable=True, comment="整改牵头负责人"),
        sa.Column("is_serious", sa.Boolean(), nullable=False, comment="A major hazard is among it"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True, comment="下达"),
        sa.Column("issued_by", sa.Uuid(), nullable=True, comment="Who"),
        sa.Column(
            "served_at", sa.DateTime(timezone=True), nullable=True, comment="送达: the clock starts"
        ),
        sa.Column(
            "served_to", sa.Text(), nullable=True, comment="Who signed the receipt, and post"
        ),
        sa.Column(
            "service_note", sa.Text(), nullable=True, comment="How it was served without a receipt"
        ),
        sa.Column(
            "recheck_asked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The enterprise asked for it",
        ),
        sa.Column(
            "reported", sa.Text(), nullable=True, comment="What the enterprise says it rectified"
        ),
        sa.Column(
            "recheck_from",
            sa.Date(),
            nullable=True,
            comment="Day from which the period for the re-check counts",
        ),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="Closed, failed or void"
        ),
        sa.Column("no_case_reason", sa.Text(), nullable=True, comment="Leader's 不予立案 reason"),
        sa.Column("no_case_by", sa.Uuid(), nullable=True, comment="Who"),
        sa.Column("void_cause", sa.Text(), nullable=True, comment="Why it was withdrawn"),
        sa.Column(
            "replaces", sa.Uuid(), nullable=True, comment="The void order that this one replaces"
        ),
        sa.CheckConstraint(
            "(state = 'void') = (void_cause IS NOT NULL)",
            name=op.f("ck_rectification_order_void_cause"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'issued', 'served', 'ext_pending', 'recheck_due', "
            "'rechecked', 'closed', 'failed', 'void')",
            name=op.f("ck_rectification_order_state"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'issued', 'void') OR served_at IS NOT NULL",
            name=op.f("ck_rectification_order_served"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'void') OR (official_no IS NOT NULL AND due_on IS NOT NULL)",
            name=op.f("ck_rectification_order_issued"),
        ),
        sa.CheckConstraint(
            "(issued_at IS NULL) = (issued_by IS NULL)",
            name=op.f("ck_rectification_order_issued_by"),
        ),
        sa.CheckConstraint(
            "(no_case_reason IS NULL) = (no_case_by IS NULL)",
            name=op.f("ck_rectification_order_no_case"),
        ),
        sa.CheckConstraint("replaces <> id", name=op.f("ck_rectification_order_replaces")),
        sa.CheckConstraint(
            "served_at IS NULL OR served_to IS NOT NULL OR service_note IS NOT NULL",
            name=op.f("ck_rectification_order_service"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rectification_order_version")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_rectification_order_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["account.id"], name=op.f("fk_rectification_order_issued_by")
        ),
        sa.ForeignKeyConstraint(
            ["no_case_by"], ["account.id"], name=op.f("fk_rectification_order_no_case_by")
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["rectification_order.id"], name=op.f("fk_rectification_order_replaces")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_rectification_order_site_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["inspection_task.id"], name=op.f("fk_rectification_order_task_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_rectification_order_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_order")),
        sa.UniqueConstraint("number", name=op.f("uq_rectification_order_number")),
        sa.UniqueConstraint("official_no", name=op.f("uq_rectification_order_official_no")),
        comment="Orders to rectify 责令限期整改指令书",
    )
    op.create_index(
        "ix_rectification_order_due", "rectification_order", ["state", "due_on"], unique=False
    )
    op.create_index(
        "ix_rectification_order_enterprise",
        "rectification_order",
        ["enterprise_id", "created_at"],
        unique=False,
    )
    op.create_index("ix_rectification_order_task", "rectification_order", ["task_id"], unique=False)
    op.create_index(
        "ix_rectification_order_unit",
        "rectification_order",
        ["unit_id", "created_at"],
        unique=False,
    )


def _create_order_extension() -> None:
    op.create_table(
        "order_extension",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("order_id", sa.Uuid(), nullable=False, comment="Which"),
        sa.Column("asked_by", sa.Uuid(), nullable=False, comment="Enterprise's account"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why more time is needed"),
        sa.Column("due_before", sa.Date(), nullable=False, comment="The due date it asks to move"),
        sa.Column("wanted_on", sa.Date(), nullable=False, comment="The due date that is asked for"),
        sa.Column("decided_by", sa.Uuid(), nullable=True, comment="Leader"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.Column("is_granted", sa.Boolean(), nullable=True, comment="Whether time was given"),
        sa.Column("decision_reason", sa.Text(), nullable=True, comment="Why"),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = "
            "(is_granted IS NULL) AND (decided_by IS NULL) = (decision_reason IS "
            "NULL)",
            name=op.f("ck_order_extension_decided"),
        ),
        sa.CheckConstraint("length(btrim(reason)) >= 4", name=op.f("ck_order_extension_reason")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["account.id"], name=op.f("fk_order_extension_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_order_extension_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["rectification_order.id"], name=op.f("fk_order_extension_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_extension")),
        comment="Extensions asked of orders, with the answers",
    )
    op.create_index(
        op.f("ix_order_extension_order_id_asked_at"),
        "order_extension",
        ["order_id", "asked_at"],
        unique=False,
    )


def _create_recheck() -> None:
    op.create_table(
        "recheck",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("order_id", sa.Uuid(), nullable=False, comment="Of which"),
        sa.Column(
            "begun_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When its first word was written",
        ),
        sa.Column(
            "results",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Per item: 已整改, 部分整改, 未整改, and what was seen",
        ),
        sa.Column("opinion", sa.Text(), nullable=True, comment="复查意见"),
        sa.Column("next_step", sa.Text(), nullable=True, comment="下一步处理"),
        sa.Column(
            "done_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When two officers had signed",
        ),
        sa.CheckConstraint(
            "done_at IS NULL OR length(btrim(opinion)) >= 4", name=op.f("ck_recheck_opinion")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["rectification_order.id"], name=op.f("fk_recheck_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck")),
        comment="Re-checks 整改复查意见书",
    )
    op.create_index(
        op.f("ix_recheck_order_id_begun_at"), "recheck", ["order_id", "begun_at"], unique=False
    )


def _create_site_sign_in() -> None:
    op.create_table(
        "site_sign_in",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("task_id", sa.Uuid(), nullable=False, comment="Which task"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Who"),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, comment="Server time: the legal clock"
        ),
        sa.Column(
            "device_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="What the device's clock said",
        ),
        sa.Column("latitude", sa.Float(), nullable=True, comment="A hint, never a lock"),
        sa.Column("longitude", sa.Float(), nullable=True, comment="A hint, never a lock"),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_site_sign_in_place")
        ),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_site_sign_in_latitude")),
        sa.CheckConstraint(
            "longitude BETWEEN -180 AND 180", name=op.f("ck_site_sign_in_longitude")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_site_sign_in_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["inspection_task.id"], name=op.f("fk_site_sign_in_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_sign_in")),
        comment="Sign-ins on site",
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_site_sign_in_task_id_at"), "site_sign_in", ["task_id", "at"], unique=False
    )


def _create_task_member() -> None:
    op.create_table(
        "task_member",
        sa.Column("task_id", sa.Uuid(), nullable=False, comment="Which task"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Who goes"),
        sa.Column(
            "duty",
            sa.Text(),
            nullable=False,
            comment="officer or expert; an expert is none of the two",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="The person's name"),
        sa.Column("certificate_no", sa.Text(), nullable=True, comment="行政执法证 number"),
        sa.Column("certificate_to", sa.Date(), nullable=True, comment="Its last valid day"),
        sa.Column(
            "assistance_doc",
            sa.Text(),
            nullable=True,
            comment="Record of assistance, of somebody from another unit",
        ),
        sa.CheckConstraint(
            "duty = 'expert' OR certificate_no IS NOT NULL", name=op.f("ck_task_member_certificate")
        ),
        sa.CheckConstraint("duty IN ('officer', 'expert')", name=op.f("ck_task_member_duty")),
        sa.CheckConstraint(
            "length(btrim(assistance_doc)) >= 4", name=op.f("ck_task_member_assistance_doc")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_task_member_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["inspection_task.id"], name=op.f("fk_task_member_task_id")
        ),
        sa.PrimaryKeyConstraint("task_id", "account_id", name=op.f("pk_task_member")),
        comment="Officers and experts of a task",
    )


def _check_inspection_task() -> None:
    op.drop_constraint("ck_inspection_task_state", "inspection_task")
    op.create_check_constraint(
        op.f("ck_inspection_task_state"),
        "inspection_task",
        "state IN ('draft', 'pending', 'approved', 'assigned', 'onsite', "
        "'onsite_refused', 'recorded', 'ordering', 'handing_over', 'closed', "
        "'cancelled')",
    )
    op.create_check_constraint(
        op.f("ck_inspection_task_lead"),
        "inspection_task",
        "(source_kind = 'lead') = (lead_id IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_inspection_task_arrived"),
        "inspection_task",
        "arrived_at IS NULL OR approved_at IS NOT NULL",
    )
    op.create_check_constraint(
        op.f("ck_inspection_task_lead_whole"),
        "inspection_task",
        "(lead_id IS NULL) = (lead_number IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_inspection_task_inspection_type"),
        "inspection_task",
        "inspection_type IN ('daily', 'case', 'special')",
    )
    op.create_check_constraint(
        op.f("ck_inspection_task_recorded"),
        "inspection_task",
        "recorded_at IS NULL OR record IS NOT NULL",
    )
    op.create_check_constraint(
        op.f("ck_inspection_task_submitted"),
        "inspection_task",
        "(submitted_by IS NULL) = (submitted_at IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_inspection_task_approved"),
        "inspection_task",
        "(approved_by IS NULL) = (approved_at IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_inspection_task_source_kind"),
        "inspection_task",
        "source_kind IN ('lead', 'plan', 'signal', 'superior')",
    )
