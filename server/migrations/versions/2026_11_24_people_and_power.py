"""People apart from accounts, roles by unit and time, certificates; 管辖, 回避 and 督办."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_people_and_power"
down_revision = "2026_11_25_documents"
branch_labels = None
depends_on = None

_OVERLAP = """
CREATE FUNCTION refuse_second_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM site WHERE id = NEW.site_id FOR UPDATE;
  IF EXISTS (
    SELECT 1 FROM enforcement_assignment other
    WHERE other.site_id = NEW.site_id AND other.id <> NEW.id
      AND tstzrange(other.valid_from, other.valid_to) && tstzrange(NEW.valid_from, NEW.valid_to)
  ) THEN
    RAISE EXCEPTION 'two units would enforce at site % at one time', NEW.site_id
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'one_unit_at_a_time';
  END IF;
  IF NOT (SELECT has_power FROM unit WHERE id = NEW.unit_id) THEN
    RAISE EXCEPTION 'unit % has no power of enforcement', NEW.unit_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_has_power';
  END IF;
  RETURN NULL;
END $$
"""
_TRIGGER = (
    "CREATE CONSTRAINT TRIGGER one_unit_at_a_time AFTER INSERT OR UPDATE"
    " ON enforcement_assignment FOR EACH ROW EXECUTE FUNCTION refuse_second_unit()"
)


def upgrade() -> None:
    _extend_unit()
    _create_person()
    _create_certificate()
    _create_role_grant()
    _part_people_from_accounts()
    _create_enforcement_assignment()
    _keep_who_enforced()
    _create_recusal()
    _create_urging()


def _extend_unit() -> None:
    op.add_column(
        "unit",
        sa.Column(
            "has_power",
            sa.Boolean(),
            nullable=False,
            server_default=sa.true(),
            comment="Whether it enforces; a development zone does not by itself",
        ),
    )
    op.alter_column("unit", "has_power", server_default=None)
    op.add_column(
        "unit",
        sa.Column(
            "power_doc_no",
            sa.Text(),
            nullable=True,
            comment="Document that delegates the power of enforcement to it",
        ),
    )
    op.create_check_constraint(op.f("ck_unit_power"), "unit", "power_doc_no IS NULL OR has_power")
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"])


def _part_people_from_accounts() -> None:
    """Every account is a person's of its own, with the one role and certificate it had."""
    op.execute("INSERT INTO person SELECT id, full_name, created_at FROM account")
    op.execute(
        "INSERT INTO role_grant (id, account_id, role, unit_id, valid_from, granted_by)"
        " SELECT gen_random_uuid(), id, role, unit_id, created_at, 'svc:migration' FROM account"
    )
    op.execute(
        "INSERT INTO certificate"
        " (id, person_id, number, valid_from, valid_to, recorded_at, recorded_by)"
        " SELECT gen_random_uuid(), id, certificate_no, certificate_from, certificate_to,"
        " created_at, 'svc:migration' FROM account WHERE certificate_no IS NOT NULL"
    )
    op.add_column(
        "account", sa.Column("person_id", sa.Uuid(), nullable=True, comment="Whose it is")
    )
    op.execute("UPDATE account SET person_id = id")
    op.alter_column("account", "person_id", nullable=False)
    op.create_foreign_key(op.f("fk_account_person_id"), "account", "person", ["person_id"], ["id"])
    for column in ("role", "unit_id", "certificate_no", "certificate_from", "certificate_to"):
        op.drop_column("account", column)
    op.add_column(
        "signed_in_session",
        sa.Column(
            "grant_id",
            sa.Uuid(),
            nullable=True,
            comment="The role that is worn; None: the first that holds",
        ),
    )
    op.create_foreign_key(
        op.f("fk_signed_in_session_grant_id"),
        "signed_in_session",
        "role_grant",
        ["grant_id"],
        ["id"],
    )


