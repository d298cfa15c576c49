"""Reviews of cameras under 行政处罚法 第四十一条."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.fleet.review_states import ReviewState
from server.kit.db import Entity, Json, Word, one_of


class CameraReview(Entity):
    """One review of one camera; without a qualified one its pictures are leads only."""

    __tablename__ = "camera_review"
    __table_args__ = (
        ForeignKeyConstraint(
            ["device_id", "camera_id"],
            ["camera.device_id", "camera.id"],
            name="fk_camera_review_camera",
        ),
        one_of("state", ReviewState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("valid_from <= valid_to", name="term"),
        CheckConstraint("sign_photo_sha256 ~ '^[0-9a-f]{64}$'", name="sign_photo"),
        # Whatever a program does: qualified means two halves by two persons, not the handler.
        CheckConstraint(
            "state <> 'qualified' OR (legal_person IS NOT NULL AND tech_person IS NOT NULL"
            " AND qualified_at IS NOT NULL)",
            name="both_halves",
        ),
        CheckConstraint(
            "legal_person <> tech_person AND legal_person <> handler_person"
            " AND tech_person <> handler_person",
            name="apart",
        ),
        Index("ix_camera_review_camera", "device_id", "camera_id", "submitted_at"),
        Index(
            "uq_camera_review_open",
            "device_id",
            "camera_id",
            unique=True,
            postgresql_where="state = 'in_review'",
        ),
        {"comment": "Reviews of cameras 取证设备审核"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    device_id: Mapped[str] = mapped_column(comment="The box that reads the camera")
    camera_id: Mapped[str] = mapped_column(comment="The camera")
    state: Mapped[ReviewState] = mapped_column(Word(ReviewState), comment="fleet/review_states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    handler_person: Mapped[UUID] = mapped_column(comment="Who put it forward")
    handler_name: Mapped[str] = mapped_column(comment="That person's name")
    submitted_at: Mapped[datetime] = mapped_column(comment="Server time")
    owner: Mapped[str] = mapped_column(comment="Whose camera it is")
    legal_basis: Mapped[str] = mapped_column(comment="Law or regulation it is used under, as typed")
    certificate_no: Mapped[str] = mapped_column(comment="Certificate of its standard")
    sign_photo_sha256: Mapped[str] = mapped_column(comment="Hash of the photograph of its sign")
    publication_url: Mapped[str] = mapped_column(comment="Where its location is public")
    published_on: Mapped[date] = mapped_column(Date, comment="Since when")
    valid_from: Mapped[date] = mapped_column(Date, comment="First day of its term")
    valid_to: Mapped[date] = mapped_column(Date, comment="Last day of its term")
    legal_person: Mapped[UUID | None] = mapped_column(comment="Who passed the legal half")
    tech_person: Mapped[UUID | None] = mapped_column(comment="Who passed the technical half")
    legal: Mapped[Json | None] = mapped_column(comment="The legal half as given")
    tech: Mapped[Json | None] = mapped_column(comment="The technical half as given")
    qualified_at: Mapped[datetime | None] = mapped_column(comment="When both had passed")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Withdrawn from then on")
    ended_because: Mapped[str | None] = mapped_column(comment="Why")
