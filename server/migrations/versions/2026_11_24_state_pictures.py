"""Pictures of before a camera's state changed, as kinds of evidence of their own."""

from alembic import op

revision = "2026_11_24_state_pictures"
down_revision = "2026_11_24_config_revisions"
branch_labels = None
depends_on = None

_KINDS = (
    "kind IN ('frame_original', 'frame_shown', 'before_original', 'before_shown', "
    "'clip_original', 'clip_shown')"
)


def upgrade() -> None:
    op.drop_constraint(op.f("ck_evidence_item_kind"), "evidence_item", type_="check")
    op.create_check_constraint(op.f("ck_evidence_item_kind"), "evidence_item", _KINDS)
