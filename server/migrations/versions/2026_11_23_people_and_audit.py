"""Who acts, what was done, and what pages are told."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_23_people_and_audit"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("access_record", "audit_entry")

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    _create_access_record()
    _create_audit_entry()
    _create_first_answer()
    _create_live_change()
    _create_sign_in_failure()
    _create_unit()
    _create_account()
    _create_sign_in_link()
    _create_signed_in_session()
    op.execute(REFUSE_CHANGE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _create_access_record() -> None:
    op.create_table(
        "access_record",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="Server time, UTC"),
        sa.Column("actor", sa.Text(), nullable=False, comment="Account"),
        sa.Column("role", sa.Text(), nullable=False, comment="Role in which the actor looked"),
        sa.Column("unit", sa.Text(), nullable=True, comment="The actor's unit"),
        sa.Column("client", sa.Text(), nullable=True, comment="Address the look came from"),
        sa.Column("object_type", sa.Text(), nullable=False, comment="What kind of thing was seen"),
        sa.Column("object_id", sa.Text(), nullable=False, comment="Which one"),
        sa.Column(
            "purpose",
            sa.Text(),
            nullable=False,
            comment="Why; typed by the reader for sealed originals",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_record")),
        comment="Append-only record of looks at evidence and ledgers (INV-9)",
    )
    op.create_index(
        op.f("ix_access_record_object_type_object_id_at"),
        "access_record",
        ["object_type", "object_id", "at"],
        unique=False,
    )


def _create_audit_entry() -> None:
    op.create_table(
        "audit_entry",
        *_audit_entry_columns_1(),
        *_audit_entry_columns_2(),
        *_audit_entry_constraints(),
        comment="Append-only, hash-chained record of every act (INV-7)",
    )
    op.create_index(
        op.f("ix_audit_entry_object_type_object_id_seq"),
        "audit_entry",
        ["object_type", "object_id", "seq"],
        unique=False,
    )


def _audit_entry_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column(
            "seq",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="1, 2, 3 … without gaps",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="Server time, UTC"),
        sa.Column(
            "actor",
            sa.Text(),
            nullable=False,
            comment="Account, or svc:<part> for the server itself",
        ),
        sa.Column("role", sa.Text(), nullable=False, comment="Role in which the actor acted"),
        sa.Column("unit", sa.Text(), nullable=True, comment="The actor's unit"),
        sa.Column("client", sa.Text(), nullable=True, comment="Address the act came from"),
        sa.Column(
            "object_type", sa.Text(), nullable=False, comment="What kind of thing was changed"
        ),
        sa.Column("object_id", sa.Text(), nullable=False, comment="Which one"),
        sa.Column(
            "object_version", sa.BigInteger(), nullable=True, comment="Its version afterwards"
        ),
    )


def _audit_entry_columns_2() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("event", sa.Text(), nullable=False, comment="What happened"),
        sa.Column("from_state", sa.Text(), nullable=True, comment="State before"),
        sa.Column("to_state", sa.Text(), nullable=True, comment="State afterwards"),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="Why, in the actor's words or a code"
        ),
        sa.Column(
            "detail",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Further facts of the act",
        ),
        sa.Column(
            "prev_hash",
            sa.Text(),
            nullable=False,
            comment="Hash of the entry before; 64 zeros for the first",
        ),
        sa.Column(
            "hash", sa.Text(), nullable=False, comment="SHA-256 over prev_hash and the content"
        ),
    )


def _audit_entry_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "length(hash) = 64 AND length(prev_hash) = 64", name=op.f("ck_audit_entry_hash_length")
        ),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_audit_entry_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
    )


def _create_first_answer() -> None:
    op.create_table(
        "first_answer",
        sa.Column("actor_id", sa.Uuid(), nullable=False, comment="Who sent the key"),
        sa.Column("key", sa.Text(), nullable=False, comment="The key as sent"),
        sa.Column("act", sa.Text(), nullable=False, comment="What was asked, and of what"),
        sa.Column(
            "request_sha256", sa.Text(), nullable=False, comment="Hash of the request's body"
        ),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, comment="When it was asked first"
        ),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The first answer",
        ),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_first_answer")),
        comment="The first answer to each Idempotency-Key",
    )


def _create_live_change() -> None:
    op.create_table(
        "live_change",
        sa.Column(
            "seq",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="In the order of commits",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="Server time, UTC"),
        sa.Column("kind", sa.Text(), nullable=False, comment="What kind of thing changed"),
        sa.Column("object_id", sa.Text(), nullable=False, comment="Which one"),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What the page is told: id, version, state",
        ),
        sa.CheckConstraint(
            "kind IN ('lead', 'task', 'transfer', 'device')", name=op.f("ck_live_change_kind")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_live_change")),
        comment="What pages are told; kept for a day",
    )
    op.create_index(op.f("ix_live_change_at"), "live_change", ["at"], unique=False)


def _create_sign_in_failure() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="account:<name> or client:<address>"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
        comment="Failed sign-ins; pruned when older than the limit's window",
    )
    op.create_index(
        op.f("ix_sign_in_failure_subject_at"), "sign_in_failure", ["subject", "at"], unique=False
    )


def _create_unit() -> None:
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("name", sa.Text(), nullable=False, comment="Official name"),
        sa.Column("division_code", sa.Text(), nullable=False, comment="GB/T 2260, six digits"),
        sa.Column("parent_id", sa.Uuid(), nullable=True, comment="The unit above, None at the top"),
        sa.CheckConstraint("division_code ~ '^[0-9]{6}$'", name=op.f("ck_unit_division_code")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_unit_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("name", name=op.f("uq_unit_name")),
        comment="Enforcing units",
    )


def _create_account() -> None:
    op.create_table(
        "account",
        *_account_columns_1(),
        *_account_columns_2(),
        *_account_constraints(),
        comment="Accounts of officers, aides and administrators",
    )


def _account_columns_1() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("name", sa.Text(), nullable=False, comment="What is typed to sign in"),
        sa.Column("full_name", sa.Text(), nullable=False, comment="The person's name"),
        sa.Column("role", sa.Text(), nullable=False, comment="The one role held"),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="The unit"),
        sa.Column("password_hash", sa.Text(), nullable=True, comment="argon2id; None: links only"),
        sa.Column("certificate_no", sa.Text(), nullable=True, comment="行政执法证 number"),
        sa.Column("certificate_from", sa.Date(), nullable=True, comment="Valid from, this day too"),
        sa.Column("certificate_to", sa.Date(), nullable=True, comment="Valid to, this day too"),
    )


def _account_columns_2() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("is_disabled", sa.Boolean(), nullable=False, comment="May not sign in"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"
        ),
    )


def _account_constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint("name ~ '^[a-z0-9][a-z0-9._-]{1,62}$'", name=op.f("ck_account_name")),
        sa.CheckConstraint(
            "role IN ('aide', 'officer', 'leader', 'sysadmin')", name=op.f("ck_account_role")
        ),
        sa.CheckConstraint(
            "(certificate_no IS NULL) = (certificate_from IS NULL) AND (certificate_no IS NULL) "
            "= (certificate_to IS NULL)",
            name=op.f("ck_account_certificate_whole"),
        ),
        sa.CheckConstraint(
            "certificate_from <= certificate_to", name=op.f("ck_account_certificate_order")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )


def _create_sign_in_link() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Whom it signs in"),
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the link's token"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"
        ),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="Works until then"
        ),
        sa.Column(
            "used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Works once: when it was used",
        ),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_sign_in_link_token_hash")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_link_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
        comment="One-time sign-in links",
    )


def _create_signed_in_session() -> None:
    op.create_table(
        "signed_in_session",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="Whose it is"),
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the cookie's token"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Sign-in"),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Ends then at the latest",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="Signed out"),
        sa.Column("client", sa.Text(), nullable=True, comment="Address of the browser"),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_signed_in_session_token_hash")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_signed_in_session_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signed_in_session_token_hash")),
        comment="Sessions of the console",
    )
