"""What the console sends and gets about signing in."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from server.identity.permissions import Act, Role


class SignInRequest(BaseModel):
    """Account and password."""

    model_config = ConfigDict(extra="forbid")

    account: str = Field(min_length=1, max_length=63)
    password: str = Field(min_length=1, max_length=1024, repr=False)


class LinkRequest(BaseModel):
    """The token of a one-time link."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=128, repr=False)


class Wear(BaseModel):
    """The role to go on in."""

    model_config = ConfigDict(extra="forbid")

    id: UUID


class RoleHeld(BaseModel):
    """A role that the account holds now."""

    id: UUID
    role: Role
    unit: str | None
    worn: bool = Field(description="Whether the person acts in it")


class Me(BaseModel):
    """Who is signed in, and what that person may do now."""

    account: str
    name: str = Field(description="The person's name")
    role: Role
    unit: str | None = Field(description="Name of the unit")
    certificate_valid_until: date | None = Field(description="行政执法证, the last valid day")
    demo: bool = Field(description="Whether this server only demonstrates; documents carry 演示")
    roles: tuple[RoleHeld, ...] = Field(description="All roles held now; one is worn at a time")
    may: tuple[Act, ...] = Field(description="What the person may do at this moment")