def _keep_who_enforced() -> None:
    """The unit that stood with a site enforced there since its enterprise was registered."""
    op.execute(
        "INSERT INTO enforcement_assignment"
        " (id, site_id, unit_id, basis, valid_from, decided_by, decided_at)"
        " SELECT gen_random_uuid(), site.id, site.unit_id, 'territorial', firm.registered_at,"
        " 'svc:migration', firm.registered_at"
        " FROM site JOIN enterprise firm ON firm.id = site.enterprise_id"
    )
    op.alter_column(
        "site",
        "unit_id",
        existing_type=sa.Uuid(),
        existing_nullable=False,
        comment="The unit of its address; who enforces stands in enforcement_assignment",
    )


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column(
            "id",
            sa.Uuid(),
            nullable=False,
            comment="UUIDv7; of a person's first account, if the person came with it",
        ),
        sa.Column("full_name", sa.Text(), nullable=False, comment="The person's name"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was recorded"
        ),
        sa.CheckConstraint("length(btrim(full_name)) >= 1", name=op.f("ck_person_full_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        comment="People; one may have several accounts",
    )


def _create_certificate() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="Whose it is"),
        sa.Column("number", sa.Text(), nullable=False, comment="行政执法证 number"),
        sa.Column("areas", sa.Text(), nullable=True, comment="执法领域, as printed on it"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="Valid from, this day too"),
        sa.Column("valid_to", sa.Date(), nullable=False, comment="Valid to, this day too"),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was recorded",
        ),
        sa.Column(
            "recorded_by", sa.Text(), nullable=False, comment="Account or part of the server"
        ),
        sa.Column(
            "revoked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Counts no longer from then",
        ),
        sa.CheckConstraint("length(btrim(number)) >= 1", name=op.f("ck_certificate_number")),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_certificate_order")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_certificate_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        comment="行政执法证: who may act as an officer, and when",
    )
    op.create_index("ix_certificate_person", "certificate", ["person_id", "valid_to"], unique=False)


def _create_recusal() -> None:
    op.create_table(
        "recusal",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="Who keeps away"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="From which"),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="The interest, in the person's words"
        ),
        sa.Column(
            "declared_at", sa.DateTime(timezone=True), nullable=False, comment="Holds from then"
        ),
        sa.Column(
            "declared_by",
            sa.Text(),
            nullable=False,
            comment="Account: the person's own, or a leader's",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="Held until then"),
        sa.Column("ended_by", sa.Text(), nullable=True, comment="Account of the leader"),
        sa.Column("end_reason", sa.Text(), nullable=True, comment="Why the interest is gone"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            name=op.f("ck_recusal_ended"),
        ),
        sa.CheckConstraint("length(btrim(reason)) >= 2", name=op.f("ck_recusal_reason")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_recusal_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recusal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
        comment="回避: who keeps away from which enterprise",
    )
    op.create_index(
        "uq_recusal_person_enterprise",
        "recusal",
        ["person_id", "enterprise_id"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )


def _create_urging() -> None:
    op.create_table(
        "urging",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("state", sa.Text(), nullable=False, comment="See states.py"),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="Counts the acts; If-Match"),
        sa.Column(
            "object_type", sa.Text(), nullable=False, comment="What kind of matter, such as lead"
        ),
        sa.Column("object_id", sa.Text(), nullable=False, comment="Which one"),
        sa.Column(
            "object_number", sa.Text(), nullable=False, comment="Its number, as people say it"
        ),
        sa.Column("from_unit_id", sa.Uuid(), nullable=False, comment="Who urges"),
        sa.Column("to_unit_id", sa.Uuid(), nullable=False, comment="Whose matter it is"),
        sa.Column("text", sa.Text(), nullable=False, comment="What is wanted"),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), nullable=False, comment="Answer wanted by then"
        ),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.Column("urged_by", sa.Text(), nullable=False, comment="Account of the leader"),
        sa.Column("answer", sa.Text(), nullable=True, comment="What the lower unit answered"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True, comment="When"),
        sa.Column("answered_by", sa.Text(), nullable=True, comment="Account"),
        sa.CheckConstraint(
            "(state = 'answered') = (answer IS NOT NULL) AND (answer IS NULL) ="
            " (answered_at IS NULL) AND (answer IS NULL) = (answered_by IS NULL)",
            name=op.f("ck_urging_answered"),
        ),
        sa.CheckConstraint("state IN ('open', 'answered')", name=op.f("ck_urging_state")),
        sa.CheckConstraint("from_unit_id <> to_unit_id", name=op.f("ck_urging_units")),
        sa.CheckConstraint("length(btrim(text)) >= 2", name=op.f("ck_urging_text")),
        sa.ForeignKeyConstraint(["from_unit_id"], ["unit.id"], name=op.f("fk_urging_from_unit_id")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_urging_to_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urging")),
        comment="督办 of upper units, and what was answered",
    )
    op.create_index("ix_urging_to", "urging", ["to_unit_id", "state"], unique=False)


