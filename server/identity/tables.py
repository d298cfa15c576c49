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
        CheckConstraint("power_doc_no IS NULL OR has_power", name="power"),
        Index(None, "parent_id"),
        {"comment": "Enforcing units"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    name: Mapped[str] = mapped_column(unique=True, comment="Official name")
    division_code: Mapped[str] = mapped_column(comment="GB/T 2260, six digits")
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="The unit above, None at the top"
    )
    has_power: Mapped[bool] = mapped_column(
        Boolean, default=True, comment="Whether it enforces; a development zone does not by itself"
    )
    power_doc_no: Mapped[str | None] = mapped_column(
        comment="Document that delegates the power of enforcement to it"
    )


class Person(Entity):
    """A human being. What one person may not do twice is asked of the person, not the account."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("length(btrim(full_name)) >= 1", name="full_name"),
        {"comment": "People; one may have several accounts"},
    )

    id: Mapped[UUID] = mapped_column(
        primary_key=True, comment="UUIDv7; of a person's first account, if the person came with it"
    )
    full_name: Mapped[str] = mapped_column(comment="The person's name")
    created_at: Mapped[datetime] = mapped_column(comment="When it was recorded")


class Account(Entity):
    """What somebody signs in with. The password is kept as an argon2 hash, or not at all."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("name ~ '^[a-z0-9][a-z0-9._-]{1,62}$'", name="name"),
        {"comment": "Accounts of officers, aides and administrators"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    name: Mapped[str] = mapped_column(unique=True, comment="What is typed to sign in")
    full_name: Mapped[str] = mapped_column(comment="The person's name")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), comment="Whose it is")
    password_hash: Mapped[str | None] = mapped_column(comment="argon2id; None: links only")
    is_disabled: Mapped[bool] = mapped_column(Boolean, default=False, comment="May not sign in")
    created_at: Mapped[datetime] = mapped_column(comment="When it was made")


class RoleGrant(Entity):
    """A role that an account holds for a unit, or for an enterprise, in a span of time."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("valid_from < valid_to", name="order"),
        CheckConstraint(
            "(role = 'ent_mgr') = (enterprise_id IS NOT NULL)"
            " AND (role <> 'ent_mgr' OR unit_id IS NULL)",
            name="enterprise",
        ),
        CheckConstraint("length(btrim(request)) >= 4", name="request"),
        Index("ix_role_grant_account", "account_id", "valid_from"),
        {"comment": "Roles of accounts, by unit and time"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Who holds it")
    role: Mapped[Role] = mapped_column(Word(Role), comment="The role")
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), comment="For which unit")
    enterprise_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("enterprise.id"), comment="企业安全管理人员: for which enterprise"
    )
    valid_from: Mapped[datetime] = mapped_column(comment="Holds from then")
    valid_to: Mapped[datetime | None] = mapped_column(comment="Holds until then; None: no end yet")
    granted_by: Mapped[str] = mapped_column(comment="Account or part of the server")
    request: Mapped[str | None] = mapped_column(comment="The leader's request it rests on")


class Certificate(Entity):
    """A 行政执法证 of a person."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("length(btrim(number)) >= 1", name="number"),
        CheckConstraint("valid_from <= valid_to", name="order"),
        Index("ix_certificate_person", "person_id", "valid_to"),
        {"comment": "行政执法证: who may act as an officer, and when"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), comment="Whose it is")
    number: Mapped[str] = mapped_column(comment="行政执法证 number")
    areas: Mapped[str | None] = mapped_column(comment="执法领域, as printed on it")
    valid_from: Mapped[date] = mapped_column(Date, comment="Valid from, this day too")
    valid_to: Mapped[date] = mapped_column(Date, comment="Valid to, this day too")
    recorded_at: Mapped[datetime] = mapped_column(comment="When it was recorded")
    recorded_by: Mapped[str] = mapped_column(comment="Account or part of the server")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="Counts no longer from then")


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
    grant_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("role_grant.id"), comment="The role that is worn; None: the first that holds"
    )


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
