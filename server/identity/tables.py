"""Units, accounts, sessions and one-time links."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.identity.permissions import Role
from server.kit.db import Entity, Word, one_of


class Unit(Entity):
    """An enforcing unit; its tree follows the administrative divisions."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("division_code ~ '^[0-9]{6}$'", name="division_code"),
        CheckConstraint("parent_id <> id", name="parent"),
        {"comment": "Enforcing units"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    name: Mapped[str] = mapped_column(unique=True, comment="Official name")
    division_code: Mapped[str] = mapped_column(comment="GB/T 2260, six digits")
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="The unit above, None at the top"
    )


class Account(Entity):
    """A person who signs in. The password is kept as an argon2 hash, or not at all."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("name ~ '^[a-z0-9][a-z0-9._-]{1,62}$'", name="name"),
        CheckConstraint(
            "(certificate_no IS NULL) = (certificate_from IS NULL)"
            " AND (certificate_no IS NULL) = (certificate_to IS NULL)",
            name="certificate_whole",
        ),
        CheckConstraint("certificate_from <= certificate_to", name="certificate_order"),
        {"comment": "Accounts of officers, aides and administrators"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    name: Mapped[str] = mapped_column(unique=True, comment="What is typed to sign in")
    full_name: Mapped[str] = mapped_column(comment="The person's name")
    role: Mapped[Role] = mapped_column(Word(Role), comment="The one role held")
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), comment="The unit")
    password_hash: Mapped[str | None] = mapped_column(comment="argon2id; None: links only")
    certificate_no: Mapped[str | None] = mapped_column(comment="行政执法证 number")
    certificate_from: Mapped[date | None] = mapped_column(Date, comment="Valid from, this day too")
    certificate_to: Mapped[date | None] = mapped_column(Date, comment="Valid to, this day too")
    is_disabled: Mapped[bool] = mapped_column(Boolean, default=False, comment="May not sign in")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made")


class SignedInSession(Entity):
    """A signed-in browser; the cookie holds a token, the table its hash only."""

    __tablename__ = "signed_in_session"
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        {"comment": "Sessions of the console"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Whose it is")
    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the cookie's token")
    created_at: Mapped[datetime] = mapped_column(comment="Sign-in")
    expires_at: Mapped[datetime] = mapped_column(comment="Ends then at the latest")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Signed out")
    client: Mapped[str | None] = mapped_column(comment="Address of the browser")


class SignInLink(Entity):
    """A link that signs in once."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        {"comment": "One-time sign-in links"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Whom it signs in")
    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the link's token")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made")
    expires_at: Mapped[datetime] = mapped_column(comment="Works until then")
    used_at: Mapped[datetime | None] = mapped_column(comment="Works once: when it was used")


class LibraryToken(Entity):
    """What the hazard library's own program shows instead of a person's sign-in."""

    __tablename__ = "library_token"
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        CheckConstraint("created_at < expires_at", name="order"),
        {"comment": "Tokens with which maintainers' programs fetch proposals of samples"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="For whom it acts")
    token_hash: Mapped[str] = mapped_column(unique=True, comment="SHA-256 of the token")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made")
    expires_at: Mapped[datetime] = mapped_column(comment="Works until then")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="Refused from then on")


class SignInFailure(Entity):
    """A failed attempt, for the rate limit."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index(None, "subject", "at"),
        {"comment": "Failed sign-ins; pruned when older than the limit's window"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    subject: Mapped[str] = mapped_column(comment="account:<name> or client:<address>")
    at: Mapped[datetime] = mapped_column(comment="When")