def _create_enforcement_assignment() -> None:
    op.create_table(
        "enforcement_assignment",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("site_id", sa.Text(), nullable=False, comment="Where"),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Who enforces there"),
        sa.Column("basis", sa.Text(), nullable=False, comment="属地, 分类分级, 提级 or 指定管辖"),
        sa.Column(
            "doc_no", sa.Text(), nullable=True, comment="Number of the document that says so"
        ),
        sa.Column(
            "valid_from", sa.DateTime(timezone=True), nullable=False, comment="Enforces from then"
        ),
        sa.Column(
            "valid_to",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until then; None: no end yet",
        ),
        sa.Column("decided_by", sa.Text(), nullable=False, comment="Account or part of the server"),
        sa.Column(
            "decided_at", sa.DateTime(timezone=True), nullable=False, comment="When it was recorded"
        ),
        sa.CheckConstraint(
            "basis = 'territorial' OR length(btrim(doc_no)) >= 2",
            name=op.f("ck_enforcement_assignment_doc_no"),
        ),
        sa.CheckConstraint(
            "basis IN ('territorial', 'graded', 'raised', 'designated')",
            name=op.f("ck_enforcement_assignment_basis"),
        ),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_enforcement_assignment_order")),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_enforcement_assignment_site_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_enforcement_assignment_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement_assignment")),
        comment="管辖: one site has one enforcing unit at a time",
    )
    op.create_index(
        "ix_enforcement_assignment_site",
        "enforcement_assignment",
        ["site_id", "valid_from"],
        unique=False,
    )
    op.create_index(
        "ix_enforcement_assignment_unit", "enforcement_assignment", ["unit_id"], unique=False
    )
    op.execute(_OVERLAP)
    op.execute(_TRIGGER)


def _create_role_grant() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Who holds it"),
        sa.Column("role", sa.Text(), nullable=False, comment="The role"),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="For which unit"),
        sa.Column(
            "enterprise_id",
            sa.Uuid(),
            nullable=True,
            comment="企业安全管理人员: for which enterprise",
        ),
        sa.Column(
            "valid_from", sa.DateTime(timezone=True), nullable=False, comment="Holds from then"
        ),
        sa.Column(
            "valid_to",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Holds until then; None: no end yet",
        ),
        sa.Column("granted_by", sa.Text(), nullable=False, comment="Account or part of the server"),
        sa.Column("request", sa.Text(), nullable=True, comment="The leader's request it rests on"),
        sa.CheckConstraint(
            "(role = 'ent_mgr') = (enterprise_id IS NOT NULL) AND (role <> 'ent_mgr' OR"
            " unit_id IS NULL)",
            name=op.f("ck_role_grant_enterprise"),
        ),
        sa.CheckConstraint(
            "role IN ('aide', 'officer', 'leader', 'maintainer', 'devop', 'sysadmin',"
            " 'legal', 'tech', 'chief', 'ent_mgr', 'auditor', 'expert')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.CheckConstraint("length(btrim(request)) >= 4", name=op.f("ck_role_grant_request")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_role_grant_order")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_role_grant_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_role_grant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        comment="Roles of accounts, by unit and time",
    )
    op.create_index(
        "ix_role_grant_account", "role_grant", ["account_id", "valid_from"], unique=False
    )
