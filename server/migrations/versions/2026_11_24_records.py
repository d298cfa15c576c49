"""Records 一企一档: life, sectors, what sources say of each field, conflicts between sources."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from server.kit.append_only import trigger

revision = "2026_11_24_records"
down_revision = "2026_11_24_state_pictures"
branch_labels = None
depends_on = None

_SECTORS = "'mine', 'chemical', 'fireworks', 'metallurgy', 'dust', 'safety_assessor', 'other'"
_STATES = "'draft', 'active', 'suspended', 'cancelled', 'merged_into'"
_STANDINGS = "'current', 'older', 'disputed', 'decided_against'"

#: What the catalogue calls sectors, as of this migration.
_NAMED = {
    "矿山": "mine",
    "危险化学品": "chemical",
    "危化": "chemical",
    "烟花爆竹": "fireworks",
    "金属冶炼": "metallurgy",
    "涉爆粉尘": "dust",
    "安全评价机构": "safety_assessor",
}
_COLUMNS = (
    "name",
    "address",
    "legal_representative",
    "industry",
    "sector",
    "risk_band",
    "is_key_unit",
)


def upgrade() -> None:
    _widen_enterprise()
    _make_statements()
    _make_conflicts()
    _fill()


def _widen_enterprise() -> None:
    columns: tuple[sa.Column[object], ...] = (
        sa.Column("sector", sa.Text(), comment="By which rules it is supervised"),
        sa.Column("state", sa.Text(), comment="See enterprises/states.py"),
        sa.Column("version", sa.BigInteger(), comment="Counts the changes; If-Match"),
        sa.Column("merged_into_id", sa.Uuid(), comment="The enterprise that took it over"),
        sa.Column(
            "search_pairs",
            postgresql.ARRAY(sa.Text()),
            comment="Pairs of signs of name and code, for searching",
        ),
    )
    for column in columns:
        op.add_column("enterprise", column)
    named = " ".join(f"WHEN '{zh}' THEN '{word}'" for zh, word in _NAMED.items())
    op.execute(
        f"UPDATE enterprise SET state = 'active', version = 1, sector = CASE industry {named} "
        "ELSE 'other' END, search_pairs = ARRAY(SELECT DISTINCT substr(lower(words), start, 2) "
        "FROM unnest(ARRAY[name, credit_code]) AS words, "
        "generate_series(1, length(words) - 1) AS start ORDER BY 1)"
    )
    for name in ("sector", "state", "version", "search_pairs"):
        op.alter_column("enterprise", name, nullable=False)
    checks = {
        "sector": f"sector IN ({_SECTORS})",
        "state": f"state IN ({_STATES})",
        "version": "version >= 1",
        "merged": "(state = 'merged_into') = (merged_into_id IS NOT NULL)",
        "merged_into_another": "merged_into_id <> id",
    }
    for name, check in checks.items():
        op.create_check_constraint(op.f(f"ck_enterprise_{name}"), "enterprise", check)
    op.create_foreign_key(
        op.f("fk_enterprise_merged_into_id"),
        "enterprise",
        "enterprise",
        ["merged_into_id"],
        ["id"],
    )
    op.create_index(
        "ix_enterprise_search_pairs", "enterprise", ["search_pairs"], postgresql_using="gin"
    )
    op.create_index("ix_site_enterprise", "site", ["enterprise_id"])
    op.create_index("ix_site_unit", "site", ["unit_id"])


def _make_statements() -> None:
    op.create_table(
        "record_statement",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Of whom"),
        sa.Column("field", sa.Text(), nullable=False, comment="See enterprises/fields.py"),
        sa.Column(
            "item",
            sa.Text(),
            nullable=False,
            comment="Which item of the field; empty: it is single",
        ),
        sa.Column(
            "value",
            postgresql.JSONB(none_as_null=True),
            nullable=True,
            comment="What is said; None: none any more",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Who says so"),
        sa.Column("as_of", sa.Date(), nullable=False, comment="For which day"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column(
            "recorded_by",
            sa.Text(),
            nullable=False,
            comment="Account, or the part of the server",
        ),
        sa.Column(
            "standing",
            sa.Text(),
            nullable=False,
            comment="What became of it when it was recorded",
        ),
        sa.Column(
            "seq",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="In which order statements were recorded",
        ),
        sa.CheckConstraint(
            f"standing IN ({_STANDINGS})", name=op.f("ck_record_statement_standing")
        ),
        sa.CheckConstraint("length(btrim(source)) >= 1", name=op.f("ck_record_statement_source")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_record_statement_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_statement")),
        comment="What sources say of enterprises, with day and recorder",
    )
    op.create_index(
        "ix_record_statement_field", "record_statement", ["enterprise_id", "field", "item", "seq"]
    )
    op.execute(trigger("record_statement"))
    op.create_table(
        "record_field",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Of whom"),
        sa.Column("field", sa.Text(), nullable=False, comment="See enterprises/fields.py"),
        sa.Column("item", sa.Text(), nullable=False, comment="Which item; empty: it is single"),
        sa.Column("statement_id", sa.Uuid(), nullable=False, comment="What counts"),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Since when it counts, server time",
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_record_field_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["record_statement.id"], name=op.f("fk_record_field_statement_id")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "field", "item", name=op.f("pk_record_field")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_record_field_statement_id")),
        comment="The statement that counts for each field of 一企一档",
    )


def _make_conflicts() -> None:
    sides = ("challenger_id", "defender_id", "kept_id")
    op.create_table(
        "record_conflict",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False, comment="Of whom"),
        sa.Column("field", sa.Text(), nullable=False, comment="See enterprises/fields.py"),
        sa.Column("item", sa.Text(), nullable=False, comment="Which item; empty: it is single"),
        sa.Column("source", sa.Text(), nullable=False, comment="Who contradicts"),
        sa.Column("state", sa.Text(), nullable=False, comment="See enterprises/states.py"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column(
            "challenger_id",
            sa.Uuid(),
            nullable=False,
            comment="What the other source says, newest",
        ),
        sa.Column("defender_id", sa.Uuid(), nullable=False, comment="What counts against it"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="Server time"),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True, comment="Server time"),
        sa.Column("settled_by", sa.Text(), nullable=True, comment="Account of who decided"),
        sa.Column("kept_id", sa.Uuid(), nullable=True, comment="The side that was kept"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why, in the decider's words"),
        sa.CheckConstraint(
            "state IN ('open', 'settled', 'agreed')", name=op.f("ck_record_conflict_state")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_record_conflict_version")),
        sa.CheckConstraint(
            "challenger_id <> defender_id", name=op.f("ck_record_conflict_two_sides")
        ),
        sa.CheckConstraint(
            "num_nulls(settled_at, settled_by, kept_id, reason) = "
            "CASE state WHEN 'settled' THEN 0 ELSE 4 END",
            name=op.f("ck_record_conflict_settled_whole"),
        ),
        sa.CheckConstraint(
            "kept_id IN (challenger_id, defender_id)", name=op.f("ck_record_conflict_kept_one")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_record_conflict_enterprise_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                [side], ["record_statement.id"], name=op.f(f"fk_record_conflict_{side}")
            )
            for side in sides
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_conflict")),
        comment="Conflicts between sources 冲突待处理",
    )
    op.create_index(
        "ix_record_conflict_one_open",
        "record_conflict",
        ["enterprise_id", "field", "item", "source"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def _fill() -> None:
    """Say of what is registered already where it came from: what the row itself says."""
    for column in _COLUMNS:
        op.execute(
            "INSERT INTO record_statement SELECT gen_random_uuid(), id, "
            f"'{column}', '', to_jsonb({column}), "
            "coalesce(nullif(btrim(source), ''), '原有登记'), "
            "(registered_at AT TIME ZONE 'Asia/Shanghai')::date, registered_at, 'svc:migration', "
            "'current' FROM enterprise"
        )
    op.execute(
        "INSERT INTO record_field SELECT enterprise_id, field, item, id, recorded_at "
        "FROM record_statement"
    )
