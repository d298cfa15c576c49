"""Case hand-overs with their violations, evidence and packages; criminal referrals."""
# ruff: noqa: E501 - written by alembic

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from server.kit.append_only import trigger

revision = "2026_11_25_cases_and_referrals"
down_revision = "2026_11_24_inspections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_case_handover()
    _create_tagged_finding()
    _create_case_item()
    _create_case_package()
    _create_criminal_referral()
    _create_province_report()
    _create_referral_contact()
    _create_case_evidence()
    op.execute(trigger("referral_contact"))


def _create_case_handover() -> None:
    op.create_table(
        "case_handover",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("number", sa.Text(), nullable=False, comment="AJ-…, gap-free by unit and year"),
        sa.Column("state", sa.Text(), nullable=False, comment="See cases/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Who hands over"),
        sa.Column("division_code", sa.Text(), nullable=False, comment="GB/T 2260 of the place"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="The party"),
        sa.Column(
            "source_kind",
            sa.Text(),
            nullable=False,
            comment="What it came from, such as inspection_task",
        ),
        sa.Column("source_id", sa.Text(), nullable=False, comment="Which one"),
        sa.Column("source_number", sa.Text(), nullable=False, comment="Its human number"),
        sa.Column(
            "discovered_on",
            sa.Date(),
            nullable=False,
            comment="Day on which the acts were found; limitation is counted to it",
        ),
        sa.Column(
            "incidents",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            comment="Incidents whose evidence is at hand",
        ),
        sa.Column(
            "parts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Who had which part: handler, legal, leader; account, name, person, certificate",
        ),
        sa.Column(
            "catalogue_sha256",
            sa.Text(),
            nullable=False,
            comment="Catalogue its clauses are quoted from",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column(
            "checklist",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The legal review's answers, by item",
        ),
        sa.Column("legal_opinion", sa.Text(), nullable=True, comment="Legal review, own words"),
        sa.Column(
            "returned_because", sa.Text(), nullable=True, comment="Why it came back to the draft"
        ),
        sa.Column(
            "leader_opinion", sa.Text(), nullable=True, comment="The leader's opinion, own words"
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.Column(
            "declined_because", sa.Text(), nullable=True, comment="不予立案: the leader's reason"
        ),
        sa.Column("round", sa.BigInteger(), nullable=False, comment="How often it was handed over"),
        sa.Column(
            "exported_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Server time, last round",
        ),
        sa.Column("case_no", sa.Text(), nullable=True, comment="案号 of the provincial system"),
        sa.Column(
            "filed_on",
            sa.Date(),
            nullable=True,
            comment="Day of 立案: the case's clock counts from it (TRAP-20)",
        ),
        sa.Column(
            "limit_days",
            sa.BigInteger(),
            nullable=False,
            comment="30; 90 or 180 with a recorded approval",
        ),
        sa.Column(
            "extension",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="Who approved the longer limit",
        ),
        sa.Column(
            "outcome",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="The decision, as it was imported",
        ),
        sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.CheckConstraint(
            "(state = 'declined') = (declined_because IS NOT NULL)",
            name=op.f("ck_case_handover_declined"),
        ),
        sa.CheckConstraint(
            "(state IN ('linked', 'concluded')) = (case_no IS NOT NULL) AND (case_no IS NULL) = (filed_on IS NULL)",
            name=op.f("ck_case_handover_linked"),
        ),
        sa.CheckConstraint(
            "parts->'leader'->>'person' <> parts->'handler'->>'person' AND parts->'leader'->>'person' <> parts->'legal'->>'person'",
            name=op.f("ck_case_handover_leader_person"),
        ),
        sa.CheckConstraint(
            "parts->'legal'->>'person' <> parts->'handler'->>'person'",
            name=op.f("ck_case_handover_legal_person"),
        ),
        sa.CheckConstraint(
            "state <> 'concluded' OR outcome IS NOT NULL", name=op.f("ck_case_handover_concluded")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'legal_review', 'leader_review', 'approved', 'declined', 'exported', 'linked', 'concluded')",
            name=op.f("ck_case_handover_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'exported', 'linked', 'concluded') OR (parts ? 'leader' AND approved_at IS NOT NULL)",
            name=op.f("ck_case_handover_leader_first"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('leader_review', 'approved', 'exported', 'linked', 'concluded') OR parts ? 'legal'",
            name=op.f("ck_case_handover_legal_first"),
        ),
        sa.CheckConstraint(
            "limit_days IN (30, 90, 180) AND (limit_days = 30) = (extension IS NULL)",
            name=op.f("ck_case_handover_limit_days"),
        ),
        sa.CheckConstraint("round >= 0", name=op.f("ck_case_handover_round")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_case_handover_version")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_case_handover_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_handover_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_handover")),
        sa.UniqueConstraint("number", name=op.f("uq_case_handover_number")),
        sa.UniqueConstraint(
            "source_kind", "source_id", name=op.f("uq_case_handover_source_kind_source_id")
        ),
        comment="Case hand-overs 案件移交",
    )
    op.create_index("ix_case_handover_enterprise", "case_handover", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_case_handover_unit", "case_handover", ["unit_id", "created_at"], unique=False
    )


def _create_tagged_finding() -> None:
    op.create_table(
        "tagged_finding",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Whose officers"),
        sa.Column("division_code", sa.Text(), nullable=False, comment="GB/T 2260 of the place"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Where"),
        sa.Column(
            "source_kind", sa.Text(), nullable=False, comment="Kind of the record, inspection_task"
        ),
        sa.Column("source_id", sa.Text(), nullable=False, comment="Which record"),
        sa.Column("source_number", sa.Text(), nullable=False, comment="Its human number"),
        sa.Column("ref", sa.Text(), nullable=False, comment="Where the record states it"),
        sa.Column("tag", sa.Text(), nullable=False, comment="Which situation of XF-134之一"),
        sa.Column("facts", sa.Text(), nullable=False, comment="The officers' own words"),
        sa.Column("first_person", sa.Uuid(), nullable=False, comment="The first officer"),
        sa.Column(
            "second_person", sa.Uuid(), nullable=False, comment="The second, another human being"
        ),
        sa.Column(
            "found_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was recorded on site",
        ),
        sa.CheckConstraint(
            "tag IN ('monitoring_shut_off', 'stop_order_refused', 'unlicensed_work')",
            name=op.f("ck_tagged_finding_tag"),
        ),
        sa.CheckConstraint(
            "first_person <> second_person", name=op.f("ck_tagged_finding_two_people")
        ),
        sa.CheckConstraint("length(btrim(facts)) >= 8", name=op.f("ck_tagged_finding_facts")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_tagged_finding_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_tagged_finding_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tagged_finding")),
        sa.UniqueConstraint(
            "source_kind",
            "source_id",
            "ref",
            name=op.f("uq_tagged_finding_source_kind_source_id_ref"),
        ),
        comment="Findings on site tagged 疑似危险作业",
    )
    op.create_index(
        "ix_tagged_finding_unit", "tagged_finding", ["unit_id", "found_at"], unique=False
    )


def _create_case_item() -> None:
    op.create_table(
        "case_item",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("handover_id", sa.Uuid(), nullable=False, comment="Of which hand-over"),
        sa.Column("no", sa.BigInteger(), nullable=False, comment="1, 2, 3 …"),
        sa.Column("ref", sa.Text(), nullable=False, comment="Where the record states it"),
        sa.Column("title", sa.Text(), nullable=False, comment="What was recorded, in short"),
        sa.Column(
            "facts",
            sa.Text(),
            nullable=False,
            comment="The officers' finding of fact; never machine text",
        ),
        sa.Column("act_from", sa.Date(), nullable=True, comment="First day of the act, if known"),
        sa.Column(
            "act_to",
            sa.Date(),
            nullable=True,
            comment="Day of the act, or its last day; limitation counts from it",
        ),
        sa.Column(
            "harms_life",
            sa.Boolean(),
            nullable=False,
            comment="Five years: life, health or finance, with harm done (XZCFF-2021-36)",
        ),
        sa.Column("harms_life_because", sa.Text(), nullable=True, comment="Why five years"),
        sa.Column(
            "violated",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="Ids of duties violated",
        ),
        sa.Column(
            "penalty_clauses",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="Ids of clauses that attach; no kind and no amount",
        ),
        sa.Column(
            "circumstances", sa.Text(), nullable=False, comment="Facts that bear on discretion"
        ),
        sa.Column("left_out_because", sa.Text(), nullable=True, comment="Why it does not go along"),
        sa.Column(
            "left_out_by",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="Who proposes so",
        ),
        sa.Column(
            "left_out_agreed_by",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="The second officer (TRAP-12)",
        ),
        sa.CheckConstraint(
            "left_out_by->>'person' <> left_out_agreed_by->>'person'",
            name=op.f("ck_case_item_second_person"),
        ),
        sa.CheckConstraint(
            "(left_out_because IS NULL) = (left_out_by IS NULL) AND (left_out_agreed_by IS NULL OR left_out_because IS NOT NULL)",
            name=op.f("ck_case_item_left_out"),
        ),
        sa.CheckConstraint(
            "NOT harms_life OR length(harms_life_because) >= 2",
            name=op.f("ck_case_item_harms_life"),
        ),
        sa.CheckConstraint("act_from <= act_to", name=op.f("ck_case_item_act")),
        sa.CheckConstraint("no >= 1", name=op.f("ck_case_item_no")),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["case_handover.id"], name=op.f("fk_case_item_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_item")),
        sa.UniqueConstraint("handover_id", "no", name=op.f("uq_case_item_handover_id_no")),
        sa.UniqueConstraint("handover_id", "ref", name=op.f("uq_case_item_handover_id_ref")),
        comment="Violations of a case hand-over",
    )


def _create_case_package() -> None:
    op.create_table(
        "case_package",
        sa.Column("handover_id", sa.Uuid(), nullable=False, comment="Of which hand-over"),
        sa.Column(
            "round",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Which time it was handed over",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="File name, AJ-….zip"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Hash of the whole zip"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, comment="Its length"),
        sa.Column("manifest", sa.Text(), nullable=False, comment="The exact text that was signed"),
        sa.Column("key_id", sa.Text(), nullable=False, comment="The unit's key"),
        sa.Column("exported_by", sa.Text(), nullable=False, comment="Account"),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column(
            "delivered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the exchange with the provincial system took it; None: not yet",
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_case_package_sha256")),
        sa.CheckConstraint("bytes >= 1", name=op.f("ck_case_package_bytes")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_case_package_round")),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["case_handover.id"], name=op.f("fk_case_package_handover_id")
        ),
        sa.PrimaryKeyConstraint("handover_id", "round", name=op.f("pk_case_package")),
        sa.UniqueConstraint("name", name=op.f("uq_case_package_name")),
        comment="Case packages that were exported",
    )


def _create_criminal_referral() -> None:
    op.create_table(
        "criminal_referral",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("number", sa.Text(), nullable=False, comment="SZ-…, gap-free by unit and year"),
        sa.Column("state", sa.Text(), nullable=False, comment="See referrals/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Who refers"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Where"),
        sa.Column(
            "finding_id", sa.Uuid(), nullable=False, comment="The finding on site it comes from"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column(
            "begun_by",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The officer who decided to assess",
        ),
        sa.Column(
            "team",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="members: two officers or more (YSGD-2020-5)",
        ),
        sa.Column("report", sa.Text(), nullable=True, comment="The written report"),
        sa.Column(
            "reported_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the chief got it",
        ),
        sa.Column(
            "decided_by",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="The chief; nobody stands in",
        ),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Server time; 24 h count from it",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="The chief's opinion or reason"),
        sa.Column(
            "materials",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="What was handed over (YSGD-2020-6)",
        ),
        sa.Column(
            "handed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Server time, never typed",
        ),
        sa.Column("receipt", sa.Text(), nullable=True, comment="Who signed at the police"),
        sa.Column("received_on", sa.Date(), nullable=True, comment="Day on the receipt"),
        sa.Column(
            "notice", sa.Text(), nullable=True, comment="The police's last notice: number, words"
        ),
        sa.Column("noticed_on", sa.Date(), nullable=True, comment="Day on which it came"),
        sa.Column(
            "goods", sa.Text(), nullable=True, comment="What was delivered, by the signed list"
        ),
        sa.Column("result", sa.Text(), nullable=True, comment="How it ended"),
        sa.CheckConstraint(
            "(state IN ('assess', 'team', 'chief_review')) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_criminal_referral_decided"),
        ),
        sa.CheckConstraint(
            "(state IN ('assess', 'team', 'chief_review', 'approved', 'refused')) = (handed_at IS NULL) AND (handed_at IS NULL) = (materials IS NULL)",
            name=op.f("ck_criminal_referral_handed"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR length(reason) >= 2", name=op.f("ck_criminal_referral_reason")
        ),
        sa.CheckConstraint(
            "state IN ('assess', 'team') OR (report IS NOT NULL AND reported_at IS NOT NULL)",
            name=op.f("ck_criminal_referral_reported"),
        ),
        sa.CheckConstraint(
            "state IN ('assess', 'team', 'chief_review', 'approved', 'refused', 'handed', 'filed', 'not_filed', 'delivered', 'concluded', 'reconsidering', 'supervised', 'upheld', 'penalised')",
            name=op.f("ck_criminal_referral_state"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_criminal_referral_version")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_criminal_referral_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["tagged_finding.id"], name=op.f("fk_criminal_referral_finding_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_criminal_referral_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criminal_referral")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_criminal_referral_finding_id")),
        sa.UniqueConstraint("number", name=op.f("uq_criminal_referral_number")),
        comment="Criminal referrals 行刑衔接",
    )
    op.create_index(
        "ix_criminal_referral_unit", "criminal_referral", ["unit_id", "created_at"], unique=False
    )


def _create_province_report() -> None:
    op.create_table(
        "province_report",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("referral_id", sa.Uuid(), nullable=False, comment="Which referral"),
        sa.Column("no", sa.BigInteger(), nullable=False, comment="1, 2, 3 … of the referral"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When it changed"),
        sa.Column("state", sa.Text(), nullable=False, comment="To which state"),
        sa.Column("text_zh", sa.Text(), nullable=False, comment="What is reported; says 疑似"),
        sa.Column(
            "delivered_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Taken by the exchange",
        ),
        sa.Column("receipt", sa.Text(), nullable=True, comment="What the province answered"),
        sa.Column(
            "receipted_at", sa.DateTime(timezone=True), nullable=True, comment="When that was noted"
        ),
        sa.CheckConstraint(
            "state IN ('assess', 'team', 'chief_review', 'approved', 'refused', 'handed', 'filed', 'not_filed', 'delivered', 'concluded', 'reconsidering', 'supervised', 'upheld', 'penalised')",
            name=op.f("ck_province_report_state"),
        ),
        sa.CheckConstraint(
            "(receipt IS NULL) = (receipted_at IS NULL)", name=op.f("ck_province_report_receipt")
        ),
        sa.CheckConstraint("no >= 1", name=op.f("ck_province_report_no")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["criminal_referral.id"], name=op.f("fk_province_report_referral_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_province_report")),
        sa.UniqueConstraint("referral_id", "no", name=op.f("uq_province_report_referral_id_no")),
        comment="Queue of reports to the province",
    )
    op.create_index(
        "ix_province_report_waiting",
        "province_report",
        ["at"],
        unique=False,
        postgresql_where="delivered_at IS NULL",
    )


def _create_referral_contact() -> None:
    op.create_table(
        "referral_contact",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("referral_id", sa.Uuid(), nullable=False, comment="About which referral"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was noted, server time",
        ),
        sa.Column("by", sa.Text(), nullable=False, comment="Account"),
        sa.Column("kind", sa.Text(), nullable=False, comment="Call, letter or meeting"),
        sa.Column("authority", sa.Text(), nullable=False, comment="With whom"),
        sa.Column("minutes", sa.Text(), nullable=False, comment="What was said or agreed"),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["criminal_referral.id"], name=op.f("fk_referral_contact_referral_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_contact")),
        comment="Contacts with police and procuratorate; append-only",
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_referral_contact_referral_id"), "referral_contact", ["referral_id"], unique=False
    )


def _create_case_evidence() -> None:
    op.create_table(
        "case_evidence",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("item_id", sa.Uuid(), nullable=False, comment="Which violation"),
        sa.Column("evidence_id", sa.Uuid(), nullable=False, comment="Which piece of evidence"),
        sa.Column("use", sa.Text(), nullable=False, comment="penalty: qualified; clue: 线索材料"),
        sa.Column("attached_by", sa.Text(), nullable=False, comment="Account"),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.CheckConstraint("use IN ('penalty', 'clue')", name=op.f("ck_case_evidence_use")),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence_item.id"], name=op.f("fk_case_evidence_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["case_item.id"], name=op.f("fk_case_evidence_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_evidence")),
        sa.UniqueConstraint(
            "item_id", "evidence_id", name=op.f("uq_case_evidence_item_id_evidence_id")
        ),
        comment="Evidence of the violations of case hand-overs",
    )
