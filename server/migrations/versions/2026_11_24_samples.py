"""Samples for the library: the maintainer's role and token, and what enterprises agree to."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_samples"
down_revision = "2026_11_24_tasks_and_transfers"
branch_labels = None
depends_on = None

_ROLES = "role IN ('aide', 'officer', 'leader', 'maintainer', 'sysadmin')"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_account_role"), "account", type_="check")
    op.create_check_constraint(op.f("ck_account_role"), "account", _ROLES)
    _create_library_token()
    _add_consent()


def _create_library_token() -> None:
    op.create_table(
        "library_token",
        sa.Column("id", sa.Uuid(), nullable=False, comment="UUIDv7"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="For whom it acts"),
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the token"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"
        ),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="Works until then"
        ),
        sa.Column(
            "revoked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Refused from then on",
        ),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_library_token_order")),
        sa.CheckConstraint("length(token_hash) = 64", name=op.f("ck_library_token_token_hash")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_library_token_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_library_token_token_hash")),
        comment="Tokens with which maintainers' programs fetch proposals of samples",
    )


def _add_consent() -> None:
    op.add_column(
        "enterprise",
        sa.Column(
            "training_consent",
            sa.Text(),
            nullable=True,
            comment="Where its written consent to training on its pictures lies; None: no consent",
        ),
    )
    op.create_check_constraint(
        op.f("ck_enterprise_training_consent"),
        "enterprise",
        "length(btrim(training_consent)) >= 4",
    )
