"""Documents 文书 F1-F8 and all their versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from server.kit.append_only import FUNCTION, trigger

revision = "2026_11_25_documents"
down_revision = "2026_11_24_signals"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("form", sa.Text(), nullable=False, comment="Which form"),
        sa.Column("family", sa.Text(), nullable=False, comment="Whose format it is printed in"),
        sa.Column(
            "about_type",
            sa.Text(),
            nullable=False,
            comment="Kind of the object, as in the audit chain",
        ),
        sa.Column("about_id", sa.Text(), nullable=False, comment="Id of the object"),
        sa.Column(
            "about_number", sa.Text(), nullable=False, comment="Its human number; never a 文号"
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="Whose it is"),
        sa.Column("unit_name", sa.Text(), nullable=False, comment="What the unit was called then"),
        sa.Column(
            "version", sa.BigInteger(), nullable=False, comment="Counts the changes; If-Match"
        ),
        sa.Column("facts", _JSON, nullable=False, comment="What the record and the catalogue know"),
        sa.Column("answers", _JSON, nullable=False, comment="Key of a field → what a person typed"),
        sa.Column("created_at", _AT, nullable=False, comment="Server time"),
        sa.CheckConstraint(
            "form IN ('F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8')",
            name=op.f("ck_document_form"),
        ),
        sa.CheckConstraint("family IN ('mem', 'moj')", name=op.f("ck_document_family")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_document_version")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_document_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint(
            "about_type", "about_id", "form", name=op.f("uq_document_about_type_about_id_form")
        ),
        comment="Documents 文书 F1-F8",
    )
    op.create_index(op.f("ix_document_unit_id"), "document", ["unit_id"])
    op.create_table(
        "document_version",
        sa.Column("document_id", sa.Uuid(), nullable=False, comment="Which document"),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="Which version"),
        sa.Column("at", _AT, nullable=False, comment="Server time"),
        sa.Column("by", sa.Text(), nullable=False, comment="Account, or svc:<part>"),
        sa.Column("event", sa.Text(), nullable=False, comment="filled, answered or family_chosen"),
        sa.Column("changes", _JSON, nullable=False, comment="Key of a field → before, after"),
        sa.Column("content", _JSON, nullable=False, comment="The whole form as filled in"),
        sa.CheckConstraint("version >= 1", name=op.f("ck_document_version_version")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_version_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "version", name=op.f("pk_document_version")),
        comment="Every version of every document, with what was changed",
    )
    op.execute(FUNCTION)
    op.execute(trigger("document_version"))
